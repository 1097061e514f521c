"""A platform's part on the cluster that tests share, and a load that its relay carries."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast
from uuid import UUID, uuid5

from adapters import logs
from adapters.nats import feed_log, mint
from adapters.nats.connection import Connection
from adapters.nats.credentials import Credentials
from adapters.nats.feed_log import StoredMessage
from adapters.nats.follower import Follower
from adapters.nats.outside import Cluster as Where
from adapters.nats.outside import broker_outside
from adapters.nats.relay import Ports, Relay
from adapters.nats.tenancy import Tenancy
from adapters.nats.trust import party_user_creds
from domain.envelope import Recorded
from projections.feed_index import FIRST_HASH, NUMBERS, Place
from projections.rows import MemoryRows, number
from tests import cluster as clusters
from tests.adapters.nats.lab import Party, now, until

_IDS = UUID("5ca1ab1e-0000-4000-8000-000000000000")


@dataclass
class Desk:
    """The platform's two connections, and what it does through them."""

    cluster: clusters.Cluster
    tenancy: Tenancy
    nc: Connection
    stack: AsyncExitStack
    told: list[str] = field(default_factory=list)

    async def admit(self, party_id: str, feeds: list[str] | None = None) -> Party:
        seed = mint.new_seed("account")
        text, _ = party_user_creds(seed, party_id, f"{party_id}'s bot", now())
        party = Party(party_id, seed, Credentials.parse(text))
        live = feeds is None
        jwt = self.cluster.trust.party_account_jwt(party.key, party_id, now(), live=live)
        await self.tenancy.push_account(jwt)
        await self.tenancy.ensure_consumer(party.key, [party_id] if feeds is None else feeds)
        return party

    async def follow(self, party: Party, url: str | None = None) -> Follower:
        follower = await Follower.connect(
            url or self.cluster.url, party.creds, ca=self.cluster.ca, patience=30
        )
        return await self.stack.enter_async_context(follower)

    def relay(self, load: Load, nc: Connection | None = None) -> Relay:
        """A relay of this load, which ends with the desk."""
        relay = Relay(nc or self.nc, load.ports(), logs.get())
        self.stack.push_async_callback(relay.stop)
        relay.start()
        return relay

    async def carried(self, load: Load, patience: float = 60.0) -> None:
        """The stream holds what the load lists, in order, once, and nothing else."""
        await until(lambda: self._holds(load.total), patience)
        found = [one async for one in feed_log.messages(self.nc, 1, load.total)]
        assert [one.body for one in found] == [load.body(n) for n in range(1, load.total + 1)]

    async def _holds(self, count: int) -> bool:
        try:
            return (await feed_log.last(self.nc))[0] >= count
        except Exception:  # noqa: BLE001 - leaders are being chosen
            await asyncio.sleep(0.1)
            return False


@asynccontextmanager
async def desk(
    cluster: clusters.Cluster, url: str | None = None, *, many: int = 2000, parties: int = 1
) -> AsyncIterator[Desk]:
    """Joined, with an empty stream."""
    logs.configure("ERROR")
    told: list[str] = []

    def report(event: str, error: Exception | None) -> None:
        told.append(f"{event} {error or ''}".strip())

    async with AsyncExitStack() as stack:
        _, tenancy, nc = await broker_outside(
            Where(url or cluster.url, cluster.ca, many=many),
            cluster.trust,
            lambda: parties,
            now(),
            report,
            stack,
        )
        await tenancy.recreate_stream()
        yield Desk(cluster, tenancy, nc, stack, told)


class Load:
    """A feed index that grows on request; message n of it says so, to one of a few parties."""

    def __init__(self, parties: Sequence[str] = ("joker",)) -> None:
        self.rows = MemoryRows()
        self.total = 0
        self._parties = parties

    def grow(self, count: int) -> None:
        for n in range(self.total + 1, self.total + count + 1):
            party = self._parties[n % len(self._parties)]
            row = {
                "number": n,
                "feed": party,
                "sequence": n,
                "previous": FIRST_HASH,
                "position": n,
                "message": str(uuid5(_IDS, str(n))),
                "hash": hashlib.sha256(self.body(n)).hexdigest(),
                "subject": f"feed.{party}.incident.Told",
            }
            self.rows.put(NUMBERS, "", number(n), row)
        self.total += count

    def body(self, n: int) -> bytes:
        return f"word {n}".encode()

    def ports(self) -> Ports:
        def render(_recorded: Recorded, place: Place) -> bytes:
            return self.body(place.sequence)

        async def restore(common: int, _of: str | None) -> None:
            raise AssertionError(f"the stream was taken for foreign behind {common}")

        def keep(found: Sequence[StoredMessage]) -> None:
            raise AssertionError(f"there are strays: {found}")

        def read(position: int, limit: int) -> list[Recorded]:
            """Events of which nothing but their place is looked at."""
            last = min(position + limit, self.total)
            found = [SimpleNamespace(position=one) for one in range(position + 1, last + 1)]
            return cast("list[Recorded]", found)

        return Ports(
            rows=lambda: self.rows,
            caught_up=lambda: True,
            read=read,
            render=render,
            restore=restore,
            keep=keep,
        )


class Reader:
    """Follows a feed to its end, acknowledging; remembers what came, in the order it came."""

    def __init__(self, follower: Follower) -> None:
        self.seen: list[int] = []
        self._follower = follower

    async def until(self, last: int, patience: float = 90.0) -> None:
        """Reads until message `last` came."""
        async with asyncio.timeout(patience):
            async for each in self._follower:
                self.seen.append(int(each.body.split()[1]))
                await each.ack()
                if last in self.seen[-1:]:
                    return

    @property
    def first_times(self) -> list[int]:
        """Without what came again."""
        return list(dict.fromkeys(self.seen))
