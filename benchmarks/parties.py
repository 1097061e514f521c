"""Does the 1000th party take as long to let in as the first?

Each round starts two platforms: a new one, and one that 950 parties were let into. Then parties
are let in here and there in turn, fifty each, through the operator's own NATS door: account,
consumer, credentials and API key for each. The floor is the median of the new platform's, the
value that of the full one's, in milliseconds; in turn, so that a busy machine troubles both alike.
Of the rounds the median counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from adapters.compose import running
from adapters.nats.caller import Caller
from adapters.settings import Settings

PARTIES, EDGE, ROUNDS = 1000, 50, 3
TARGET = 1.5  # "about as long": what two medians of the same work differ by on a busy machine
BOUND = 1800.0  # seconds: what takes longer has failed, whatever it would have shown


class Round(NamedTuple):
    """How long one party took on the new platform, and on the full one, in milliseconds."""

    first: float
    last: float


def main() -> None:
    """Measure, and print one line."""
    asked = _options()
    rounds = asyncio.run(_measure(asked.rounds, asked.parties))
    sys.stdout.write(json.dumps(_figure(rounds)) + "\n")


async def _measure(rounds: int, parties: int) -> list[Round]:
    async with asyncio.timeout(BOUND):
        return [await _round(parties) for _ in range(rounds)]


async def _round(parties: int) -> Round:
    edge = min(EDGE, parties)
    async with _platform() as new, _platform() as full:
        for number in range(1, parties - edge + 1):
            await _add(full, number)
        first: list[float] = []
        last: list[float] = []
        for number in range(1, edge + 1):
            first.append(await _add(new, number))
            last.append(await _add(full, parties - edge + number))
    return Round(median(first), median(last))


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


def _figure(rounds: list[Round]) -> dict[str, Any]:
    return {
        "figure": "party_add_1000th",
        "unit": "ms",
        "value": round(median(each.last for each in rounds), 2),
        "floor": round(median(each.first for each in rounds), 2),
        "ratio": round(median(each.last / each.first for each in rounds), 2),
        "target": TARGET,
        "rounds": [[round(each.first, 2), round(each.last, 2)] for each in rounds],
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--parties", type=int, default=PARTIES)
    return parser.parse_args()


if __name__ == "__main__":
    main()
