"""Readers that fall behind, hand back or see things twice: their own view is exact at the end."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats.errors
import pytest
from nats.aio.client import Client, RawCredentials
from nats.aio.msg import Msg
from nats.js.client import JetStreamContext

from adapters.nats.credentials import Credentials
from adapters.nats.subjects import API_PREFIX, STREAM
from tests.adapters.nats.lab import TOLERATED
from tests.faults import causes
from tests.faults.causing import SEED
from tests.faults.checks import examined
from tests.faults.crowd import Crowd
from tests.faults.report import tell
from tests.faults.stage import Stage, embedded
from tests.journeys.lab import insist, until

pytestmark = [pytest.mark.fault, TOLERATED]
READERS, REVISIONS = 2, 30
SHOPS = tuple(f"shop-{number}" for number in range(20))
MAY_HOLD = 1000  # a consumer's max_ack_pending
GLANCE = 0.3  # seconds that an empty pull waits


class View:
    """A reader's own view: messages by feed and place, whatever order they come in."""

    def __init__(self) -> None:
        self.feeds: dict[str, dict[int, dict[str, Any]]] = {}
        self.again = self.late = 0

    def take(self, message: Msg) -> None:
        body = {**json.loads(message.data), "raw": message.data}
        feed, place = self.feeds.setdefault(body["feed"], {}), int(body["sequence"])
        self.again += place in feed
        self.late += any(other > place for other in feed)
        assert feed.setdefault(place, body)["raw"] == body["raw"]

    def size(self) -> int:
        return sum(map(len, self.feeds.values()))

    def in_order(self) -> list[dict[str, Any]]:
        return [feed[place] for feed in self.feeds.values() for place in sorted(feed)]


@asynccontextmanager
async def pulling(stage: Stage, creds: str) -> AsyncIterator[JetStreamContext.PullSubscription]:
    """A client of its own making, as a party's IT would write it: nothing but nats-py."""
    known, client = Credentials.of(creds), Client()
    await client.connect(stage.nats, user_credentials=RawCredentials(known.text))
    try:
        context = client.jetstream(prefix=API_PREFIX)
        yield await context.pull_subscribe_bind(consumer=known.account_key, stream=STREAM)
    finally:
        await client.close()


async def fetched(puller: JetStreamContext.PullSubscription, most: int) -> list[Msg]:
    try:
        return await puller.fetch(most, timeout=GLANCE)
    except (TimeoutError, nats.errors.TimeoutError):
        return []


async def reads_wildly(stage: Stage, creds: str, view: View, enough: asyncio.Event) -> int:
    """Hands back what comes, at once or for later, more often than not; returns how often."""
    chance, back = random.Random(SEED), 0  # noqa: S311 - the same at every run
    async with pulling(stage, creds) as puller:
        while not enough.is_set():
            for message in await fetched(puller, 7):
                view.take(message)
                if chance.random() < 0.5:
                    back += 1
                    await message.nak(delay=chance.choice((None, 0.05, 0.4)))
                else:
                    await message.ack_sync()
    return back


def test_a_reader_with_everything_doubled_late_and_out_of_order_sees_its_exact_feed(
    tmp_path: Path,
) -> None:
    async def story(stage: Stage) -> None:
        view, enough = View(), asyncio.Event()
        async with Crowd.of(stage, "spar") as crowd:
            reading = [
                asyncio.create_task(reads_wildly(stage, crowd.creds["spar"], view, enough))
                for _ in range(READERS)
            ]
            for _ in range(REVISIONS):
                await crowd.revise("zoopit")
            over = time.monotonic()
            recovery = [await crowd.goes_on() - over]
            await crowd.settled()

            async def all_read() -> bool:
                """What it handed back last may be a notice that it has not acknowledged yet."""
                all_there = len(view.feeds["spar"]) == await crowd.head("spar")
                return all_there and not await crowd.awaited("spar")

            await until(all_read)
            enough.set()
            back = sum(await asyncio.gather(*reading))
            crowd.read["spar"] = view.in_order()
            assert view.again > REVISIONS
            assert view.late > 0
            outcome = await examined(crowd)
            tell(causes.DELIVERY_DISORDERED, stage.engine, outcome, recovery, times=back)

    with embedded(tmp_path) as stage:
        asyncio.run(story(stage))


def test_a_slow_reader_delays_nobody_else_and_catches_up(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        view = View()
        async with Crowd.of(stage, *SHOPS) as crowd:
            creds = await an_auditor(crowd)
            async with pulling(stage, creds) as puller:
                held = await as_many_as_it_may(puller, crowd)
                # Nothing new; what it holds may come again, after `ack_wait` or another word of
                # its scope.
                known = {one.metadata.sequence.stream for one in held}
                more = await fetched(puller, 1)
                assert {one.metadata.sequence.stream for one in more} <= known
                await crowd.goes_on()  # while all that is held
                over = time.monotonic()
                there = await all_of(crowd)
                while view.size() < there:
                    for message in held:
                        view.take(message)
                        await message.ack()
                    held = await fetched(puller, MAY_HOLD)
            recovery = [time.monotonic() - over]
            crowd.read["tilsyn"] = view.in_order()
            tell(causes.READER_SLOW, stage.engine, await examined(crowd), recovery)

    with embedded(tmp_path) as stage:
        asyncio.run(story(stage))


async def an_auditor(crowd: Crowd) -> str:
    """It reads the feeds of all clients through one consumer."""
    body = {"id": "tilsyn", "roles": ["auditor"], "scope": list(crowd.clients), "country": "NO"}
    async with await crowd.stage.operator() as operator:
        given = await insist(operator, "party_add", {"command": "add-tilsyn", "with": body})
    return str(given["creds"])


async def all_of(crowd: Crowd) -> int:
    """How many messages an auditor of all clients is to read, once nothing moves any more."""
    await crowd.settled()
    return sum([await crowd.head(party) for party in crowd.clients])


async def as_many_as_it_may(puller: JetStreamContext.PullSubscription, crowd: Crowd) -> list[Msg]:
    """Messages taken and not acknowledged, until no more are given out; some may come twice."""
    held: dict[int, Msg] = {}
    while len(held) < MAY_HOLD:
        await crowd.revise("zoopit")
        if len(crowd.said) % 10 == 0:
            held |= {one.metadata.sequence.stream: one for one in await fetched(puller, MAY_HOLD)}
    return [*held.values()]
