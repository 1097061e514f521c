"""Figure 4: how long until the last of 300, and of 1 000, live clients has its message?

One message for each client is published as the relay does it. The clock starts with the first and
stops when the last client has been handed its own; two processes hold all clients, each of them on
a connection of its own.

Product: the product's follower, each in an account of its own, with a consumer of its own, and
acknowledging each message; it has been handed one before. Floor: as many bare subscribers of the
same republished subjects, within the platform's account; they count. What the product adds is the
way across accounts, the look whether a message is the next, and what acknowledging takes away from
those who still wait.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from adapters.nats import mint
from adapters.nats.connection import connect
from adapters.nats.credentials import Credentials
from adapters.nats.publish import FeedPublisher, OutMessage
from adapters.nats.relay import BATCH
from adapters.nats.server import EmbeddedServer, free_port
from adapters.nats.subjects import live_feed
from adapters.nats.tenancy import Tenancy
from adapters.nats.trust import Trust, party_user_creds
from benchmarks.audience import Audience, Seat, audience
from benchmarks.measuring import against, at_most, tell

FEW, MANY = 300, 1_000
TARGET: Final = at_most(1.3)
FILL: Final = "x" * 1_000  # a message is 1.2 kB
AT_ONCE: Final = 50  # consumers that are made
REST: Final = 0.5  # seconds between rounds
ROUNDS: Final = 5  # the broker collects its garbage within some of them


class Client(NamedTuple):
    """A party, its account, and credentials of it."""

    party: str
    account: str
    creds: str


class Feeds:
    """Publishes: each message is the next one of its party's feed, and names the one before."""

    def __init__(self, publisher: FeedPublisher) -> None:
        self._publisher = publisher
        self._number = 0
        self._before: dict[str, bytes] = {}

    def next_round(self, parties: Iterable[str]) -> list[OutMessage]:
        """One message for each party."""
        return [self._next(party) for party in parties]

    async def publish(self, messages: Sequence[OutMessage]) -> None:
        for first in range(0, len(messages), BATCH):
            await self._publisher.publish(messages[first : first + BATCH])

    def _next(self, party: str) -> OutMessage:
        self._number += 1
        before = hashlib.sha256(self._before.get(party, b"")).hexdigest()
        body = json.dumps({"feed": party, "previoushash": before, "data": FILL}).encode()
        self._before[party] = body
        subject = f"feed.{party}.incident.Told"
        return OutMessage(subject, body, f"id-{self._number}", self._number)


def main() -> None:
    """Measure, and print a line for each number of clients."""
    with tempfile.TemporaryDirectory(prefix="varsel-bench-") as name, ExitStack() as stack:
        trust, now = Trust.new(), datetime.now(UTC)
        clients = list(_clients(Path(name), trust, now))
        runner = stack.enter_context(asyncio.Runner())
        feeds, url = stack.enter_context(_server(runner, Path(name), trust, clients))
        followers = stack.enter_context(audience(url, [(one.creds, "") for one in clients]))
        bare = [f"bare-{number}" for number in range(MANY)]
        seats: list[Seat] = [(trust.platform_creds(now), live_feed(party)) for party in bare]
        listeners = stack.enter_context(audience(url, seats))

        def round_of(here: Audience, parties: Sequence[str], *, acked: bool) -> Callable[[], float]:
            def measure() -> float:
                messages = feeds.next_round(parties)
                here.expect(len(messages))
                start = time.perf_counter()
                runner.run(feeds.publish(messages))
                took = here.last("heard") - start
                if acked:
                    here.last("acked")
                time.sleep(REST)
                return took * 1000

            return measure

        parties = [one.party for one in clients]
        round_of(followers, parties, acked=True)()  # from here on they trust what they hear
        for count in (FEW, MANY):
            product = round_of(followers, parties[:count], acked=True)
            floor = round_of(listeners, bare[:count], acked=False)
            tell(against(f"live_{count}", "ms", product, floor, TARGET, ROUNDS))


def _clients(folder: Path, trust: Trust, now: datetime) -> Generator[Client]:
    """Accounts that the server finds as it starts: to push them one by one would take minutes."""
    (folder / "jwt").mkdir()
    for number in range(MANY):
        seed, party = mint.new_seed("account"), f"client-{number}"
        key = mint.public_key(seed)
        account = trust.party_account_jwt(key, party, now)
        (folder / "jwt" / f"{key}.jwt").write_text(account, encoding="utf-8")
        yield Client(party, key, party_user_creds(seed, party, party, now)[0])


@contextmanager
def _server(
    runner: asyncio.Runner, folder: Path, trust: Trust, clients: Sequence[Client]
) -> Generator[tuple[Feeds, str]]:
    """The product's server, stream and consumers, and who publishes; its URL."""
    now, stack = datetime.now(UTC), AsyncExitStack()

    async def start() -> tuple[Feeds, str]:
        server = EmbeddedServer(folder, trust, port=free_port(), issued_at=now)
        await stack.enter_async_context(server)
        system = await connect(server.url, Credentials.parse(trust.system_creds(now)), name="s")
        stack.push_async_callback(system.close)
        core = await connect(server.url, Credentials.parse(trust.platform_creds(now)), name="core")
        stack.push_async_callback(core.close)
        tenancy, room = Tenancy(system, core), asyncio.Semaphore(AT_ONCE)
        await tenancy.ensure_stream()

        async def admit(one: Client) -> None:
            async with room:
                await tenancy.ensure_consumer(one.account, [one.party])

        await asyncio.gather(*(admit(one) for one in clients))
        return Feeds(FeedPublisher(core)), server.url

    try:
        yield runner.run(start())
    finally:
        runner.run(stack.aclose())


if __name__ == "__main__":
    main()
