"""Bad input at the real door: one message says what is wrong, and the ledger stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from domain.errors import Forbidden, Invalid, NotFound, Refused, VarselError
from tests.adapters.play.lab import Staged

PEOPLE = {"group": "customers", "role": "exposed"}


def a_report(**more: Any) -> dict[str, Any]:
    usual = {"incident": "another", "nature": ["confidentiality"], "people": [PEOPLE]}
    return {**usual, **more}


def people(**more: Any) -> list[dict[str, Any]]:
    return [{**PEOPLE, **more}]


def a_filing_for(*controllers: str) -> dict[str, Any]:
    return {
        "incident": "leak",
        "authority": "NO/datatilsynet",
        "stage": "new",
        "capacity": "for_controllers",
        "controllers": controllers,
    }


def telling(*clients: str) -> dict[str, Any]:
    return {"incident": "leak", "clients": clients, "channel": "platform"}


def naming(*clients: str, count: Any = 12) -> dict[str, Any]:
    named = [{"client": client, "sure": "confirmed", "count": count} for client in clients]
    return {"incident": "leak", "clients": named}


AWARE = {"incident": "leak", "stage": "aware", "how": "the press"}
RISK = {"incident": "leak", "outcome": "high", "why": "it is bad"}
REVISION = {"incident": "leak", "reason": "correction", "people": [PEOPLE]}

BAD: dict[str, tuple[str, str, Mapping[str, Any], type[VarselError], str, str, str]] = {
    # what: by, verb, with, kind of error, field, what was got, what was expected
    "an unknown data kind": (
        "vend",
        "report_leak",
        a_report(people=people(data={"present": ["emial"]})),
        Invalid,
        "people.0.data.present.0",
        "emial",
        "did you mean email",
    ),
    "an instant without a zone": (
        "shop",
        "state_awareness",
        {**AWARE, "when": "2024-03-04T09:00"},
        Invalid,
        "when.at",
        "2024-03-04T09:00",
        "2024-03-04T09:00+01:00",
    ),
    "a count of -1": (
        "vend",
        "name_clients",
        naming("idle", count=-1),
        Invalid,
        "clients.0.count.exact",
        "-1",
        "greater than or equal to 0",
    ),
    "a period that ends before it starts": (
        "vend",
        "report_leak",
        a_report(happened={"from": "2024-02", "to": "2024-01"}),
        Invalid,
        "happened",
        "2024-02",
        "an end that is not before its start",
    ),
    "an unknown client": (
        "vend",
        "notify_clients",
        telling("nobody"),
        NotFound,
        "clients.0",
        "nobody",
        "a registered client",
    ),
    "a client told twice": (
        "vend",
        "notify_clients",
        telling("idle", "idle"),
        Invalid,
        "clients",
        "idle",
        "each client once",
    ),
    "a client named twice": (
        "vend",
        "name_clients",
        naming("idle", "shop", "idle"),
        Invalid,
        "clients",
        "idle",
        "each client once",
    ),
    "an incident slug used again": (
        "vend",
        "report_leak",
        a_report(incident="leak"),
        Refused,
        "incident",
        "leak",
        "not used before",
    ),
    "a client revising a vendor's facts": (
        "shop",
        "revise_facts",
        REVISION,
        Forbidden,
        "do",
        "revise_facts",
        "the role vendor",
    ),
    "a vendor assessing a client's risk": (
        "vend",
        "assess_risk",
        RISK,
        Forbidden,
        "do",
        "assess_risk",
        "the role client",
    ),
    "an auditor acting": (
        "eye",
        "acknowledge",
        {"incident": "leak"},
        Forbidden,
        "do",
        "acknowledge",
        "the role client",
    ),
    "a filing for controllers without a mandate in force": (
        "vend",
        "notify_regulator",
        a_filing_for("shop"),
        Refused,
        "controllers",
        "shop",
        "a mandate of scope full",
    ),
    "a client's command on a closed case": (
        "shut",
        "assess_risk",
        RISK,
        Refused,
        "incident",
        "closed case",
        "an open case",
    ),
    "a country read as false": (
        "operator",
        "party_add",
        {"id": "kiwi", "roles": ["client"], "country": False},
        Invalid,
        "country",
        "False",
        "in quotes",
    ),
    "an incident of others": (
        "idle",
        "acknowledge",
        {"incident": "leak"},
        NotFound,
        "incident",
        "leak",
        "you reported or were told of",
    ),
    "a field misspelt": (
        "shop",
        "acknowledge",
        {"incidnet": "leak"},
        Invalid,
        "incidnet",
        "leak",
        "did you mean incident",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_refused_with_one_message_and_leaves_nothing(small: Staged, what: str) -> None:
    by, verb, said, kind, field, got, expected = BAD[what]
    error = small.refusal(by, verb, said)
    problem = error.problem()
    assert (type(error), error.field) == (kind, field)
    assert got in str(problem["got"])
    assert expected in problem["expected"]
    assert problem["next"]
    assert str(error).count("\n") == 0


def test_a_command_id_used_again_with_another_body_is_refused(small: Staged) -> None:
    asked = {"incident": "leak", "question": "how-many", "text": "How many?"}
    first = small.say("shop", "ask", asked, command="once")
    assert small.say("shop", "ask", asked, command="once") == first
    error = small.refusal("shop", "ask", {**asked, "question": "which"}, command="once")
    assert "used before with another body" in error.message


def test_time_that_has_not_come_yet_is_refused(small: Staged) -> None:
    error = small.refusal("shop", "acknowledge", {"incident": "leak"}, happened="2030-01-01")
    assert (error.field, error.got) == ("happened", "2030-01-01")


QUESTIONS: dict[str, tuple[str, str, Mapping[str, Any], str]] = {
    "another party's timeline": ("shop", "timeline", {"party": "shut"}, "party"),
    "a party outside an auditor's scope": ("eye", "obligations", {"party": "shut"}, "party"),
    "a party that is a mapping": ("shop", "timeline", {"party": {"x": 1}}, "party"),
    "a time without a zone": ("shop", "timeline", {"as_of": "2024-03-04T10:00"}, "as_of"),
    "a time that is none": ("shop", "obligations", {"as_of": {"at": "noon"}}, "as_of"),
    "a vendor's board asked by a client": ("shop", "board", {"incident": "leak"}, "do"),
    "a board of nothing": ("vend", "board", {}, "incident"),
    "an incident of others": ("idle", "timeline", {"incident": "leak"}, "incident"),
    "everybody": ("shop", "parties", {}, "do"),
    "a text that is not for you": ("idle", "text", {"text": "x/why"}, "text"),
}


@pytest.mark.parametrize("what", QUESTIONS)
def test_a_question_that_has_no_answer_says_why(small: Staged, what: str) -> None:
    by, question, said, field = QUESTIONS[what]
    error = small.refusal(by, question, said)
    assert error.field == field
    assert error.expected
    assert error.next_step
    assert "nothing was recorded" not in error.next_step
