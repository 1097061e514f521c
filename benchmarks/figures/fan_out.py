"""Figure 3: how long until one vendor's report is stored for 1 000 clients, and in their feeds?

Product: a whole platform in this process on its own nats-server. Two commands, the report and the
notices; the clock stops when the last message that follows from them is stored in FEED, checkpoint
and all. The vendor's feed has a copy of every notice, so 1 000 clients are 2 000 messages and a
few more. The parties have no consumers: figure 4 is of those who listen. The integrity watch is
stopped: its first pass begins a minute after the start, and would be measured or not by chance.

Floor: 1 000 rows of the notices' size in one commit that is flushed, then as many messages of their
size to a stream of the same settings, encoded beforehand, over one bare socket, each acknowledged.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from adapters.compose import Running, running
from adapters.nats.relay import Relay
from adapters.settings import Settings
from adapters.wire import render
from benchmarks.bare_broker import bare_broker
from benchmarks.measuring import ROUNDS, Figure, at_most, tell
from benchmarks.scaling.lab import LEAK, client
from benchmarks.whole import let_in, until
from domain.desk import Request
from domain.ports import Receipt
from projections import feed_index

VENDOR: Final = "vendor-0"
FEW, MANY = 1_000, 5_000
TARGET: Final = at_most(2)
LINEAR: Final = at_most(1.2)
PATIENCE: Final = 120.0  # seconds


def main() -> None:
    """Measure, and print a line for each number of clients, and one for how they compare."""
    tell(*asyncio.run(_measured()))


async def _measured() -> tuple[Figure, ...]:
    with tempfile.TemporaryDirectory(prefix="varsel-bench-") as name:
        folder = Path(name)
        async with _platform(folder / "data") as stage:
            await stage.tell(FEW)  # the first of a process is not what the others are
            sync = _sync_interval(folder / "data")
            rounds = [await _round(stage, folder, sync) for _ in range(ROUNDS)]
    few = [one[FEW] for one in rounds]
    many = [one[MANY] for one in rounds]
    each = [(more[0] / MANY, less[0] / FEW) for more, less in zip(many, few, strict=True)]
    return (
        Figure(f"fan_out_{FEW}", "ms", TARGET, few),
        Figure(f"fan_out_{MANY}", "ms", TARGET, many),
        Figure("fan_out_linear", "ms a client", LINEAR, each),
    )


async def _round(stage: Stage, folder: Path, sync: str) -> dict[int, tuple[float, float]]:
    """Product and floor for both numbers of clients, in milliseconds."""
    found: dict[int, tuple[float, float]] = {}
    for clients in (FEW, MANY):
        value = await stage.tell(clients)
        floor = await asyncio.to_thread(_floor, *stage.notice(), clients, folder, sync)
        found[clients] = value, floor * 1000
    return found


def _floor(row: bytes, body: bytes, clients: int, folder: Path, sync: str) -> float:
    """Seconds for so many rows, and then so many messages."""
    return _inserted(row, clients, folder / "floor.sqlite") + _published(body, clients, sync)


def _inserted(row: bytes, count: int, path: Path) -> float:
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path, isolation_level=None)
    try:
        for said in ("journal_mode=WAL", "synchronous=FULL"):
            db.execute(f"PRAGMA {said}")
        db.execute("CREATE TABLE rows (position INTEGER PRIMARY KEY, state BLOB)")
        start = time.perf_counter()
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO rows (state) VALUES (?)", [(row,)] * count)
        db.execute("COMMIT")
        return time.perf_counter() - start
    finally:
        db.close()


def _published(body: bytes, count: int, sync: str) -> float:
    with bare_broker(sync) as broker:
        broker.make_stream("FLOOR", "floor.>", {"duplicate_window": 2 * 10**9})
        return broker.publish([(f"floor.{client(one)}.notice", body) for one in range(count)])


@dataclass
class Stage:
    """A running platform with parties; tells all of them, and knows what was stored for it."""

    here: Running
    told: int = field(default=0, init=False)

    @property
    def relay(self) -> Relay:
        """The platform's own."""
        if self.here.platform.relay is None:
            raise RuntimeError(self.here)
        return self.here.platform.relay

    async def tell(self, clients: int) -> float:
        """Milliseconds from a report to the last message of it in the stream."""
        await self.quiet()
        self.told += 1
        incident = {"incident": f"leak-{self.told}"}
        notices = {**incident, "clients": [*map(client, range(clients))], "channel": "platform"}
        start = time.perf_counter()
        await self._do("report_leak", {**incident, **LEAK})
        await self._do("notify_clients", notices)
        await self._carried()
        return (time.perf_counter() - start) * 1000

    async def _carried(self) -> None:
        """The views hold all of the ledger, the stream all that the views list.

        Seen without asking a database again and again: that would hold up what is measured.
        """
        parts, relay = self.here.parts, self.relay
        accepted = parts.ledger.position()
        await until(lambda: parts.projector.position >= accepted, PATIENCE)
        listed = feed_index.total(parts.views.rows)
        await until(lambda: relay.published >= listed, PATIENCE)

    async def quiet(self) -> None:
        """What else follows from what was done before is done, too."""
        await self._carried()
        parts, timer = self.here.parts, self.here.platform.reminders
        position = parts.ledger.position()
        await until(lambda: parts.evidence.log.position() == position, PATIENCE)
        await until(lambda: timer is None or timer.settled(position), PATIENCE)

    async def _do(self, verb: str, body: dict[str, Any]) -> Receipt:
        parts = self.here.parts
        request = Request(VENDOR, verb, f"{verb}-{self.told}", body)
        return await parts.write(lambda: parts.desk.handle(request, parts.clock()))

    def notice(self) -> tuple[bytes, bytes]:
        """The last notice as it lies in the ledger, and its message."""
        parts = self.here.parts
        rows = parts.views.rows
        [row] = feed_index.after(feed_index.total(rows) - 1, 1, rows)
        [recorded] = parts.ledger.since(row["position"] - 1, 1)
        [stored] = parts.ledger.rows_since(row["position"] - 1, 1)
        return stored.state, render(recorded, feed_index.place_of(row))


@asynccontextmanager
async def _platform(folder: Path) -> AsyncGenerator[Stage]:
    """A platform with a vendor and as many clients as are ever told."""
    settings = Settings(data=folder, nats_port=0, log_level="ERROR")
    async with running(settings) as here:
        stage = Stage(here)
        await here.parts.evidence.watch.stop()
        await here.parts.write(lambda: let_in(here, [(VENDOR, "vendor")]))
        await here.parts.write(lambda: let_in(here, [(client(n), "client") for n in range(MANY)]))
        yield stage


def _sync_interval(data: Path) -> str:
    """How often the platform's own server flushes: the floor's does it alike."""
    conf = (data / "nats" / "nats.conf").read_text(encoding="utf-8")
    found = re.search(r"sync_interval: (\S+)", conf)
    return found[1] if found else "2m"


if __name__ == "__main__":
    main()
