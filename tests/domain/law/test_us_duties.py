"""HIPAA, the SEC, the FTC, and the states: data kinds, residents, numbers of people."""

from __future__ import annotations

from typing import Any

import pytest

from projections import obligations
from projections.rows import Row
from tests.builders import (
    Step,
    a_customer_notice,
    a_filing,
    a_leak,
    a_notice,
    a_party,
    a_statement,
    people,
    step,
)
from tests.domain.law.telling import LATE, a_fact, due, duty, us
from tests.projections.reading import RULES, Played, Views, a_story, awareness, read

HOME: dict[str, Any] = {"country": "US", "zone": "America/New_York"}
AWARE = "2026-01-31T10:00-05:00"
KIWI = {"client": "kiwi", "sure": "confirmed"}
SSN = {"people": [people(data={"present": ["name", "social_security_number"]})]}


def here(law: str, *acts: Step, aware: str = AWARE, **more: Any) -> Views:
    return us(law, aware=aware, acts=acts, **{**HOME, **more})


def filed(authority: str, at: str = "2026-02-10T10:00-05:00") -> Step:
    return a_filing("us", authority=authority, stage="new").at(at)


# --- HIPAA -------------------------------------------------------------------------------------


def test_individuals_are_told_60_days_after_discovery_which_is_awareness_unless_stated() -> None:
    assert due(here("hipaa"), "hipaa.individuals") == {"strict": "2026-04-01T23:59"}
    views = here("hipaa", a_fact("discovered", "2026-01-10"))
    assert due(views, "hipaa.individuals") == {"strict": "2026-03-11T23:59"}


def test_what_its_agent_discovered_it_discovered_itself() -> None:
    when = "2026-01-05T09:00-05:00"
    views = here("hipaa", a_fact("agent", when))
    assert due(views, "hipaa.individuals") == {"strict": "2026-03-06T23:59"}
    stated = awareness("2026-01-02T09:00-05:00", by="zoopit", visibility="shared")
    views = here("hipaa", stated, a_fact("agent", when))
    found = duty(views, "hipaa.individuals")
    assert found["why"].startswith("zoopit, its agent, was aware")
    assert found["due"][0]["at"][:10] == "2026-03-03"
    signal = awareness("2026-01-01T09:00-05:00", by="zoopit", stage="signal", visibility="shared")
    views = here("hipaa", signal, a_fact("agent", holds="no"))
    assert due(views, "hipaa.individuals") == {"strict": "2026-04-01T23:59"}


def test_a_low_probability_that_was_shown_lifts_it() -> None:
    found = duty(here("hipaa", a_fact("low_probability")), "hipaa.individuals")
    assert found["status"] == "not_required"


@pytest.mark.parametrize(
    ("value", "large", "small"),
    [
        (500, "open", "not_required"),
        ({"about": 499}, "not_required", "open"),
        ({"between": [500, 900]}, "open", "not_required"),
        ({"between": [400, 600]}, "undetermined", "undetermined"),
        ({"between": [1, 499]}, "not_required", "open"),
        ("unknown", "undetermined", "undetermined"),
        ({"about": 500, "unit": "records"}, "undetermined", "undetermined"),
    ],
)
def test_hhs_is_told_with_the_individuals_or_after_the_end_of_the_year(
    value: Any, large: str, small: str
) -> None:
    views = here("hipaa", a_fact("people_affected", value=value))
    assert duty(views, "hipaa.hhs-large")["status"] == large
    assert duty(views, "hipaa.hhs-small")["status"] == small
    assert due(views, "hipaa.hhs-large") == {"strict": "2026-04-01T23:59"}
    assert due(views, "hipaa.hhs-small") == {"strict": "2027-03-01T23:59"}


def test_a_filing_meets_the_one_of_two_duties_that_binds() -> None:
    views = here("hipaa", a_fact("people_affected", value=700), filed("US/hhs"))
    assert duty(views, "hipaa.hhs-large")["status"] == "met"
    assert duty(views, "hipaa.hhs-small")["status"] == "not_required"


