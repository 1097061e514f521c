"""A whole platform on a real nats-server: from the report to the last message in the stream."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from adapters.compose import Running, running
from adapters.nats import jetstream
from adapters.nats.relay import Relay
from adapters.nats.subjects import STREAM
from adapters.settings import Settings
from benchmarks.scaling.lab import LEAK, client, fields, settled
from benchmarks.scaling.stages import MICRO, Figure
from domain.desk import Request
from domain.envelope import PLATFORM
from domain.ports import Receipt
from projections import feed_index

VENDOR = "vendor-0"
LOOK = 0.01  # seconds between looks
PATIENCE = 120.0  # seconds


def carried(clients: int) -> Iterator[Figure]:
    """One report to so many clients, through everything that runs in one process.

    The parties have no accounts and no consumers: what those cost is measured elsewhere.
    """
    return iter(asyncio.run(_carried(clients)))


async def _carried(clients: int) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="varsel-scale-") as folder:
        settings = Settings(data=Path(folder), nats_port=0, log_level="ERROR")
        async with running(settings) as here:
            await _let_in(here, clients)
            return await _told(here, clients)


async def _let_in(here: Running, clients: int) -> None:
    parties = [(VENDOR, "vendor"), *((client(one), "client") for one in range(clients))]
    for party, role in parties:
        await _do(here, PLATFORM, "register_party", f"add-{party}", fields(party, role))
    await _until(lambda: _settled(here))


async def _told(here: Running, clients: int) -> list[Figure]:
    before, stored = _messages(here), await _stored(here)
    files = _bytes(here)
    told = {"incident": "leak", "clients": [*map(client, range(clients))], "channel": "platform"}
    parts, since = here.parts, _Since()
    await _do(here, VENDOR, "report_leak", "report", {"incident": "leak", **LEAK})
    await _do(here, VENDOR, "notify_clients", "notify", told)
    accepted = since.figure("end_accepted_s")
    await _until(lambda: parts.views.position() == parts.ledger.position())
    viewed = since.figure("end_viewed_s")
    await _until(lambda: _settled(here))
    ended = since.figure("end_to_end_s")
    messages = _messages(here) - before
    return [
        accepted,
        viewed,
        ended,
        Figure("messages_per_notice", messages / clients),
        Figure("message_feed_bytes", (await _stored(here) - stored) / messages),
        Figure("event_evidence_bytes", (_bytes(here) - files) / clients),
        *await _again(here),
    ]


class _Since:
    """What the whole process spent since, whichever of its threads."""

    def __init__(self) -> None:
        self._wall, self._core = time.perf_counter(), time.process_time()

    def figure(self, name: str) -> Figure:
        wall, core = time.perf_counter() - self._wall, time.process_time() - self._core
        return Figure(name, core, wall)


async def _again(here: Running) -> list[Figure]:
    """The relay alone: the same feed carried into an empty stream, nothing else at work."""
    relay, timer = _relay(here), here.platform.reminders
    position, messages = here.parts.views.position(), _messages(here)
    await _until(lambda: timer is None or timer.settled(position))
    # Gone, it is made anew, and every message is carried again.
    await jetstream.ask(relay._nc, f"STREAM.DELETE.{STREAM}")  # noqa: SLF001 - the platform's own
    relay.wake()
    start, core = time.perf_counter(), time.process_time()
    await _until(lambda: relay.published < messages)
    await _until(lambda: relay.published == messages)
    spent, wall = time.process_time() - core, time.perf_counter() - start
    return [Figure("relay_us", spent / messages * MICRO, wall / messages * MICRO)]


def _settled(here: Running) -> bool:
    """Everything accepted is in the views, in the log and in the stream."""
    position = here.parts.ledger.position()
    signed = here.parts.evidence.log.position()
    carried_to = _relay(here).published
    return here.parts.views.position() == position == signed and carried_to == _messages(here)


def _messages(here: Running) -> int:
    return feed_index.total(here.parts.views.rows)


def _relay(here: Running) -> Relay:
    relay = here.platform.relay
    if relay is None:
        raise RuntimeError(here.platform)
    return relay


async def _stored(here: Running) -> int:
    """How many bytes the stream holds."""
    info = await jetstream.ask(_relay(here)._nc, f"STREAM.INFO.{STREAM}")  # noqa: SLF001 - its own
    return int(info["state"]["bytes"])


def _bytes(here: Running) -> int:
    """The transparency log's file."""
    return settled(here.folder.root / "evidence.sqlite")


async def _do(here: Running, party: str, verb: str, command: str, body: dict[str, Any]) -> Receipt:
    parts = here.parts
    request = Request(party, verb, command, body)
    return await parts.write(lambda: parts.desk.handle(request, parts.clock()))


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - views, log and stream have no event in common
            await asyncio.sleep(LOOK)
