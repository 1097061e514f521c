"""Damage to what the broker stores: named, and mended from the ledger, byte for byte."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.adapters.nats.lab import TOLERATED
from tests.faults import causes
from tests.faults.causes import Fault
from tests.faults.checks import examined
from tests.faults.crowd import Crowd
from tests.faults.report import tell
from tests.faults.stage import Embedded, embedded, the_stream

pytestmark = [pytest.mark.fault, TOLERATED]
REVISIONS = 70  # more messages than the relay looks back over at a start


def damaged(fault: Fault, folder: Path, harm: Callable[[Path], None], named: Sequence[str]) -> None:
    """Harm the stream's file while nothing runs; what doctor names then is `named`."""

    async def story(stage: Embedded) -> None:
        async with Crowd.of(stage) as crowd:
            for _ in range(REVISIONS):
                await crowd.revise("zoopit")
            await crowd.settled()
            before = await the_stream(stage)
            assert stage.stop() == 0
            harm(the_file(stage))
            over = time.monotonic()
            await asyncio.to_thread(stage.start)
            recovery = [await crowd.goes_on() - over]
            outcome = await examined(crowd, named)
            stage.start()
            assert (await the_stream(stage))[: len(before)] == before
            tell(fault, stage.engine, outcome, recovery)

    with embedded(folder) as stage:
        asyncio.run(story(stage))


def the_file(stage: Embedded) -> Path:
    """Where the broker keeps the stream's first messages."""
    return min((stage.folder.nats / "js").rglob("FEED/msgs/*.blk"))


def test_one_flipped_bit_in_the_stream_is_named_and_mended(tmp_path: Path) -> None:
    def harm(block: Path) -> None:
        stored = bytearray(block.read_bytes())
        stored[len(stored) // 5] ^= 1
        block.write_bytes(stored)

    damaged(causes.BIT_FLIPPED, tmp_path, harm, ["feed"])


def test_a_stream_cut_short_is_filled_up_again(tmp_path: Path) -> None:
    def harm(block: Path) -> None:
        stored = block.read_bytes()
        block.write_bytes(stored[: len(stored) * 2 // 3])

    damaged(causes.TAIL_CUT, tmp_path, harm, [])
