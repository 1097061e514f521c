"""When the platform speaks up by itself: each threshold and silence once, to whom it concerns."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from domain import events as e
from domain import streams
from domain.errors import Invalid
from domain.ports import Receipt
from domain.reminders import missed, thresholds
from domain.use_cases.platform import Escalation, Reminder, escalate, remind
from domain.work import Work
from tests.builders import a_correction, a_party, a_revision, an_acknowledgement, moment, told
from tests.domain.test_platform import delivered, somebody
from tests.spec import START, Story, given, like

OBLIGATION = UUID("0b6cbd2b-6a4d-4e55-8a4e-6d6f0a1d3c11")
DUE = moment("2024-03-07T08:00Z")

# --- thresholds --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        ("2024-03-04T08:00Z", [("24h", "03-06T08:00"), ("6h", "03-07T02:00")]),
        ("2024-03-05T08:00Z", [("24h", "03-06T08:00"), ("6h", "03-07T02:00")]),
        ("2024-03-06T08:00Z", [("half_way", "03-06T20:00"), ("1h", "03-07T07:00")]),
        ("2024-03-07T04:00Z", [("half_way", "03-07T06:00"), ("1h", "03-07T07:00")]),
        ("2024-03-07T06:30Z", [("1h", "03-07T07:00"), ("half_way", "03-07T07:15")]),
        ("2024-03-07T07:00Z", [("half_way", "03-07T07:30")]),
        (None, [("24h", "03-06T08:00"), ("6h", "03-07T02:00")]),
    ],
)
def test_a_clock_of_days_is_spoken_of_a_day_and_six_hours_ahead_a_shorter_one_half_way(
    started: str | None, expected: list[tuple[str, str]]
) -> None:
    found = thresholds(moment(started) if started else None, DUE)
    assert [(name, at.strftime("%m-%dT%H:%M")) for name, at in found[:-1]] == expected
    assert found[-1] == ("due", DUE)


def test_hours_ahead_are_elapsed_hours_when_clocks_go_forward() -> None:
    found = thresholds(moment("2024-03-29T12:00+01:00"), moment("2024-04-01T13:00+02:00"))
    assert [at.isoformat() for _, at in found] == [
        "2024-03-31T11:00:00+00:00",
        "2024-04-01T05:00:00+00:00",
        "2024-04-01T11:00:00+00:00",
    ]


def test_what_comes_within_a_minute_is_in_time() -> None:
    assert missed(DUE, DUE + timedelta(seconds=60)) is None
    assert missed(DUE, DUE + timedelta(seconds=61)) == DUE


# --- reminders ---------------------------------------------------------------------------------


def a_reminder(story: Story, debtor: str = "joker", at: datetime = START) -> Reminder:
    return Reminder(
        obligation=OBLIGATION,
        duty="gdpr.33-1",
        incident=story.incident(),
        vendor="zoopit",
        debtor=debtor,
        due_at=DUE,
        threshold="24h",
        at=at,
    )


def reminded(story: Story, due: Reminder) -> Receipt:
    return story.desk.remind(due, story.now)


def test_a_reminder_is_for_the_debtor_alone() -> None:
    story = given(*told("joker"))
    due = a_reminder(story, at=story.now)
    story.when(lambda: reminded(story, due)).then(
        like(
            e.DutyDueSoon,
            duty="gdpr.33-1",
            due_at=DUE,
            obligation=OBLIGATION,
            threshold="24h",
            should_have_been_at=None,
        ).seen_by("joker")
    )
    found = story.last(e.DutyDueSoon)
    assert found.stream == streams.case_id(story.incident(), "joker")
    assert found.envelope.command == (f"reminded/{OBLIGATION}/2024-03-07T08:00:00+00:00/24h")


def test_a_deadline_that_has_come_is_said_to_be_overdue() -> None:
    story = given(*told("joker"))
    due = replace(a_reminder(story, at=story.now), threshold="due")
    story.when(lambda: reminded(story, due)).then(like(e.DutyOverdue).seen_by("joker"))


def test_a_vendors_own_duty_stands_on_its_incident() -> None:
    story = given(*told("joker"))
    due = a_reminder(story, "zoopit")
    story.when(lambda: reminded(story, due)).then(like(e.DutyDueSoon).seen_by("zoopit"))
    found = story.last(e.DutyDueSoon)
    assert (found.stream, found.envelope.about.client) == (story.incident(), None)
    story.when(a_revision()).then(e.FactsRevised, e.NoticesIssued, e.ClientUpdated)


def test_a_reminder_that_comes_late_says_when_it_should_have_been() -> None:
    story = given(*told("joker"))
    due = a_reminder(story, at=story.now - timedelta(days=2))
    story.when(lambda: reminded(story, due)).then(like(e.DutyDueSoon, should_have_been_at=due.at))


def test_the_same_threshold_is_said_once_and_another_deadline_anew() -> None:
    story = given(*told("joker"))
    due = a_reminder(story)
    first = reminded(story, due)
    again = story.when(lambda: reminded(story, due))
    again.then()
    assert again.receipt == first
    moved = replace(due, due_at=DUE + timedelta(days=1))
    story.when(lambda: reminded(story, moved)).then(e.DutyDueSoon)
    nearer = replace(due, threshold="6h")
    story.when(lambda: reminded(story, nearer)).then(e.DutyDueSoon)


@pytest.mark.parametrize("debtor", ["joker", "zoopit"])
def test_a_reminder_whose_receipt_was_lost_is_still_said_once(debtor: str) -> None:
    story = given(*told("joker"))
    reminded(story, a_reminder(story, debtor))
    work = Work(story.ledger, story.directory, somebody(story), story.now)
    remind(a_reminder(story, debtor), work)
    assert work.changes().streams == {}


# --- silence -----------------------------------------------------------------------------------


def a_silence(story: Story, why: str = "unacknowledged") -> Escalation:
    return Escalation(
        incident=story.incident(),
        vendor="zoopit",
        client="joker",
        notice=story.last(e.ClientNotified).id,
        why="undelivered" if why == "undelivered" else "unacknowledged",
        since=START,
        at=story.now,
    )


def escalated(story: Story, why: str = "unacknowledged") -> Receipt:
    return story.desk.escalate(a_silence(story, why), story.now)


def test_a_clients_silence_is_known_to_its_vendor_and_to_itself() -> None:
    story = given(*told("joker", "tokmanni"))
    delivered(story)
    story.when(lambda: escalated(story)).then(
        like(
            e.ClientEscalated,
            why="unacknowledged",
            notice=story.last(e.ClientNotified).id,
            since=START,
            second_contact=None,
            should_have_been_at=None,
        ).seen_by("joker", "zoopit")
    )


def test_each_silence_is_brought_up_once() -> None:
    story = given(*told("joker"))
    first = escalated(story, "undelivered")
    again = story.when(lambda: escalated(story, "undelivered"))
    again.then()
    assert again.receipt == first
    story.when(lambda: escalated(story)).then(e.ClientEscalated)
    work = Work(story.ledger, story.directory, somebody(story), story.now)
    escalate(a_silence(story), work)
    assert work.changes().streams == {}


def test_who_has_acknowledged_is_not_silent_unless_that_was_a_mistake() -> None:
    story = given(*told("joker"), an_acknowledgement().under("ack"))
    story.when(lambda: escalated(story)).then()
    story.given(a_correction("ack"))
    story.when(lambda: escalated(story)).then(e.ClientEscalated)


def test_what_has_been_delivered_meanwhile_is_not_undelivered() -> None:
    story = given(*told("joker"))
    delivered(story)
    story.when(lambda: escalated(story, "undelivered")).then()


# --- the second contact ------------------------------------------------------------------------


CHAIN = a_party("chain", "client", group="norgesgruppen")


def test_a_silence_reaches_the_second_contact_too() -> None:
    shop = a_party("shop", "client", group="norgesgruppen", second_contact="chain")
    story = given(CHAIN, shop, *told("shop"))
    silence = replace(a_silence(story), client="shop")
    story.when(lambda: story.desk.escalate(silence, story.now)).then(
        like(e.ClientEscalated, second_contact="chain").seen_by("shop", "zoopit", "chain")
    )


@pytest.mark.parametrize(
    ("contact", "group"),
    [("nobody", "norgesgruppen"), ("chain", None), ("chain", "another"), ("joker", None)],
)
def test_a_second_contact_is_a_registered_party_of_the_same_group(
    contact: str, group: str | None
) -> None:
    shop = a_party("shop", "client", group=group, second_contact=contact)
    given(CHAIN).when(shop).then_refused(Invalid, field="second_contact", match="same group")
