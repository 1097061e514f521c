"""What a client does about its own case, and who hears of it."""

from __future__ import annotations

from typing import Any

import pytest

from domain import events as e
from domain.errors import Forbidden, Invalid, NotFound, Refused
from domain.values import Count
from tests.builders import (
    Step,
    a_closing,
    a_customer_notice,
    a_leak,
    a_party,
    a_statement,
    a_waiver,
    an_acknowledgement,
    an_assessment,
    step,
    told,
)
from tests.spec import LogDirectory, Story, given, like

# --- acknowledge, close_case -------------------------------------------------------------------


def test_the_vendor_hears_of_an_acknowledgement() -> None:
    given(*told("joker", "tokmanni")).when(an_acknowledgement()).then(
        like(e.NoticeAcknowledged).seen_by("joker", "zoopit")
    )


def test_an_incident_is_acknowledged_once() -> None:
    given(*told("joker"), an_acknowledgement()).when(an_acknowledgement()).then_refused(
        Refused, field="incident", match="use correct"
    )


def test_the_vendor_does_not_hear_that_a_case_was_closed() -> None:
    given(*told("joker")).when(a_closing()).then(like(e.CaseClosed).seen_by("joker"))


def test_clients_close_their_cases_apart() -> None:
    given(*told("joker", "tokmanni"), a_closing("joker")).when(an_acknowledgement("tokmanni")).then(
        e.NoticeAcknowledged
    )


@pytest.mark.parametrize(
    "act", [an_acknowledgement(), a_closing(), an_assessment()], ids=lambda act: act.do
)
def test_a_client_that_was_not_told_has_no_case(act: Step) -> None:
    given(*told("tokmanni")).when(act).then_refused(
        NotFound, field="incident", match="no such incident, or none that concerns you"
    )


def test_an_incident_goes_by_its_opaque_id_for_its_clients_too() -> None:
    story = given(*told("joker"))
    by_id = step("joker", "acknowledge", incident=str(story.incident()))
    story.when(by_id).then(e.NoticeAcknowledged)


def test_a_slug_that_reads_like_an_id_is_found() -> None:
    slug = "0b6cbd2b6a4d4e558a4e6d6f0a1d3c11"
    story = given(
        a_leak(slug),
        step("zoopit", "notify_clients", incident=slug, clients=["joker"], channel="platform"),
    )
    story.when(step("joker", "acknowledge", incident=slug)).then(e.NoticeAcknowledged)


def test_where_two_vendors_use_one_slug_the_client_says_which_by_id() -> None:
    mailer = (
        a_party("mailer", "vendor"),
        a_leak(by="mailer"),
        step("mailer", "notify_clients", incident="leak", clients=["joker"], channel="email"),
    )
    story = given(*told("joker"), *mailer)
    mine = str(story.incident("mailer"))
    story.when(an_acknowledgement()).then_refused(Invalid, field="incident", match=mine)
    story.when(step("joker", "acknowledge", incident=mine)).then(
        like(e.NoticeAcknowledged).seen_by("joker", "mailer")
    )


