"""A platform small enough for one test: a real server, its stream, and parties to play with."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from nats.aio.client import Client
from nats.js import JetStreamContext

from adapters.nats import mint
from adapters.nats.connection import Connection, connect
from adapters.nats.credentials import Credentials
from adapters.nats.follower import Follower
from adapters.nats.publish import OutMessage
from adapters.nats.server import EmbeddedServer, free_port
from adapters.nats.subjects import API_PREFIX, STREAM
from adapters.nats.tenancy import Tenancy
from adapters.nats.trust import Trust, party_user_creds

# nats-py 2.16 drops the socket of a reconnect that failed after TCP, unclosed.
TOLERATED = pytest.mark.filterwarnings("ignore:unclosed <StreamWriter:ResourceWarning")


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Party:
    id: str
    account_seed: str = field(repr=False)
    creds: Credentials

    @property
    def key(self) -> str:
        return self.creds.account_key


@dataclass(frozen=True)
class Platform:
    server: EmbeddedServer
    trust: Trust
    system: Connection
    nc: Connection
    tenancy: Tenancy
    told: list[str]

    @property
    def url(self) -> str:
        return self.server.url

    async def admit(self, party_id: str, feeds: list[str] | None = None) -> Party:
        seed = mint.new_seed("account")
        text, _ = party_user_creds(seed, party_id, f"{party_id}'s bot", now())
        party = Party(party_id, seed, Credentials.parse(text))
        live = feeds is None
        jwt = self.trust.party_account_jwt(party.key, party_id, now(), live=live)
        await self.tenancy.push_account(jwt)
        await self.tenancy.ensure_consumer(party.key, [party_id] if feeds is None else feeds)
        return party


@asynccontextmanager
async def platform(
    folder: Path, *, trust: Trust | None = None, port: int | None = None
) -> AsyncIterator[Platform]:
    trust, told = trust or Trust.new(), list[str]()
    server = EmbeddedServer(
        folder,
        trust,
        port=port or free_port(),
        issued_at=now(),
        report=lambda event, _error: told.append(event),
    )
    async with server:
        system = await connect(
            server.url, Credentials.parse(trust.system_creds(now())), name="system"
        )
        nc = await connect(server.url, Credentials.parse(trust.platform_creds(now())), name="core")
        tenancy = Tenancy(system, nc)
        await tenancy.ensure_stream()
        try:
            yield Platform(server, trust, system, nc, tenancy, told)
        finally:
            await nc.close()
            await system.close()


async def leaked(url: str, account_seed: str) -> Connection:
    """Worst case: an account key leaked, and a user who may do everything was minted with it."""
    seed = mint.new_seed("user")
    jwt = mint.user_jwt(
        account_seed, mint.public_key(seed), "free", pub=[">"], sub=[">"], issued_at=now()
    )
    creds = Credentials.parse(mint.creds_file(jwt, seed, "stolen"))
    return await connect(url, creds, name="thief")


async def bound(nc: Connection, account_key: str) -> JetStreamContext.PullSubscription:
    """An account's consumer, read as nats-py reads one: not as our follower does."""
    context = cast("Client", nc).jetstream(prefix=API_PREFIX)
    return await context.pull_subscribe_bind(consumer=account_key, stream=STREAM)


def message(party: str, number: int, word: str = "word") -> OutMessage:
    body = f"{word} {number}".encode()
    return OutMessage(f"feed.{party}.incident.Told", body, f"id-{number}", number)


def a_batch(party: str, first: int, last: int) -> list[OutMessage]:
    return [message(party, number) for number in range(first, last + 1)]


async def until(true: Callable[[], bool | Awaitable[bool]], patience: float = 60.0) -> None:
    """Looks again and again, up to a deadline."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        seen = true()
        if seen if isinstance(seen, bool) else await seen:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"not seen within {patience:g} s")


async def read(follower: Follower, count: int, patience: float = 60.0) -> list[bytes]:
    """The next messages of a feed, each acknowledged."""
    bodies: list[bytes] = []
    async with asyncio.timeout(patience):
        async for each in follower:
            bodies.append(each.body)
            assert await each.ack()
            if len(bodies) == count:
                return bodies
    return bodies
