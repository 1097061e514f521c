"""The desk: once for each command id, whole or not at all, and decided anew after a conflict."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from adapters.store.ledger import EventLedger
from domain import events as e
from domain.desk import ATTEMPTS, Desk
from domain.envelope import Recorded
from domain.errors import CommandReused, Conflict, Invalid, NotFound, Refused
from domain.ports import Changes, Evolve, Folded, Kept, Receipt, Signature, State
from tests.builders import (
    THE_WORLD,
    Step,
    a_leak,
    a_measure,
    a_notice,
    a_party,
    a_revision,
    an_acknowledgement,
    an_update,
    step,
    told,
)
from tests.spec import KEY, LogDirectory, Story, given, given_nobody, like


class Contended:
    """A ledger to which others write first: `meddle` runs before each append."""

    def __init__(self, ledger: EventLedger, meddle: Callable[[], None]) -> None:
        self._ledger = ledger
        self._meddle = meddle
        self.appends = 0

    def read(self, stream: UUID) -> list[Recorded]:
        return self._ledger.read(stream)

    def fold(self, stream: UUID, evolve: Evolve[State]) -> Folded[State]:
        return self._ledger.fold(stream, evolve)

    def receipt(self, party: str, command: str) -> Kept | None:
        return self._ledger.receipt(party, command)

    def seal(self, party: str, about: UUID) -> str | None:
        return self._ledger.seal(party, about)

    def event_id(self, now: datetime) -> UUID:
        return self._ledger.event_id(now)

    def append(self, changes: Changes, signature: Signature, now: datetime) -> Receipt:
        self.appends += 1
        self._meddle()
        return self._ledger.append(changes, signature, now)


def contended(story: Story, meddle: Callable[[], None]) -> Contended:
    """From here on the story's desk finds others writing."""
    ledger = Contended(story.ledger, meddle)
    story.desk = Desk(ledger, story.directory, KEY)
    return ledger


def failing(times: int) -> Callable[[], None]:
    left = [times]

    def fail() -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise Conflict("another command came first")

    return fail


# --- receipts ----------------------------------------------------------------------------------


def test_a_receipt_says_what_became_of_the_command() -> None:
    story = given(a_leak())
    outcome = story.when(a_notice("joker", "tokmanni").under("tell"))
    receipt = outcome.receipt
    assert receipt is not None
    assert (receipt.command, receipt.verb) == ("tell", "notify_clients")
    assert receipt.incident == story.incident()
    assert receipt.recorded_at == story.now
    assert [one.type for one in receipt.events] == ["ClientsNamed", "NoticesIssued"]
    assert [one.id for one in receipt.events] == [x.id for x in outcome.added[:2]]
    assert [one.position for one in receipt.events] == [x.position for x in outcome.added[:2]]
    assert receipt.notices == 2


def test_a_repeated_command_answers_its_first_receipt() -> None:
    story = given(*told("joker"), an_acknowledgement().under("ack"))
    before = story.last(e.NoticeAcknowledged)
    again = story.when(an_acknowledgement().under("ack").at("2030-01-01T00:00Z"))
    again.then()
    assert again.receipt is not None
    assert again.receipt.events[0].id == before.id


def test_a_repeated_command_is_known_by_another_desk_over_the_same_ledger() -> None:
    story = given(*told("joker"), an_acknowledgement().under("ack"))
    story.desk = Desk(story.ledger, LogDirectory(story.ledger), KEY)
    story.when(an_acknowledgement().under("ack")).then()


class Overtaken(Contended):
    """A ledger on which the very same command is accepted right after its receipt was sought."""

    def receipt(self, party: str, command: str) -> Kept | None:
        kept = super().receipt(party, command)
        self._meddle()
        return kept


def test_a_repeated_command_that_races_its_first_sending_gets_its_receipt() -> None:
    story = given()
    twin, sent = Desk(story.ledger, story.directory, KEY), list[Receipt]()

    def send() -> None:
        if not sent:
            sent.append(story.via(twin).take(a_leak().under("report")))

    story.desk = Desk(Overtaken(story.ledger, send), story.directory, KEY)
    again = story.when(a_leak().under("report"))
    assert again.receipt == sent[0]


def test_a_repeated_command_may_be_spelled_otherwise() -> None:
    spelled: list[dict[str, Any]] = [
        {"reason": "new-knowledge"},
        {"reason": "New knowledge"},
        {"totals": []},
    ]
    story = given(a_leak(), a_revision().under("news"))
    for other in spelled:
        story.when(a_revision().having(**other).under("news")).then()


@pytest.mark.parametrize(
    "other",
    [
        a_measure("joker", text="another word"),
        a_measure("joker", text="a word").happening("2024-03-01"),
        step("joker", "acknowledge", incident="leak"),
    ],
    ids=["another body", "another time", "another verb"],
)
def test_a_command_id_serves_one_command(other: Step) -> None:
    story = given(*told("joker"), a_measure("joker", text="a word").under("it"))
    story.when(other.under("it")).then_refused(
        CommandReused, field="command", match="an id of its own"
    )


def test_the_same_id_from_another_party_is_another_command() -> None:
    story = given(*told("joker", "tokmanni"), an_acknowledgement("joker").under("ack"))
    story.when(an_acknowledgement("tokmanni").under("ack")).then(e.NoticeAcknowledged)


