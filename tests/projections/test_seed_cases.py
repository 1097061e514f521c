"""What the two seed cases come to: who knew what, who owes what, and what stays open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.reading import mapping
from projections import obligations, timeline
from projections.rows import Row
from tests.builders import Step, moment, step
from tests.projections.reading import RULES, Played, Views, delivery, read

SCENARIOS = Path(__file__).parents[2] / "scenarios"
YEARS_LATER = moment("2030-01-01T00:00Z")


def played(name: str) -> Views:
    """A scenario through the desk; everything told arrives at the moment it was told."""
    told = mapping(str(SCENARIOS / f"{name}.yaml"))
    story = Played()
    begins = moment(told["steps"][0]["at"])
    for party in told["parties"]:
        story.take(step("platform", "register_party", **party).at(begins.isoformat()))
    for engagement in told.get("engagements", []):
        agreed = {k: v for k, v in engagement.items() if k != "mandate" and v}
        story.take(step("platform", "agree_engagement", **agreed).at(begins.isoformat()))
    for one in told["steps"]:
        story.take(_step(one))
        for party in told["parties"]:
            delivery(party["id"])(story)
    return read(story)


def _step(one: dict[str, Any]) -> Step:
    return Step(
        by=one["by"],
        do=one["do"],
        fields=one["with"],
        now=moment(one["at"]),
        happened=one.get("happened"),
        command=one.get("id"),
    )


def owed(views: Views, party: str) -> dict[str, Row]:
    found = obligations.query(party, views.rows, RULES, YEARS_LATER)
    return {one["duty"]: one for one in found}


@pytest.fixture(scope="module")
def zoopit() -> Views:
    return played("zoopit")


@pytest.fixture(scope="module")
def tokmanni() -> Views:
    return played("tokmanni")


def test_joker_s_clock_starts_when_joker_was_informed_and_stays_unmet(zoopit: Views) -> None:
    duty = owed(zoopit, "joker")["gdpr.33-1"]
    assert duty["started_at"] == "2023-02-28T12:00:00+01:00"
    assert duty["due"][0]["at"] == "2023-03-03T12:00:00+01:00"
    assert (duty["status"], duty["met_by"]) == ("overdue", None)


def test_zoopit_s_own_filing_is_on_joker_s_timeline_and_meets_nothing(zoopit: Views) -> None:
    (filed,) = [
        one for one in timeline.query("joker", zoopit.rows) if one["type"] == "RegulatorNotified"
    ]
    assert (filed["by"], filed["data"]["capacity"]) == ("zoopit", "not_stated")


def test_zoopit_told_joker_without_a_number_of_hours_to_keep(zoopit: Views) -> None:
    duty = owed(zoopit, "zoopit")["gdpr.33-2"]
    assert (duty["owed_to"], duty["status"], duty["due"]) == ("joker", "met", [])


def test_zoopit_s_drivers_are_people_too_and_make_it_a_controller(zoopit: Views) -> None:
    duty = owed(zoopit, "zoopit")["gdpr.33-1"]
    assert duty["started_at"] == "2023-02-27T00:00:00+01:00"
    assert duty["status"] == "overdue"


def test_joker_is_told_of_customers_and_drivers_and_of_nobody_s_number(zoopit: Views) -> None:
    incident = str(zoopit.story.incident("zoopit", "zoopit-2023"))
    known = zoopit.rows.get("facts", "joker", incident) or {}
    assert {row["group"]: row["count"] for row in known["facts"]["people"]} == {
        "customers": "unknown",
        "drivers": "unknown",
    }


def test_joker_s_risk_is_not_high_so_it_told_its_customers_of_its_own_accord(
    zoopit: Views,
) -> None:
    assert owed(zoopit, "joker")["gdpr.34-1"]["status"] == "not_required"
    (line,) = [row for _, row in zoopit.rows.all("board", next(_incidents(zoopit)))]
    assert len(line["customers"]) == 1


def _incidents(views: Views) -> Any:
    return (key for key, _ in views.rows.all("incidents", ""))


def test_tokmanni_s_about_400_000_is_a_union_of_two_roles(tokmanni: Views) -> None:
    totals = [
        total
        for _, row in tokmanni.rows.all("facts", "tokmanni")
        for total in row["facts"]["totals"]
    ]
    assert [(total["count"], sorted(total["of"])) for total in totals] == [
        ({"about": 400_000}, ["exposed", "wrong_recipient"])
    ]


def test_tokmanni_filed_of_its_own_accord(tokmanni: Views) -> None:
    assert owed(tokmanni, "tokmanni")["gdpr.33-1"]["status"] == "met"
