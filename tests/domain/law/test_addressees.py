"""With whom a duty is met: authorities by law and place, mistaken ones, and their own deadlines."""

from __future__ import annotations

from typing import Any

import pytest

from domain.law.loader import load_packs
from domain.precedents import precedents
from tests.builders import (
    Step,
    a_correction,
    a_customer_notice,
    a_filing,
    a_measure,
    an_assessment,
    people,
    step,
)
from tests.domain.law.telling import LATE, a_fact, duty, us

AWARE = "2026-03-02T09:00+01:00"
DRAFT = load_packs(drafts=["omnibus-2025"])


def filed(authority: str, stage: str = "new", **more: Any) -> Step:
    return a_filing("us", authority=authority, stage=stage, **more)


# --- the right authority -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("authority", "country", "status", "why"),
    [
        ("NO/datatilsynet", "NO", "met", "with NO/datatilsynet"),
        ("AT/dsb", "AT", "met", "with AT/dsb"),
        ("US/sec", "NO", "open", "delivered (stream)"),
        ("NO/nsm", "NO", "open", "delivered (stream)"),
        ("NO/someone", "NO", "open", "filed with NO/someone, which is not NO/datatilsynet"),
        ("DE/hamburg", "DE", "met", "whether DE/hamburg is the right one is not listed: check"),
        ("JP/ppc", "JP", "met", "whether JP/ppc is the right one is not listed: check"),
        ("SE/imy", "NO", "met", "right only if it leads, in place of NO/datatilsynet: check"),
        ("SE/imy", None, "met", "with SE/imy"),
        ("XX/nobody", None, "met", "where it is due is not known"),
        ("US/sec", None, "open", "delivered (stream)"),
    ],
)
def test_a_filing_counts_with_an_authority_of_that_law(
    authority: str, country: str | None, status: str, why: str
) -> None:
    views = us("gdpr", aware=AWARE, acts=[filed(authority)], country=country)
    found = duty(views, "gdpr.33-1")
    assert (found["status"], found["why"][-len(why) :]) == (status, why)


def test_where_the_main_establishment_is_known_its_authority_alone_counts() -> None:
    for authority, status in (("SE/imy", "met"), ("NO/datatilsynet", "open")):
        views = us("gdpr", aware=AWARE, acts=[filed(authority)], establishment="se")
        found = duty(views, "gdpr.33-1")
        assert (found["status"], found["authority"]) == (status, "SE/imy")


def test_without_an_establishment_in_the_eu_each_country_s_authority_is_told() -> None:
    rows = [people(country=code, data={}) for code in ("NO", "FI", "US")]
    rows.append(people(role="wrong_recipient", country="SE"))
    views = us(
        "gdpr",
        aware=AWARE,
        acts=[filed("FI/tietosuojavaltuutettu")],
        country="US",
        establishment="none",
        leak={"people": rows},
    )
    found = {one["country"]: one for one in views.duties("us", "gdpr.33-1")}
    assert {code: one["status"] for code, one in found.items()} == {"FI": "met", "NO": "open"}
    assert found["NO"]["id"] != found["FI"]["id"]


def test_where_their_countries_are_not_known_the_authority_is_not_either() -> None:
    views = us("gdpr", aware=AWARE, country="US", establishment="NONE")
    found = duty(views, "gdpr.33-1")
    assert (found["country"], found["authority"]) == (None, None)


def test_uk_and_eu_duties_are_met_apart() -> None:
    views = us("gdpr", "uk-gdpr", aware=AWARE, acts=[filed("GB/ico")])
    assert duty(views, "uk-gdpr.33-1")["status"] == "met"
    assert duty(views, "gdpr.33-1", now=LATE)["status"] == "overdue"


def test_completing_counts_with_the_same_authority() -> None:
    views = us(
        "gdpr",
        aware=AWARE,
        acts=[filed("NO/datatilsynet"), filed("US/sec", "complete"), a_measure("us")],
    )
    assert duty(views, "gdpr.33-4")["status"] == "open"


# --- an authority's own deadlines --------------------------------------------------------------


def reply(kind: str = "order", **more: Any) -> Step:
    usual = {"incident": "leak", "authority": "NO/datatilsynet", "kind": kind}
    return step("us", "record_reply", **{**usual, "due": "2026-04-01", **more})


