"""One party that floods, falls silent or asks for too much harms nobody else."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, cast

from nats.aio.client import Client

from adapters.nats.caller import Caller
from adapters.nats.connection import Connection, connect
from adapters.nats.credentials import Credentials
from adapters.nats.errors import Disconnected
from adapters.nats.follower import Follower
from adapters.nats.subjects import API_PREFIX, STREAM
from adapters.nats.trust import MAX_PAYLOAD, PARTY_LIMITS
from domain.errors import Invalid, TooMany, VarselError, from_problem
from tests.adapters.nats.lab import TOLERATED, until
from tests.adapters.running import Up, raised, up_with
from tests.builders import a_leak, a_notice, an_update

pytestmark = TOLERATED

FLOOD = 10_000
DEADLINE = 20.0  # seconds that an honest party waits for an answer while others flood


@asynccontextmanager
async def spoken_to(up: Up, party: str) -> AsyncGenerator[Connection]:
    """A connection of a party's own, for what no client of ours does."""
    creds = Credentials.parse(up.given[party]["creds"])
    nc = await connect(up.running.url, creds, name=f"{party}'s own")
    try:
        yield nc
    finally:
        await nc.close()


def deaf(nc: Connection) -> None:
    """From here on nothing is read from this socket: what is sent to it piles up elsewhere."""
    cast("Any", nc)._transport._io_reader._transport.pause_reading()


async def a_long_feed(up: Up, notices: int = 40) -> None:
    await up.take(a_leak(), a_notice("joker", "kiwi"))
    await up.take(*(an_update("kiwi", reason=f"word {n}") for n in range(notices)))
    await up.settled()


async def updates(feed: Follower, count: int, patience: float) -> None:
    """Wait until so many updates have come, whatever else is in the feed."""
    async with asyncio.timeout(patience):
        async for message in feed:
            assert await message.ack()
            count -= "ClientUpdated" in json.loads(message.body)["type"]
            if not count:
                return


async def timed(up: Up, party: str, question: str = "whoami") -> float:
    since = time.monotonic()
    await up.ask(party, question)
    return time.monotonic() - since


