"""What people read of an event: facts in plain words, and nothing of its free text."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from adapters.cli import show
from adapters.cli.phrases import anything, count, when
from adapters.cli.words import SAYINGS, said
from domain.envelope import Recorded
from domain.events import TOPICS
from projections import describe
from tests.adapters.store.lab import INCIDENT, an_envelope
from tests.adapters.store.vocabulary import events

OSLO = "Europe/Oslo"
CUSTOMERS: dict[str, Any] = {
    "group": "customers",
    "role": "exposed",
    "count": "unknown",
    "data": {"present": ["name", "delivery_address"], "absent": ["payment_card"]},
}


@pytest.mark.parametrize("topic", sorted(TOPICS))
@settings(max_examples=20)
@given(st.data())
def test_every_event_is_said_in_words_without_its_free_text(
    topic: str, data: st.DataObject
) -> None:
    event = data.draw(events(TOPICS[topic]))
    recorded = Recorded(stream=INCIDENT, version=1, envelope=an_envelope(), event=event)
    for words in (
        said(describe.kind(recorded), describe.data(recorded), OSLO),
        said("SomethingNew", describe.data(recorded), OSLO),
    ):
        assert str(recorded.id) not in words


def test_every_event_that_a_party_may_see_has_words_of_its_own() -> None:
    kinds = {kind.__name__ for kind in TOPICS.values()}
    assert kinds - SAYINGS.keys() == {"LawPackLoaded"}
    assert SAYINGS.keys() <= kinds


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        (
            "ClientNotified",
            {
                "facts": {
                    "nature": ["confidentiality"],
                    "people": [CUSTOMERS],
                    "totals": [
                        {
                            "count": {"about": 400000},
                            "of": ["exposed", "wrong_recipient"],
                            "overlap": "unknown",
                        }
                    ],
                    "claims": [{"id": "c", "about": "misuse", "holds": "no_sign"}],
                    "happened": {"before": "2023-02-27"},
                },
                "count": 12,
                "sure": "suspected",
                "channel": "platform",
            },
            (
                "confidentiality; customers exposed (unknown): name, delivery_address "
                "(not payment_card); about 400000 exposed and wrong recipient in all (overlap "
                "unknown); misuse: no sign; happened before 2023-02-27; of yours: 12, suspected; "
                "by platform"
            ),
        ),
        (
            "ClientUpdated",
            {"reason": "reversal", "people": [], "incident_state": "withdrawn"},
            "reversal; the incident is withdrawn",
        ),
        (
            "ClientsNamed",
            {
                "clients": [{"client": "joker", "sure": "suspected", "count": "unknown"}],
                "complete": False,
            },
            "joker suspected (unknown); perhaps others",
        ),
        (
            "NoticesIssued",
            {"act": "notified", "clients": [f"c{n}" for n in range(40)]},
            "notified: 40 of them",
        ),
        (
            "AwarenessStated",
            {
                "awareness": {
                    "stage": "aware",
                    "when": {"from": "2023-02-27", "to": "2023-02-28"},
                    "how": "a call",
                },
                "why": {"text": "id/why"},
            },
            "aware since 2023-02-27 to 2023-02-28; a call",
        ),
        (
            "RegulatorNotified",
            {
                "authority": "NO/datatilsynet",
                "stage": "new",
                "capacity": "for_controllers",
                "controllers": ["joker", "kiwi"],
            },
            "with NO/datatilsynet: new; capacity for controllers; for joker, kiwi",
        ),
        (
            "RiskAssessed",
            {
                "outcome": "unlikely",
                "why": {"text": "id/why"},
                "consequences": [{"kind": "phishing", "by": ["sms"], "holds": "possible"}],
            },
            "a risk is unlikely; phishing by sms possible",
        ),
        (
            "StatementMade",
            {
                "statement": "warning",
                "audience": ["customers"],
                "channel": "email",
                "claims": [
                    {
                        "id": "s",
                        "about": "number_of_people",
                        "value": {"about": 9, "unit": "records"},
                        "source": "press",
                        "provisional": True,
                    }
                ],
                "advice": ["empty_trash"],
                "words": {"text": "id/words"},
            },
            (
                "warning; to customers by email; number of people: about 9 records, provisional "
                "(says press); advice: empty trash"
            ),
        ),
        (
            "NoticeDelivered",
            {"door": "nats", "observed": "reconciled"},
            "by nats; found by reconciliation",
        ),
        ("NoticeAcknowledged", {}, "the vendor's word was read"),
        (
            "DutyDueSoon",
            {"duty": "gdpr.33-1", "due_at": "2023-03-03T11:00:00Z", "threshold": "24h"},
            "gdpr.33-1 due 2023-03-03 12:00 CET; 24h ahead",
        ),
        (
            "DutyDueSoon",
            {"duty": "gdpr.33-1", "due_at": "2023-03-03T11:00:00Z", "threshold": "half_way"},
            "gdpr.33-1 due 2023-03-03 12:00 CET; half way",
        ),
        (
            "DutyOverdue",
            {
                "duty": "gdpr.33-1",
                "due_at": "2023-03-03T11:00:00Z",
                "threshold": "due",
                "should_have_been_at": "2023-03-03T11:00:00Z",
            },
            (
                "gdpr.33-1 due 2023-03-03 12:00 CET; late: should have been said "
                "2023-03-03 12:00 CET"
            ),
        ),
        (
            "ClientEscalated",
            {"why": "undelivered", "since": "2023-02-28T11:00:00Z", "second_contact": "chain"},
            "undelivered, sent 2023-02-28 12:00 CET; also told: chain",
        ),
        (
            "ClientEscalated",
            {"why": "unacknowledged", "since": "2023-02-28T11:00:00Z"},
            "unacknowledged, delivered 2023-02-28 12:00 CET",
        ),
    ],
)
def test_an_event_reads_as_a_short_sentence(kind: str, data: dict[str, Any], words: str) -> None:
    assert said(kind, data, OSLO) == words


def test_an_event_of_a_kind_not_known_here_is_listed() -> None:
    data = {"size": 3, "tags": ["a", "b"], "why": {"text": "id/why"}, "deep": {"ok": True}}
    assert said("SomethingNew", data) == "size: 3; tags: a, b; deep: (ok: yes)"
    assert list(anything({"nothing": None, "none": [], "empty": {}})) == []


@pytest.mark.parametrize(
    ("said_when", "words"),
    [
        ("2023-02-28T11:00:00+00:00", "2023-02-28 12:00 CET"),
        ("2023-02", "2023-02"),
        ("unknown", "unknown"),
        ({"from": "2019", "to": "2022-09"}, "2019 to 2022-09"),
        ({"before": "2023-02-28T11:00:00Z"}, "before 2023-02-28 12:00 CET"),
        ({"after": "2023"}, "after 2023"),
        ({"at": "2023-02-27", "estimated": True}, "2023-02-27 (estimated)"),
    ],
)
def test_a_time_reads_as_well_as_it_is_known(said_when: Any, words: str) -> None:
    assert when(said_when, OSLO) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1200, "1200"),
        ("unknown", "unknown"),
        ({"about": 400000}, "about 400000"),
        ({"between": [1000, 2000]}, "1000 to 2000"),
        ({"exact": 5, "unit": "records"}, "5 records"),
        ({"unit": "records"}, "unknown records"),
    ],
)
def test_a_number_reads_as_well_as_it_is_known(number: Any, words: str) -> None:
    assert count(number) == words


# --- tables ------------------------------------------------------------------------------------


def printed(draw: Any, *shown: Any) -> str:
    out = Console(file=io.StringIO(), width=200, highlight=False, emoji=False)
    draw(out, *shown)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def an_entry(**more: Any) -> dict[str, Any]:
    usual = {
        "type": "MeasureTaken",
        "recorded_at": "2023-02-28T11:00:00+00:00",
        "happened": "2023-02-28",
        "by": "joker",
        "superseded_by": None,
        "data": {"kind": "fix", "status": "done"},
    }
    return {**usual, **more}


def test_a_timeline_says_it_in_words_and_in_the_readers_zone() -> None:
    shown = printed(show.timeline, [an_entry()], OSLO)
    assert "2023-02-28 12:00 CET" in shown
    assert "fix: done" in shown
    assert "{" not in shown


@pytest.mark.parametrize("label", ["[/nothing]", "[bold]loud[/bold]", "[link=x]y", "\\[x]"])
def test_what_people_wrote_is_shown_as_written_and_commands_nothing(label: str) -> None:
    data = {"kind": label, "status": "done"}
    assert label in printed(show.timeline, [an_entry(data=data)])
    body = {
        "sequence": "1",
        "time": "2023-02-28T11:00:00+00:00",
        "data": {"type": "MeasureTaken", "by": "joker", "with": data},
    }
    shown = printed(show.message, body, {"id/text": f"see {label}"})
    assert f"text: see {label}" in shown
    owed: dict[str, Any] = {
        "duty": "gdpr.33-1",
        "citation": label,
        "owed_to": label,
        "started_at": None,
        "due": [],
        "status": "delayed",
        "why": f"lawfully delayed: {label}",
    }
    assert f"delayed: {label}" in printed(show.obligations, [owed])


def test_a_deadline_shows_its_alarm_and_its_convention() -> None:
    owed: dict[str, Any] = {
        "duty": "gdpr.33-1",
        "citation": "GDPR Art. 33(1)",
        "owed_to": "NO/datatilsynet",
        "started_at": "2023-02-28T12:00:00+01:00",
        "due": [{"at": "2023-03-03T12:00:00+01:00", "convention": "strict", "alarm": True}],
        "status": "met_late",
        "why": "filed",
    }
    shown = printed(show.obligations, [owed], OSLO)
    assert "2023-03-03 12:00 CET strict (alarm)" in shown
    assert "met late" in shown
