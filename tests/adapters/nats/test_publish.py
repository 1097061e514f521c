"""FEED gets each number once, from one writer at a time, and can be read back."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.nats import feed_log
from adapters.nats.errors import FeedGap, Fenced, PublishFailed
from adapters.nats.publish import FeedPublisher, OutMessage
from tests.adapters.nats.lab import TOLERATED, Platform, a_batch, message, platform, until

pytestmark = TOLERATED


async def stored(desk: Platform, first: int, last: int) -> list[feed_log.StoredMessage]:
    return [each async for each in feed_log.messages(desk.nc, first, last)]


def test_every_message_gets_exactly_its_number_and_is_read_back_as_it_was(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            publisher = FeedPublisher(desk.nc, window=50)
            assert await feed_log.last(desk.nc) == (0, None)
            assert await publisher.publish([]) == 0
            assert await publisher.publish(a_batch("joker", 1, 400)) == 400
            first = OutMessage("feed.kiwi.i.t", b"", "id-401", 401)
            assert await publisher.publish([first], {"Varsel-Checkpoint": "c"}) == 1
            assert await feed_log.last(desk.nc) == (401, "id-401")
            found = await stored(desk, 1, 401)
            assert [each.sequence for each in found] == list(range(1, 402))
            assert [each.body for each in found[:400]] == [
                each.body for each in a_batch("joker", 1, 400)
            ]
            assert found[-1].subject == "feed.kiwi.i.t"
            assert found[-1].headers["Varsel-Checkpoint"] == "c"
            assert found[-1].headers["Nats-Msg-Id"] == "id-401"
            with pytest.raises(FeedGap, match="message 402"):
                await stored(desk, 400, 402)

    asyncio.run(scenario())


def test_of_two_publishers_the_one_that_is_behind_is_fenced_and_can_go_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            one, other = FeedPublisher(desk.nc), FeedPublisher(desk.nc)
            await one.publish(a_batch("joker", 1, 10))
            for number in (1, 5, 12):  # at an empty stream's end, behind, ahead
                rival = OutMessage("feed.kiwi.i.t", b"rival", f"rival-{number}", number)
                with pytest.raises(Fenced):
                    await other.publish([rival])
            last, _ = await feed_log.last(desk.nc)
            assert last == 10
            await other.publish([message("kiwi", last + 1)])
            with pytest.raises(Fenced):
                await one.publish([OutMessage("feed.joker.i.t", b"late", "late-11", 11)])
            assert [each.body for each in await stored(desk, 11, 11)] == [b"word 11"]

    asyncio.run(scenario())


def test_two_publishers_at_once_store_each_number_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            await asyncio.gather(*(relay(desk, Goal(2000), chunk) for chunk in (37, 64)))
            found = await stored(desk, 1, 2000)
            assert [each.headers["Nats-Msg-Id"] for each in found] == [
                f"id-{number}" for number in range(1, 2001)
            ]
            assert (await feed_log.last(desk.nc))[0] == 2000

    asyncio.run(scenario())


@dataclass
class Goal:
    """The number of the last message that is to be there; it may be set while messages come."""

    last: int


async def relay(desk: Platform, goal: Goal, chunk: int = 100) -> int:
    """What the real relay does: look where the stream is, go on from there; count the failures."""
    publisher, failures = FeedPublisher(desk.nc, patience=1.0), 0
    while True:
        try:
            last, _ = await feed_log.last(desk.nc)
            if last >= goal.last:
                return failures
            await publisher.publish(a_batch("joker", last + 1, min(goal.last, last + chunk)))
        except Exception:  # noqa: BLE001 - the server is being killed: every failure is tried again
            failures += 1
            await asyncio.sleep(0.01)


def test_a_relay_resumes_after_kill_9_of_the_server_without_gaps_or_duplicates(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            goal = Goal(10**9)
            relaying = asyncio.create_task(relay(desk, goal))
            for kills in (1, 2):
                before, _ = await feed_log.last(desk.nc)

                async def further(before: int = before) -> bool:
                    return (await feed_log.last(desk.nc))[0] >= before + 500

                def restarted(kills: int = kills) -> bool:
                    return desk.told.count("nats-server.restarted") == kills

                await until(further)
                old = desk.server.pid
                assert old is not None
                os.kill(old, signal.SIGKILL)
                await until(restarted)
                await until(lambda: desk.nc.is_connected)
            goal.last = (await feed_log.last(desk.nc))[0] + 500  # further than what is under way
            failures = await relaying
            assert failures > 0
            found = await stored(desk, 1, goal.last)
            assert [each.headers["Nats-Msg-Id"] for each in found] == [
                f"id-{number}" for number in range(1, goal.last + 1)
            ]
            assert (await feed_log.last(desk.nc))[0] == goal.last

    asyncio.run(scenario())


def test_a_lost_connection_and_a_subject_nobody_stores_fail_at_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            publisher = FeedPublisher(desk.nc)
            with pytest.raises(PublishFailed, match="no stream took message 1"):
                await publisher.publish([OutMessage("nowhere.at.all", b"", "x", 1)])
            with pytest.raises(ValueError, match="expected 2"):
                await publisher.publish([message("a", 1), message("a", 3)])
            await publisher.publish([message("a", 1)])
            await desk.nc.close()
            with pytest.raises(PublishFailed):
                await publisher.publish([message("a", 2)])

    asyncio.run(scenario())