@pytest.mark.parametrize(
    ("after", "now", "status"),
    [
        ([], None, "open"),
        ([], "2026-04-02T00:00+02:00", "overdue"),
        ([filed("NO/datatilsynet", "follow_up")], None, "met"),
        ([filed("NO/datatilsynet", "follow_up").at("2026-05-01T09:00+02:00")], None, "met_late"),
        ([filed("SE/imy", "follow_up")], None, "open"),
        ([reply("receipt")], None, "open"),
        ([reply("closed").lacking("due")], None, "met"),
    ],
)
def test_an_order_with_a_date_adds_a_clock_of_its_own(
    after: list[Step], now: str | None, status: str
) -> None:
    acts = [filed("NO/datatilsynet"), reply(), *after]
    found = duty(us("gdpr", aware=AWARE, acts=acts), "gdpr.authority-order", now=now)
    assert (found["status"], found["due"][0]["at"]) == (status, "2026-04-01T23:59:59+02:00")
    assert found["citation"] == "NO/datatilsynet's own order"


def test_what_asks_for_nothing_by_a_date_adds_none() -> None:
    for said in (reply("receipt"), reply().lacking("due")):
        assert us("gdpr", aware=AWARE, acts=[said]).duties("us", "gdpr.authority-order") == []
    undated = us("gdpr", aware=AWARE, acts=[reply("question", due="unknown")])
    assert duty(undated, "gdpr.authority-question", now=LATE)["due"] == []
    assert duty(undated, "gdpr.authority-question", now=LATE)["status"] == "open"
    assert us(aware=AWARE, acts=[reply()]).duties("us", "gdpr.authority-order") == []


def test_an_authority_that_is_not_listed_asks_under_the_first_law() -> None:
    views = us("nis2", aware="2020-03-02T09:00+01:00", acts=[reply(authority="NO/someone")])
    assert duty(views, "nis2.authority-order")["law_version"] == "nis2"


# --- what is stated ----------------------------------------------------------------------------


def test_the_newest_word_on_a_fact_counts_unless_it_was_corrected() -> None:
    no = a_fact("significant", holds="no").under("mistake")
    acts = [a_fact("significant"), no]
    views = us("nis2", aware=AWARE, acts=acts, country="FI")
    assert duty(views, "nis2.notification")["status"] == "not_required"
    views = us("nis2", aware=AWARE, acts=[*acts, a_correction("mistake", "us")], country="FI")
    assert duty(views, "nis2.notification")["status"] == "open"


# --- a draft beside the law --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acts", "status"),
    [
        ([], "undetermined"),
        ([an_assessment("us", outcome="high")], "open"),
        ([an_assessment("us", outcome="risk")], "not_required"),
        ([filed("NO/datatilsynet")], "met"),
    ],
)
def test_a_draft_answers_beside_the_law(acts: list[Step], status: str) -> None:
    views = us("gdpr", aware=AWARE, acts=acts)
    law, draft = views.duties("us", "gdpr.33-1", rules=DRAFT)
    assert [law] == views.duties("us", "gdpr.33-1")
    assert (draft["status"], draft["law_version"], draft["stage"]) == (
        status,
        "omnibus-2025 (draft)",
        "draft omnibus-2025",
    )
    assert draft["due"][0]["at"] == "2026-03-06T09:00:00+01:00"
    assert draft["id"] != law["id"]


# --- the EDPB's cases --------------------------------------------------------------------------


@pytest.mark.parametrize("case", precedents().cases, ids=lambda case: case.title[:40])
def test_assessed_as_in_the_edpb_s_cases_the_duties_are_those_it_names(case: Any) -> None:
    outcome = "high" if case.people else "risk" if case.authority else "unlikely"
    views = us("gdpr", aware=AWARE, acts=[an_assessment("us", outcome=outcome)])
    told = duty(views, "gdpr.33-1")["status"]
    assert (told == "open", told == "not_required") == (case.authority, not case.authority)
    people_told = duty(views, "gdpr.34-1")["status"]
    assert (people_told == "open") == case.people
    assert duty(views, "gdpr.33-5")["status"] == "open"
    acts = [an_assessment("us", outcome=outcome), filed("NO/datatilsynet"), a_customer_notice("us")]
    met = us("gdpr", aware=AWARE, acts=acts)
    assert duty(met, "gdpr.33-1")["status"] == "met"
