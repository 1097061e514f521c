"""What naming and notifying promise: who is named, who is told, and what each is told."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from domain import events as e
from domain.errors import Forbidden, Invalid, NotFound, Refused
from domain.incident import Incident, Line
from domain.use_cases import telling
from domain.values import Count, Facts, System, When
from tests.builders import (
    a_clearing,
    a_leak,
    a_naming,
    a_notice,
    a_party,
    a_revision,
    a_total,
    an_update,
    people,
    step,
    told,
)
from tests.spec import given, like


def test_naming_clients_tells_them_nothing() -> None:
    given(a_leak()).when(a_naming("joker", "tokmanni", complete=True)).then(
        like(e.ClientsNamed, complete=True).seen_by("zoopit")
    )


def test_a_client_is_named_as_surely_as_it_is_known() -> None:
    named = {"client": "joker", "sure": "confirmed", "count": {"about": 90}, "since": "2024-03-01"}
    story = given(a_leak(), a_naming(clients=[named]), a_notice("joker"))
    notice = story.all_of(e.ClientNotified)[0]
    assert notice.sure == "confirmed"
    assert notice.count == Count(about=90)
    assert notice.since == When(at="2024-03-01")


def test_naming_again_keeps_since_when_unless_it_is_said_anew() -> None:
    first = {"client": "joker", "sure": "suspected", "since": "2024-03-01"}
    story = given(a_leak(), a_naming(clients=[first]), a_naming("joker", sure="confirmed"))
    story.given(a_notice("joker"))
    assert story.all_of(e.ClientNotified)[0].since == When(at="2024-03-01")


def test_many_clients_are_named_and_told_in_portions_that_fit_into_an_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telling, "PORTION", 2)
    story = given(
        a_party("kiwi", "client"),
        a_leak(),
        a_naming("joker", "tokmanni", "kiwi", complete=True),
        a_notice("joker", "kiwi"),
    )
    named = story.all_of(e.ClientsNamed)
    assert [[one.client for one in each.clients] for each in named] == [
        ["joker", "tokmanni"],
        ["kiwi"],
    ]
    assert [each.complete for each in named] == [None, True]
    story.when(an_update("kiwi")).then(like(e.ClientUpdated), like(e.NoticesIssued))


def test_those_who_are_told_the_same_are_told_it_by_one_event() -> None:
    ours = System(name="mail", owner="tokmanni", affected="yes")
    counted = Line(sure="suspected", count=Count(about=90))
    incident = Incident(
        id=uuid4(),
        vendor="zoopit",
        slug="leak",
        facts=Facts(systems=(ours,)),
        report=uuid4(),
        clients={"meny": counted, "spar": counted},
    )
    owners = {"tokmanni": frozenset({"tokmanni"})}
    notice_for = telling.notices(incident, "platform", None, owners)
    assert notice_for("joker") is notice_for("kiwi")
    assert notice_for("joker").facts == Facts()
    assert notice_for("tokmanni").facts == incident.facts
    assert notice_for("meny") is notice_for("spar")
    assert notice_for("meny").count == Count(about=90)


def test_only_registered_clients_are_named() -> None:
    for unknown in ("nobody", "auditor", "zoopit"):
        given(a_leak()).when(a_naming(unknown)).then_refused(
            NotFound, field="clients.0.client", match="let the operator register it"
        )


def test_a_client_named_twice_is_refused() -> None:
    given(a_leak()).when(a_naming("joker", "joker")).then_refused(
        Invalid, field="clients", match="names joker twice"
    )
    given(a_leak()).when(a_notice("joker", "joker")).then_refused(
        Invalid, field="clients", match="names joker twice"
    )


def test_nobody_is_named_since_tomorrow() -> None:
    tomorrow = {"client": "joker", "sure": "suspected", "since": "2024-03-05"}
    given(a_leak()).when(a_naming(clients=[tomorrow])).then_refused(
        Invalid, field="clients.0.since"
    )


def test_notifying_names_those_who_were_not_named() -> None:
    named = (e.NamedClient(client="tokmanni", sure="suspected"),)
    story = given(a_leak(), a_naming("joker"))
    outcome = story.when(a_notice("joker", "tokmanni"))
    outcome.then(
        like(e.ClientsNamed, clients=named).seen_by("zoopit"),
        like(e.NoticesIssued, act="notified", clients=("joker", "tokmanni")).seen_by("zoopit"),
        like(e.ClientNotified).seen_by("joker", "zoopit"),
        like(e.ClientNotified).seen_by("tokmanni", "zoopit"),
    )


def test_one_command_tells_all_who_are_named_and_not_cleared() -> None:
    story = given(a_leak(), a_naming("joker", "tokmanni"), a_clearing("joker"))
    story.given(a_notice(clients="all"))
    assert story.all_of(e.NoticesIssued)[-1].clients == ("tokmanni",)


def test_all_with_nobody_named_is_refused() -> None:
    given(a_leak()).when(a_notice(clients="all")).then_refused(
        Refused, field="clients", match="name_clients"
    )


def test_all_with_everybody_cleared_is_refused() -> None:
    given(*told("joker"), a_clearing()).when(a_notice(clients="all")).then_refused(
        Refused, field="clients"
    )


def test_a_notice_may_have_been_given_outside_the_platform_before() -> None:
    given_at = "2024-03-03T09:00+01:00"
    story = given(a_leak(), a_notice("joker", channel="phone", given_at=given_at))
    assert story.last(e.ClientNotified).envelope.happened == When(at="2024-03-03T09:00:00+01:00")
    given(a_leak()).when(a_notice("joker", given_at="2024-03-05")).then_refused(
        Invalid, field="given_at", match="future"
    )


@pytest.mark.parametrize(
    "clients", ["joker", [], ["Joker"], None], ids=["a bare id", "none", "capitals", "nothing"]
)
def test_clients_are_a_list_of_ids_or_all(clients: Any) -> None:
    outcome = given(a_leak()).when(a_notice(clients=clients))
    outcome.then_refused(Invalid, match="^clients.*got: .*expected: .*next: ")


def test_an_unknown_client_is_not_told() -> None:
    given(a_leak()).when(a_notice("nobody")).then_refused(NotFound, field="clients.0")


def test_a_count_comes_from_a_total_for_the_client_where_it_was_not_named_with_one() -> None:
    totals = [a_total(7), a_total(40, client="joker"), a_total(9, client="tokmanni")]
    story = given(a_leak(totals=totals), a_notice("joker"))
    assert story.all_of(e.ClientNotified)[0].count == Count(exact=40)


def test_a_count_nobody_gave_is_unknown() -> None:
    story = given(a_leak(totals=[a_total(7)]), a_naming("joker"), a_notice("joker", "tokmanni"))
    assert [n.count for n in story.all_of(e.ClientNotified)] == [Count(), Count()]


def test_only_the_vendor_of_an_incident_tells_of_it() -> None:
    story = given(a_party("mailer", "vendor"), *told("joker"))
    story.when(a_notice("joker", by="mailer")).then_refused(NotFound, field="incident")
    by_id = a_notice("joker", by="mailer", incident=str(story.incident()))
    story.when(by_id).then_refused(NotFound, field="incident", match="or none that concerns you")


def test_an_incident_goes_by_its_opaque_id_too() -> None:
    story = given(a_leak())
    story.when(a_notice("joker", incident=str(story.incident()))).then(
        e.ClientsNamed, e.NoticesIssued, e.ClientNotified
    )


def test_a_client_does_not_name_or_tell_clients() -> None:
    story = given(*told("joker"))
    for do in ("name_clients", "notify_clients"):
        story.when(step("joker", do, incident="leak")).then_refused(Forbidden, field="do")


# --- one client's own news ---------------------------------------------------------------------


def test_an_update_is_for_one_client() -> None:
    given(*told("joker", "tokmanni")).when(an_update("joker", people=[people("drivers")])).then(
        like(e.ClientUpdated).seen_by("joker", "zoopit"),
        like(e.NoticesIssued, act="updated", clients=("joker",)).seen_by("zoopit"),
    )


@pytest.mark.parametrize(
    ("news", "sure", "count"),
    [
        ({"count": 90}, "suspected", Count(exact=90)),
        ({"sure": "confirmed"}, "confirmed", Count()),
        ({"count": 90, "sure": "confirmed"}, "confirmed", Count(exact=90)),
    ],
)
def test_an_update_that_counts_or_confirms_names_the_client_anew(
    news: dict[str, Any], sure: str, count: Count
) -> None:
    story = given(*told("joker"))
    story.when(an_update(**news)).then(e.ClientUpdated, e.ClientsNamed, e.NoticesIssued)
    named = story.all_of(e.ClientsNamed)[-1].clients[0]
    assert (named.sure, named.count) == (sure, count)


def test_an_update_goes_only_to_a_client_that_was_told() -> None:
    given(a_leak()).when(an_update()).then_refused(Refused, field="client", match="not named")
    given(a_leak(), a_naming("joker")).when(an_update()).then_refused(
        Refused, field="client", match="notify_clients"
    )
    given(*told("joker"), a_clearing()).when(an_update()).then_refused(Refused, field="client")


def test_an_update_gives_its_reason() -> None:
    given(*told("joker")).when(an_update().lacking("reason")).then_refused(
        Invalid, field="reason", match="is missing"
    )


# --- clearing ----------------------------------------------------------------------------------


def test_a_client_that_was_told_hears_that_it_is_cleared() -> None:
    given(*told("joker")).when(a_clearing()).then(
        like(e.ClientCleared).seen_by("joker", "zoopit"),
        like(e.NoticesIssued, act="cleared", clients=("joker",)).seen_by("zoopit"),
    )


def test_a_client_that_was_never_told_hears_nothing_of_being_cleared() -> None:
    story = given(a_leak(), a_naming("joker"))
    story.when(a_clearing()).then(like(e.ClientCleared).seen_by("zoopit"), e.NoticesIssued)
    assert [x.event for x in story.seen_by("joker") if x.envelope.about.incident] == []
    for reference in ("leak", str(story.incident())):
        story.when(step("joker", "acknowledge", incident=reference)).then_refused(
            NotFound, field="incident"
        )


def test_a_cleared_client_hears_of_no_more_revisions() -> None:
    story = given(*told("joker", "tokmanni"), a_clearing("joker"), a_revision())
    assert story.all_of(e.NoticesIssued)[-1].clients == ("tokmanni",)


def test_a_client_is_cleared_once() -> None:
    given(*told("joker"), a_clearing()).when(a_clearing()).then_refused(Refused, field="client")


def test_a_client_that_was_not_named_is_not_cleared() -> None:
    given(a_leak()).when(a_clearing()).then_refused(Refused, field="client", match="not named")


def test_a_cleared_client_may_be_told_again_and_then_hears_everything() -> None:
    story = given(*told("joker"), a_clearing(), a_notice("joker"))
    story.when(a_revision()).then(e.FactsRevised, e.NoticesIssued, e.ClientUpdated)
    story.when(an_update()).then(e.ClientUpdated, e.NoticesIssued)
    story.when(a_clearing()).then(e.ClientCleared, e.NoticesIssued)
