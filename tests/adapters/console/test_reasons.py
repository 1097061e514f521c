"""The platform's English sentences: every one it can say has a form, and so a translation."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.console import i18n, reasons
from adapters.console.sentences import SENTENCES
from adapters.console.telling import Teller
from domain import statements
from domain.law.pack import LAWS
from domain.law.terms import ENTITY_KINDS, FACTS
from domain.severity import score
from domain.statements import Kind
from domain.values import Claim
from domain.words import CLAIM_TOPICS
from domain.worksheet import Worksheet
from projections import obligations
from tests.adapters.store import vocabulary
from tests.builders import a_filing, a_statement, an_acknowledgement, an_assessment, moment, step
from tests.domain.law.telling import a_fact, us
from tests.projections.reading import RULES, Act

DOMAIN = Path(statements.__file__).parent
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WHYS = ("applies", "clocks", "starts", "orders", "vendors", "duties", "acts", "filings", "dues")
REFUSING = (
    *(f"use_cases/{name}" for name in ("client", "either", "filing", "reporting", "vendor")),
    *("use_cases/correcting", "use_cases/sides", "use_cases/webhooks", "work", "incident", "case"),
)
NOT_SAID = {  # parts of names and dates, not of sentences
    *("/", "superseded/", "draft/", "authority_notified", "aware", "nowhere", "_", "-"),
}


def teller(language: str = "nb") -> Teller:
    return Teller(i18n.tongue(language), ZoneInfo("Europe/Oslo"), NOW)


def told(sentence: str, language: str = "nb") -> str:
    return str(reasons.shown(teller(language), sentence))


def require_form(sentence: str) -> None:
    assert reasons.told(teller(), sentence) is not None, sentence


# --- no sentence without a form: the source says what there is -----------------------------------


def texts_of(tree: ast.AST) -> Iterator[str]:
    """The pieces of text in an expression, without what stands in the holes of f-strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def sentences_in(path: Path) -> Iterator[str]:
    """Pieces of text with a blank in them, that are neither docstrings nor keys of events."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Expr):  # a docstring
            continue
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Constant) and isinstance(child.value, str):
                piece = child.value.strip()
                if " " in piece and piece not in NOT_SAID:
                    yield piece


def refusals_in(path: Path) -> Iterator[str]:
    """What the errors raised in a file say: the message, what was expected, what to do next."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        kinds = {"Refused", "Invalid", "NotFound", "Forbidden"}
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in kinds:
            said = {one.arg: one.value for one in node.keywords}
            parts = [*node.args, *(said[k] for k in ("expected", "next_step") if k in said)]
            yield from (text for part in parts for text in texts_of(part) if len(text) > len(", "))


def in_a_form(piece: str) -> bool:
    """Whether all of it stands in one form; `{}` is a hole as well."""
    parts = piece.strip(" ;").split("{}")
    return any(all(part in form for part in parts) for form in SENTENCES)


@pytest.mark.parametrize("name", WHYS)
def test_every_sentence_in_the_source_of_the_duties_is_in_a_form(name: str) -> None:
    missing = [s for s in sentences_in(DOMAIN / "law" / f"{name}.py") if not in_a_form(s)]
    assert missing == []


@pytest.mark.parametrize("name", REFUSING)
def test_every_refusal_that_a_form_may_meet_is_in_a_form(name: str) -> None:
    missing = [s for s in refusals_in(DOMAIN / f"{name}.py") if not in_a_form(s)]
    assert missing == []


# --- no sentence without a form: what the platform says ------------------------------------------

