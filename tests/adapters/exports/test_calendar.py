"""A party's deadlines in its calendar: those that are open, where they are now, with alarms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from adapters.exports.calendar import of_obligations
from projections import obligations
from projections.rows import Row
from tests.adapters.exports.content_lines import Component, read
from tests.builders import a_filing, a_question, moment, told
from tests.projections.reading import RULES, Act, a_delay, a_story, awareness, delivery
from tests.projections.reading import read as views_of

ARRIVED = "2026-03-02T09:00+01:00"
DUE = "20260305T080000Z"
NOW = moment("2026-03-02T12:00Z")
HERE = "https://varsel.example/"


def link(row: Row) -> str:
    return f"{HERE}incidents/{row['incident']}"


def of_rows(rows: list[Row], now: datetime = NOW) -> Component:
    return read(of_obligations("joker", rows, now, link))


def calendar(*acts: Act, now: datetime = NOW) -> Component:
    """Joker's calendar after it was told of a leak, and what followed."""
    story = a_story(*told("joker"), delivery("joker", at=ARRIVED), *acts)
    return of_rows(obligations.query("joker", views_of(story).rows, RULES, now), now)


def events(found: Component) -> dict[str, Component]:
    """By duty."""
    return {one.text("SUMMARY").split(" ")[0]: one for one in found.within("VEVENT")}


def a_row(**more: Any) -> Row:
    due = [{"convention": "strict", "at": "2026-03-05T09:00:00+01:00", "alarm": True}]
    usual = {
        "id": "0b6cbd2b-6a4d-4e55-8a4e-6d6f0a1d3c11",
        "duty": "gdpr.33-1",
        "incident": "5a3b6c1e-1c9d-5f0e-9a5c-2f6b7d8e9f01",
        "owed_to": "NO/datatilsynet",
        "authority": "NO/datatilsynet",
        "started_at": "2026-03-02T09:00:00+01:00",
        "due": due,
        "status": "open",
        "why": "the notice was delivered",
        "law_version": "gdpr 2018-05-25 v1",
        "citation": "GDPR Art. 33(1)",
    }
    return {**usual, **more}


def test_an_open_deadline_is_an_event_at_its_last_instant_in_utc() -> None:
    event = events(calendar())["gdpr.33-1"]
    assert event.properties["DTSTART"] == DUE
    assert event.properties["DTSTAMP"] == event.properties["LAST-MODIFIED"] == "20260302T120000Z"
    assert event.properties["TRANSP"] == "TRANSPARENT"
    assert "DTEND" not in event.properties
    assert "DURATION" not in event.properties


def test_an_event_tells_rule_source_authority_and_every_convention_and_where_to_look() -> None:
    event = events(calendar())["gdpr.33-1"]
    lines = event.text("DESCRIPTION").split("\n")
    assert lines[0].startswith("Rule: gdpr.33-1, gdpr ")
    assert lines[1].startswith("Source: ")
    assert "Art. 33(1)" in lines[1]
    assert lines[2] == "Authority: NO/datatilsynet"
    assert lines[3] == "By strict: 2026-03-05T09:00:00+01:00 (reminders go by this)"
    assert any(line.startswith("By r1182: ") for line in lines)
    assert lines[-1] == event.properties["URL"]
    assert lines[-1].startswith(f"{HERE}incidents/")


def test_an_event_rings_a_day_six_hours_and_one_hour_ahead_and_when_it_is_due() -> None:
    alarms = events(calendar())["gdpr.33-1"].within("VALARM")
    triggers = [one.properties["TRIGGER"] for one in alarms]
    assert triggers == ["-P1D", "-PT6H", "-PT1H", "P0D"]
    assert {one.properties["ACTION"] for one in alarms} == {"DISPLAY"}
    assert {one.text("DESCRIPTION") for one in alarms} == {"gdpr.33-1 to NO/datatilsynet"}


def test_an_event_does_not_ring_before_its_clock_started() -> None:
    [event] = of_rows([a_row(started_at="2026-03-05T05:00:00+01:00")]).within("VEVENT")
    assert [one.properties["TRIGGER"] for one in event.within("VALARM")] == ["-PT1H", "P0D"]


def test_a_clock_whose_start_is_not_known_rings_at_all_its_times() -> None:
    [event] = of_rows([a_row(started_at=None)]).within("VEVENT")
    assert len(event.within("VALARM")) == 4


def test_a_deadline_that_moves_keeps_its_uid_and_leaves_nothing_behind() -> None:
    before = calendar()
    after = calendar(awareness("2026-03-01T20:00+01:00"))
    moved, there = events(after)["gdpr.33-1"], events(before)["gdpr.33-1"]
    assert moved.properties["UID"] == there.properties["UID"]
    assert moved.properties["DTSTART"] == "20260304T190000Z"
    assert len(after.within("VEVENT")) == len(before.within("VEVENT"))


def test_a_duty_that_was_met_disappears() -> None:
    assert "gdpr.33-1" in events(calendar())
    assert "gdpr.33-1" not in events(calendar(a_filing("joker")))


def test_a_duty_that_is_lawfully_delayed_disappears() -> None:
    assert "gdpr.33-1" not in events(calendar(a_delay()))


def test_an_overdue_duty_stays_and_says_so() -> None:
    late = calendar(now=moment("2026-03-09T12:00Z"))
    assert events(late)["gdpr.33-1"].text("SUMMARY") == "gdpr.33-1 to NO/datatilsynet (overdue)"


def test_a_duty_without_a_number_of_hours_is_no_event() -> None:
    story = a_story(*told("joker"), delivery("joker", at=ARRIVED))
    rows = obligations.query("joker", views_of(story).rows, RULES, NOW)
    without = {row["duty"] for row in rows if row["status"] == "open" and not row["due"]}
    assert without
    assert not without & events(of_rows(rows)).keys()


@pytest.mark.parametrize(
    "status", ["met", "met_late", "waived", "not_required", "not_started", "superseded", "delayed"]
)
def test_what_is_not_owed_now_is_not_in_the_calendar(status: str) -> None:
    assert of_rows([a_row(status=status)]).inner == []


def test_nothing_that_people_wrote_is_in_the_calendar() -> None:
    said = of_obligations("joker", [a_row(why="Mrs Hansen called")], NOW, link)
    assert b"Hansen" not in said
    asked = calendar(a_question("joker"))
    assert "How many" not in repr(asked)


def test_a_calendar_says_what_it_is_and_when_to_look_again() -> None:
    found = calendar()
    assert found.name == "VCALENDAR"
    assert found.properties["VERSION"] == "2.0"
    assert found.properties["NAME"] == found.properties["X-WR-CALNAME"]
    assert found.properties["REFRESH-INTERVAL"] == found.properties["X-PUBLISHED-TTL"] == "PT15M"
    assert found.parameters["REFRESH-INTERVAL"] == ";VALUE=DURATION"
    assert "METHOD" not in found.properties


def test_the_same_picture_is_the_same_bytes() -> None:
    assert of_obligations("joker", [a_row()], NOW, link) == of_obligations(
        "joker", [a_row()], NOW, link
    )


NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=120)


@given_any(authority=NAMES, citation=NAMES)
def test_whatever_an_authority_is_called_every_line_is_one(authority: str, citation: str) -> None:
    row = a_row(owed_to=authority, authority=authority, citation=citation)
    [event] = of_rows([row]).within("VEVENT")
    assert event.text("SUMMARY") == f"gdpr.33-1 to {authority}"
    lines = event.text("DESCRIPTION").split("\n")
    assert lines[1:3] == [f"Source: {citation}", f"Authority: {authority}"]
