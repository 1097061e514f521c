"""What revisions, closing, withdrawing and answering promise to the clients that were told."""

from __future__ import annotations

from typing import Any

import pytest

from domain import events as e
from domain.errors import Forbidden, Invalid, NotFound, Refused
from domain.values import Count
from tests.builders import (
    Step,
    a_claim,
    a_clearing,
    a_closing,
    a_correction,
    a_filing,
    a_leak,
    a_measure,
    a_naming,
    a_notice,
    a_question,
    a_revision,
    a_total,
    an_answer,
    an_update,
    people,
    step,
    told,
)
from tests.spec import given, like

# --- revise_facts ------------------------------------------------------------------------------


def test_every_client_that_was_told_hears_of_a_revision() -> None:
    given(*told("joker", "tokmanni")).when(a_revision()).then(
        like(e.FactsRevised, reason="new_knowledge").seen_by("zoopit"),
        like(e.NoticesIssued, act="updated", clients=("joker", "tokmanni")).seen_by("zoopit"),
        like(e.ClientUpdated, reason="new_knowledge").seen_by("joker", "zoopit"),
        like(e.ClientUpdated, reason="new_knowledge").seen_by("tokmanni", "zoopit"),
    )


def test_a_revision_before_anybody_was_told_tells_nobody() -> None:
    given(a_leak(), a_naming("joker")).when(a_revision()).then(e.FactsRevised)


def test_a_client_told_later_hears_the_facts_as_revised() -> None:
    story = given(
        a_leak(people=[people(count=10), people("drivers")], claims=[a_claim("old")]),
        a_revision(people=[people(count=12)], totals=[a_total(30)]),
        a_revision(reason="correction", claims=[a_claim("new", supersedes="old", holds="no")]),
        a_notice("joker"),
    )
    facts = story.all_of(e.ClientNotified)[0].facts
    assert [(row.group, row.count) for row in facts.people] == [
        ("drivers", Count()),
        ("customers", Count(exact=12)),
    ]
    assert [claim.id for claim in facts.claims] == ["new"]
    assert [total.count for total in facts.totals] == [Count(exact=30)]


@pytest.mark.parametrize("reason", ["new_knowledge", "correction", "reversal"])
def test_a_revision_gives_its_reason(reason: str) -> None:
    given(a_leak()).when(a_revision(reason=reason)).then(like(e.FactsRevised, reason=reason))


def test_a_revision_for_no_known_reason_is_refused() -> None:
    given(a_leak()).when(a_revision(reason="whim")).then_refused(
        Invalid, field="reason", match="'new_knowledge', 'correction' or 'reversal'"
    )


def test_a_revision_that_says_nothing_is_refused() -> None:
    given(a_leak()).when(a_revision(claims=[])).then_refused(Invalid, match="revises nothing")


def test_a_client_does_not_revise_its_vendors_facts() -> None:
    given(*told("joker")).when(a_revision("joker")).then_refused(
        Forbidden, field="do", match="revise_facts is not for joker, which is client"
    )


def test_there_is_nothing_to_revise_before_a_report() -> None:
    given().when(a_revision()).then_refused(NotFound, field="incident", match="got: leak")


# --- close_incident, withdraw ------------------------------------------------------------------


def test_closing_an_incident_is_told_to_every_client() -> None:
    given(*told("joker")).when(step("zoopit", "close_incident", incident="leak")).then(
        like(e.IncidentClosed).seen_by("zoopit"),
        e.NoticesIssued,
        like(e.ClientUpdated, incident_state="closed", reason=None).seen_by("joker", "zoopit"),
    )


def test_withdrawing_a_report_is_told_to_every_client_as_a_reversal() -> None:
    given(*told("joker")).when(
        step("zoopit", "withdraw", incident="leak", reason="it was a drill")
    ).then(
        like(e.IncidentWithdrawn).seen_by("zoopit"),
        e.NoticesIssued,
        like(e.ClientUpdated, incident_state="withdrawn", reason="reversal"),
    )


def test_closing_what_nobody_was_told_of_tells_nobody() -> None:
    given(a_leak()).when(step("zoopit", "close_incident", incident="leak")).then(e.IncidentClosed)


ENDED = {"close_incident": "closed", "withdraw": "withdrawn"}
NEWS = [a_revision(), a_naming("joker"), a_notice("joker"), an_update(), a_clearing()]


