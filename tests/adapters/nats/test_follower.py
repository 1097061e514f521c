"""A follower reads its feed in order, whatever became of those who read it before."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.nats import follower as following
from adapters.nats import jetstream, pulling
from adapters.nats.connection import Delivered, connect
from adapters.nats.follower import Follower
from adapters.nats.publish import FeedPublisher
from domain.errors import Invalid
from tests.adapters.nats.lab import (
    TOLERATED,
    Party,
    Platform,
    a_batch,
    bound,
    platform,
    read,
    until,
)

pytestmark = TOLERATED


async def taken_and_dropped(desk: Platform, party: Party, count: int) -> None:
    """As by a reader that is killed: handed out, and neither acknowledged nor given back."""
    nc = await connect(desk.url, party.creds, name="killed")
    puller = await bound(nc, party.key)
    assert len(await puller.fetch(count, timeout=20)) == count
    await nc.close()


def words(first: int, last: int) -> list[bytes]:
    return [f"word {number}".encode() for number in range(first, last + 1)]


def test_what_a_killed_reader_left_comes_before_what_is_newer(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            joker = await desk.admit("joker")
            publisher = FeedPublisher(desk.nc)
            await publisher.publish(a_batch("joker", 1, 5))
            async with await Follower.connect(desk.url, joker.creds) as follower:
                assert await read(follower, 1) == words(1, 1)
            await taken_and_dropped(desk, joker, 4)
            await publisher.publish(a_batch("joker", 6, 8))
            async with await Follower.connect(desk.url, joker.creds) as follower:
                assert await read(follower, 7) == words(2, 8)

    asyncio.run(scenario())


def test_what_was_under_way_when_the_server_died_comes_before_what_is_newer(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            joker = await desk.admit("joker")
            await FeedPublisher(desk.nc).publish(a_batch("joker", 1, 3))
            async with await Follower.connect(desk.url, joker.creds) as follower:
                messages = follower.messages()
                first = await anext(messages)
                await the_server_dies_and_comes_back(desk)
                await FeedPublisher(desk.nc).publish(a_batch("joker", 4, 6))
                seen = [first.body]
                await first.ack()
                async with asyncio.timeout(20):
                    while seen[-1] != b"word 6":
                        message = await anext(messages)
                        seen.append(message.body)
                        await message.ack()
                new = list(dict.fromkeys(seen))  # some may come again, none before its time
                assert new == words(1, 6)

    asyncio.run(scenario())


def test_what_was_under_way_from_a_leader_now_gone_comes_before_what_is_newer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that its reader hears of it is silence: its own connection, to another node, holds."""
    monkeypatch.setattr(pulling, "_LATE", 0.3)

    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            joker, told = await desk.admit("joker"), list[str]()
            publisher = FeedPublisher(desk.nc)
            await publisher.publish(a_batch("joker", 1, 1))

            def report(event: str, _error: Exception | None) -> None:
                told.append(event)

            async with await Follower.connect(desk.url, joker.creds, report=report) as follower:
                messages = follower.messages()
                await (await anext(messages)).ack()
                await publisher.publish(a_batch("joker", 2, 3))
                await taken_and_dropped(desk, joker, 2)
                newer = asyncio.ensure_future(anext(messages))
                assert desk.server.pid is not None
                os.kill(desk.server.pid, signal.SIGSTOP)
                await until(lambda: "feed.pull" in told)
                os.kill(desk.server.pid, signal.SIGCONT)
                await publisher.publish(a_batch("joker", 4, 4))
                async with asyncio.timeout(20):  # it would else come after `ack_wait`
                    assert (await newer).body == b"word 2"

    asyncio.run(scenario())


