"""The relay makes the stream equal to the index, and makes it anew where it is no copy of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from adapters.nats import feed_log, strays
from adapters.nats import relay as relays
from adapters.nats.connection import Connection
from adapters.nats.errors import Disconnected, JetStreamRefused
from adapters.nats.relay import Relay
from domain.envelope import Recorded
from domain.errors import Unavailable
from tests.adapters.feeding import (
    Index,
    Restored,
    Stored,
    a_relay,
    delete_stream,
    holds,
    intrude,
    stored,
)
from tests.adapters.nats.lab import TOLERATED, Platform, platform, until
from tests.builders import a_measure, an_acknowledgement, told

pytestmark = TOLERATED


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "RETRY", 0.05)
    monkeypatch.setattr(relays, "LOOK", 0.2)


@dataclass
class Scene:
    """A server, an index, and the relay between them."""

    platform: Platform
    index: Index
    relay: Relay
    restored: Restored

    @property
    def nc(self) -> Connection:
        return self.platform.nc

    async def carried(self) -> None:
        """The stream is what the index lists, byte for byte."""
        expected = self.index.listed()
        await until(lambda: holds(self.nc, expected))
        await until(lambda: self.relay.published == self.index.total)


@asynccontextmanager
async def scene(folder: Path, index: Index | None = None) -> AsyncGenerator[Scene]:
    async with platform(folder) as server:
        known, restored = index or Index(*told("joker", "tokmanni")), Restored(server)
        relay = a_relay(server, known, restored)
        try:
            yield Scene(server, known, relay, restored)
        finally:
            await relay.stop()


def play(
    folder: Path, story: Callable[[Scene], Awaitable[None]], index: Index | None = None
) -> None:
    async def scenario() -> None:
        async with scene(folder, index) as found:
            await story(found)

    asyncio.run(scenario())


def test_everything_listed_is_carried_byte_for_byte(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        assert found.relay.trouble is None

    play(tmp_path, story)


def test_a_feed_is_carried_batch_by_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "BATCH", 2)

    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()

    play(tmp_path, story)


def test_what_is_added_is_carried_as_soon_as_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "LOOK", 600.0)

    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        found.index.goes_on(an_acknowledgement(), a_measure())
        found.relay.wake()
        await found.carried()

    play(tmp_path, story)


def test_it_looks_by_itself_where_nobody_tells_it(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        found.index.goes_on(an_acknowledgement())
        await found.carried()

    play(tmp_path, story)


def test_a_relay_that_starts_anew_goes_on_where_the_stream_ends(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        await found.relay.stop()
        found.index.goes_on(an_acknowledgement())
        another = a_relay(found.platform, found.index, found.restored)
        another.start()
        expected = found.index.listed()
        await until(lambda: holds(found.nc, expected))
        await another.stop()
        assert found.restored.common == []

    play(tmp_path, story)


def test_a_stream_that_was_deleted_is_made_anew_though_nothing_is_added(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        await delete_stream(found.nc)
        await found.carried()
        assert found.restored.common == [found.index.total]

    play(tmp_path, story)


def test_a_foreign_message_at_the_end_is_found_though_nothing_is_added(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        await intrude(found.nc)
        await until(lambda: bool(found.restored.common))
        await found.carried()
        assert found.restored.common == [found.index.total]

    play(tmp_path, story)


def test_a_stranger_s_message_with_an_empty_id_is_no_less_foreign(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        await found.nc.publish("feed.joker.x.Told", b"odd", headers={"Nats-Msg-Id": ""})
        await found.nc.flush()
        await until(lambda: bool(found.restored.common))
        await found.carried()

    play(tmp_path, story)


# --- what nobody can make again is kept first ----------------------------------------------------


def test_what_the_index_does_not_list_is_kept_before_the_stream_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strays, "PAGE", 2)

    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        await found.relay.stop()
        for number in range(3):
            await intrude(found.nc, message=f"stranger {number}")
        await until_longer(found, by=3)
        found.relay.start()
        await until(lambda: bool(found.restored.common))
        assert found.restored.kept_before == [3]
        kept = [(one.sequence, one.headers["Nats-Msg-Id"]) for one in found.restored.kept]
        total = found.index.total
        assert kept == [(total + n + 1, f"stranger {n}") for n in range(3)]
        assert {(one.subject, one.body) for one in found.restored.kept} == {
            ("feed.joker.x.Told", b"an intruder's word")
        }
        await found.carried()

    play(tmp_path, story)


def test_where_it_cannot_be_kept_nothing_is_deleted_and_the_relay_says_so(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        await found.relay.stop()
        await intrude(found.nc)
        before = await until_longer(found)
        full = Unavailable("the disk is full")
        failing = Failing(found.restored.keep, full, times=1_000_000)
        another = a_relay(found.platform, found.index, found.restored, keep=failing)
        another.start()
        await until(lambda: another.trouble is not None)
        assert another.trouble == "the disk is full"
        assert (await stored(found.nc), found.restored.common) == (before, [])
        failing.left = 0
        await until(lambda: bool(found.restored.common))
        assert len(found.restored.kept) == 1
        await until(lambda: another.trouble is None)
        await another.stop()

    play(tmp_path, story)


def test_where_it_cannot_be_read_nothing_is_deleted_and_the_relay_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        await found.relay.stop()
        await intrude(found.nc)
        await until_longer(found)
        total = found.index.total
        spoil(monkeypatch, {total + 1})
        found.relay.published = -1
        found.relay.start()
        await until(lambda: found.relay.trouble is not None)
        assert f"FEED counts message {total + 1}" in str(found.relay.trouble)
        assert found.restored.common == []
        monkeypatch.setattr(feed_log, "readable", READABLE)
        await until(lambda: bool(found.restored.common))
        assert len(found.restored.kept) == 1

    play(tmp_path, story)


def test_a_spoilt_copy_of_what_is_listed_need_not_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        spoil(monkeypatch, {2})
        found.relay.mend(2)
        await until(lambda: bool(found.restored.common))
        await found.carried()
        assert (found.restored.common, found.restored.kept) == ([1], [])

    play(tmp_path, story)


def test_what_stands_behind_a_spoilt_message_and_is_not_ours_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        await found.relay.stop()
        await intrude(found.nc)
        await until_longer(found)
        spoil(monkeypatch, {2})
        found.relay.mend(2)
        found.relay.start()
        await until(lambda: bool(found.restored.common))
        assert found.restored.common == [1]
        assert [one.body for one in found.restored.kept] == [b"an intruder's word"]
        await found.carried()

    play(tmp_path, story)


@pytest.mark.parametrize("number", [0, 2, 1_000])
def test_word_of_a_spoilt_message_that_is_whole_has_nothing_deleted(
    tmp_path: Path, number: int
) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        found.relay.mend(number)
        found.index.goes_on(an_acknowledgement())
        await found.carried()
        await until(lambda: found.relay._spoilt is None)
        assert (found.restored.common, found.relay.trouble) == ([], None)

    play(tmp_path, story)


def test_a_message_whose_bytes_are_not_those_that_were_indexed_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def another(nc: Connection, first: int, last: int) -> AsyncGenerator[Any]:
        async for number, one in READABLE(nc, first, last):
            yield number, one and one._replace(body=b"something else")

    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        monkeypatch.setattr(feed_log, "readable", another)
        found.relay.mend(2)
        await until(lambda: bool(found.restored.common))
        assert found.restored.common == [1]
        await found.carried()

    play(tmp_path, story)


def test_on_a_stream_that_another_process_made_everybody_gets_a_consumer_again(
    tmp_path: Path,
) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        await found.platform.tenancy.recreate_stream()  # a relay that has lost its turn
        await until(lambda: bool(found.restored.adopted))
        await found.carried()
        assert (found.restored.adopted, found.restored.common) == ([found.index.total], [])

    play(tmp_path, story)


def test_consumers_that_could_not_be_given_back_are_given_at_the_next_look(
    tmp_path: Path,
) -> None:
    async def story(found: Scene) -> None:
        failing = Failing(found.restored.adopt, Disconnected("lost while everybody is admitted"))
        found.relay._ports = replace(found.relay._ports, adopt=failing)
        found.relay.start()
        await found.carried()
        await delete_stream(found.nc)
        await until(lambda: bool(found.restored.adopted))
        await found.carried()
        total = found.index.total
        assert (found.restored.common, found.restored.adopted) == ([total], [total])

    play(tmp_path, story)


def test_a_stream_that_was_emptied_is_filled_again(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        await found.relay.stop()
        await found.platform.tenancy.recreate_stream()
        assert found.relay.published > 0
        assert await found.relay._checkpoint() == 0

    play(tmp_path, story)


@pytest.mark.parametrize("ours", [0, 1, 2, 3, 4])
def test_what_was_ours_before_a_foreign_message_still_counts(tmp_path: Path, ours: int) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        await found.relay.stop()
        await found.platform.tenancy.recreate_stream()
        batch = found.relay._batch(0)
        assert batch is not None
        await found.relay._publisher.publish(batch.messages[:ours])
        for _ in range(3):
            await intrude(found.nc)
        found.relay.published = -1
        found.relay.start()
        await found.carried()
        assert found.restored.common == [ours]

    play(tmp_path, story)


def test_a_foreign_message_in_the_way_of_a_new_one_is_found_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "LOOK", 600.0)

    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        await intrude(found.nc)
        found.index.goes_on(an_acknowledgement())
        found.relay.wake()
        await found.carried()
        assert len(found.restored.common) == 1

    play(tmp_path, story)


def test_the_stream_of_another_ledger_is_not_taken_for_ours(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        await found.relay.stop()
        ours = Index(*told("joker", "tokmanni"), an_acknowledgement())
        another = a_relay(found.platform, ours, found.restored)
        another.start()
        expected = ours.listed()
        await until(lambda: holds(found.nc, expected))
        await another.stop()
        assert found.restored.common == [0]
        assert len(found.restored.kept) == found.index.total, "it may be the last copy there is"

    play(tmp_path, story)


def test_views_that_lag_behind_do_not_judge_the_stream(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        await found.relay.stop()
        before = await stored(found.nc)
        behind = Index()
        behind.story.ledger = found.index.story.ledger  # whose views have yet to be caught up
        another = a_relay(found.platform, behind, found.restored)
        another.start()
        await until(lambda: another.trouble is not None)
        assert "behind the ledger" in str(another.trouble)
        assert await stored(found.nc) == before
        await another.stop()
        assert found.restored.common == []

    play(tmp_path, story)


async def until_longer(found: Scene, by: int = 1) -> Stored:
    """What the stream holds, once it has as many more messages than the index lists."""
    total = found.index.total + by

    async def there() -> bool:
        return (await feed_log.last(found.nc))[0] == total

    await until(there)
    return await stored(found.nc)


READABLE = feed_log.readable


def spoil(monkeypatch: pytest.MonkeyPatch, numbers: set[int]) -> None:
    """As if the stream could not give these messages."""

    async def spoilt(nc: Connection, first: int, last: int) -> AsyncGenerator[Any]:
        async for number, one in READABLE(nc, first, last):
            yield number, None if number in numbers else one

    monkeypatch.setattr(feed_log, "readable", spoilt)


class Failing:
    """A port that fails a few times before it works."""

    def __init__(self, works: Callable[..., Any], error: Exception, times: int = 2) -> None:
        self._works = works
        self._error = error
        self.left = times

    def __call__(self, *values: Any) -> Any:
        if self.left:
            self.left -= 1
            raise self._error
        return self._works(*values)


@pytest.mark.parametrize(
    "error",
    [
        Disconnected("the connection to NATS is lost"),
        JetStreamRefused("JetStream is not ready", err_code=10008),
        RuntimeError("nobody thought of this"),
    ],
)
def test_no_failure_to_look_at_the_stream_has_it_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def story(found: Scene) -> None:
        found.relay.start()
        await found.carried()
        await found.relay.stop()
        found.relay.published = -1
        failing = Failing(feed_log.head, error)
        monkeypatch.setattr(feed_log, "head", failing)
        found.relay.start()
        await until(lambda: found.relay.trouble is not None)
        await until(lambda: found.relay.trouble is None)
        monkeypatch.undo()
        assert found.restored.common == []
        await found.carried()

    play(tmp_path, story)


def test_a_failure_nobody_thought_of_shows_as_trouble_and_is_tried_again(tmp_path: Path) -> None:
    index = Index(*told("joker"))

    async def story(found: Scene) -> None:
        failing = Failing(index.story.ledger.since, ZeroDivisionError("odd"))
        relay = a_relay(found.platform, index, found.restored, read=failing)
        relay.start()
        await until(lambda: relay.trouble is not None)
        assert relay.trouble == "ZeroDivisionError('odd')"
        expected = index.listed()
        await until(lambda: holds(found.nc, expected))
        await until(lambda: relay.trouble is None)
        await relay.stop()

    play(tmp_path, story, index)


def test_a_message_that_was_just_made_is_published_though_no_event_can_be_read(
    tmp_path: Path,
) -> None:
    index = Index(*told("joker"))

    async def story(found: Scene) -> None:
        expected = index.listed()
        made = {message: body for _, message, body in expected}
        relay = a_relay(found.platform, index, found.restored, read=unreadable, fresh=made.get)
        relay.start()
        await until(lambda: holds(found.nc, expected))
        await relay.stop()

    play(tmp_path, story, index)


def unreadable(_position: int, _limit: int) -> list[Recorded]:
    raise AssertionError("the ledger was read")


def test_what_is_not_at_hand_is_made_of_its_event_among_what_is(tmp_path: Path) -> None:
    index = Index(*told("joker", "tokmanni"))

    async def story(found: Scene) -> None:
        expected = index.listed()
        made = {message: body for _, message, body in expected[1::3]}
        relay = a_relay(found.platform, index, found.restored, fresh=made.get)
        relay.start()
        await until(lambda: holds(found.nc, expected))
        await relay.stop()

    play(tmp_path, story, index)


def test_what_is_at_hand_is_not_published_unless_it_is_what_was_indexed(tmp_path: Path) -> None:
    index = Index(*told("joker"))

    async def story(found: Scene) -> None:
        relay = a_relay(found.platform, index, found.restored, fresh=lambda _: b"another word")
        relay.start()
        await until(lambda: relay.trouble is not None)
        assert "would not be the one that was indexed" in str(relay.trouble)
        assert (await feed_log.last(found.nc))[0] == 0
        await relay.stop()

    play(tmp_path, story, index)
