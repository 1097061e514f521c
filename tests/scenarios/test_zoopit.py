"""Zoopit and Joker: one vendor's leak, one client's duty."""

from __future__ import annotations

from datetime import datetime

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

pytestmark = pytest.mark.parametrize("played", ["scenarios/zoopit.yaml"], indirect=True)


def test_it_has_the_public_structure(found: Played) -> None:
    require_structure(found)
    assert found["clients"].keys() == {"joker"}
    assert found["vendors"].keys() == {"zoopit"}
    assert found["incidents"].keys() == {"zoopit-2023"}


def test_jokers_clock_starts_when_joker_was_informed(found: Played) -> None:
    notified = the(timeline(found, "joker", "ClientNotified"))
    delivered = the(timeline(found, "joker", "NoticeDelivered"))
    duty = current(found, "joker", "gdpr.33-1")
    assert duty["started_at"] == "2023-02-28T12:00:00+01:00"
    assert duty["started_by"] == delivered["event"]
    assert delivered["data"]["notice"] == notified["event"]


def test_jokers_deadline_is_72_elapsed_hours_later_and_that_is_the_alarm(found: Played) -> None:
    duty = current(found, "joker", "gdpr.33-1")
    assert deadlines(duty)["strict"] == "2023-03-03T12:00:00+01:00"
    assert [due["convention"] for due in duty["due"] if due["alarm"]] == ["strict"]
    assert duty["authority"] == "NO/datatilsynet"


def test_jokers_duty_stays_unmet(found: Played, played: Staged) -> None:
    assert current(found, "joker", "gdpr.33-1")["status"] == "open"
    later = current(played.outcome("2023-03-10"), "joker", "gdpr.33-1")
    assert (later["status"], later["met_by"]) == ("overdue", None)


def test_zoopits_own_filing_is_seen_and_does_not_meet_it(found: Played) -> None:
    filing = the(timeline(found, "joker", "RegulatorNotified"))
    assert (filing["by"], filing["data"]["capacity"]) == ("zoopit", "not_stated")
    assert current(found, "joker", "gdpr.33-1")["met_at"] is None
    assert current(found, "joker", "gdpr.33-4")["status"] == "not_started"


def test_the_drivers_are_people_too(found: Played) -> None:
    drivers = the(people(found["incidents"]["zoopit-2023"]["facts"], "drivers"))
    assert drivers["data"]["present"] == ["driver_information", "timed_location"]
    assert drivers["controller"] == "vendor"
    told = the(timeline(found, "joker", "ClientNotified"))["data"]["facts"]["people"]
    assert [row["group"] for row in told] == ["customers", "drivers"]


def test_zoopit_has_duties_of_its_own_for_them(found: Played) -> None:
    own = current(found, "zoopit", "gdpr.33-1")
    assert own["debtor"] == "zoopit"
    assert own["started_at"].startswith("2023-02-27T00:00")
    assert own["status"] != "met"
    towards = the(owed(found, "zoopit", "gdpr.33-2"))
    assert (towards["owed_to"], towards["status"], towards["due"]) == ("joker", "met", [])


def test_the_breachs_period_is_not_the_datas_period(found: Played) -> None:
    facts = found["incidents"]["zoopit-2023"]["facts"]["facts"]
    assert facts["happened"] == {"before": "2023-02-27"}
    assert facts["data_period"] == {"from": "2019", "to": "2022-09"}


def test_no_sign_is_not_no(found: Played) -> None:
    claims = found["incidents"]["zoopit-2023"]["facts"]["facts"]["claims"]
    live = the([one for one in claims if one["id"] == "z-live"])
    assert (live["holds"], live["provisional"], live["source"]) == ("no_sign", True, "expert")


def test_delivery_time_is_a_difference_to_flag(found: Played) -> None:
    against = [one["against"] for one in found["clients"]["joker"]["contradictions"]]
    assert against == ["notice:data/delivery_time"]


def test_no_free_text_is_in_what_is_told(found: Played) -> None:
    assert "påstår" not in str(found)
    assert "uvedkommende" not in str(found)


# --- as it was known then ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "entries", "status"),
    [
        ("2023-02-27T12:00+01:00", ["EngagementAgreed"], None),
        ("2023-02-28T11:59+01:00", ["EngagementAgreed"], None),
        (
            "2023-02-28T12:00+01:00",
            ["EngagementAgreed", "ClientNotified", "NoticeDelivered"],
            "open",
        ),
    ],
)
def test_joker_knew_nothing_before_it_was_told(
    played: Staged, as_of: str, entries: list[str], status: str | None
) -> None:
    then = played.outcome(as_of)
    assert [one["type"] for one in timeline(then, "joker")] == entries
    duties = [one["status"] for one in owed(then, "joker", "gdpr.33-1")]
    assert duties == ([status] if status else [])


def test_before_the_report_there_is_no_incident(played: Staged) -> None:
    then = played.outcome("2023-02-26")
    require_structure(then)
    assert then["incidents"] == {}
    assert then["vendors"]["zoopit"]["obligations"] == []


def test_what_was_known_then_is_how_the_timeline_begins(found: Played, played: Staged) -> None:
    whole = timeline(found, "joker")
    for step in played.player.scenario.steps:
        then = timeline(played.outcome(step.at), "joker")
        for earlier, now in zip(then, whole, strict=False):
            assert {**earlier, "superseded_by": None} == {**now, "superseded_by": None}
            assert earlier["superseded_by"] in {None, now["superseded_by"]}
        known = [one for one in whole if datetime.fromisoformat(one["recorded_at"]) <= step.instant]
        assert len(then) == len(known)