@pytest.mark.parametrize("end", ENDED)
@pytest.mark.parametrize("news", NEWS, ids=lambda news: news.do)
def test_an_incident_that_ended_takes_no_more_news(end: str, news: Step) -> None:
    given(*told("joker"), step("zoopit", end, incident="leak")).when(news).then_refused(
        Refused, field="incident", match=f"the incident is {ENDED[end]}"
    )


@pytest.mark.parametrize("end", ENDED)
@pytest.mark.parametrize("again", ENDED)
def test_an_incident_ends_once(end: str, again: str) -> None:
    given(a_leak(), step("zoopit", end, incident="leak")).when(
        step("zoopit", again, incident="leak")
    ).then_refused(Refused, field="incident")


@pytest.mark.parametrize("end", ENDED)
def test_an_incident_that_ended_still_takes_acts_questions_and_answers(end: str) -> None:
    story = given(*told("joker"), step("zoopit", end, incident="leak"))
    story.when(a_measure()).then(e.MeasureTaken)
    story.when(a_question()).then(e.QuestionAsked)
    story.when(an_answer()).then(e.QuestionAnswered, e.NoticesIssued)


# --- ask, answer -------------------------------------------------------------------------------


def test_a_question_is_for_its_client_and_the_vendor() -> None:
    given(*told("joker", "tokmanni")).when(a_question()).then(
        like(e.QuestionAsked, question="how-many").seen_by("joker", "zoopit")
    )


def test_an_answer_is_for_the_client_that_asked() -> None:
    given(*told("joker", "tokmanni"), a_question()).when(an_answer()).then(
        like(e.QuestionAnswered, question="how-many").seen_by("joker", "zoopit"),
        like(e.NoticesIssued, act="answered", clients=("joker",)).seen_by("zoopit"),
    )


def test_a_name_serves_one_question() -> None:
    given(*told("joker"), a_question()).when(a_question()).then_refused(Refused, field="question")


def test_two_clients_may_ask_under_the_same_name() -> None:
    given(*told("joker", "tokmanni"), a_question()).when(a_question("tokmanni")).then(
        e.QuestionAsked
    )


@pytest.mark.parametrize(
    ("asked", "expected"), [((), "none asked yet"), ((a_question(name="when"),), "one of: when")]
)
def test_only_a_question_that_was_asked_is_answered(asked: Any, expected: str) -> None:
    given(*told("joker"), *asked).when(an_answer()).then_refused(
        NotFound, field="question", match=expected
    )


def test_a_question_taken_back_is_not_answered_and_its_name_is_free() -> None:
    story = given(*told("joker"), a_question().under("asked"), a_correction("asked"))
    story.when(an_answer()).then_refused(NotFound, field="question")
    story.when(a_question()).then(e.QuestionAsked)


def test_an_answer_goes_to_a_client_that_was_named() -> None:
    given(*told("joker")).when(an_answer("tokmanni")).then_refused(Refused, field="client")


def test_only_a_client_that_was_told_asks() -> None:
    given(*told("joker")).when(a_question("tokmanni")).then_refused(NotFound, field="incident")


# --- the vendor goes on while clients close ----------------------------------------------------


CLIENTS_COMMANDS = [
    step("joker", "acknowledge", incident="leak"),
    step("joker", "close_case", incident="leak"),
    step("joker", "assess_risk", incident="leak", outcome="high", why="much of it"),
    step("joker", "waive", incident="leak", duty="gdpr.33-1", ground="unlikely_risk", why="none"),
    step(
        "joker",
        "notify_customers",
        incident="leak",
        audience="customers",
        channel="email",
        count=1,
    ),
    a_question(),
    a_measure("joker"),
    a_filing("joker"),
]


@pytest.mark.parametrize("command", CLIENTS_COMMANDS, ids=lambda command: command.do)
def test_a_closed_case_refuses_its_clients_commands(command: Step) -> None:
    given(*told("joker"), a_closing()).when(command).then_refused(
        Refused, field="incident", match="the case is closed.*verb correct"
    )


@pytest.mark.parametrize(
    "news", [a_revision(), an_update(), a_clearing(), a_notice("joker")], ids=lambda news: news.do
)
def test_a_closed_case_never_stops_the_vendors_word(news: Step) -> None:
    outcome = given(*told("joker"), a_closing()).when(news)
    assert outcome.error is None
    assert any("joker" in added.envelope.visibility for added in outcome.added)