def test_60_days_after_the_year_s_end_are_a_29_february_in_leap_years() -> None:
    views = here("hipaa", aware="2027-06-01T10:00-04:00")
    assert due(views, "hipaa.hhs-small") == {"strict": "2028-02-29T23:59"}


def test_the_media_are_told_by_a_statement_of_one_s_own_to_the_press() -> None:
    more = a_fact("residents_of_one_state", value=501)
    found = duty(here("hipaa", more, a_statement(visibility="shared")), "hipaa.media")
    assert (found["status"], found["owed_to"]) == ("open", "media")
    assert duty(here("hipaa", more, a_statement("us")), "hipaa.media")["status"] == "met"
    few = here("hipaa", a_fact("residents_of_one_state", holds="no"))
    assert duty(few, "hipaa.media")["status"] == "not_required"


def test_an_associate_tells_the_covered_entity() -> None:
    story = a_story(
        a_party("we", "vendor", laws=["hipaa"], **HOME),
        a_leak(by="we", aware={"stage": "aware", "when": AWARE}).at(AWARE),
        a_notice("joker", by="we").at("2026-04-02T10:00-04:00"),
    )
    (found,) = [
        one for one in read_duties(read(story), "we", story) if one["duty"] == "hipaa.associate"
    ]
    assert (found["status"], found["owed_to"]) == ("met_late", "joker")
    assert found["due"][0]["at"][:10] == "2026-04-01"


def read_duties(views: Views, party: str, story: Played) -> list[Row]:
    return obligations.query(party, views.rows, RULES, story.now)


# --- SEC, FTC ----------------------------------------------------------------------------------


def test_the_sec_s_four_business_days_run_from_the_decision_and_skip_thanksgiving() -> None:
    unsaid = duty(here("sec"), "sec.item-1.05")
    assert (unsaid["status"], unsaid["due"]) == ("undetermined", [])
    assert "material" in unsaid["why"]
    material = a_fact("material", "2026-11-20T12:00-05:00").at("2026-11-21T09:00-05:00")
    views = here("sec", material, aware="2026-11-18T10:00-05:00")
    assert due(views, "sec.item-1.05") == {"business_days": "2026-11-27T17:30"}
    assert duty(views, "sec.item-1.05", now=LATE)["status"] == "overdue"
    no = here("sec", a_fact("material", holds="no"))
    assert duty(no, "sec.item-1.05")["status"] == "not_required"
    oslo = us("sec", aware=AWARE, acts=[a_fact("material", AWARE)])
    assert due(oslo, "sec.item-1.05") == {"business_days": "2026-02-05T23:30"}


def test_the_ftc_hears_of_500_customers() -> None:
    assert duty(here("glba"), "glba.ftc")["status"] == "undetermined"
    views = here("glba", a_fact("customers_affected", value=500), filed("US/ftc"))
    assert duty(views, "glba.ftc")["status"] == "met"
    assert due(views, "glba.ftc") == {"strict": "2026-03-02T23:59"}


# --- the states --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"present": ["name", "social_security_number"]}, "open"),
        ({"present": ["name", "email"], "complete": True}, "not_required"),
        ({"present": ["name", "email"]}, "undetermined"),
        ({"present": ["name", "identification"], "complete": True}, "open"),
        ({"present": ["name", "financial"], "complete": True}, "undetermined"),
    ],
)
def test_a_state_duty_is_triggered_by_kinds_of_data(data: Any, status: str) -> None:
    views = here("us-ca", states=["us-ca"], leak={"people": [people(data=data)]})
    found = duty(views, "us-ca.consumers")
    assert found["status"] == status
    assert due(views, "us-ca.consumers") == {"strict": "2026-03-02T23:59"}


def test_wrong_recipients_own_data_triggers_nothing() -> None:
    row = people(role="wrong_recipient", data={"present": ["social_security_number"]})
    views = here("us-ca", states=["US-CA"], leak={"people": [row]})
    assert duty(views, "us-ca.consumers")["status"] == "undetermined"


