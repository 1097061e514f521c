"""What is stored is shown at once; whatever is not heard, or is not next, the consumer brings."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.nats import follower as following
from adapters.nats import jetstream, mint, subjects
from adapters.nats.credentials import Credentials
from adapters.nats.follower import FeedMessage, Follower
from adapters.nats.publish import FeedPublisher, OutMessage
from tests.adapters.nats.lab import TOLERATED, Party, Platform, leaked, now, platform, until

pytestmark = TOLERATED


class Feed:
    """A party's feed as the relay publishes it: each message names the hash of the one before."""

    def __init__(self, desk: Platform, party: Party) -> None:
        self.desk, self.party = desk, party
        self.bodies: list[bytes] = []

    def next_body(self, word: str = "told") -> bytes:
        before = hashlib.sha256(self.bodies[-1]).hexdigest() if self.bodies else "0" * 64
        sequence = str(len(self.bodies) + 1)
        return json.dumps({"sequence": sequence, "previoushash": before, "data": word}).encode()

    async def grow(self, count: int = 1) -> None:
        first = len(self.bodies) + 1
        for _ in range(count):
            self.bodies.append(self.next_body())
        subject = f"feed.{self.party.id}.leak.Told"
        batch = [
            OutMessage(subject, body, f"id-{number}", number)
            for number, body in enumerate(self.bodies[first - 1 :], first)
        ]
        await FeedPublisher(self.desk.nc).publish(batch)

    async def floor(self) -> int:
        found = await self.desk.tenancy.consumer_progress(self.party.key)
        return found.ack_floor if found else 0

    async def heard(self, *, live: bool) -> None:
        """Give the account its import of its own live feed, or take it away."""
        trust, party = self.desk.trust, self.party
        account = trust.party_account_jwt(party.key, party.id, now(), live=live)
        await self.desk.tenancy.push_account(account)

    async def pause(self, *, until: datetime) -> None:
        """The consumer delivers nothing before that."""
        verb = f"CONSUMER.PAUSE.FEED.{self.party.key}"
        await jetstream.ask(self.desk.nc, verb, {"pause_until": until.isoformat()})


@asynccontextmanager
async def a_feed(folder: Path) -> AsyncIterator[Feed]:
    async with platform(folder / "nats") as desk:
        yield Feed(desk, await desk.admit("joker"))


@asynccontextmanager
async def live(feed: Feed) -> AsyncIterator[AsyncIterator[FeedMessage]]:
    """A follower that has read and acknowledged what there is, and has heard it live."""
    told = list[str]()
    url, creds = feed.desk.url, feed.party.creds
    async with await Follower.connect(url, creds, report=lambda each, _: told.append(each)) as one:
        messages = one.messages()
        coming = asyncio.ensure_future(anext(messages))
        await until(lambda: one._live._listening)
        await feed.desk.nc.flush()
        await feed.grow()
        first = await coming
        assert (first.body, await first.ack()) == (feed.bodies[0], True)
        await until(lambda: not one._live.silent)
        yield messages
        assert "nats.error" not in told


async def soon(messages: AsyncIterator[FeedMessage], patience: float = 60.0) -> FeedMessage:
    async with asyncio.timeout(patience):
        return await anext(messages)


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_what_is_stored_is_shown_though_its_consumer_has_not_delivered_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with a_feed(tmp_path) as feed, live(feed) as messages:
            await feed.pause(until=now() + timedelta(hours=1))
            await feed.grow(2)
            shown = await soon(messages)
            assert (shown.sequence, shown.body) == (2, feed.bodies[1])
            assert set(shown.headers) == {
                "Nats-Msg-Id",
                "Nats-Expected-Stream",
                "Nats-Expected-Last-Sequence",
            }  # as when it is delivered
            assert (await soon(messages)).body == feed.bodies[2]
            assert await feed.floor() == 1  # shown is not delivered: nobody has acknowledged it
            await feed.pause(until=LONG_AGO)
            assert await shown.ack()
            assert await feed.floor() == 2

    asyncio.run(scenario())


