"""A follower reads its feed in order, whatever became of those who read it before."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from adapters.nats import pulling
from adapters.nats.connection import connect
from adapters.nats.follower import Follower
from adapters.nats.publish import FeedPublisher
from domain.errors import Invalid
from tests.adapters.nats.lab import TOLERATED, Party, Platform, a_batch, platform, read, until

pytestmark = TOLERATED


async def taken_and_dropped(desk: Platform, party: Party, count: int) -> None:
    """As by a reader that is killed: handed out, and neither acknowledged nor given back."""
    nc = await connect(desk.url, party.creds, name="killed")
    puller = await nc.jetstream(prefix="FEED.API").pull_subscribe_bind(party.key, "FEED")
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