def test_a_directory_that_is_wrong_opens_no_foreign_incident(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = given(*told("tokmanni"))
    monkeypatch.setattr(LogDirectory, "incidents", lambda *_: [story.incident()])
    story.when(an_acknowledgement("joker")).then_refused(NotFound, field="incident")


# --- assess_risk, waive: privileged ------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["unlikely", "risk", "high"])
def test_a_risk_assessment_is_the_clients_own(outcome: str) -> None:
    consequences = [{"kind": "phishing", "by": ["email", "sms"], "holds": "possible"}]
    given(*told("joker")).when(
        an_assessment(outcome=outcome, severity="low", consequences=consequences)
    ).then(like(e.RiskAssessed, outcome=outcome, severity="low").seen_by("joker"))


def test_a_vendor_does_not_assess_its_clients_risk() -> None:
    given(*told("joker")).when(an_assessment("zoopit")).then_refused(
        Forbidden, field="do", match="role client"
    )


def test_an_assessment_says_why() -> None:
    given(*told("joker")).when(an_assessment().lacking("why")).then_refused(Invalid, field="why")


@pytest.mark.parametrize(
    ("duty", "ground"),
    [
        ("gdpr.33-1", "unlikely_risk"),
        ("gdpr.34-1", "34-3-a"),
        ("gdpr.34-1", "34-3-b"),
        ("uk-gdpr.34-1", "34-3-c"),
    ],
)
def test_a_waiver_is_the_clients_own(duty: str, ground: str) -> None:
    given(*told("joker")).when(a_waiver(duty, ground)).then(
        like(e.NotificationWaived, duty=duty, ground=ground).seen_by("joker")
    )


@pytest.mark.parametrize(
    ("duty", "ground"),
    [("gdpr.34-1", "unlikely_risk"), ("gdpr.33-1", "34-3-a"), ("gdpr.33-5", "unlikely_risk")],
)
def test_a_ground_lifts_only_the_duty_it_is_given_for(duty: str, ground: str) -> None:
    given(*told("joker")).when(a_waiver(duty, ground)).then_refused(Invalid, field="ground")


def test_an_unknown_ground_is_refused() -> None:
    given(*told("joker")).when(a_waiver("gdpr.33-1", "too-busy")).then_refused(
        Invalid, field="ground", match="unlikely_risk"
    )


# --- notify_customers --------------------------------------------------------------------------


def test_the_vendor_hears_that_customers_were_told() -> None:
    given(*told("joker")).when(
        a_customer_notice(
            audience=["exposed", "wrong_recipient"],
            words="Your name may have been seen.",
            quotes="vendor_notice",
            advice="delete the message",
            contact={"role": "data protection officer", "party": "joker"},
            claims=[{"id": "safe", "about": "personal_data_safe", "holds": "yes"}],
        )
    ).then(
        like(
            e.CustomersNotified,
            audience=("exposed", "wrong_recipient"),
            count=Count(about=400_000),
            advice=("delete the message",),
        ).seen_by("joker", "zoopit")
    )


def test_customers_may_be_told_by_a_statement_that_was_made() -> None:
    given(*told("joker"), a_statement("joker", "warning")).when(
        a_customer_notice(statement="warning")
    ).then(like(e.CustomersNotified, statement="warning"))


@pytest.mark.parametrize(
    ("made", "expected"),
    [((), "none made yet"), ((a_statement("joker", "interview"),), "one of: interview")],
)
def test_customers_are_not_told_by_a_statement_nobody_made(made: Any, expected: str) -> None:
    given(*told("joker"), *made).when(a_customer_notice(statement="warning")).then_refused(
        NotFound, field="statement", match=expected
    )


def test_telling_customers_names_an_audience() -> None:
    given(*told("joker")).when(a_customer_notice(audience=[])).then_refused(
        Invalid, field="audience"
    )


# --- a party with two roles --------------------------------------------------------------------


def a_chain() -> Story:
    """Mailer, client of zoopit and itself a vendor, with a leak of its own."""
    return given(a_party("mailer", "vendor", "client"), *told("mailer"), a_leak("own", by="mailer"))


def test_a_party_with_both_roles_acts_on_its_own_incident_as_vendor() -> None:
    story = a_chain()
    measure = {"kind": "fix", "status": "done"}
    story.when(step("mailer", "take_measure", incident="own", **measure)).then(e.MeasureTaken)
    assert story.last(e.MeasureTaken).stream == story.incident("mailer", "own")


def test_a_party_with_both_roles_acts_on_its_vendors_incident_as_client() -> None:
    story = a_chain()
    measure = {"kind": "fix", "status": "done", "visibility": "shared"}
    story.when(step("mailer", "take_measure", incident="leak", **measure)).then(
        like(e.MeasureTaken).seen_by("mailer", "zoopit")
    )


def test_what_concerns_a_party_in_neither_role_is_not_there() -> None:
    a_chain().when(
        step("mailer", "take_measure", incident="none", kind="fix", status="done")
    ).then_refused(NotFound, field="incident")