def test_many_at_once_are_shown_once_each_in_order_and_acknowledged(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with a_feed(tmp_path) as feed, live(feed) as messages:
            await feed.grow(200)  # more than is kept of what was heard
            seen: list[bytes] = []
            while len(seen) < 200:
                message = await soon(messages)
                seen.append(message.body)
                assert await message.ack()
            assert seen == feed.bodies[1:]
            assert await feed.floor() == 201

    asyncio.run(scenario())


def test_what_was_not_heard_comes_before_what_was_heard_after_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with a_feed(tmp_path) as feed, live(feed) as messages:
            await feed.heard(live=False)
            await feed.grow(2)
            await feed.heard(live=True)
            await feed.grow(1)
            seen = [await soon(messages) for _ in range(3)]
            assert [one.body for one in seen] == feed.bodies[1:]
            assert [await one.ack() for one in seen] == [True] * 3
            await feed.grow(1)
            assert (await soon(messages)).body == feed.bodies[-1]  # none of them again

    asyncio.run(scenario())


def test_who_hears_nothing_any_more_is_delivered_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_LOOK", (0.5, 0.5))

    async def scenario() -> None:
        async with a_feed(tmp_path) as feed, live(feed) as messages:
            await feed.heard(live=False)
            for _ in range(3):
                await feed.grow(1)
                shown = await soon(messages)
                assert shown.body == feed.bodies[-1]
                assert await shown.ack()

    asyncio.run(scenario())


def test_what_was_shown_and_not_acknowledged_is_for_the_next_reader(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with a_feed(tmp_path) as feed:
            async with live(feed) as messages:
                await feed.grow(3)
                assert [(await soon(messages)).body for _ in range(3)] == feed.bodies[1:]
            async with await Follower.connect(feed.desk.url, feed.party.creds) as another:
                again = another.messages()
                assert [(await soon(again)).body for _ in range(3)] == feed.bodies[1:]

    asyncio.run(scenario())


def test_two_who_follow_with_the_same_creds_both_see_it_and_both_may_acknowledge(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with (
            a_feed(tmp_path) as feed,
            live(feed) as ours,
            await Follower.connect(feed.desk.url, feed.party.creds) as another,
        ):
            theirs = another.messages()
            coming = asyncio.ensure_future(anext(theirs))
            await until(lambda: another._live._listening)
            await feed.grow(1)
            seen = [await soon(ours), await coming]
            assert [one.body for one in seen] == feed.bodies[1:] * 2
            assert await asyncio.gather(*(one.ack() for one in seen)) == [True, True]

    asyncio.run(scenario())


def test_what_was_heard_and_is_not_what_is_stored_is_not_acknowledged(tmp_path: Path) -> None:
    """Only who holds the account's own key can say it there, to that party alone."""

    async def scenario() -> None:
        async with a_feed(tmp_path) as feed, live(feed) as messages:
            thief = await leaked(feed.desk.url, feed.party.account_seed)
            forged = feed.next_body("all is well")
            await thief.publish("live.leak.Told", forged, headers={"Nats-Sequence": "2"})
            shown = await soon(messages)
            assert shown.body == forged
            await feed.grow(1)
            assert not await shown.ack()
            stored = await soon(messages)
            assert stored.body == feed.bodies[-1]
            assert await stored.ack()
            await thief.close()

    asyncio.run(scenario())


def test_nothing_but_the_next_message_of_the_feed_is_taken_for_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with a_feed(tmp_path) as feed, live(feed) as messages:
            thief = await leaked(feed.desk.url, feed.party.account_seed)
            for body in (b"no json", b"[]", b'{"previoushash": "other"}'):
                await thief.publish("live.leak.Told", body, headers={"Nats-Sequence": "9"})
            await thief.publish("live.leak.Told", feed.next_body("no number"))
            await thief.flush()
            await feed.grow(1)
            assert (await soon(messages)).body == feed.bodies[-1]
            await thief.close()

    asyncio.run(scenario())


# --- who was let in before there was anything live ---------------------------------------------


def test_creds_of_before_follow_by_their_consumer_and_nobody_complains(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with a_feed(tmp_path) as feed:
            user, told = mint.new_seed("user"), list[str]()
            jwt = mint.user_jwt(
                feed.party.account_seed,
                mint.public_key(user),
                "joker",
                pub=[*subjects.consumer_api(feed.party.key), *subjects.acks(feed.party.key)],
                sub=[subjects.INBOX],
                issued_at=now(),
            )
            creds = Credentials.parse(mint.creds_file(jwt, user, "of before"))
            async with await Follower.connect(
                feed.desk.url, creds, report=lambda each, _: told.append(each)
            ) as follower:
                messages = follower.messages()
                for _ in range(3):
                    await feed.grow(1)
                    shown = await soon(messages)
                    assert (shown.body, await shown.ack()) == (feed.bodies[-1], True)
            assert "nats.error" not in told

    asyncio.run(scenario())


def test_an_account_of_before_follows_by_its_consumer(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with a_feed(tmp_path) as feed:
            await feed.heard(live=False)
            async with await Follower.connect(feed.desk.url, feed.party.creds) as follower:
                messages = follower.messages()
                for _ in range(3):
                    await feed.grow(1)
                    shown = await soon(messages)
                    assert (shown.body, await shown.ack()) == (feed.bodies[-1], True)

    asyncio.run(scenario())


def test_a_stream_of_before_is_heard_live_from_the_next_start_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with a_feed(tmp_path) as feed:
            await feed.grow(2)
            found = (await jetstream.ask(feed.desk.nc, "STREAM.INFO.FEED"))["config"]
            before = {name: value for name, value in found.items() if name != "republish"}
            await jetstream.ask(feed.desk.nc, "STREAM.UPDATE.FEED", before)
            await feed.desk.tenancy.ensure_stream()
            after = await jetstream.ask(feed.desk.nc, "STREAM.INFO.FEED")
            assert after["config"]["republish"] == subjects.REPUBLISH
            assert after["state"]["messages"] == 2

    asyncio.run(scenario())
