"""A feed that is lost or spoilt under a running platform comes back, and nobody misses a word."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

from adapters.nats.follower import Follower
from domain.errors import Unavailable
from projections import feed_index
from tests.adapters.feeding import delete_stream, holds, intrude, stored
from tests.adapters.nats.lab import TOLERATED, read, until
from tests.adapters.running import Up, raised, up, up_with
from tests.builders import a_question, told

pytestmark = TOLERATED
FOREIGN = "FEED held a message that the ledger does not know: varsel foreign shows it"
HASTY: dict[str, Any] = {"reconcile_seconds": 0.1, "log_level": "ERROR"}


def head(platform: Up, party: str) -> int:
    return feed_index.head(party, platform.running.parts.views.rows)


def number(platform: Up, party: str, sequence: int) -> int:
    """The stream's number of a message in a party's feed."""
    [row] = feed_index.page(party, sequence - 1, 1, platform.running.parts.views.rows)
    return int(row["number"])


async def told_and_read(platform: Up) -> Follower:
    """Joker has read its notice, its floor is known, and word of the delivery waits for it."""
    await platform.take(*told("joker", "kiwi"))
    follower = await platform.follow("joker")
    await read(follower, 4)  # its registration, two credentials, the notice
    await until(lambda: head(platform, "joker") == 5)
    await until(lambda: platform.admission.floor("joker") == number(platform, "joker", 4))
    await platform.settled()
    return follower


async def read_up_to(follower: Follower, kind: str) -> list[bytes]:
    bodies: list[bytes] = []
    while not (bodies and kind.encode() in bodies[-1]):
        bodies += await read(follower, 1)
    return bodies


async def begins_with(platform: Up, bodies: list[bytes]) -> bool:
    """Whether the stream does; what the new start itself recorded comes after."""
    found = [body for _, _, body in await stored(platform.nc)]
    return found[: len(bodies)] == bodies


def sequence(body: bytes) -> int:
    return int(json.loads(body)["sequence"])


def test_a_deleted_feed_is_restored_byte_for_byte(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", **HASTY) as platform:
            await told_and_read(platform)
            before = await stored(platform.nc)
            await delete_stream(platform.nc)
            await until(lambda: holds(platform.nc, before))

    asyncio.run(scenario())


def test_after_it_everybody_goes_on_where_they_were_with_their_old_creds(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", **HASTY) as platform:
            follower = await told_and_read(platform)
            before = await stored(platform.nc)
            await delete_stream(platform.nc)
            await until(lambda: holds(platform.nc, before))
            assert [sequence(one) for one in await read(follower, 1)] == [5]
            late = await platform.follow("kiwi")
            assert [sequence(one) for one in await read(late, 4)] == [1, 2, 3, 4]

    asyncio.run(scenario())


def test_a_foreign_message_is_swept_away_and_nothing_is_missed(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", **HASTY) as platform:
            follower = await told_and_read(platform)
            before = await stored(platform.nc)
            await intrude(platform.nc, "feed.joker.x.Told")
            bodies = await read_up_to(follower, "an intruder")  # read, and acknowledged
            await until(lambda: holds(platform.nc, before))
            await platform.take(a_question("joker"))
            bodies += await read_up_to(follower, "QuestionAsked")
            ours = {sequence(body) for body in bodies if b"intruder" not in body}
            assert ours >= set(range(5, head(platform, "joker") + 1))

    asyncio.run(scenario())


def test_it_is_kept_and_a_trouble_also_after_a_restart_until_the_operator_settles_it(
    tmp_path: Path,
) -> None:
    async def first() -> None:
        async with up_with(tmp_path / "data", **HASTY) as platform:
            await told_and_read(platform)
            before = await stored(platform.nc)
            await intrude(platform.nc, "feed.joker.x.Told")
            await until(lambda: platform.relay.made_anew == 1)
            await until(lambda: holds(platform.nc, before))

    async def second() -> None:
        async with up(tmp_path / "data", **HASTY) as platform:
            health = await platform.operator.call("health", {})
            assert not health["ok"]
            assert FOREIGN in health["troubles"]
            answer = await platform.operator.call("foreign", {})
            [one] = answer["foreign"]
            assert (one["subject"], one["body"]) == ("feed.joker.x.Told", "an intruder's word")
            assert (one["message"], answer["unsettled"]) == ("an intruder", 1)
            settled = {"with": {"through": one["id"]}}
            answer = await platform.operator.call("foreign_settle", settled)
            assert answer == {"settled": 1, "unsettled": 0}
            await platform.settled()
            [one] = (await platform.operator.call("foreign", {}))["foreign"]
            assert (one["settled_by"], one["body"]) == ("operator", "an intruder's word")

    asyncio.run(first())
    asyncio.run(second())


def test_a_feed_whose_folder_is_lost_is_made_anew_at_the_next_start(tmp_path: Path) -> None:
    async def first() -> list[bytes]:
        async with up_with(tmp_path / "data", **HASTY) as platform:
            await told_and_read(platform)
            return [body for _, _, body in await stored(platform.nc)]

    async def second(before: list[bytes]) -> None:
        async with up(tmp_path / "data", **HASTY) as platform:
            await until(lambda: begins_with(platform, before))

    before = asyncio.run(first())
    shutil.rmtree(tmp_path / "data" / "nats")
    asyncio.run(second(before))


def test_a_feed_that_a_relay_without_its_turn_made_anew_is_filled_and_everybody_reads_on(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", **HASTY) as platform:
            follower = await told_and_read(platform)
            before = await stored(platform.nc)
            await platform.admission._tenancy.recreate_stream()
            await until(lambda: holds(platform.nc, before))
            assert [sequence(one) for one in await read(follower, 1)] == [5]
            await until(lambda: bool(platform.running.platform.health()["ok"]))

    asyncio.run(scenario())


def test_whoever_finds_another_feed_than_it_judged_deletes_nothing(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", **HASTY) as platform:
            await told_and_read(platform)
            before = await stored(platform.nc)
            relay = platform.relay
            await relay.stop()
            refusal = await raised(relay._ports.restore(0, "the feed of another time"))
            assert isinstance(refusal, Unavailable)
            assert "another process has taken over" in str(refusal)
            assert await stored(platform.nc) == before

    asyncio.run(scenario())