LATER = "2025-06-20T12:00:00+02:00"
ORDER = {"authority": "NO/datatilsynet", "kind": "order", "due": "2025-06-12"}
STORIES: Sequence[Sequence[Act]] = (
    (),
    (an_acknowledgement("us"), an_assessment("us", outcome="high")),
    (an_assessment("us", outcome="unlikely"),),
    (an_assessment("us", outcome="risk"), a_filing("us", authority="NO/datatilsynet")),
    (a_filing("us", authority="US/FTC", stage="complete").at(LATER),),
    (a_statement("us", audience=["press", "public"]),),
    (step("us", "record_reply", incident="leak", **ORDER),),
    tuple(a_fact(name, by="us", holds="yes") for name in sorted(FACTS)),
    tuple(a_fact(name, by="us", holds="no") for name in sorted(FACTS)),
    tuple(a_fact(name, by="us", holds="yes", when="2025-06-01T09:00Z") for name in sorted(FACTS)),
    tuple(
        a_fact(name, by="us", holds="yes", value={"about": 700})
        for name in sorted(FACTS)
        if "(value)" in FACTS[name]
    ),
)


@pytest.mark.parametrize("story", range(len(STORIES)))
@pytest.mark.parametrize("country", ["NO", "US", "BR"])
def test_whatever_a_duty_says_of_itself_has_a_form(story: int, country: str) -> None:
    for entity in ([], list(ENTITY_KINDS)[:1], list(ENTITY_KINDS)[3:4]):
        profile: dict[str, Any] = {"country": country, "entity": entity}
        if country == "US":
            profile["states"] = ["US-CA"]
        views = us(*LAWS, aware="2025-06-01T10:00Z", acts=STORIES[story], **profile)
        for now in ("2025-06-02T00:00Z", "2026-06-01T00:00Z"):
            for one in obligations.query("us", views.rows, RULES, moment(now)):
                require_form(one["why"])


@given(vocabulary.of(Worksheet))
@settings(max_examples=60, deadline=None)
def test_however_a_severity_is_reckoned_it_has_a_form(worksheet: Worksheet) -> None:
    for one in score(worksheet).steps:
        require_form(one.words)


@given(
    st.sampled_from(CLAIM_TOPICS),
    st.sampled_from(["yes", "no", "possible", None]),
    st.sampled_from(list(statements._SAYS)),
    st.sampled_from(
        [
            *("claim:z-live", "fact:people/customers/exposed", "fact:claims/z-live"),
            *("fact:systems/archive", "fact:count", "fact:totals/exposed+wrong_recipient"),
            *("fact:people", "fact:state/withdrawn", "notice:data/email", "notice:count"),
        ]
    ),
)
@settings(deadline=None)
def test_whatever_a_claim_collides_with_has_a_form(
    topic: str, holds: Any, kind: Kind, against: str
) -> None:
    claim = Claim.model_validate({"id": "c", "about": topic, "holds": holds})
    require_form(statements._sentence(claim, against, kind))


# --- how it is told ------------------------------------------------------------------------------


def test_what_stands_in_a_sentence_is_told_too() -> None:
    at = "2023-02-28T11:00:00+00:00"
    assert told(f"told at {at}, but nothing has been delivered yet") == (
        "varslet tir. 28 feb. 2023, 12:00 CET, men ingenting er levert ennå"
    )
    assert told("the risk was assessed as unlikely, not high", "fi") == (
        "riski arvioitiin näin: riski on epätodennäköinen, ei korkea"
    )


def test_a_remark_is_told_with_the_sentence_it_is_added_to() -> None:
    said = "joker acknowledged the vendor's notice; the law gives no number of hours"
    assert told(said) == "joker bekreftet leverandørens varsel; loven gir ikke noe antall timer"


def test_what_is_not_known_stays_english_and_says_so() -> None:
    assert told("a sentence from <elsewhere>") == (
        '<span lang="en">a sentence from &lt;elsewhere&gt;</span>'
    )
    assert told("a sentence from <elsewhere>", "en") == "a sentence from <elsewhere>"


def test_in_english_the_words_in_a_sentence_are_told_as_everywhere() -> None:
    assert told("the vendor's notice was delivered (nats)", "en") == (
        "the vendor's notice was delivered (NATS feed)"
    )


def test_every_hole_of_every_form_is_of_a_known_kind() -> None:
    assert all(form.matches.groupindex for form in reasons.forms() if "%(" in form.message)
