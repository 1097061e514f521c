"""Questions are answered to those alone who may see what they are about."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import Forbidden, Invalid, NotFound
from tests.adapters.asking import OWN_VIEWS, Tell
from tests.builders import a_concern, a_leak, a_naming, a_notice, an_acknowledgement, told


def types(timeline: list[dict[str, Any]]) -> list[str]:
    return [one["type"] for one in timeline]


# --- whose --------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", OWN_VIEWS)
@pytest.mark.parametrize(
    ("by", "whose"),
    [
        ("joker", "tokmanni"),
        ("joker", "zoopit"),
        ("zoopit", "joker"),
        ("other", "zoopit"),
        ("auditor", "tokmanni"),
        ("auditor", "zoopit"),
    ],
)
def test_nobody_sees_a_view_that_is_not_theirs(
    tell: Tell, by: str, whose: str, question: str
) -> None:
    refused = tell(*told("joker", "tokmanni")).refused(by, question, party=whose)
    assert isinstance(refused, Forbidden)


@pytest.mark.parametrize("question", OWN_VIEWS)
def test_a_view_that_is_not_yours_and_one_that_is_not_there_are_refused_alike(
    tell: Tell, question: str
) -> None:
    ask = tell(*told("joker", "tokmanni"))
    there = ask.refused("joker", question, party="tokmanni").problem()
    nowhere = ask.refused("joker", question, party="tokmannj").problem()
    assert {**there, "got": ""} == {**nowhere, "got": ""}


@pytest.mark.parametrize("question", OWN_VIEWS)
def test_an_auditor_sees_what_is_in_its_scope_as_its_party_does(tell: Tell, question: str) -> None:
    ask = tell(*told("joker", "tokmanni"))
    assert ask("auditor", question, party="joker") == ask("joker", question)


@pytest.mark.parametrize("question", OWN_VIEWS)
@pytest.mark.parametrize("whose", ["joker", "tokmanni", "zoopit"])
def test_the_operator_sees_every_view(tell: Tell, question: str, whose: str) -> None:
    ask = tell(*told("joker", "tokmanni"))
    assert ask("ops", question, party=whose) == ask(whose, question)


def test_one_client_sees_nothing_of_another(tell: Tell) -> None:
    ask = tell(*told("joker", "tokmanni"), an_acknowledgement("tokmanni"))
    assert types(ask("joker", "timeline")) == ["ClientNotified"]


def test_a_party_that_is_not_registered_gets_no_answer(tell: Tell) -> None:
    assert isinstance(tell().refused("nobody", "whoami"), NotFound)


def test_whoami_says_for_whom_the_platform_takes_you(tell: Tell) -> None:
    assert tell()("auditor", "whoami")["scope"] == ["joker"]


def test_the_list_of_parties_is_for_the_operator_alone(tell: Tell) -> None:
    ask = tell()
    assert "joker" in [one["id"] for one in ask("ops", "parties")]
    for party in ("joker", "zoopit", "auditor"):
        assert isinstance(ask.refused(party, "parties"), Forbidden)


@pytest.mark.parametrize("odd", [7, ["joker"], {"id": "joker"}])
def test_a_party_is_named_in_letters(tell: Tell, odd: Any) -> None:
    refused = tell().refused("joker", "timeline", party=odd)
    assert (type(refused), refused.field) == (Invalid, "party")


# --- which incident -----------------------------------------------------------------------------


def test_an_incident_is_known_by_its_vendors_name_and_by_its_id(tell: Tell) -> None:
    ask = tell(*told("joker"), a_leak("another"), a_notice("joker").having(incident="another"))
    by_name = ask("joker", "timeline", incident="leak")
    assert len(by_name) == 1
    assert ask("joker", "timeline", incident=str(ask.story.incident())) == by_name
    assert len(ask("joker", "timeline")) == 2


def test_a_concern_is_known_by_its_clients_name(tell: Tell) -> None:
    ask = tell(a_concern("tokmanni"))
    timeline = ask("tokmanni", "timeline", incident="odd-newsletter")
    assert types(timeline) == ["ClientRaisedConcern"]


@pytest.mark.parametrize(
    ("by", "question"),
    [
        ("joker", "timeline"),
        ("joker", "obligations"),
        ("joker", "contradictions"),
        ("joker", "facts"),
        ("other", "board"),
        ("auditor", "board"),
    ],
)
def test_an_incident_that_is_not_yours_and_one_that_is_not_there_are_refused_alike(
    tell: Tell, by: str, question: str
) -> None:
    ask = tell(*told("tokmanni"))
    ids = ("leak", str(ask.story.incident()), "no-such-leak")
    refusals = [ask.refused(by, question, incident=name) for name in ids]
    assert {type(one) for one in refusals} == {NotFound}
    assert len({str({**one.problem(), "got": ""}) for one in refusals}) == 1


def test_facts_need_an_incident(tell: Tell) -> None:
    refused = tell(*told("joker")).refused("joker", "facts")
    assert (type(refused), refused.field) == (Invalid, "incident")


def test_facts_are_those_the_party_was_told(tell: Tell) -> None:
    ask = tell(*told("joker"))
    assert ask("joker", "facts", incident="leak")["state"] == "open"


# --- the board ----------------------------------------------------------------------------------


def clients(board: dict[str, Any]) -> list[str]:
    return [line["client"] for line in board["clients"]]


def test_a_vendor_sees_all_of_its_board(tell: Tell) -> None:
    ask = tell(*told("joker", "tokmanni"))
    assert clients(ask("zoopit", "board", incident="leak")) == ["joker", "tokmanni"]


def test_an_auditor_sees_the_lines_of_its_clients_alone(tell: Tell) -> None:
    ask = tell(*told("joker", "tokmanni"))
    assert clients(ask("auditor", "board", incident="leak")) == ["joker"]


def test_an_auditor_of_the_vendor_sees_all_of_its_board(tell: Tell) -> None:
    ask = tell(*told("joker", "tokmanni"))
    assert clients(ask("both", "board", incident="leak")) == ["joker", "tokmanni"]


def test_the_operator_sees_all_of_a_board(tell: Tell) -> None:
    ask = tell(*told("joker", "tokmanni"))
    assert clients(ask("ops", "board", incident="leak")) == ["joker", "tokmanni"]


def test_an_auditor_without_a_client_on_it_sees_no_board(tell: Tell) -> None:
    assert isinstance(
        tell(*told("tokmanni")).refused("auditor", "board", incident="leak"), NotFound
    )


def test_an_auditor_of_a_client_does_not_see_that_it_is_suspected_before_it_is_told(
    tell: Tell,
) -> None:
    ask = tell(a_leak(), a_naming("joker"))
    assert isinstance(ask.refused("auditor", "board", incident="leak"), NotFound)
    assert clients(ask("zoopit", "board", incident="leak")) == ["joker"]


@pytest.mark.parametrize(("by", "kind"), [("joker", Forbidden), ("other", NotFound)])
def test_a_board_is_neither_for_clients_nor_for_other_vendors(
    tell: Tell, by: str, kind: type[Exception]
) -> None:
    ask = tell(*told("joker"))
    for name in ("leak", str(ask.story.incident())):
        assert isinstance(ask.refused(by, "board", incident=name), kind)


def test_what_an_auditor_may_not_see_does_not_change_what_a_name_tells_it(tell: Tell) -> None:
    ask = tell(*told("joker"), a_leak(by="other"), a_notice("tokmanni", by="other"))
    assert clients(ask("auditor", "board", incident="leak")) == ["joker"]
    assert isinstance(ask.refused("ops", "board", incident="leak"), NotFound)


def test_two_vendors_may_call_an_incident_alike(tell: Tell) -> None:
    ask = tell(*told("joker"), a_leak(by="other"))
    assert clients(ask("zoopit", "board", incident="leak")) == ["joker"]
    assert clients(ask("other", "board", incident="leak")) == []


def test_a_board_as_of_then_shows_what_the_vendor_knew_then(tell: Tell) -> None:
    ask = tell(
        a_leak().at("2024-03-04T09:00Z"),
        a_notice("joker").at("2024-03-04T10:00Z"),
        a_notice("tokmanni").at("2024-03-04T11:00Z"),
    )
    then = ask("zoopit", "board", incident="leak", as_of="2024-03-04T10:30Z")
    assert clients(then) == ["joker"]
