"""The duties that follow: to complete the report, to document, to tell the people."""

from __future__ import annotations

import pytest

from tests.builders import (
    a_clearing,
    a_correction,
    a_customer_notice,
    a_filing,
    a_measure,
    a_revision,
    a_waiver,
    an_assessment,
    an_update,
    told,
)
from tests.projections.reading import Act, Views, a_story, an_end, delivery, read

AFTER = "2024-03-08T12:31+01:00"
YEARS_LATER = "2029-01-01T00:00Z"
AWARE: tuple[Act, ...] = (*told("joker"), delivery("joker", at="2024-03-05T12:30+01:00"))


def joker(*acts: Act) -> Views:
    return read(a_story(*AWARE, *acts))


def status(views: Views, duty: str) -> str:
    return str(views.duty("joker", duty, now=YEARS_LATER)["status"])


# --- Art. 33(4) --------------------------------------------------------------------------------


def test_completing_starts_with_a_first_report() -> None:
    duty = joker().duty("joker", "gdpr.33-4")
    assert (duty["status"], duty["why"]) == ("not_started", "starts with a first report")


def test_it_is_open_after_a_first_report_and_never_overdue() -> None:
    views = joker(a_filing("joker").under("first"))
    duty = views.duty("joker", "gdpr.33-4", now="2029-01-01T00:00Z")
    assert (duty["status"], duty["due"]) == ("open", [])
    assert duty["started_by"] == views.story.id_of("first")
    assert duty["why"] == "a first report was filed; the law gives no number of hours"


def test_a_complete_report_meets_it() -> None:
    views = joker(a_filing("joker"), a_filing("joker", stage="complete").under("whole"))
    duty = views.duty("joker", "gdpr.33-4")
    assert (duty["status"], duty["met_by"]) == ("met", views.story.id_of("whole"))


@pytest.mark.parametrize("news", [an_update(), a_revision()])
def test_a_later_word_of_the_vendor_opens_it_again(news: Act) -> None:
    views = joker(a_filing("joker", stage="complete"), news)
    assert status(views, "gdpr.33-4") == "open"


def test_so_does_one_at_the_very_same_instant() -> None:
    views = joker(
        a_filing("joker", stage="complete").at(AFTER),
        an_update().at(AFTER),
    )
    assert status(views, "gdpr.33-4") == "open"


def test_a_report_completed_after_the_news_meets_it() -> None:
    views = joker(a_filing("joker"), an_update(), a_filing("joker", stage="complete"))
    assert status(views, "gdpr.33-4") == "met"


def test_that_the_incident_was_closed_is_nothing_to_report_on() -> None:
    assert status(joker(a_filing("joker", stage="complete"), an_end()), "gdpr.33-4") == "met"


def test_a_corrected_complete_report_completes_nothing() -> None:
    views = joker(
        a_filing("joker"),
        a_filing("joker", stage="complete").under("mistake"),
        a_correction("mistake"),
    )
    assert status(views, "gdpr.33-4") == "open"


# --- Art. 33(5) --------------------------------------------------------------------------------


def test_documenting_starts_with_awareness_and_has_no_number_of_hours() -> None:
    assert status(read(a_story(*told("joker"))), "gdpr.33-5") == "not_started"
    duty = joker().duty("joker", "gdpr.33-5", now=YEARS_LATER)
    assert (duty["status"], duty["due"], duty["owed_to"]) == ("open", [], "the_record")


def test_facts_effects_and_remedy_on_record_meet_it() -> None:
    views = joker(an_assessment(), a_measure("joker").under("remedy"))
    duty = views.duty("joker", "gdpr.33-5")
    assert (duty["status"], duty["met_by"]) == ("met", views.story.id_of("remedy"))


def test_a_remedy_of_the_vendor_that_the_client_was_told_of_is_on_record_too() -> None:
    views = joker(a_measure(visibility="shared"), an_assessment().under("effects"))
    assert views.duty("joker", "gdpr.33-5")["met_by"] == views.story.id_of("effects")


@pytest.mark.parametrize("half", [an_assessment(), a_measure("joker"), a_measure("zoopit")])
def test_half_a_record_does_not(half: Act) -> None:
    assert status(joker(half), "gdpr.33-5") == "open"


@pytest.mark.parametrize("act", [an_assessment(outcome="unlikely"), a_clearing()])
def test_a_breach_is_documented_whether_or_not_anybody_had_to_be_told(act: Act) -> None:
    assert status(joker(act), "gdpr.33-5") == "open"


# --- Art. 34(1) --------------------------------------------------------------------------------


def test_telling_the_people_waits_for_an_assessment() -> None:
    duty = joker().duty("joker", "gdpr.34-1")
    assert (duty["status"], duty["why"]) == ("not_started", "the risk has not been assessed")


def test_a_high_risk_starts_it_and_it_is_never_overdue() -> None:
    views = joker(an_assessment(outcome="high").under("judged"))
    duty = views.duty("joker", "gdpr.34-1", now=YEARS_LATER)
    assert (duty["status"], duty["due"]) == ("open", [])
    assert duty["started_by"] == views.story.id_of("judged")
    assert duty["owed_to"] == "data_subjects"


@pytest.mark.parametrize("outcome", ["unlikely", "risk"])
def test_a_lower_risk_does_not_require_it(outcome: str) -> None:
    duty = joker(an_assessment(outcome=outcome)).duty("joker", "gdpr.34-1")
    assert (duty["status"], duty["started_at"]) == ("not_required", None)
    assert duty["why"] == f"the risk was assessed as {outcome}, not high"


def test_telling_the_people_meets_it() -> None:
    views = joker(
        an_assessment(outcome="high"),
        a_customer_notice(audience=["loyal_customers", "web_customers"]).under("told"),
    )
    duty = views.duty("joker", "gdpr.34-1")
    assert (duty["status"], duty["met_by"]) == ("met", views.story.id_of("told"))
    assert duty["why"] == "told loyal_customers, web_customers"


@pytest.mark.parametrize(
    ("outcome", "expected"), [("high", "met"), ("risk", "not_required"), (None, "not_started")]
)
def test_having_told_them_of_one_s_own_accord_counts_where_the_risk_proves_high(
    outcome: str | None, expected: str
) -> None:
    judged = [an_assessment(outcome=outcome)] if outcome else []
    assert status(joker(a_customer_notice(), *judged), "gdpr.34-1") == expected


def test_a_corrected_notice_to_the_people_meets_nothing() -> None:
    views = joker(
        an_assessment(outcome="high"), a_customer_notice().under("slip"), a_correction("slip")
    )
    assert status(views, "gdpr.34-1") == "open"


@pytest.mark.parametrize("ground", ["34-3-a", "34-3-b", "34-3-c"])
def test_each_ground_of_article_34_3_lets_the_client_waive_it(ground: str) -> None:
    views = joker(an_assessment(outcome="high"), a_waiver("gdpr.34-1", ground))
    assert status(views, "gdpr.34-1") == "waived"


def test_a_client_that_was_cleared_need_not_tell_anybody() -> None:
    views = joker(an_assessment(outcome="high"), a_clearing())
    assert status(views, "gdpr.34-1") == "not_required"
