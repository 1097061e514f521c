"""What the platform does with a request, without any broker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters import feeds, logs
from adapters.composition.ground import stand
from adapters.composition.inside import furnish, introduce
from adapters.platform import Parts, Platform
from adapters.rates import OFF
from adapters.settings import Settings
from domain.errors import CommandReused, Forbidden, Invalid, NotFound, Refused, Unavailable
from domain.events import CaseReopened, NoticeDelivered
from projections import feed_index
from tests.adapters.nats.lab import until
from tests.adapters.running import raised
from tests.builders import (
    THE_WORLD,
    Step,
    a_closing,
    a_question,
    an_acknowledgement,
    an_update,
    told,
)
from tests.spec import START


class Desk:
    """A platform without a broker, under a clock that is told the time."""

    def __init__(self) -> None:
        self.now = START
        self.parts: Parts
        self.platform: Platform

    async def take(self, *steps: Step) -> None:
        for number, step in enumerate(steps, start=1):
            self.now += timedelta(minutes=1)
            body = {"with": dict(step.fields), "command": step.command or f"{self.now}-{number}"}
            who = "operator" if step.by == "platform" else step.by
            await self.platform.handle(who, step.do, body)

    async def ask(self, by: str, verb: str, /, **body: Any) -> Any:
        return await self.platform.handle(by, verb, {"with": body})

    def all_of(self, kind: type) -> list[Any]:
        log = self.parts.ledger.since(0, 10_000)
        return [x.event for x in log if isinstance(x.event, kind)]


@asynccontextmanager
async def desk(root: Path, *steps: Step) -> AsyncGenerator[Desk]:
    logs.configure("ERROR")
    made = Desk()
    async with AsyncExitStack() as stack:
        ground = stand(Settings(data=root, rate=OFF), lambda: made.now, stack)
        made.parts = furnish(ground)
        made.platform = Platform(made.parts)
        await introduce(ground, made.parts)
        await made.take(*THE_WORLD, *steps)
        yield made


def play(root: Path, story: Callable[[Desk], Awaitable[None]], *steps: Step) -> None:
    async def scenario() -> None:
        async with desk(root, *steps) as made:
            await story(made)

    asyncio.run(scenario())


def test_what_you_wrote_you_can_read_at_once(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        for number in range(20):
            await made.take(a_question("joker", name=f"q{number}"))
            timeline = (await made.ask("joker", "timeline"))["timeline"]
            assert timeline[-1]["data"]["question"] == f"q{number}"

    play(tmp_path, story, *told("joker"))


def test_a_command_answers_its_receipt_and_its_repetition_the_same(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        body = {"with": {"incident": "leak"}, "command": "c-1"}
        first = await made.platform.handle("joker", "acknowledge", body)
        assert first["receipt"]["events"][0]["type"] == "NoticeAcknowledged"
        assert await made.platform.handle("joker", "acknowledge", body) == first
        other = {"with": {"incident": "another"}, "command": "c-1"}
        error = await raised(made.platform.handle("joker", "acknowledge", other))
        assert isinstance(error, CommandReused)

    play(tmp_path, story, *told("joker"))


@pytest.mark.parametrize("verb", ["akcnowledge", "", "handle", "__class__", "Acknowledge"])
def test_there_are_no_other_verbs(tmp_path: Path, verb: str) -> None:
    async def story(made: Desk) -> None:
        assert isinstance(await raised(made.ask("joker", verb)), Invalid)

    play(tmp_path, story)


def test_while_it_starts_parties_are_not_let_in(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        error = await raised(made.ask("operator", "party_rotate", id="joker"))
        assert isinstance(error, Unavailable)

    play(tmp_path, story)


@pytest.mark.parametrize(("opening", "said"), [(True, "still starting"), (False, "no HTTP door")])
def test_a_link_is_given_only_where_there_is_a_door(
    tmp_path: Path, *, opening: bool, said: str
) -> None:
    async def story(made: Desk) -> None:
        made.platform.opening = opening
        for verb in ("console_link", "calendar_link", "calendar_unlink"):
            error = await raised(made.ask("joker", verb))
            assert isinstance(error, Unavailable)
            assert said in str(error)

    play(tmp_path, story)


def test_a_rebuild_gives_the_same_answers(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        questions = ("timeline", "obligations", "register")
        before = [await made.ask("joker", one) for one in questions]
        first = made.parts.views.generation
        rebuilt = await made.ask("operator", "rebuild")
        assert rebuilt["generation"] != first
        assert rebuilt["position"] == made.parts.ledger.position()
        assert [await made.ask("joker", one) for one in questions] == before

    play(tmp_path, story, *told("joker"), an_acknowledgement())


def test_health_says_how_far_everything_has_come(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        await made.ask("joker", "timeline")
        health = await made.ask("operator", "health")
        assert health["ledger"] == health["views"] > 0
        assert health["undelivered"] == 1
        assert health["troubles"] == ["not connected"]
        assert health["ok"] is False

    play(tmp_path, story, *told("joker"))


def test_while_the_views_are_stuck_questions_are_refused_and_health_says_why(
    tmp_path: Path,
) -> None:
    async def story(made: Desk) -> None:
        def stumble(*_: object) -> None:
            raise ZeroDivisionError

        await made.ask("joker", "timeline")
        made.parts.views._projections = (stumble,)
        await made.take(an_acknowledgement())
        assert isinstance(await raised(made.ask("joker", "timeline")), Unavailable)
        await until(lambda: made.parts.projector.trouble is not None)
        assert "ZeroDivisionError()" in (await made.ask("operator", "health"))["troubles"]

    play(tmp_path, story, *told("joker"))


def test_as_of_before_all_that_the_views_lack_is_answered_though_they_are_stuck(
    tmp_path: Path,
) -> None:
    async def story(made: Desk) -> None:
        def stumble(*_: object) -> None:
            raise ZeroDivisionError

        before = await made.ask("joker", "timeline")
        made.parts.views._projections = (stumble,)
        held = made.parts.ledger.position()
        await made.take(an_acknowledgement())
        [lacking, *_] = made.parts.ledger.since(held, 1)
        at = lacking.envelope.recorded_at
        then = (at - timedelta(microseconds=1)).isoformat()
        assert await made.ask("joker", "timeline", as_of=then) == before
        for asked in (at.isoformat(), "2100-01-01", "no time", None):
            refused = await raised(made.ask("joker", "timeline", as_of=asked))
            assert isinstance(refused, Unavailable)
        refused = await raised(made.ask("joker", "timeline", as_of=then, party=5))
        assert isinstance(refused, Unavailable)

    play(tmp_path, story, *told("joker"))


def test_a_name_that_the_views_do_not_know_yet_is_not_called_wrong(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        def stumble(*_: object) -> None:
            raise ZeroDivisionError

        made.parts.views._projections = (stumble,)
        await made.take(*told("joker"))
        error = await raised(made.take(an_acknowledgement()))
        assert isinstance(error, Unavailable)

    play(tmp_path, story)


def test_a_name_that_nothing_has_is_not_found(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        error = await raised(made.take(an_acknowledgement()))
        assert isinstance(error, NotFound)

    play(tmp_path, story)


# --- the feed by poll ---------------------------------------------------------------------------


def test_a_notice_that_is_polled_has_been_delivered(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        messages = (await made.ask("joker", "messages"))["messages"]
        assert [json.loads(one["body"])["data"]["type"] for one in messages] == [
            "PartyRegistered",
            "ClientNotified",
        ]
        [delivered] = made.all_of(NoticeDelivered)
        assert (delivered.door, delivered.observed) == ("poll", "seen")
        assert delivered.delivered_at == made.now

    play(tmp_path, story, *told("joker"))


def test_polling_twice_is_recorded_once(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        await made.ask("joker", "messages")
        await made.ask("joker", "messages")
        assert len(made.all_of(NoticeDelivered)) == 1

    play(tmp_path, story, *told("joker"))


def test_a_notice_beyond_the_page_has_not_been_delivered(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        assert len((await made.ask("joker", "messages", limit=1))["messages"]) == 1
        assert made.all_of(NoticeDelivered) == []

    play(tmp_path, story, *told("joker"))


@pytest.mark.parametrize("by", ["auditor", "operator"])
def test_what_others_poll_has_not_reached_its_client(tmp_path: Path, by: str) -> None:
    async def story(made: Desk) -> None:
        messages = (await made.ask(by, "messages", party="joker"))["messages"]
        assert len(messages) == 2
        assert made.all_of(NoticeDelivered) == []

    play(tmp_path, story, *told("joker"))


def test_nobody_polls_the_feed_of_another(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        error = await raised(made.ask("joker", "messages", party="tokmanni"))
        assert isinstance(error, Forbidden)

    play(tmp_path, story, *told("joker", "tokmanni"))


def test_a_page_ends_where_the_answer_would_become_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "PAGE_BYTES", 1)

    async def story(made: Desk) -> None:
        found: list[int] = []
        while page := (await made.ask("joker", "messages", after=len(found)))["messages"]:
            assert len(page) == 1
            found.append(page[0]["sequence"])
        assert found == list(range(1, feed_index.head("joker", made.parts.views.rows) + 1))

    play(tmp_path, story, *told("joker"))


# --- cases that a vendor's later word opens again -----------------------------------------------


def test_a_closed_case_is_opened_again_by_a_later_word_of_the_vendor(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        await made.ask("joker", "timeline")
        await made.platform.reopen_cases()
        await made.platform.reopen_cases()
        assert len(made.all_of(CaseReopened)) == 1
        await made.take(a_question("joker"))

    play(tmp_path, story, *told("joker"), a_closing("joker"), an_update("joker"))


def test_a_case_that_stays_closed_takes_no_more_acts_of_its_client(tmp_path: Path) -> None:
    async def story(made: Desk) -> None:
        await made.platform.reopen_cases()
        error = await raised(made.take(a_question("joker")))
        assert isinstance(error, Refused)

    play(tmp_path, story, *told("joker"), a_closing("joker"))
