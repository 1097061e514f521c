"""How grave it is for one client's people: prefilled from the facts, narrowed by a worksheet."""

from __future__ import annotations

from typing import Any

import pytest

from domain.worksheet import Worksheet
from projections import severity, timeline
from tests.builders import a_leak, a_notice, an_assessment, people
from tests.projections.reading import a_story, read

WORKSHEET: dict[str, Any] = {
    "categories": [{"name": "simple", "adjusted": [{"points": 1, "reason": "a shop for few"}]}],
    "identifiers": [{"name": "email", "situation": "primary"}],
    "complete": True,
    "circumstances": {
        "confidentiality": "unknown_recipients",
        "integrity": "none",
        "availability": "none",
        "malicious": "no",
    },
}


def test_what_the_facts_leave_open_makes_the_interval_wide() -> None:
    story = a_story(a_leak(people=[people(count=1200)]), a_notice("joker"))
    found = severity.query("joker", str(story.incident()), read(story).rows)
    assert found["score"]["low"] < found["score"]["high"]
    assert found["score"]["flags"]["over_100_people"] in {"yes", "possible"}


def test_the_vendor_scores_its_own_people_alone() -> None:
    drivers = people("drivers", controller="vendor", data={"present": ["timed_location"]})
    mine = people(data={"present": ["email"]})
    story = a_story(a_leak(people=[mine, drivers]), a_notice("joker"))
    rows = read(story).rows
    kinds = [
        severity.prefilled(party, str(story.incident()), rows).categories[0].kinds
        for party in ("zoopit", "joker")
    ]
    assert kinds[0] == ("timed_location",)
    assert "timed_location" not in kinds[1]


def test_a_worksheet_that_is_given_is_scored_instead_and_compared_with_cases() -> None:
    story = a_story(a_leak(), a_notice("joker"))
    given = Worksheet.model_validate(WORKSHEET)
    found = severity.query("joker", str(story.incident()), read(story).rows, given)
    assert found["score"]["low"] == found["score"]["high"]
    assert found["precedents"]
    assert set(found["precedents"][0]["decided"]) == {"authority", "people", "documented"}


def test_a_worksheet_comes_back_as_it_was_filled_in_and_can_be_sent_again() -> None:
    story = a_story(a_leak(), a_notice("joker"))
    plain = {"name": "behavioural", "adjusted": [{"points": 0}]}
    said = {**WORKSHEET, "categories": [*WORKSHEET["categories"], plain, {"name": "financial"}]}
    given = Worksheet.model_validate(said)
    found = severity.query("joker", str(story.incident()), read(story).rows, given)
    assert found["worksheet"]["categories"][0]["adjusted"][0]["reason"] == "a shop for few"
    assert Worksheet.model_validate(found["worksheet"]) == given


def test_an_assessment_s_worksheet_shows_its_score_and_none_of_its_words() -> None:
    story = a_story(a_leak(), a_notice("joker"), an_assessment(worksheet=WORKSHEET))
    entry = timeline.query("joker", read(story).rows)[-1]
    assert entry["type"] == "RiskAssessed"
    assert entry["data"]["score"]["low"] == pytest.approx(entry["data"]["score"]["high"])
    assert "a shop for few" not in str(entry)