def test_a_state_s_duty_needs_residents_of_that_state() -> None:
    cases: list[tuple[dict[str, Any], list[Step], str]] = [
        ({"states": ["US-NY"]}, [], "not_required"),
        ({"states": ["US-CA"]}, [], "open"),
        ({}, [], "undetermined"),
        ({}, [a_fact("residents_us_ca", value=0)], "not_required"),
        ({}, [a_fact("residents_us_ca", holds="no")], "not_required"),
        ({}, [a_fact("residents_us_ca")], "open"),
    ]
    for more, acts, status in cases:
        views = here("us-ca", *acts, leak=SSN, **more)
        assert duty(views, "us-ca.consumers")["status"] == status


def test_the_attorney_general_of_california_hears_15_days_after_the_people() -> None:
    many = a_fact("residents_us_ca", value=501)
    waiting = duty(here("us-ca", many, leak=SSN), "us-ca.attorney-general")
    assert waiting["status"] == "not_started"
    told = a_customer_notice("us").at("2026-02-10T10:00-05:00")
    views = here("us-ca", many, told, leak=SSN)
    assert due(views, "us-ca.attorney-general") == {"strict": "2026-02-25T23:59"}
    assert duty(views, "us-ca.consumers")["status"] == "met"
    named = here("us-ca", told, leak=SSN, states=["US-CA"])
    assert duty(named, "us-ca.attorney-general")["status"] == "undetermined"


def test_before_2026_california_gave_no_number() -> None:
    views = here("us-ca", leak=SSN, states=["US-CA"], aware="2025-06-01T10:00-04:00")
    assert duty(views, "us-ca.consumers", now=LATE)["status"] == "open"
    assert due(views, "us-ca.consumers") == {}


def test_new_york_has_three_authorities_each_to_be_told() -> None:
    views = here("us-ny", filed("US-NY/state-police"), leak=SSN, states=["US-NY"])
    found = {one["authority"]: one for one in views.duties("us", "us-ny.authorities")}
    assert {name: one["status"] for name, one in found.items()} == {
        "US-NY/attorney-general": "open",
        "US-NY/department-of-state": "open",
        "US-NY/state-police": "met",
    }
    assert len({one["id"] for one in found.values()}) == 3
    assert due(views, "us-ny.residents") == {"strict": "2026-03-02T23:59"}


def test_in_texas_the_clock_starts_with_the_determination_and_until_then_from_awareness() -> None:
    residents = a_fact("residents_us_tx", value=250)
    views = here("us-tx", residents, leak=SSN)
    found = duty(views, "us-tx.attorney-general")
    assert (found["status"], found["due"][0]["at"][:10]) == ("undetermined", "2026-03-02")
    determined = a_fact("determined", "2026-02-10").at("2026-02-11T10:00-05:00")
    views = here("us-tx", residents, determined, leak=SSN)
    assert due(views, "us-tx.attorney-general") == {"strict": "2026-03-12T23:59"}
    assert due(views, "us-tx.residents") == {"strict": "2026-04-11T23:59"}


def test_a_vendor_tells_the_owner_of_the_data() -> None:
    ssn = [people(data={"present": ["social_security_number"]})]
    statuses: dict[str, str] = {}
    for name, rows in (
        ("ssn", ssn),
        ("email", [people(data={"complete": True})]),
        ("?", [people()]),
    ):
        story = a_story(
            a_party("we", "vendor", laws=["us-ny"], **HOME),
            a_leak(by="we", aware={"stage": "aware", "when": AWARE}, people=rows).at(AWARE),
            a_notice("joker", by="we", channel="platform"),
            a_party("kiwi", "client"),
            step("we", "name_clients", incident="leak", clients=[KIWI]),
        )
        found = read_duties(read(story), "we", story)
        (one,) = [x for x in found if x["duty"] == "us-ny.owner" and x["owed_to"] == "kiwi"]
        statuses[name] = one["status"]
        assert one["due"][0]["at"][:10] == "2026-03-02"
    assert statuses == {"ssn": "open", "email": "not_required", "?": "undetermined"}
