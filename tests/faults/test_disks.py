"""Disks that are full: the feed waits, the ledger refuses, and both go on once there is room."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.adapters.nats.lab import TOLERATED
from tests.faults import causes
from tests.faults.causing import caused
from tests.faults.crowd import Crowd
from tests.faults.stage import Embedded, SmallDisks, embedded
from tests.journeys.lab import VARSEL, until

pytestmark = [pytest.mark.fault, TOLERATED]
LEDGER, FEED = 64, 24  # megabytes


@contextmanager
def on_small_disks(folder: Path) -> Iterator[tuple[Embedded, SmallDisks]]:
    data = folder / "data"
    with SmallDisks({data: LEDGER, data / "nats": FEED}) as disks:
        program = (*disks.entrance, VARSEL)
        with embedded(folder, program, disks.seen(data)) as stage:
            yield stage, disks


def test_while_the_brokers_disk_is_full_commands_are_accepted_and_health_tells(
    tmp_path: Path,
) -> None:
    with on_small_disks(tmp_path) as (stage, disks):

        async def once(crowd: Crowd) -> float:
            async def told() -> bool:
                health = await crowd.health()
                return bool(health["troubles"])

            refused = len(crowd.refused)
            ballast = disks.fill(stage.serve.data / "nats")
            await until(told)
            await crowd.accepted(20)
            assert not (await crowd.health())["ok"]
            assert len(crowd.refused) == refused
            ballast.unlink()
            return time.monotonic()

        caused(causes.BROKER_FULL, stage, once)  # it takes a quarter of a minute to be given up


def test_while_the_ledgers_disk_is_full_it_refuses_and_says_why(tmp_path: Path) -> None:
    with on_small_disks(tmp_path) as (stage, disks):

        async def once(crowd: Crowd) -> float:
            before = len(crowd.refused)

            async def refused() -> bool:
                return len(crowd.refused) >= before + 20

            ballast = disks.fill(stage.serve.data)
            await until(refused)
            said = crowd.refused[before:]
            assert {one["status"] for one in said} == {503}
            assert all("full" in one["next"] for one in said), said
            ballast.unlink()
            return time.monotonic()

        caused(causes.LEDGER_FULL, stage, once)
