"""Figure 2: how soon is one command alone accepted, and how soon is it in the views?

Accepted, product: a whole platform in this process, one act of a vendor at a time, from its door to
its receipt. Floor: the same command read by its model, and the same bytes committed and flushed by
sqlite3 alone. Visible: 200 acts a second, from the door until the views hold what was accepted;
once more while a report is fanned out to 5 000 clients.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from adapters.compose import Running, running
from adapters.settings import Settings
from benchmarks.measuring import (
    ROUNDS,
    Figure,
    at_most,
    no_more_than,
    percentile,
    tell,
)
from benchmarks.scaling.lab import LEAK, client
from benchmarks.whole import let_in, until
from domain import commands as c
from domain.parsing import parse
from projections import feed_index

VENDOR: Final = "vendor-0"
CLIENTS: Final = 5_000
ALONE: Final = 100  # commands of one round, one after the other
RATE: Final = 200  # a second
PACED: Final = 300  # commands of one round
PATIENCE: Final = 60.0  # seconds
ACT: Final[dict[str, Any]] = {"incident": "leak", "kind": "access_closed", "status": "done"}


def main() -> None:
    """Measure, and print a line for each."""
    with tempfile.TemporaryDirectory(prefix="varsel-bench-") as folder:
        tell(*asyncio.run(_measured(Path(folder))))


async def _measured(folder: Path) -> tuple[Figure, ...]:
    async with _platform(folder) as stage:
        await stage.alone()  # the first of a process is not what the others are
        accepted: list[tuple[float, float | None]] = []
        visible: list[tuple[float, float | None]] = []
        beside: list[tuple[float, float | None]] = []
        for number in range(ROUNDS):
            accepted.append((await stage.alone(), stage.floor()))
            visible.append((percentile(await stage.paced(), 0.99), None))
            fanning = asyncio.create_task(stage.fan_out(number))
            beside.append((percentile(await stage.paced(), 0.99), None))
            await fanning
            await stage.quiet()
    return (
        Figure("single_accepted_p50", "ms", at_most(2), accepted),
        Figure("single_visible_p99", "ms", no_more_than(1), visible),
        Figure("single_visible_p99_in_fan_out", "ms", no_more_than(1), beside),
    )


@dataclass
class _Stage:
    here: Running
    folder: Path
    done: int = field(default=0, init=False)

    async def do(self, verb: str, body: dict[str, Any]) -> int:
        """Through the door, as its accounts' doors call it; the position of what was accepted."""
        self.done += 1
        request = {"command": f"c-{self.done}", "with": body}
        answer = await self.here.platform.handle(VENDOR, verb, request)
        found: int = answer["receipt"]["events"][0]["position"]
        return found

    async def alone(self) -> float:
        """The median of commands with a pause behind each, in milliseconds."""
        took: list[float] = []
        for _ in range(ALONE):
            begin = time.perf_counter()
            await self.do("take_measure", ACT)
            took.append((time.perf_counter() - begin) * 1000)
            await self.quiet()
        return median(took)

    def floor(self) -> float:
        """The same for reading the command and one commit of what it came to."""
        [stored] = self.here.parts.ledger.rows_since(self.here.parts.ledger.position() - 1, 1)
        path = self.folder / "raw.sqlite"
        path.unlink(missing_ok=True)
        took: list[float] = []
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            for said in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"):
                db.execute(said)
            db.execute("CREATE TABLE stored_events (stream TEXT, version INTEGER, topic, state)")
            for number in range(ALONE):
                begin = time.perf_counter()
                parse(c.TakeMeasure, ACT)
                row = (stored.stream.hex, number, stored.topic, stored.state)
                db.execute("INSERT INTO stored_events VALUES (?,?,?,?)", row)
                took.append((time.perf_counter() - begin) * 1000)
        return median(took)

    async def paced(self) -> list[float]:
        """Of commands sent at their times, the milliseconds until the views hold each."""
        seen: list[tuple[float, int]] = []
        following = self.here.parts.projector
        unwatch = following.watch(lambda: seen.append((time.perf_counter(), following.position)))
        try:
            begin = time.perf_counter()
            sent = [begin + number / RATE for number in range(PACED)]
            positions = await asyncio.gather(*(self._at(moment) for moment in sent))
            await until(lambda: seen[-1:] and seen[-1][1] >= max(positions), PATIENCE)
        finally:
            unwatch()
        moments = iter(seen)
        moment, reached = next(moments)
        waits: list[float] = []
        for position, at in sorted(zip(positions, sent, strict=True)):
            while reached < position:
                moment, reached = next(moments)
            waits.append((moment - at) * 1000)
        return waits

    async def _at(self, moment: float) -> int:
        await asyncio.sleep(max(0.0, moment - time.perf_counter()))
        return await self.do("take_measure", ACT)

    async def fan_out(self, number: int) -> None:
        """A report, told to all clients."""
        incident = {"incident": f"wide-{number}"}
        everybody = [client(one) for one in range(CLIENTS)]
        await self.do("report_leak", {**incident, **LEAK})
        await self.do("notify_clients", {**incident, "clients": everybody, "channel": "platform"})

    async def quiet(self) -> None:
        """Views, log, feed and reminders have come to the end."""
        parts, relay = self.here.parts, self.here.platform.relay
        timer = self.here.platform.reminders
        last = parts.ledger.position()
        await until(lambda: parts.projector.position >= last, PATIENCE)
        await until(lambda: parts.evidence.log.position() >= last, PATIENCE)
        listed = feed_index.total(parts.views.rows)
        await until(lambda: relay is None or relay.published >= listed, PATIENCE)
        await until(lambda: timer is None or timer.settled(last), PATIENCE)


@asynccontextmanager
async def _platform(folder: Path) -> AsyncGenerator[_Stage]:
    settings = Settings(data=folder / "data", nats_port=0, rate="off", log_level="ERROR")
    async with running(settings) as here:
        parties = [(VENDOR, "vendor"), *((client(n), "client") for n in range(CLIENTS))]
        await here.parts.write(lambda: let_in(here, parties))
        stage = _Stage(here, folder)
        await stage.do("report_leak", {"incident": "leak", **LEAK})
        await here.parts.evidence.watch.stop()  # its hourly pass is not what is measured
        await stage.quiet()
        yield stage


if __name__ == "__main__":
    main()
