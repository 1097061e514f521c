"""A stream that holds a story, its readers, and who watches what arrives."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from adapters import logs
from adapters.nats.deliveries import Deliveries, Ports
from adapters.nats.follower import Follower
from domain.errors import Unavailable
from domain.use_cases.platform import Delivery
from tests.adapters.feeding import Index, Restored, a_relay
from tests.adapters.nats.lab import Party, Platform, platform, read, until
from tests.builders import told

LONG = 3600.0
NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


@dataclass
class Scene:
    """A stream that holds a story, its readers, and who watches what arrives."""

    platform: Platform
    index: Index
    parties: dict[str, Party]
    floors: dict[str, int] = field(default_factory=dict[str, int])
    recorded: list[Delivery] = field(default_factory=list[Delivery])
    now: datetime = NOON
    fails: int = 0
    admitted: list[str] = field(default_factory=list[str])

    def watch(self) -> Deliveries:
        ports = Ports(
            rows=lambda: self.index.rows,
            read=self.index.read,
            record=self.record,
            parties=lambda: sorted(self.parties),
            account_of=lambda party: self.parties[party].key if party in self.parties else None,
            clock=lambda: self.now,
            epoch=lambda: "this",
            admit=self.admit,
            remember_floor=lambda party, number, _: self.floors.__setitem__(party, number),
        )
        nc, tenancy = self.platform.nc, self.platform.tenancy
        return Deliveries(nc, tenancy, ports, LONG, logs.get())

    async def admit(self, party: str) -> None:
        self.admitted.append(party)

    async def record(self, seen: Delivery) -> None:
        if self.fails:
            self.fails -= 1
            raise Unavailable("the ledger's store does not answer")
        self.recorded.append(seen)
        self.index.story.desk.observe_delivery(seen, self.now)
        self.index.catch_up()

    async def acknowledge(self, party: str, count: int) -> list[bytes]:
        """A party reads so many messages of its feed, and acknowledges each."""
        follower = await Follower.connect(self.platform.url, self.parties[party].creds)
        async with follower:
            return await read(follower, count)

    def seen(self) -> list[tuple[str, str, datetime]]:
        return [(one.client, one.observed, one.delivered_at) for one in self.recorded]


@asynccontextmanager
async def scene(folder: Path) -> AsyncGenerator[Scene]:
    logs.configure("ERROR")
    index = Index(*told("joker", "tokmanni"))
    async with platform(folder) as server:
        parties = {name: await server.admit(name) for name in ("joker", "tokmanni", "zoopit")}
        parties["auditor"] = await server.admit("auditor", ["joker"])
        relay = a_relay(server, index, Restored(server))
        relay.start()
        try:
            await until(lambda: relay.published == index.total)
            yield Scene(server, index, parties)
        finally:
            await relay.stop()


@asynccontextmanager
async def watched(found: Scene) -> AsyncGenerator[Deliveries]:
    """Watches; the first look is over, so that what is acknowledged now is seen by its ack."""
    deliveries = found.watch()
    await deliveries.start()
    try:
        await until(lambda: deliveries.looks > 0)
        yield deliveries
    finally:
        await deliveries.stop()
