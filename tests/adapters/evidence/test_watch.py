"""A running platform watches itself: what was spoilt is named, and copies are made anew."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from adapters.evidence.checkpoint import Verifier, from_header
from adapters.evidence.opening import HEADER
from adapters.nats import feed_log
from adapters.nats.errors import FeedGap
from projections.feed_index import NUMBERS
from tests.adapters.feeding import stored
from tests.adapters.nats.lab import TOLERATED, until
from tests.adapters.running import Up, up, up_with
from tests.builders import a_question, told

pytestmark = TOLERATED
QUIET: dict[str, Any] = {"log_level": "ERROR", "reconcile_seconds": 0.1}


async def examined(platform: Up) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await platform.operator.call("examine", {}))["findings"]
    return found


async def story(platform: Up) -> None:
    await platform.take(*told("joker", "kiwi"), a_question("joker"))
    await platform.settled()


def spoil(path: Path, *statements: str) -> None:
    db = sqlite3.connect(path, isolation_level=None, timeout=30)
    try:
        for one in statements:
            db.execute(one)
    finally:
        db.close()


def test_a_platform_that_nobody_touched_is_well(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", **QUIET) as platform:
            await story(platform)
            answer = await platform.operator.call("examine", {})
            assert answer["findings"] == []
            assert answer["examined"] >= 10
            assert platform.running.platform.health()["troubles"] == []

    asyncio.run(scenario())


def test_a_changed_row_of_the_ledger_is_named_and_stays_named(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", **QUIET) as platform:
            await story(platform)
            views = platform.running.parts.views.generation
            feed = await stored(platform.nc)
            spoil(
                tmp_path / "data" / "ledger.sqlite",
                "UPDATE stored_events SET state=CAST(replace(state, 'joker', 'kiwii') AS BLOB) "
                "WHERE rowid=9",
            )
            for _ in range(2):
                found = await examined(platform)
                assert {one["kind"] for one in found} == {"changed"}
                assert not any(one["repaired"] for one in found)
            health = platform.running.platform.health()
            assert not health["ok"]
            assert any("the row at position 9" in one for one in health["troubles"])
            assert platform.running.parts.views.generation == views  # copies do not follow
            assert await stored(platform.nc) == feed

    asyncio.run(scenario())


def test_a_view_that_was_changed_is_made_anew(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", **QUIET) as platform:
            await story(platform)
            before = platform.running.parts.views.generation
            whole = await platform.ask("joker", "timeline")
            spoil(tmp_path / "data" / "views" / before, "DELETE FROM rows WHERE view='timeline'")
            [found] = await examined(platform)
            assert (found["kind"], found["repaired"]) == ("views", True)
            assert "timeline" in found["what"]
            assert platform.running.parts.views.generation != before
            assert await platform.ask("joker", "timeline") == whole
            assert await examined(platform) == []

    asyncio.run(scenario())


def test_a_pass_that_finds_nothing_leaves_no_second_generation(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", **QUIET) as platform:
            await story(platform)
            assert await examined(platform) == []
            assert len(list((tmp_path / "data" / "views").glob("views-*.sqlite"))) == 1

    asyncio.run(scenario())


async def spoilt_on_disk(folder: Path, how: Any) -> list[dict[str, Any]]:
    """Play, stop, spoil the stream's block, start again: what is found; the feed is whole again."""
    async with up_with(folder, **QUIET) as platform:
        await story(platform)
        before = [body for _, _, body in await stored(platform.nc)]
    how(folder / "nats", before)
    async with up(folder, **QUIET) as platform:
        await until(lambda: platform.relay.published > 0)
        found = await examined(platform)

        async def whole() -> bool:
            bodies = [body for _, _, body in await stored(platform.nc)]
            return bodies[: len(before)] == before

        await until(whole)
        await platform.settled()
        assert await examined(platform) == []
    return found


def the_block(nats: Path) -> Path:
    [block] = [one for one in nats.rglob("*.blk") if "FEED" in str(one)]
    return block


def test_a_flipped_bit_in_the_feeds_block_is_found_and_made_good(tmp_path: Path) -> None:
    def flip(nats: Path, bodies: list[bytes]) -> None:
        block = the_block(nats)
        raw = bytearray(block.read_bytes())
        raw[raw.index(bodies[2]) + 20] ^= 4
        block.write_bytes(raw)

    asyncio.run(spoilt_on_disk(tmp_path / "data", flip))


def test_a_truncated_block_of_the_feed_is_made_good(tmp_path: Path) -> None:
    def cut(nats: Path, bodies: list[bytes]) -> None:
        block = the_block(nats)
        raw = block.read_bytes()
        block.write_bytes(raw[: raw.index(bodies[-3]) + 10])

    asyncio.run(spoilt_on_disk(tmp_path / "data", cut))


def test_a_lost_block_of_the_feed_is_made_good(tmp_path: Path) -> None:
    asyncio.run(spoilt_on_disk(tmp_path / "data", lambda nats, _: the_block(nats).unlink()))


def test_a_message_that_is_not_the_indexed_one_is_named_and_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the stream held another body under the right number and id."""

    async def scenario() -> None:
        async with up_with(tmp_path / "data", **QUIET) as platform:
            await story(platform)
            before = await stored(platform.nc)
            rows = platform.running.parts.views.rows
            keys = [key for key, _ in rows.all(NUMBERS, "")]
            watch = platform.running.parts.evidence.watch
            assert watch.feed is not None
            real = feed_log.messages

            async def tampered(*given: Any) -> Any:
                async for one in real(*given):
                    yield one._replace(body=b"{}") if one.sequence == 3 else one

            with monkeypatch.context() as patched:
                patched.setattr(feed_log, "messages", tampered)
                [found] = await examined(platform)
            assert (found["kind"], found["repaired"]) == ("feed", True)
            assert found["what"].startswith("message 3 ")
            assert len(keys) == len(before)

            async def again() -> bool:
                try:
                    return await stored(platform.nc) == before
                except FeedGap:  # it is being made anew
                    return False

            await until(again)
            assert await examined(platform) == []

    asyncio.run(scenario())


def test_the_background_pass_finds_it_unasked(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", watch_seconds=0.2, **QUIET) as platform:
            await story(platform)
            spoil(tmp_path / "data" / "ledger.sqlite", "UPDATE clock SET at='2001-01-01'")

            def told_so() -> bool:
                troubles = platform.running.platform.health()["troubles"]
                return any(one.startswith("clock:") for one in troubles)

            await until(told_so)

    asyncio.run(scenario())


def test_every_feed_message_carries_a_checkpoint_that_covers_its_event(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", **QUIET) as platform:
            await story(platform)
            log = platform.running.parts.evidence.log
            key = Verifier.parse((await platform.operator.call("checkpoint", {}))["key"])
            rows = dict(platform.running.parts.views.rows.all(NUMBERS, ""))
            positions = {row["number"]: row["position"] for row in rows.values()}
            count = 0
            async for one in feed_log.messages(platform.nc, 1, len(rows)):
                found = key.read(from_header(one.headers[HEADER]))
                assert found.size > log.index_of(positions[one.sequence])
                assert found == log.checkpoint_at(found.size)
                count += 1
            assert count == len(rows) > 5

    asyncio.run(scenario())
