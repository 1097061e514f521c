"""The same on PostgreSQL, three NATS nodes, two processes of each role: all tests share them."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import pytest

from tests.adapters.nats.lab import TOLERATED
from tests.faults import causes
from tests.faults.causes import Fault
from tests.faults.causing import caused, held
from tests.faults.crowd import Crowd
from tests.faults.production import Production, production
from tests.faults.serving import Process
from tests.journeys.lab import VARSEL, seen, until

pytestmark = [pytest.mark.fault, TOLERATED]
DOWN = 3.0  # seconds
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def platform() -> Iterator[Production]:
    with production() as found:
        yield found


@pytest.fixture
def stage(platform: Production) -> Production:
    """The platform, whole again, for parties that are new to it."""
    platform.acts += 1
    platform.start()
    return platform


async def killed(one: Process) -> float:
    """It is started again at once; nobody waits for it."""
    await asyncio.to_thread(one.kill)
    over = time.monotonic()
    one.launch()
    return over


async def whole(stage: Production) -> None:
    await asyncio.to_thread(stage.start)


def test_while_apis_are_killed_the_others_answer(stage: Production) -> None:
    victims = cycle(stage.of("api"))

    async def once(_: Crowd) -> float:
        await whole(stage)
        return await killed(next(victims))

    caused(causes.API_KILLED, stage, once, times=2)


@pytest.mark.parametrize(
    ("role", "fault"),
    [("relay", causes.RELAY_KILLED), ("projector", causes.PROJECTOR_KILLED)],
    ids=["relay", "projector"],
)
def test_another_takes_over_from_the_one_that_was_killed_in_its_turn(
    stage: Production, role: str, fault: Fault
) -> None:
    async def once(_: Crowd) -> float:
        await whole(stage)
        return await killed(await asyncio.to_thread(stage.holder, role))

    caused(fault, stage, once)


def test_a_relay_that_hangs_past_its_turn_is_fenced_off(stage: Production) -> None:
    async def once(crowd: Crowd) -> float:
        old = await asyncio.to_thread(stage.holder, "relay")
        lost = len(old.logged("turn.lost"))
        old.freeze()
        await asyncio.to_thread(seen, lambda: stage.holder("relay") is not old)
        assert not old.logged("turn.lost")[lost:]
        await crowd.goes_on()
        old.thaw()
        over = time.monotonic()
        await asyncio.to_thread(seen, lambda: len(old.logged("turn.lost")) > lost)
        return over

    caused(causes.RELAY_HANGS, stage, once)


def test_a_node_that_is_killed_is_missed_in_no_feed(stage: Production) -> None:
    async def once(crowd: Crowd) -> float:
        refused = len(crowd.refused)
        node = await asyncio.to_thread(stage.cluster.leader)
        await asyncio.to_thread(node.kill)
        over = time.monotonic()
        await crowd.accepted(3)
        assert len(crowd.refused) == refused
        node.start()
        return over

    caused(causes.NODE_KILLED, stage, once)


def test_with_two_nodes_killed_commands_are_accepted_and_the_feed_catches_up(
    stage: Production,
) -> None:
    async def once(crowd: Crowd) -> float:
        refused = len(crowd.refused)
        leader = await asyncio.to_thread(stage.cluster.leader)
        other = next(node for node in stage.cluster.nodes if node is not leader)
        for node in (leader, other):
            node.kill()
        await held(DOWN, crowd)
        assert len(crowd.refused) == refused
        for node in (leader, other):
            node.start()
        return time.monotonic()

    caused(causes.NODES_KILLED, stage, once)


def test_a_node_that_is_cut_off_holds_up_no_feed(stage: Production) -> None:
    async def once(crowd: Crowd) -> float:
        refused = len(crowd.refused)
        node = await asyncio.to_thread(stage.cluster.leader)
        stage.network.partition(node)
        try:
            await crowd.goes_on()
        finally:
            stage.network.heal(node)
        assert len(crowd.refused) == refused
        return time.monotonic()

    caused(causes.NODE_CUT_OFF, stage, once)


def test_while_the_disk_of_a_node_is_full_commands_are_accepted(stage: Production) -> None:
    async def once(crowd: Crowd) -> float:
        refused = len(crowd.refused)
        node = await asyncio.to_thread(stage.cluster.leader)
        ballast = stage.disks.fill(stage.cluster.folder / node.name)
        try:
            await crowd.accepted(20)
            await held(DOWN, crowd)
            assert len(crowd.refused) == refused
        finally:
            ballast.unlink()
        over = time.monotonic()
        await crowd.goes_on()  # without this node: it stores nothing any more until it is restarted
        await asyncio.to_thread(node.kill)
        node.start()
        return over

    caused(causes.NODE_FULL, stage, once)


async def refused(crowd: Crowd, times: int) -> list[Any]:
    """Once so many more commands have been refused, each with what to do: what was said."""
    before = len(crowd.refused)

    async def so_many() -> bool:
        return len(crowd.refused) >= before + times

    await until(so_many)
    said = crowd.refused[before:]
    assert {one["status"] for one in said} == {503}
    assert all(one["next"] for one in said), said
    return said


def test_while_postgresql_is_down_commands_are_refused_with_what_to_do(stage: Production) -> None:
    async def once(crowd: Crowd) -> float:
        await asyncio.to_thread(stage.database.kill)
        said = await refused(crowd, 4)
        assert any("PostgreSQL" in one["next"] for one in said), said
        await asyncio.to_thread(stage.database.start)
        return time.monotonic()

    caused(causes.POSTGRES_KILLED, stage, once)


def test_while_the_disk_of_postgresql_is_full_commands_are_refused(stage: Production) -> None:
    async def once(crowd: Crowd) -> float:
        ballast = stage.disks.fill(stage.database.folder)
        try:
            await refused(crowd, 8)  # by a ledger that is full, or by views that are and lag
        finally:
            ballast.unlink()
        if not stage.database.runs:
            await asyncio.to_thread(stage.database.start)
        return time.monotonic()

    caused(causes.POSTGRES_FULL, stage, once)


def test_everything_killed_at_once_goes_on_where_it_was(stage: Production) -> None:
    async def once(_: Crowd) -> float:
        await asyncio.to_thread(stage.kill)
        over = time.monotonic()
        await whole(stage)
        return over

    caused(causes.ALL_KILLED, stage, once)


def test_with_clocks_an_hour_apart_no_time_goes_back(stage: Production) -> None:
    """The last one: behind it the ledger's own clock is an hour ahead."""

    def clocked(one: Process, ahead: timedelta) -> None:
        file = stage.root / f"{one.name}.clock"
        file.write_text(str(ahead.total_seconds()))
        assert one.stop() == 0
        one.program = (sys.executable, "-m", "tests.faults.clocked", str(file))
        one.launch()

    async def once(crowd: Crowd) -> float:
        await crowd.accepted(60)
        return time.monotonic()

    clocked(stage.processes["api-2"], HOUR)
    clocked(stage.add("api-3"), -HOUR)
    stage.start()
    try:
        caused(causes.CLOCKS_DIFFER, stage, once)
        assert stage.log()[-1].envelope.recorded_at > datetime.now(UTC) + HOUR / 2
    finally:
        stage.processes.pop("api-3").stop()
        stage.processes["api-2"].stop()
        stage.processes["api-2"].program = (VARSEL,)
