"""A story whose feed index is folded in memory, to be carried into a real stream."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from adapters import logs
from adapters.nats import feed_log, jetstream
from adapters.nats.connection import Connection
from adapters.nats.feed_log import StoredMessage
from adapters.nats.relay import Ports, Relay
from adapters.nats.subjects import STREAM
from adapters.wire import render
from domain.envelope import Recorded
from projections import feed_index
from projections.everything import projections
from projections.rows import MemoryRows, Row
from tests.adapters.nats.lab import Platform
from tests.builders import Step
from tests.projections.reading import Act, Played, a_story

Stored = list[tuple[str, str | None, bytes]]


class Index:
    """The read models of a story, as far as they were brought."""

    def __init__(self, *acts: Act) -> None:
        self.story: Played = a_story(*acts)
        self.rows = MemoryRows()
        self.reached = 0
        self.catch_up()

    def catch_up(self) -> None:
        for event in self.story.ledger.since(self.reached, 100_000):
            for project in projections(render):
                project(event, self.rows)
            self.reached = event.position

    def goes_on(self, *steps: Step) -> None:
        self.story.goes_on(*steps)
        self.catch_up()

    def read(self, position: int) -> Recorded | None:
        return self.story.ledger.at(position)

    @property
    def total(self) -> int:
        return feed_index.total(self.rows)

    def listed(self) -> Stored:
        """What the stream must hold, message by message."""
        return [
            (row["subject"], row["message"], body_of(row, self.read(row["position"])))
            for row in feed_index.after(0, 100_000, self.rows)
        ]


def body_of(row: Row, recorded: Recorded | None) -> bytes:
    assert recorded is not None
    return render(recorded, feed_index.place_of(row))


async def stored(nc: Connection) -> Stored:
    """What the stream holds, message by message."""
    last, _ = await feed_log.last(nc)
    found = [message async for message in feed_log.messages(nc, 1, last)]
    return [(one.subject, one.headers.get("Nats-Msg-Id"), one.body) for one in found]


async def delete_stream(nc: Connection) -> None:
    await jetstream.ask(nc, f"STREAM.DELETE.{STREAM}")


async def intrude(
    nc: Connection, subject: str = "feed.joker.x.Told", message: str = "an intruder"
) -> None:
    """A message in the stream that no ledger knows of; it is not taken twice within seconds."""
    await nc.publish(subject, b"an intruder's word", headers={"Nats-Msg-Id": message})
    await nc.flush()


class Restored:
    """Makes the stream anew, and remembers what it was told and what was kept before."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self.common: list[int] = []
        self.adopted: list[int] = []
        self.kept: list[StoredMessage] = []
        self.kept_before: list[int] = []

    def keep(self, found: Sequence[StoredMessage]) -> None:
        self.kept += found

    async def adopt(self, common: int) -> None:
        self.adopted.append(common)

    async def __call__(self, common: int, _of: str | None) -> None:
        self.common.append(common)
        self.kept_before.append(len(self.kept))
        await self._platform.tenancy.recreate_stream()


def a_relay(
    platform: Platform,
    index: Index,
    restored: Restored,
    *,
    read: Callable[[int, int], Sequence[Recorded]] | None = None,
    keep: Callable[[Sequence[StoredMessage]], None] | None = None,
    fresh: Callable[[str], bytes | None] = lambda _: None,
) -> Relay:
    logs.configure("ERROR")

    def caught_up() -> bool:
        return index.reached == index.story.ledger.position()

    ports = Ports(
        rows=lambda: index.rows,
        caught_up=caught_up,
        read=read or index.story.ledger.since,
        render=render,
        restore=restored,
        adopt=restored.adopt,
        keep=keep or restored.keep,
        fresh=fresh,
    )
    return Relay(platform.nc, ports, logs.get())


async def holds(nc: Connection, expected: Sequence[object]) -> bool:
    """Whether the stream holds exactly that."""
    try:
        return await stored(nc) == list(expected)
    except Exception:  # noqa: BLE001 - it is being made anew
        await asyncio.sleep(0.05)
        return False
