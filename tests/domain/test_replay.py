"""Folding: a stream gives the same state in any split, and no event ever stops it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import reduce
from typing import Any
from uuid import UUID, uuid5

from hypothesis import given as for_all
from hypothesis import strategies as st

from domain import case, concern, incident, party, streams
from domain import events as e
from domain.envelope import Context, Envelope, Recorded, living, plain
from domain.values import Count
from tests.builders import (
    Step,
    a_clearing,
    a_closing,
    a_concern,
    a_correction,
    a_leak,
    a_mandate,
    a_measure,
    a_naming,
    a_notice,
    a_question,
    a_revision,
    a_statement,
    an_acknowledgement,
    an_update,
    people,
    step,
)
from tests.spec import Story, given

LONG: tuple[Step, ...] = (
    a_concern(),
    a_leak(answers="odd-newsletter"),
    a_naming("joker", sure="confirmed"),
    a_revision(people=[people("drivers")]),
    a_notice("joker"),
    a_measure(visibility="shared").under("fix"),
    a_correction("fix", by="zoopit"),
    an_acknowledgement().under("ack"),
    a_question(),
    a_statement("joker"),
    a_correction("ack"),
    a_closing(),
    an_update(count=5),
    a_clearing("tokmanni"),
    a_mandate(scope="first_report"),
    step("joker", "revoke_mandate", vendor="zoopit"),
    a_mandate(until="2025"),
    step("platform", "agree_engagement", vendor="zoopit", client="joker"),
    step("zoopit", "close_incident", incident="leak"),
)


def played() -> Story:
    return given(*LONG)


STORY = played()
INCIDENT = STORY.ledger.read(STORY.incident())
CASE = STORY.ledger.read(streams.case_id(STORY.incident(), "joker"))
JOKER = STORY.ledger.read(streams.party_stream("joker"))


def the_party(recorded: list[Recorded]) -> party.Party | None:
    """As the desk's ledger folds one."""
    nothing: party.Party | None = None
    return reduce(party.evolve, recorded, nothing)


@for_all(st.integers(0, len(INCIDENT)))
def test_an_incident_is_the_same_in_any_split(at: int) -> None:
    head = incident.fold(INCIDENT[:at])
    assert reduce(incident.evolve, INCIDENT[at:], head) == incident.fold(INCIDENT)


@for_all(st.integers(0, len(JOKER)))
def test_a_party_is_the_same_in_any_split(at: int) -> None:
    head = the_party(JOKER[:at])
    assert reduce(party.evolve, JOKER[at:], head) == the_party(JOKER)


@for_all(st.integers(0, len(CASE)))
def test_a_case_is_the_same_in_any_split_of_what_still_counts(at: int) -> None:
    kept = living(CASE)
    head = reduce(case.evolve, kept[:at], case.Case())
    assert reduce(case.evolve, kept[at:], head) == case.fold(CASE)


def test_the_same_steps_lead_to_the_same_state() -> None:
    again = played()
    state, other = incident.fold(INCIDENT), incident.fold(again.ledger.read(again.incident()))
    assert state is not None
    assert other is not None
    assert (state.clients, state.facts, state.status) == (other.clients, other.facts, other.status)


def test_a_long_story_ends_where_it_should() -> None:
    state = incident.fold(INCIDENT)
    assert state is not None
    assert state.status == "closed"
    assert state.answers == streams.concern_id("tokmanni", "odd-newsletter")
    assert state.reachable() == ("joker",)
    assert state.clients["joker"].count == Count(exact=5)
    notices = {
        client: len(STORY.ledger.read(streams.notice_id(state.id, client)))
        for client in state.clients
    }
    assert {name: line.version for name, line in state.clients.items()} == notices


# --- states before and beside their first event ------------------------------------------------


def stray(event: e.Event) -> Recorded:
    """An event out of place."""
    envelope = Envelope(
        id=uuid5(UUID(int=0), type(event).__name__),
        party="zoopit",
        command="stray",
        recorded_at=datetime(2024, 3, 4, tzinfo=UTC),
        about=Context(),
        visibility=("zoopit",),
        salt="00" * 16,
    )
    return Recorded(stream=UUID(int=1), version=1, envelope=envelope, event=event)


STRAYS: list[e.Event] = [e.IncidentClosed(), e.MandateRevoked(vendor="zoopit"), e.CaseClosed()]


@for_all(st.lists(st.sampled_from(STRAYS), max_size=3))
def test_nothing_is_there_before_its_first_event(events: list[e.Event]) -> None:
    recorded = [stray(event) for event in events]
    assert incident.fold(recorded) is None
    assert the_party(recorded) is None
    assert concern.fold(recorded) is None


def test_an_event_of_no_meaning_to_a_stream_changes_nothing() -> None:
    odd = stray(e.LawPackLoaded(fingerprint="0f", packs=("gdpr v1",)))
    assert incident.fold([*INCIDENT, odd]) == incident.fold(INCIDENT)
    assert the_party([*JOKER, odd]) == the_party(JOKER)
    assert case.fold([*CASE, odd]) == case.fold(CASE)


def test_a_withdrawn_report_stays_withdrawn() -> None:
    story = given(a_leak(), step("zoopit", "withdraw", incident="leak"))
    state = incident.fold(story.ledger.read(story.incident()))
    assert state is not None
    assert state.status == "withdrawn"


def test_a_value_and_an_event_read_as_plain_data() -> None:
    expected: dict[str, Any] = {"fingerprint": "0f", "packs": ["gdpr v1"]}
    assert plain(e.LawPackLoaded(fingerprint="0f", packs=("gdpr v1",))) == expected
    assert plain(Count(about=5)) == {"about": 5}
    assert plain("word") == "word"