def test_a_refused_command_keeps_its_id_free() -> None:
    story = given(a_leak())
    story.when(an_update().under("it")).then_refused(Refused)
    story.when(a_notice("joker").under("it")).then(
        e.ClientsNamed, e.NoticesIssued, e.ClientNotified
    )


@pytest.mark.parametrize("command", ["", "x" * 201])
def test_a_command_has_an_id_of_its_own(command: str) -> None:
    given().when(a_leak().under(command)).then_refused(Invalid, field="command")


def test_a_command_may_say_who_sent_it() -> None:
    story = given(a_leak().through({"user": "u-17", "role": "duty officer"}))
    assert story.last(e.VendorReportedLeak).envelope.actor is not None
    story.when(a_leak("second").through({"name": "Kari"})).then_refused(
        Invalid, field="actor", match="there is no such field|is missing"
    )


# --- who, and with what ------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["nobody", "", "Zoopit", "zoopit\n"])
def test_a_party_that_is_not_registered_is_not_heard(by: str) -> None:
    given().when(a_leak(by=by)).then_refused(NotFound, field="by", match="varsel party add")


@pytest.mark.parametrize("body", [["incident"], "incident: leak", None])
def test_a_command_is_a_mapping(body: Any) -> None:
    given().when(Step("zoopit", "report_leak", body)).then_refused(
        Invalid, match="a mapping of field: value"
    )


def test_an_unknown_verb_names_its_neighbours() -> None:
    given().when(step("zoopit", "revise_fact")).then_refused(
        Invalid, field="do", match="did you mean revise_facts"
    )


def test_an_unknown_field_names_its_neighbours_as_they_are_written() -> None:
    given().when(a_leak(discovered="outsider")).then_refused(
        Invalid, field="discovered", match="did you mean discovered_by"
    )
    given().when(
        step("joker", "grant_mandate", vendor="zoopit", scope="full", form="2024")
    ).then_refused(Invalid, field="form", match="did you mean from")


def test_an_unknown_field_within_a_field_is_named_with_its_place() -> None:
    given().when(a_leak(systems=[{"name": "x", "affected": "no", "Owner": "y"}])).then_refused(
        Invalid, field="systems.0.Owner", match="there is no such field"
    )


# --- the ledger's clock ------------------------------------------------------------------------


def test_recorded_time_never_runs_backwards() -> None:
    story = given(a_leak().at("2024-03-04T12:00Z"), a_revision().at("2024-03-04T11:00Z"))
    times = [x.envelope.recorded_at for x in story.log()]
    assert times == sorted(times)


# --- conflicts ---------------------------------------------------------------------------------


def test_a_conflict_is_decided_anew() -> None:
    story = given(*told("joker"))
    ledger = contended(story, failing(ATTEMPTS - 1))
    story.when(an_acknowledgement()).then(e.NoticeAcknowledged)
    assert ledger.appends == ATTEMPTS


def test_after_so_many_conflicts_the_desk_gives_up() -> None:
    story = given(*told("joker"))
    ledger = contended(story, failing(ATTEMPTS))
    story.when(an_acknowledgement()).then_refused(
        Conflict, match="send the same command, with the same id, again"
    )
    assert ledger.appends == ATTEMPTS


def interleaved(story: Story, first: Step) -> None:
    """Another writer's command comes between the next command's deciding and its append."""
    other = Story(ledger=story.ledger, now=story.now, taken=1000)
    waiting = [first]

    def meddle() -> None:
        if waiting:
            other.take(waiting.pop())

    contended(story, meddle)


def test_a_writer_that_came_first_is_taken_into_account() -> None:
    story = given(a_leak())
    interleaved(story, a_notice("joker"))
    story.when(a_revision()).then(
        e.ClientsNamed,
        e.NoticesIssued,
        e.ClientNotified,
        e.FactsRevised,
        e.NoticesIssued,
        e.ClientUpdated,
    )


def test_a_command_that_lost_the_race_may_be_refused_by_then() -> None:
    story = given(*told("joker"))
    interleaved(story, an_acknowledgement())
    outcome = story.when(an_acknowledgement())
    assert isinstance(outcome.error, Refused)
    assert len(story.all_of(e.NoticeAcknowledged)) == 1


def test_the_same_command_sent_twice_at_once_is_recorded_once() -> None:
    story = given(*told("joker"))
    interleaved(story, an_acknowledgement().under("ack"))
    story.when(an_acknowledgement().under("ack")).then(e.NoticeAcknowledged)


def test_a_party_is_registered_by_one_of_two_operators() -> None:
    story = given_nobody(*THE_WORLD)
    interleaved(story, a_party("rema", "client"))
    outcome = story.when(a_party("rema", "client", name="another"))
    assert isinstance(outcome.error, Refused)
    assert [p.name for p in story.all_of(e.PartyRegistered) if p.id == "rema"] == ["rema"]


def test_a_revision_and_its_clients_acknowledgements_do_not_meet() -> None:
    story = given(*told("joker"))
    interleaved(story, an_acknowledgement())
    ledger_before = len(story.log())
    story.when(a_revision()).then(
        like(e.NoticeAcknowledged), e.FactsRevised, e.NoticesIssued, e.ClientUpdated
    )
    assert len(story.log()) == ledger_before + 4
