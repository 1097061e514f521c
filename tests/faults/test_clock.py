"""A clock that jumps: no time goes back, no deadline moves, nobody is reminded twice."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.nats.caller import Caller
from domain.events import DutyDueSoon, DutyOverdue
from tests.adapters.nats.lab import TOLERATED
from tests.builders import moment
from tests.faults import causes
from tests.faults.checks import examined
from tests.faults.crowd import Crowd
from tests.faults.report import tell
from tests.faults.stage import Embedded, embedded
from tests.journeys.lab import until

pytestmark = [pytest.mark.fault, TOLERATED]
START = moment("2026-03-27T17:00+01:00")  # a Friday; due after the change to summer time
JUMPS = (
    timedelta(hours=1),
    timedelta(days=-1),
    timedelta(days=1, hours=33, minutes=55),  # two in the morning: in Oslo that hour is not there
    timedelta(minutes=10),
    timedelta(hours=-2),
    timedelta(days=3),  # behind every deadline
    timedelta(days=-2),
    timedelta(days=2),
)


class Clock:
    """The platform's clock, set by us and then running on."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        self._ahead = START - datetime.now(UTC)
        self.jump(timedelta(0))

    def jump(self, by: timedelta) -> None:
        self._ahead += by
        new = self.file.with_suffix(".new")
        new.write_text(str(self._ahead.total_seconds()))
        new.replace(self.file)


async def owed(crowd: Crowd, client: str) -> dict[str, Any]:
    """When each of a client's duties is due."""
    async with await Caller.connect(crowd.stage.nats, crowd.creds[client]) as caller:
        found = (await caller.call("obligations", {"with": {}}))["obligations"]
    return {f"{one['incident']}/{one['duty']}": one["due"] for one in found}


async def started(crowd: Crowd) -> bool:
    """Whether the clocks run, of both clients and both leaks."""
    found = [(await owed(crowd, client)).values() for client in crowd.clients]
    return all(len([due for due in one if due]) >= len(crowd.vendors) for one in found)


def test_a_clock_that_jumps_moves_no_deadline_and_reminds_nobody_twice(tmp_path: Path) -> None:
    clock = Clock(tmp_path)

    async def story(stage: Embedded) -> None:
        recovery: list[float] = []
        async with Crowd.of(stage) as crowd:
            await until(lambda: started(crowd))
            before = [await owed(crowd, client) for client in crowd.clients]
            for by in JUMPS:
                clock.jump(by)
                over = time.monotonic()
                recovery.append(await crowd.goes_on() - over)
                await crowd.settled()
                assert [await owed(crowd, client) for client in crowd.clients] == before
            await until(lambda: overdue(crowd))
            outcome = await examined(crowd)
        said = Counter(
            (one.envelope.about, one.event.duty, one.event.threshold, one.event.due_at)
            for one in stage.log()
            if isinstance(one.event, DutyDueSoon | DutyOverdue)
        )
        assert set(said.values()) == {1}
        tell(causes.CLOCK_JUMPS, stage.engine, outcome, recovery)

    program = (sys.executable, "-m", "tests.faults.clocked", str(clock.file))
    with embedded(tmp_path, program) as stage:
        asyncio.run(story(stage))


async def overdue(crowd: Crowd) -> bool:
    """Whether every client has been told that a term is over."""
    kinds = [{one["data"]["type"] for one in crowd.read[client]} for client in crowd.clients]
    return all("DutyOverdue" in found for found in kinds)
