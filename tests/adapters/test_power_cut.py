"""After a power cut the end of FEED is gone, or zeros: it comes back, and nobody misses a word.

What a power cut leaves is made here: nats-server is killed, its state file of the last good stop is
not there, and the end of what it wrote has not reached the disk. Readers had read and acknowledged
it before.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.nats.follower import Follower
from domain.events import NoticeDelivered
from tests.adapters.feeding import holds, stored
from tests.adapters.nats.lab import TOLERATED, read, until
from tests.adapters.nats.lab import platform as bare
from tests.adapters.running import Up, up_with
from tests.adapters.test_feed_repair import HASTY, number, sequence
from tests.builders import a_question, told

pytestmark = TOLERATED
Harm = Callable[[Path], None]


def cut(block: Path) -> None:
    """The last third is not there, and a message is there in part."""
    written = block.read_bytes()
    block.write_bytes(written[: len(written) * 2 // 3])


def end_of_zeros(block: Path) -> None:
    """The file has its length; what is in its last third never arrived."""
    written = block.read_bytes()
    whole = len(written) * 2 // 3
    block.write_bytes(written[:whole] + bytes(len(written) - whole))


def hole_of_zeros(block: Path) -> None:
    """What was written later arrived, what was written before it did not."""
    written = block.read_bytes()
    start, end = len(written) // 2, len(written) * 3 // 4
    block.write_bytes(written[:start] + bytes(end - start) + written[end:])


def nothing_left(block: Path) -> None:
    block.write_bytes(b"")


def places_forgotten(block: Path) -> None:
    """Neither the end of the stream nor how far anybody has read."""
    cut(block)
    for place in block.parents[1].glob("obs/*/o.dat"):
        place.write_bytes(b"")


def power_cut(broker: Path, harm: Harm) -> None:
    """Without a pause in which its supervisor could start the server anew."""
    server = int((broker / "nats.pid").read_text())
    os.kill(server, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while lives(server):
        assert time.monotonic() < deadline
    [block] = broker.rglob("FEED/msgs/*.blk")
    (block.parent / "index.db").unlink(missing_ok=True)
    harm(block)


def lives(process: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def delivered(platform: Up) -> int:
    log = platform.running.parts.ledger.since(0, 10_000)
    return sum(isinstance(one.event, NoticeDelivered) for one in log)


def test_the_broker_flushes_what_it_stores_each_second(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with bare(tmp_path) as desk:
            [node] = await desk.tenancy.nodes.look()
            assert node.config["sync_interval"] == 10**9  # nanoseconds
            assert "sync_always" not in node.config

    asyncio.run(scenario())


@pytest.mark.parametrize("harm", [cut, end_of_zeros, hole_of_zeros, nothing_left, places_forgotten])
def test_the_feed_is_whole_again_and_everybody_reads_on(tmp_path: Path, harm: Harm) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", **HASTY) as platform:
            await platform.take(*told("joker", "kiwi"))
            follower = await platform.follow("joker")
            seen = await read(follower, 5)  # the last is word of the delivery itself
            await until(lambda: platform.admission.floor("joker") == number(platform, "joker", 5))
            await platform.settled()
            before = await stored(platform.nc)
            power_cut(tmp_path / "data" / "nats", harm)
            await until(lambda: holds(platform.nc, before))
            await platform.take(a_question("joker"))
            seen += await read_on(follower, seen[-1])
            once = dict.fromkeys(seen)  # what comes again is the same, to the byte
            assert sorted(map(sequence, once)) == list(range(1, sequence(seen[-1]) + 1))
            assert delivered(platform) == 1
            late = await platform.follow("kiwi")
            assert [sequence(one) for one in await read(late, 4)] == [1, 2, 3, 4]

    asyncio.run(scenario())


async def read_on(follower: Follower, last: bytes) -> list[bytes]:
    """Up to the first message behind the last one."""
    found: list[bytes] = []
    while not found or sequence(found[-1]) <= sequence(last):
        found += await read(follower, 1)
    return found
