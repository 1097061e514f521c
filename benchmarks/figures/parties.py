"""Figure 11: does the 1000th party take as long to let in as the first?

Product: a platform that 900 parties were let into lets the last hundred in, one after another, by
the operator's own NATS door: account, consumer, credentials and API key for each.

Floor: a new platform in the same process, letting its first hundred in, in turn with the other one.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Final

from adapters.compose import running
from adapters.nats.caller import Caller
from adapters.settings import Settings
from benchmarks.measuring import ROUNDS, Figure, at_most, tell

PARTIES: Final = 1000
EACH: Final = 33  # parties let in here and there, in one round
CROWD: Final = 20  # let in at once, before anything is measured
TARGET: Final = at_most(1.5)  # "as long": two medians of the same work differ on a busy machine


def main() -> None:
    """Measure, and print one line."""
    tell(measured(PARTIES, EACH))


def measured(parties: int, each: int) -> Figure:
    """How long the last ones of so many parties took, in milliseconds; `each` of them a round."""
    return asyncio.run(_measured(parties, each))


async def _measured(parties: int, each: int) -> Figure:
    first = parties - ROUNDS * each
    async with _platform() as new, _platform() as full:
        for number in range(0, first, CROWD):
            crowd = range(number, min(number + CROWD, first))
            await asyncio.gather(*(_add(full, one) for one in crowd))
        rounds = [await _round(new, full, first, one * each, each) for one in range(ROUNDS)]
    return Figure("party_add_1000th", "ms", TARGET, rounds)


async def _round(
    new: Caller, full: Caller, first: int, start: int, each: int
) -> tuple[float, float]:
    """What one party took on the full platform, and on the new one; in turn, party by party."""
    there: list[float] = []
    here: list[float] = []
    for number in range(start, start + each):
        here.append(await _add(new, number))
        there.append(await _add(full, first + number))
    return median(there), median(here)


@asynccontextmanager
async def _platform() -> AsyncGenerator[Caller]:
    """A platform of its own, and its operator."""
    with tempfile.TemporaryDirectory(prefix="varsel-bench-") as folder:
        settings = Settings(data=Path(folder), nats_port=0, log_level="ERROR")
        async with running(settings) as platform:
            creds = platform.folder.operator_creds
            async with await Caller.connect(platform.url, creds) as operator:
                yield operator


async def _add(operator: Caller, number: int) -> float:
    fields = {
        "id": f"shop-{number}",
        "roles": ["client"],
        "name": f"Shop {number}",
        "country": "NO",
        "zone": "Europe/Oslo",
    }
    start = time.perf_counter()
    await operator.call("party_add", {"command": f"add-{number}", "with": fields})
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
