"""NIS2, Norway's act, DORA, the Cyber Resilience Act and 611/2013, stage by stage."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import Step, a_customer_notice, a_filing
from tests.domain.law.telling import LATE, a_fact, due, duty, us
from tests.projections.reading import awareness

FINLAND: dict[str, Any] = {"country": "FI", "zone": "Europe/Helsinki"}


def filed(authority: str, stage: str, at: str) -> Step:
    return a_filing("us", authority=authority, stage=stage).at(at)


def csirt(stage: str, at: str) -> Step:
    return filed("FI/traficom", stage, at)


# --- NIS2 --------------------------------------------------------------------------------------


def test_nis2_is_undetermined_until_somebody_says_that_the_incident_is_significant() -> None:
    views = us("nis2", aware="2026-08-28T09:00+03:00", **FINLAND)
    found = duty(views, "nis2.early-warning", now=LATE)
    assert found["status"] == "undetermined"
    assert "significant" in found["why"]
    assert "state_fact" in found["why"]
    assert [one["alarm"] for one in found["due"]] == [True, False]
    assert found["due"][0]["at"] == "2026-08-29T09:00:00+03:00"


def test_nis2_does_not_bind_for_an_incident_that_is_not_significant() -> None:
    views = us(
        "nis2",
        aware="2026-08-28T09:00+03:00",
        acts=[a_fact("significant", holds="no")],
        **FINLAND,
    )
    found = duty(views, "nis2.notification")
    assert (found["status"], found["why"]) == (
        "not_required",
        "stated not to be so: the incident is significant",
    )


def test_r1182_counts_a_directive_by_analogy_alone() -> None:
    views = us("nis2", aware="2026-08-28T09:00+03:00", **FINLAND)
    notes = [one.get("note") for one in duty(views, "nis2.notification")["due"]]
    assert notes == [None, "by analogy: national law governs the counting"]


def test_nis2_goes_by_stages_and_the_final_report_by_the_month_after_the_notification() -> None:
    views = us(
        "nis2",
        aware="2026-08-29T09:00+03:00",
        acts=[
            a_fact("significant"),
            csirt("new", "2026-08-29T20:00+03:00"),
            csirt("follow_up", "2026-08-31T10:00+03:00"),
        ],
        **FINLAND,
    )
    assert duty(views, "nis2.early-warning")["status"] == "met"
    assert duty(views, "nis2.notification")["status"] == "met"
    final = duty(views, "nis2.final-report")
    assert (final["status"], final["stage"], final["authority"]) == (
        "open",
        "final",
        "FI/traficom",
    )
    assert due(views, "nis2.final-report") == {
        "strict": "2026-09-30T23:59",
        "r1182": "2026-09-30T23:59",
    }


def test_an_early_warning_does_not_meet_the_notification_nor_start_the_final_report() -> None:
    acts = [a_fact("significant"), csirt("new", "2026-08-29T20:00+03:00")]
    views = us("nis2", aware="2026-08-29T09:00+03:00", acts=acts, **FINLAND)
    assert duty(views, "nis2.notification", now=LATE)["status"] == "overdue"
    final = duty(views, "nis2.final-report")
    assert (final["status"], final["why"]) == (
        "not_started",
        "starts when nis2.notification is met",
    )


def test_a_complete_report_meets_every_stage_before_it() -> None:
    acts = [a_fact("significant"), csirt("complete", "2026-08-29T20:00+03:00")]
    views = us("nis2", aware="2026-08-29T09:00+03:00", acts=acts, **FINLAND)
    stages = ("early-warning", "notification", "final-report")
    assert {duty(views, f"nis2.{stage}")["status"] for stage in stages} == {"met"}


def test_while_it_is_ongoing_a_progress_report_and_a_month_from_its_handling() -> None:
    acts = [
        a_fact("significant"),
        csirt("follow_up", "2026-08-31T10:00+03:00"),
        a_fact("ongoing").at("2026-09-29T09:00+03:00"),
    ]
    views = us("nis2", aware="2026-08-29T09:00+03:00", acts=acts, **FINLAND)
    assert "a progress report is due then" in duty(views, "nis2.final-report")["why"]
    acts.append(a_fact("handled", "2026-10-15").at("2026-10-20T09:00+03:00"))
    views = us("nis2", aware="2026-08-29T09:00+03:00", acts=acts, **FINLAND)
    assert due(views, "nis2.final-report")["strict"] == "2026-11-15T23:59"


def test_a_trust_service_has_24_hours_for_the_notification() -> None:
    views = us("nis2", aware="2026-08-29T09:00+03:00", entity=["trust_service"], **FINLAND)
    assert due(views, "nis2.notification")["strict"] == "2026-08-30T09:00"


def test_recipients_of_a_service_are_told_without_a_number() -> None:
    acts = [a_fact("significant"), a_fact("recipients_affected")]
    views = us("nis2", aware="2026-08-29T09:00+03:00", acts=acts, **FINLAND)
    found = duty(views, "nis2.recipients", now=LATE)
    assert (found["status"], found["due"], found["owed_to"]) == ("open", [], "recipients")
    views = us(
        "nis2", aware="2026-08-29T09:00+03:00", acts=[*acts, a_customer_notice("us")], **FINLAND
    )
    assert duty(views, "nis2.recipients")["status"] == "met"


# --- Norway ------------------------------------------------------------------------------------


def test_nis2_does_not_bind_in_norway_its_own_act_does() -> None:
    views = us(
        "nis2",
        "no-dsl",
        aware="2026-08-29T09:00+02:00",
        entity=["essential_service"],
        acts=[a_fact("significant")],
    )
    found = duty(views, "nis2.early-warning")
    assert (found["status"], found["why"]) == ("not_required", "does not bind in NO")
    anew = us(
        "nis2", aware="2026-08-29T09:00+02:00", acts=[awareness("2026-08-28T09:00Z", by="us")]
    )
    assert len(anew.duties("us", "nis2.early-warning")) == 1
    notice = duty(views, "no-dsl.notice")
    assert (notice["status"], notice["authority"]) == ("open", "NO/nsm")
    assert due(views, "no-dsl.notice")["strict"] == "2026-08-30T09:00"


def test_the_norwegian_act_binds_providers_of_essential_services_alone() -> None:
    others = us("no-dsl", aware="2026-08-29T09:00+02:00", entity=["nis2_entity"])
    assert duty(others, "no-dsl.notice")["status"] == "not_required"
    unsaid = us("no-dsl", aware="2026-08-29T09:00+02:00")
    found = duty(unsaid, "no-dsl.notice")
    assert found["status"] == "undetermined"
    assert "essential_service?" in found["why"]


# --- DORA --------------------------------------------------------------------------------------


def dora(*acts: Step, **more: Any) -> Any:
    return us("dora", aware="2026-01-28T09:00+02:00", acts=acts, **{**FINLAND, **more})


def test_unclassified_the_24_hours_from_awareness_run_and_the_fact_is_asked_for() -> None:
    found = duty(dora(), "dora.initial")
    assert (found["status"], found["started_at"]) == ("undetermined", None)
    assert "classified_major" in found["why"]
    assert found["due"][0]["at"] == "2026-01-29T09:00:00+02:00"


@pytest.mark.parametrize(
    ("classified", "limit"),
    [
        ("2026-01-28T11:00+02:00", "2026-01-28T15:00"),
        ("2026-01-29T07:00+02:00", "2026-01-29T09:00"),
        ("2026-01-29T09:00+02:00", "2026-01-29T09:00"),
        ("2026-01-29T10:00+02:00", "2026-01-29T14:00"),
    ],
)
def test_4_hours_from_classification_and_24_from_awareness_the_earliest_counts(
    classified: str, limit: str
) -> None:
    views = dora(a_fact("classified_major", classified).at("2026-01-29T12:00+02:00"))
    assert due(views, "dora.initial")["strict"] == limit


def test_classified_as_not_major_nothing_runs() -> None:
    found = duty(dora(a_fact("classified_major", holds="no")), "dora.initial")
    assert (found["status"], found["due"]) == ("not_required", [])


MAJOR = a_fact("classified_major", "2026-01-30T20:00+02:00").at("2026-01-30T21:00+02:00")


def test_the_relief_is_shown_beside_the_alarm_and_not_for_banks() -> None:
    start = {"aware": "2026-01-30T21:00+02:00", **FINLAND}
    views = us("dora", acts=[a_fact("classified_major")], **start)
    assert due(views, "dora.initial")["relief"] == "2026-02-02T12:00"
    bank = us("dora", acts=[a_fact("classified_major")], entity=["credit_institution"], **start)
    assert "relief" not in due(bank, "dora.initial")
    assert [one["convention"] for one in duty(views, "dora.initial")["due"] if one["alarm"]] == [
        "strict"
    ]


def test_the_intermediate_report_runs_from_the_initial_ones_submission() -> None:
    views = dora(MAJOR, filed("FI/finanssivalvonta", "new", "2026-01-30T22:00+02:00"))
    assert due(views, "dora.intermediate")["strict"] == "2026-02-02T22:00"


def test_the_final_report_runs_from_the_latest_intermediate_one_with_relief_for_all() -> None:
    views = dora(
        MAJOR,
        filed("FI/finanssivalvonta", "new", "2026-01-30T22:00+02:00"),
        filed("FI/finanssivalvonta", "follow_up", "2026-01-30T23:00+02:00"),
        filed("FI/finanssivalvonta", "follow_up", "2026-01-31T10:00+02:00"),
        entity=["credit_institution"],
    )
    assert due(views, "dora.final") == {
        "strict": "2026-02-28T23:59",
        "r1182": "2026-03-02T23:59",
        "relief": "2026-03-02T12:00",
    }


def test_after_a_complete_report_no_intermediate_one_is_missed() -> None:
    views = dora(MAJOR, filed("FI/finanssivalvonta", "complete", "2026-01-30T22:00+02:00"))
    assert duty(views, "dora.final")["status"] == "met"
    assert duty(views, "dora.intermediate")["status"] == "met"


def test_clients_are_told_where_their_financial_interests_are_touched() -> None:
    found = duty(dora(MAJOR), "dora.clients")
    assert (found["status"], found["due"]) == ("undetermined", [])
    assert "financial_interests" in found["why"]


@pytest.mark.parametrize("country", [None, "SA", "XX"])
def test_without_a_calendar_weekends_alone_are_counted_and_it_says_so(country: str | None) -> None:
    views = us(
        "dora", aware="2026-01-30T21:00Z", country=country, acts=[a_fact("classified_major")]
    )
    found = duty(views, "dora.initial")
    assert {one["convention"] for one in found["due"]} == {"strict", "r1182", "relief"}
    assert "no calendar of public holidays is known for" in found["why"]


def test_with_a_calendar_nothing_is_said_of_it() -> None:
    views = us("dora", aware="2026-01-30T21:00Z", country="NO", acts=[a_fact("classified_major")])
    assert "no calendar" not in duty(views, "dora.initial")["why"]


# --- Cyber Resilience Act ----------------------------------------------------------------------

PLATFORM = "EU/single-reporting-platform"


def test_the_cra_has_two_final_reports() -> None:
    views = us(
        "cra",
        aware="2026-12-01T09:00+02:00",
        acts=[
            a_fact("vulnerability_exploited"),
            a_fact("severe_incident"),
            filed(PLATFORM, "new", "2026-12-01T20:00+02:00"),
            filed(PLATFORM, "follow_up", "2026-12-02T09:00+02:00"),
            a_fact("fix_available", "2026-12-10T09:00+02:00").at("2026-12-10T10:00+02:00"),
        ],
        **FINLAND,
    )
    assert duty(views, "cra.early-warning")["status"] == "met"
    assert duty(views, "cra.notification")["authority"] == PLATFORM
    assert due(views, "cra.final-vulnerability") == {
        "strict": "2026-12-24T23:59",
        "r1182": "2026-12-28T23:59",
    }
    assert due(views, "cra.final-incident")["strict"] == "2027-01-02T23:59"


def test_one_of_two_facts_is_enough_and_both_must_be_denied() -> None:
    aware = "2026-12-01T09:00+02:00"
    for acts, status in (
        ([], "undetermined"),
        ([a_fact("severe_incident", holds="no")], "undetermined"),
        ([a_fact("severe_incident", holds="unknown")], "undetermined"),
        ([a_fact("vulnerability_exploited")], "open"),
        (
            [
                a_fact("severe_incident", holds="no"),
                a_fact("vulnerability_exploited", holds="no"),
            ],
            "not_required",
        ),
    ):
        views = us("cra", aware=aware, acts=acts, **FINLAND)
        assert duty(views, "cra.early-warning")["status"] == status


# --- 611/2013 and PECR -------------------------------------------------------------------------


def test_telecoms_have_24_hours_and_in_the_uk_72_since_august_2025() -> None:
    telecom = us("eprivacy-611", aware="2026-01-30T21:00+02:00", **FINLAND)
    assert due(telecom, "eprivacy-611.initial")["strict"] == "2026-01-31T21:00"
    london: dict[str, Any] = {"country": "GB", "zone": "Europe/London"}
    before = us("uk-pecr", aware="2025-08-19T12:00+01:00", **london)
    since = us("uk-pecr", aware="2025-08-20T12:00+01:00", **london)
    assert due(before, "uk-pecr.initial")["strict"] == "2025-08-20T12:00"
    assert due(since, "uk-pecr.initial")["strict"] == "2025-08-23T12:00"
    assert duty(since, "uk-pecr.initial")["authority"] == "GB/ico"
