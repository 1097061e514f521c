"""A notice that reached its client is recorded once, by whom it was seen, and when it arrived."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.nats import deliveries as watching
from adapters.nats.deliveries import Deliveries
from adapters.nats.follower import Follower
from domain.events import NoticeDelivered
from tests.adapters.arriving import NOON, Scene, scene, watched
from tests.adapters.nats.lab import TOLERATED, read, until
from tests.adapters.running import up_with
from tests.builders import a_question, an_answer, an_update, told

pytestmark = TOLERATED


def play(folder: Path, story: Callable[[Scene], Awaitable[None]]) -> None:
    async def scenario() -> None:
        async with scene(folder) as found:
            await story(found)

    asyncio.run(scenario())


def of_notices(found: Scene) -> Sequence[NoticeDelivered]:
    return found.index.story.all_of(NoticeDelivered)


# --- sampled acks -------------------------------------------------------------------------------


def test_an_acknowledged_notice_is_recorded_at_once_as_seen(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        async with watched(found):
            await found.acknowledge("joker", 2)  # its registration, and the notice
            await until(lambda: len(found.recorded) == 1)
        assert found.seen() == [("joker", "seen", NOON)]
        assert found.recorded[0].door == "nats"

    play(tmp_path, story)


def test_a_message_that_is_no_notice_is_not_a_delivery(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        async with watched(found):
            await found.acknowledge("zoopit", 3)
            await found.acknowledge("joker", 1)
            await found.acknowledge("tokmanni", 2)
            await until(lambda: len(found.recorded) == 1)
        assert [one.client for one in found.recorded] == ["tokmanni"]

    play(tmp_path, story)


def test_what_an_auditor_reads_has_not_reached_its_client(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        async with watched(found):
            await found.acknowledge("auditor", 2)
            await found.acknowledge("tokmanni", 2)
            await until(lambda: len(found.recorded) == 1)
        assert [one.client for one in found.recorded] == ["tokmanni"]

    play(tmp_path, story)


def test_a_notice_that_arrives_again_is_recorded_once(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        async with watched(found) as deliveries:
            await found.acknowledge("joker", 2)
            await until(lambda: len(found.recorded) == 1)
            joker = found.parties["joker"]
            async with await Follower.connect(found.platform.url, joker.creds) as follower:
                await follower.rewind(1)
                await read(follower, 2)
            await deliveries.reconcile()
        assert len(of_notices(found)) == len(found.recorded) == 1

    play(tmp_path, story)


def test_every_later_notice_is_recorded_too(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        async with watched(found):
            await found.acknowledge("joker", 2)
            await until(lambda: len(found.recorded) == 1)
            found.index.goes_on(an_update("joker"), a_question("joker"), an_answer("joker"))
            await found.acknowledge("joker", 4)  # word of the delivery, update, question, answer
            await until(lambda: len(found.recorded) == 3)
        assert len(of_notices(found)) == 3

    play(tmp_path, story)


def test_a_delivery_that_could_not_be_recorded_is_found_by_the_next_look(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        found.fails = 1
        async with watched(found) as deliveries:
            await found.acknowledge("joker", 2)
            await until(lambda: found.fails == 0)
            assert found.recorded == []
            await found.acknowledge("tokmanni", 2)  # whoever watches has not given up
            await until(lambda: len(found.recorded) == 1)
            await deliveries.reconcile()
        assert {one.client for one in found.recorded} == {"joker", "tokmanni"}

    play(tmp_path, story)


# --- reconciliation -----------------------------------------------------------------------------


def test_what_nobody_saw_is_found_dated_at_the_streams_time_and_marked(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        before = datetime.now(UTC) - timedelta(minutes=1)
        await found.acknowledge("joker", 2)  # while nobody watches
        found.now = datetime.now(UTC) + timedelta(days=2)
        await found.watch().reconcile()
        [(client, observed, at)] = found.seen()
        assert (client, observed) == ("joker", "reconciled")
        assert before < at < found.now - timedelta(days=1)

    play(tmp_path, story)


def test_what_is_found_is_never_dated_later_than_the_platforms_own_clock(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        await found.acknowledge("joker", 2)
        await found.watch().reconcile()
        assert found.seen() == [("joker", "reconciled", NOON)]

    play(tmp_path, story)


def test_what_was_not_acknowledged_is_not_found(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        await found.acknowledge("joker", 1)  # its registration alone
        await found.watch().reconcile()
        assert found.recorded == []

    play(tmp_path, story)


def test_looking_twice_finds_it_once(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        await found.acknowledge("joker", 2)
        for _ in range(2):
            await found.watch().reconcile()
        assert len(found.recorded) == 1

    play(tmp_path, story)


def test_a_lower_floor_undoes_no_delivery(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        await found.acknowledge("joker", 2)
        await found.watch().reconcile()
        joker = found.parties["joker"]
        async with await Follower.connect(found.platform.url, joker.creds) as follower:
            await follower.rewind(1)
        await found.watch().reconcile()
        assert len(of_notices(found)) == len(found.recorded) == 1

    play(tmp_path, story)


def test_the_floor_of_everybody_who_reads_is_remembered(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        async with watched(found) as deliveries:
            await found.acknowledge("zoopit", 1)
            await found.acknowledge("auditor", 2)

            async def remembered() -> bool:  # the first look may see an ack before we do
                await deliveries.reconcile()
                return all(found.floors.get(party, 0) > 0 for party in ("zoopit", "auditor"))

            await until(remembered)

    play(tmp_path, story)


def test_a_look_that_fails_is_not_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(found: Scene) -> None:
        looks = 0
        reconcile = Deliveries.reconcile

        async def stumbling(deliveries: Deliveries) -> None:
            nonlocal looks
            looks += 1
            if looks == 1:
                raise ZeroDivisionError
            await reconcile(deliveries)

        monkeypatch.setattr(Deliveries, "reconcile", stumbling)
        await found.acknowledge("joker", 2)
        deliveries = found.watch()
        deliveries._seconds = 0.05
        await deliveries.start()
        await until(lambda: len(found.recorded) == 1)
        await deliveries.stop()

    play(tmp_path, story)


def test_more_acks_than_can_be_held_are_left_to_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "HELD", 1)

    async def story(found: Scene) -> None:
        deliveries = found.watch()
        await found.platform.nc.subscribe(watching.METRICS, cb=deliveries._metric)
        await found.acknowledge("joker", 2)
        await until(deliveries._seen.full)
        await deliveries.reconcile()
        assert found.seen() == [("joker", "reconciled", NOON)]

    play(tmp_path, story)


# --- the whole platform -------------------------------------------------------------------------


def test_the_clients_clock_starts_when_it_has_read_its_notice(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", log_level="ERROR") as up:
            await up.take(*told("joker"))

            async def started() -> str | None:
                duties = await up.ask("joker", "obligations")
                found: str | None = next(
                    one["started_at"] for one in duties if one["duty"] == "gdpr.33-1"
                )
                return found

            assert await started() is None
            await read(await up.follow("joker"), 4)

            async def running() -> bool:
                return await started() is not None

            await until(running)

    asyncio.run(scenario())


def test_whoever_awaits_notices_and_has_no_consumer_gets_one(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        await found.platform.tenancy.drop_consumer(found.parties["joker"].key)
        await found.watch().reconcile()
        assert found.admitted == ["joker"]

    play(tmp_path, story)


def test_whoever_has_stopped_is_told_of_no_acknowledgement(tmp_path: Path) -> None:
    async def story(found: Scene) -> None:
        async with watched(found) as stopped:
            """Its turn has come, and goes."""
        async with watched(found):
            await found.acknowledge("joker", 2)
            await until(lambda: len(found.recorded) == 1)
        assert stopped._moved == set()

    play(tmp_path, story)
