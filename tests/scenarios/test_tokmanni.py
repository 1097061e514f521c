"""Tokmanni and its newsletter provider: the client knew before the vendor reported."""

from __future__ import annotations

import pytest

from tests.adapters.play.lab import Staged
from tests.scenarios.reading import (
    Played,
    current,
    deadlines,
    owed,
    people,
    require_structure,
    the,
    timeline,
)

pytestmark = pytest.mark.parametrize("played", ["scenarios/tokmanni.yaml"], indirect=True)


def test_it_has_the_public_structure(found: Played) -> None:
    require_structure(found)
    assert found["clients"].keys() == {"tokmanni", "other-1"}
    assert found["incidents"].keys() == {"mailer-2022"}


def test_about_400000_is_a_union_of_two_roles(found: Played) -> None:
    total = the(found["incidents"]["mailer-2022"]["facts"]["facts"]["totals"])
    assert total["count"] == {"about": 400000}
    assert total["of"] == ["exposed", "wrong_recipient"]
    assert total["overlap"] == "unknown"
    roles = people(found["incidents"]["mailer-2022"]["facts"], "newsletter_subscribers")
    assert [row["count"] for row in roles] == ["unknown"] * 3


def test_tokmannis_clock_starts_with_its_own_finding(found: Played) -> None:
    concern = the(timeline(found, "tokmanni", "ClientRaisedConcern"))
    duty = current(found, "tokmanni", "gdpr.33-1")
    assert duty["started_at"] == "2022-06-04T00:00:00+03:00"
    assert duty["started_by"] == concern["event"]
    assert deadlines(duty)["strict"] == "2022-06-07T00:00:00+03:00"


def test_tokmannis_own_filing_meets_its_duty(found: Played) -> None:
    filing = the(timeline(found, "tokmanni", "RegulatorNotified"))
    duty = current(found, "tokmanni", "gdpr.33-1")
    assert (duty["status"], duty["met_by"]) == ("met", filing["event"])
    assert duty["met_at"] == "2022-06-06T09:00:00+03:00"
    assert duty["authority"] == "FI/tietosuojavaltuutettu"


def test_the_concern_is_taken_up_in_the_incident(found: Played) -> None:
    before, after = owed(found, "tokmanni", "gdpr.33-1")
    assert before["status"] == "superseded"
    assert after["incident"] in before["why"]
    assert found["incidents"]["mailer-2022"]["facts"]["incident"] == after["incident"]


def test_another_client_named_later_has_a_clock_of_its_own(found: Played) -> None:
    duty = current(found, "other-1", "gdpr.33-1")
    assert duty["started_at"] == "2022-06-07T09:30:00+03:00"
    assert duty["status"] == "open"
    assert deadlines(duty)["strict"] == "2022-06-10T09:30:00+03:00"


def test_each_client_hears_nothing_of_the_other(found: Played) -> None:
    assert "other-1" not in str(found["clients"]["tokmanni"])
    theirs = str(found["clients"]["other-1"])
    assert "tokmanni" not in theirs
    assert "400000" not in theirs


def test_your_data_are_safe_contradicts_the_same_message(found: Played) -> None:
    collisions = found["clients"]["tokmanni"]["contradictions"]
    safe = [one for one in collisions if one["claim"] == "s-safe"]
    assert "claim:s-data" in {one["against"] for one in safe}
    assert {one["kind"] for one in safe} == {"contradicts"}
    assert found["clients"]["other-1"]["contradictions"] == []


def test_the_interview_mends_the_warning_and_is_no_communication_to_people(found: Played) -> None:
    warning, _, interview = timeline(found, "tokmanni", "StatementMade")
    assert warning["superseded_by"] == interview["event"]
    assert len(timeline(found, "tokmanni", "CustomersNotified")) == 1


def test_the_board_keeps_both_clients(found: Played) -> None:
    lines = {line["client"]: line for line in found["incidents"]["mailer-2022"]["board"]}
    assert lines["tokmanni"]["standing"] == "customers told"
    assert lines["tokmanni"]["count"] == {"about": 400000}
    assert lines["tokmanni"]["open_questions"] == []
    assert lines["other-1"]["standing"] == "acknowledged"


# --- as it was known then ----------------------------------------------------------------------


def test_before_the_report_tokmanni_has_a_clock_and_others_know_nothing(played: Staged) -> None:
    then = played.outcome("2022-06-05T11:00+03:00")
    require_structure(then)
    assert current(then, "tokmanni", "gdpr.33-1")["started_at"] == "2022-06-04T00:00:00+03:00"
    assert owed(then, "other-1", "gdpr.33-1") == []
    assert then["incidents"] == {}


def test_the_question_was_open_until_it_was_answered(played: Staged) -> None:
    then = played.outcome("2022-06-06T23:00+03:00")
    board = then["incidents"]["mailer-2022"]["board"]
    assert the(board)["open_questions"] == ["other-clients-affected"]
