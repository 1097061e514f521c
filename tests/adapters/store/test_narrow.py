"""What projections read of a stored event is what everybody else reads of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from eventsourcing.persistence import Notification
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.store.ledger import EventLedger
from adapters.store.mapper import Entry, VarselMapper
from adapters.store.narrow import Unread, narrow
from adapters.store.sealing import Sealer
from adapters.store.vault import MemoryVault
from adapters.wire import render
from domain.envelope import Envelope, Recorded
from domain.errors import Unavailable
from domain.events import TOPICS, Event, IncidentClosed, IncidentWithdrawn
from projections import describe
from projections.everything import HANDLED
from projections.feed_index import Place
from projections.rows import MemoryRows
from tests.adapters.store.lab import INCIDENT, NOW, a_draft, an_envelope, changes, signed, whole
from tests.adapters.store.vocabulary import envelopes, events

KINDS = sorted(TOPICS.values(), key=lambda kind: kind.TOPIC)
PLACE = Place("joker", 1, "0" * 64, str(INCIDENT))
MAPPER = VarselMapper(Sealer(MemoryVault()))


def stored(event: Event, envelope: Envelope | None = None) -> Notification:
    row = MAPPER.to_stored_event(Entry(INCIDENT, 7, envelope or an_envelope(), event))
    return Notification(INCIDENT, 7, row.topic, row.state, 3)


def judged(row: Notification) -> Recorded:
    entry: Any = MAPPER.to_domain_event(row)
    return Recorded(INCIDENT, 7, entry.envelope, entry.event, row.id)


def changed(row: Notification, change: Callable[[dict[str, Any]], None]) -> Notification:
    state = json.loads(row.state)
    change(state)
    said = json.dumps(state, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Notification(INCIDENT, 7, row.topic, said.encode(), row.id)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_event_is_read_alike(kind: type[Event]) -> None:
    @settings(max_examples=5)
    @given(events(kind), envelopes)
    def any_of_them(event: Event, envelope: Envelope) -> None:
        row = stored(event, envelope)
        one, other = narrow(row, judged), judged(row)
        assert isinstance(one, Unread)
        assert (one.stream, one.version, one.position) == (other.stream, 7, 3)
        assert (one.envelope, one.kind, one.said) == (other.envelope, other.kind, other.said)
        assert (describe.judged(one), describe.texts(one)) == (
            describe.judged(other),
            describe.texts(other),
        )
        assert render(one, PLACE) == render(other, PLACE)
        assert one.event == other.event

    any_of_them()


@settings(max_examples=100)
@given(st.sampled_from(KINDS).flatmap(events), envelopes)
def test_a_projection_writes_nothing_for_what_it_is_not_shown(
    event: Event, envelope: Envelope
) -> None:
    recorded = narrow(stored(event, envelope), judged)
    for project, kinds in HANDLED.items():
        if type(event) not in kinds:
            rows = MemoryRows()
            project(recorded, rows)
            assert rows.snapshot() == {}


def test_an_event_shown_to_fewer_is_the_same_event() -> None:
    row = stored(a_draft().event)
    for one in (narrow(row, judged), judged(row)):
        seen = one.shown_to(("meny",))
        assert seen.envelope.visibility == ("meny",)
        assert (seen.kind, seen.said, seen.event) == (one.kind, one.said, one.event)


def test_those_who_are_told_the_same_are_told_it_by_one_value() -> None:
    row = stored(a_draft().event)
    one, other = narrow(row, judged), narrow(row, judged)
    assert one.event is other.event


def test_another_kind_that_says_the_same_is_another_event() -> None:
    for kind in (IncidentClosed, IncidentWithdrawn, IncidentClosed):
        assert type(narrow(stored(kind()), judged).event) is kind


def test_an_event_of_an_older_version_is_left_to_the_mapper() -> None:
    older = changed(stored(a_draft().event), lambda state: state.update(v=0))
    with pytest.raises(Unavailable, match="broken event") as refused:
        narrow(older, judged)
    assert "no upcaster from version 0" in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.pop("envelope"),
        lambda state: state.pop("v"),
        lambda state: state.update(event=[]),
        lambda state: state["envelope"].update(visibility=["NOBODY !"]),
    ],
    ids=["no envelope", "no version", "no event", "nobody's"],
)
def test_what_does_not_look_as_it_should_is_refused(change: Callable[[Any], None]) -> None:
    with pytest.raises(Unavailable, match="broken event"):
        narrow(changed(stored(a_draft().event), change), judged)


def test_what_is_written_otherwise_is_left_to_the_mapper() -> None:
    row = stored(a_draft().event)
    spaced = json.dumps(json.loads(row.state), indent=1).encode()
    other = Notification(INCIDENT, 7, row.topic, spaced, row.id)
    assert narrow(other, judged) == judged(row)


def test_an_unknown_kind_is_refused() -> None:
    row = Notification(INCIDENT, 7, "varsel.Unheard", b"{}", 3)
    with pytest.raises(Unavailable, match="does not know"):
        narrow(row, judged)


def test_whoever_looks_into_a_broken_event_is_told() -> None:
    row = changed(stored(a_draft().event), lambda state: state["event"].update(more=1))
    one = narrow(row, judged)
    with pytest.raises(Unavailable, match=f"broken event at {INCIDENT} version 7"):
        _ = one.event


def test_the_ledger_shows_the_same_log_to_projections(ledger: EventLedger) -> None:
    ledger.append(changes(a_draft(), a_draft()), signed(), NOW)
    seen = ledger.seen(0, 10)
    assert [(one.id, one.position, one.event) for one in seen] == [
        (one.id, one.position, one.event) for one in whole(ledger)
    ]