def test_a_flood_that_nobody_reads_the_answers_of_holds_up_no_other_party(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", log_level="ERROR") as up:
            await a_long_feed(up)
            async with spoken_to(up, "kiwi") as flooding, await up.follow("joker") as feed:
                before = up.running.parts.ledger.position()
                deaf(flooding)
                inbox = flooding.new_inbox()
                for _ in range(FLOOD):
                    await flooding.publish("intake.timeline", b"{}", reply=inbox)
                assert await timed(up, "joker") < DEADLINE
                assert await timed(up, "tilsyn", "whoami") < DEADLINE
                await up.take(an_update("joker", reason="while others shout"))
                await updates(feed, 1, DEADLINE)
                assert await timed(up, "joker", "obligations") < DEADLINE
                by = [one.envelope.party for one in up.running.parts.ledger.since(before, 1000)]
                assert "kiwi" not in by

    asyncio.run(scenario())


def test_a_flood_is_answered_as_far_as_it_fits_and_refused_beyond(tmp_path: Path) -> None:
    async def scenario() -> None:
        kinds: list[type[VarselError] | None] = []

        async def take(message: Any) -> None:
            error = json.loads(message.data).get("error")
            kinds.append(type(from_problem(error)) if error else None)

        folder = tmp_path / "data"
        async with up_with(folder, log_level="ERROR") as up, spoken_to(up, "kiwi") as flooding:
            inbox = flooding.new_inbox()
            await flooding.subscribe(inbox, cb=take)
            for _ in range(FLOOD):
                await flooding.publish("intake.whoami", b"{}", reply=inbox)
            await until(lambda: len(kinds) == FLOOD, patience=60)
            assert set(kinds) == {None, TooMany}
            assert kinds.count(None) >= 1_000
            assert kinds.count(TooMany) >= FLOOD - 6_000

    asyncio.run(scenario())


def test_a_follower_that_pulls_everything_and_falls_silent_harms_no_other(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", log_level="ERROR") as up:
            await a_long_feed(up)
            async with spoken_to(up, "kiwi") as silent, await up.follow("joker") as feed:
                key = Credentials.parse(up.given["kiwi"]["creds"]).account_key
                pull = json.dumps({"batch": 1000, "expires": 60_000_000_000}).encode()
                deaf(silent)
                for _ in range(20):
                    await silent.publish(
                        f"{API_PREFIX}.CONSUMER.MSG.NEXT.{STREAM}.{key}",
                        pull,
                        reply=silent.new_inbox(),
                    )
                await up.take(an_update("joker"), *(an_update("kiwi") for _ in range(20)))
                await updates(feed, 1, DEADLINE)
                assert await timed(up, "joker") < DEADLINE
                await up.settled()

            async with await up.follow("kiwi") as again:  # what it never acknowledged is kept
                await updates(again, 60, DEADLINE)

    asyncio.run(scenario())


def test_a_party_at_its_connection_limit_is_told_so_and_others_connect(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", log_level="ERROR") as up, AsyncExitStack() as stack:
            creds, url = up.given["kiwi"]["creds"], up.running.url
            for _ in range(PARTY_LIMITS["conn"] - 1):  # one is there already
                await stack.enter_async_context(await Caller.connect(url, creds))
            error = await raised(Caller.connect(url, creds, patience=3))
            assert isinstance(error, Disconnected)
            assert "maximum account active connections exceeded" in str(error)
            follower = await Follower.connect(url, up.given["joker"]["creds"])
            await stack.enter_async_context(follower)
            assert await timed(up, "kiwi") < DEADLINE

    asyncio.run(scenario())


def test_the_server_holds_a_connection_to_its_number_of_subscriptions(tmp_path: Path) -> None:
    async def scenario() -> None:
        folder = tmp_path / "data"
        async with up_with(folder, log_level="ERROR") as up, spoken_to(up, "kiwi") as nc:
            for _ in range(PARTY_LIMITS["subs"]):
                await nc.subscribe(nc.new_inbox())
            await nc.flush()
            assert nc.is_connected
            await nc.subscribe(nc.new_inbox())
            await until(lambda: nc.is_closed)
            assert "maximum subscriptions exceeded" in str(cast("Client", nc).last_error).lower()
            assert await timed(up, "kiwi") < DEADLINE
            assert await timed(up, "joker") < DEADLINE

    asyncio.run(scenario())


def test_a_payload_beyond_the_limit_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", log_level="ERROR") as up:
            kiwi = up.callers["kiwi"]
            error = await raised(kiwi.call("whoami", b" " * (MAX_PAYLOAD + 1)))
            assert isinstance(error, Invalid)
            assert error.expected == f"at most {MAX_PAYLOAD}"
            assert error.next_step == "split it into several"
            assert await timed(up, "kiwi") < DEADLINE

    asyncio.run(scenario())


def test_a_client_that_sends_too_much_all_the_same_loses_its_own_connection(tmp_path: Path) -> None:
    async def scenario() -> None:
        folder = tmp_path / "data"
        async with up_with(folder, log_level="ERROR") as up, spoken_to(up, "kiwi") as nc:
            cast("Client", nc)._max_payload = 2 * MAX_PAYLOAD  # so that nats-py lets it go
            await nc.publish("intake.whoami", b" " * (MAX_PAYLOAD + 1))
            log = folder / "nats" / "nats.log"
            await until(lambda: "maximum payload" in log.read_text().lower())
            assert await timed(up, "kiwi") < DEADLINE
            assert await timed(up, "joker") < DEADLINE

    asyncio.run(scenario())


def test_large_requests_of_one_party_hold_up_no_other(tmp_path: Path) -> None:
    async def scenario() -> None:
        folder = tmp_path / "data"
        body = b'{"with": [' + b"1," * ((MAX_PAYLOAD - 100) // 2) + b"1]}"
        async with up_with(folder, log_level="ERROR") as up, spoken_to(up, "kiwi") as flooding:
            inbox = flooding.new_inbox()
            for _ in range(12):
                await flooding.publish("intake.whoami", body, reply=inbox)
            assert await timed(up, "joker") < DEADLINE

    asyncio.run(scenario())
