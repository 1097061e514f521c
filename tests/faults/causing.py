"""How most faults are caused: again and again under load, then everything is looked at."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable

from tests.faults.causes import Fault
from tests.faults.checks import examined
from tests.faults.crowd import Crowd
from tests.faults.report import tell
from tests.faults.stage import Stage

SEED = 20260227
OFTEN = int(os.environ.get("VARSEL_FAULTS", "1"))  # more of the same: only who measures needs it


def caused(
    fault: Fault, stage: Stage, once: Callable[[Crowd], Awaitable[float]], times: int = 1
) -> int:
    """`once` causes the fault and returns when it was over (monotonic, in seconds).

    Returns how often it was caused: `times`, and where VARSEL_FAULTS says so a multiple of it.
    """
    chance = random.Random(SEED)  # noqa: S311 - moments that can be had again

    async def story() -> None:
        recovery: list[float] = []
        async with Crowd.of(stage) as crowd:
            async with crowd.talking():
                for _ in range(times * OFTEN):
                    await asyncio.sleep(chance.uniform(0.1, 0.8))  # a moment that nobody foresees
                    over = await once(crowd)
                    recovery.append(await crowd.goes_on() - over)
            tell(fault, stage.engine, await examined(crowd), recovery)

    asyncio.run(story())
    return times * OFTEN


async def held(seconds: float, crowd: Crowd) -> None:
    """A fault lasts; commands are accepted over HTTP all the while."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        await crowd.accepted(1)