def test_what_an_earlier_pull_brings_late_does_not_come_before_what_comes_again(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            joker = await desk.admit("joker")
            await FeedPublisher(desk.nc).publish(a_batch("joker", 1, 60))
            async with await Follower.connect(desk.url, joker.creds) as follower:
                messages = follower.messages()
                first = await anext(messages)
                late = await follower._puller._ask({"batch": 10, "no_wait": True}, 20)
                assert [one.data for one in late] == words(51, 60)
                for one in late:
                    follower._puller._came.put_nowait(one)
                follower._doubt()
                assert [first.body, *await read(follower, 60)] == [*words(1, 1), *words(1, 60)]

    asyncio.run(scenario())


def test_what_goes_to_a_connection_now_gone_is_fetched_back(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            joker = await desk.admit("joker")
            await FeedPublisher(desk.nc).publish(a_batch("joker", 1, 8))
            async with await Follower.connect(desk.url, joker.creds) as follower:
                stolen(follower, partial(taken_and_dropped, desk, joker, 4), times=1)
                assert await read(follower, 8) == words(1, 8)

    asyncio.run(scenario())


def test_who_follows_with_others_goes_on_with_what_they_leave(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            joker = await desk.admit("joker")
            await FeedPublisher(desk.nc).publish(a_batch("joker", 1, 8))
            async with await Follower.connect(desk.url, joker.creds) as follower:
                times = pulling._INSIST + 1
                stolen(follower, partial(taken_and_dropped, desk, joker, 4), times)
                assert await read(follower, 4) == words(5, 8)

    asyncio.run(scenario())


def stolen(follower: Follower, steal: Callable[[], Awaitable[None]], times: int) -> None:
    """So many pulls come too late: somebody else got what would have come first."""
    pull = follower._puller.pull

    async def late(wait: float = 0.0) -> list[Delivered]:
        nonlocal times
        if times:
            times -= 1
            await steal()
        return await pull(wait)

    follower._puller.pull = late  # type: ignore[method-assign]


async def the_server_dies_and_comes_back(desk: Platform) -> None:
    assert desk.server.pid is not None
    os.kill(desk.server.pid, signal.SIGKILL)
    await until(lambda: "nats-server.restarted" in desk.told)
    await until(lambda: desk.nc.is_connected)


def test_a_feed_is_read_again_but_not_skipped(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            joker = await desk.admit("joker")
            await FeedPublisher(desk.nc).publish(a_batch("joker", 1, 5))
            async with await Follower.connect(desk.url, joker.creds) as follower:
                assert await read(follower, 2) == words(1, 2)
                with pytest.raises(Invalid, match=r"not skipped, only read again.*at most 3"):
                    await follower.rewind(5)
                await follower.rewind(1)
                assert await read(follower, 5) == words(1, 5)

    asyncio.run(scenario())


def test_a_lost_connection_does_not_keep_a_reader_waiting_for_what_it_had_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "_FIRST", 600.0)
    monkeypatch.setattr(following, "_PULL", 600.0)

    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            joker = await desk.admit("joker")
            publisher = FeedPublisher(desk.nc)
            async with await Follower.connect(desk.url, joker.creds) as follower:
                coming = asyncio.ensure_future(anext(follower.messages()))
                await until(partial(asked, desk, joker))
                await follower._nc.force_reconnect()
                await publisher.publish(a_batch("joker", 1, 1))
                async with asyncio.timeout(60):
                    assert (await coming).body == b"word 1"

    asyncio.run(scenario())


async def asked(desk: Platform, party: Party) -> bool:
    """Whether a pull waits at the party's consumer."""
    return bool((await jetstream.ask(desk.nc, f"CONSUMER.INFO.FEED.{party.key}"))["num_waiting"])


def test_who_hears_nothing_asks_less_often_until_something_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "_FIRST", 0.05)
    monkeypatch.setattr(following, "_PULL", 0.4)

    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            tilsyn = await desk.admit("tilsyn", ["joker"])  # who follows others hears nothing live
            async with await Follower.connect(desk.url, tilsyn.creds) as follower:
                stays = kept(follower)
                messages = follower.messages()
                coming = asyncio.ensure_future(anext(messages))
                await until(lambda: stays[-1:] == [0.4])
                await FeedPublisher(desk.nc).publish(a_batch("joker", 1, 1))
                assert await (await coming).ack()
                until_now = len(stays)
                coming = asyncio.ensure_future(anext(messages))
                await until(lambda: stays[-1] == 0.4 and 0.05 in stays[until_now:])
                coming.cancel()
            assert all(now in {0.05, min(2 * before, 0.4)} for before, now in pairwise(stays))

    asyncio.run(scenario())


def kept(follower: Follower) -> list[float]:
    """How long (seconds) each pull of a reader stays open, as they come."""
    stays, ask = list[float](), follower._puller._ask

    async def asking(how: dict[str, int | bool], patience: float) -> list[Delivered]:
        if "expires" in how:
            stays.append(how["expires"] / 10**9)
        return await ask(how, patience)

    follower._puller._ask = asking  # type: ignore[method-assign]
    return stays
