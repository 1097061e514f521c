"""Ended or held at any moment: what was accepted is there once, and every feed is whole."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.adapters.nats.lab import TOLERATED
from tests.faults import causes
from tests.faults.causing import caused, held
from tests.faults.crowd import Crowd
from tests.faults.stage import embedded

pytestmark = [pytest.mark.fault, TOLERATED]
FROZEN = 3.0  # seconds


def test_a_platform_killed_under_load_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    with embedded(tmp_path) as stage:

        async def once(_: Crowd) -> float:
            await asyncio.to_thread(stage.kill)
            over = time.monotonic()
            await asyncio.to_thread(stage.start)
            return over

        caused(causes.PLATFORM_KILLED, stage, once, times=2)


def test_while_the_broker_is_killed_commands_are_accepted_over_http(tmp_path: Path) -> None:
    with embedded(tmp_path) as stage:

        async def once(crowd: Crowd) -> float:
            refused = len(crowd.refused)
            await asyncio.to_thread(stage.kill_broker)
            over = time.monotonic()
            await crowd.accepted(3)
            assert len(crowd.refused) == refused
            return over

        times = caused(causes.BROKER_KILLED, stage, once, times=2)
        assert len(stage.serve.logged("nats-server.restarted")) == times


def test_while_the_broker_hangs_commands_are_accepted_over_http(tmp_path: Path) -> None:
    with embedded(tmp_path) as stage:

        async def once(crowd: Crowd) -> float:
            refused = len(crowd.refused)
            stage.freeze_broker()
            await held(FROZEN, crowd)
            assert len(crowd.refused) == refused
            stage.thaw_broker()
            return time.monotonic()

        caused(causes.BROKER_HANGS, stage, once)
