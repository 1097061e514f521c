"""Requests and answers: what the platform takes and gives is as its published schema says."""

from __future__ import annotations

from typing import Any, cast

import pytest

from adapters.answers import Answers
from adapters.reading import parse as read
from adapters.schemas import documents
from adapters.schemas.examples import of_command, of_schema
from adapters.schemas.requests import QUESTIONS
from adapters.templates import template_for
from domain.commands import VERBS
from domain.errors import KINDS
from domain.parsing import parse
from tests.adapters.asking import Tell
from tests.adapters.schemas.judging import check, complaints
from tests.builders import a_filing, a_leak, an_assessment, told
from tests.projections.reading import a_story, delivery

REQUESTS = {
    path: one
    for path, one in documents().items()
    if path.partition("/")[0] in {"commands", "questions", "answers"}
}
every_verb = pytest.mark.parametrize("verb", VERBS)
every_request = pytest.mark.parametrize("path", REQUESTS)


def schema_of(verb: str) -> dict[str, Any]:
    return documents()[f"commands/{verb}.json"]


@every_request
def test_a_schema_is_one(path: str) -> None:
    check(REQUESTS[path])


@every_request
def test_the_example_of_a_document_is_one(path: str) -> None:
    assert complaints(of_schema(REQUESTS[path]), REQUESTS[path]) == []


@every_verb
def test_what_a_template_says_is_a_request(verb: str) -> None:
    request = {"command": "1", "happened": "2026-03-01", "with": of_command(verb)}
    assert complaints(request, schema_of(verb)) == []


@every_verb
def test_an_example_says_what_its_template_says(verb: str) -> None:
    template = parse(VERBS[verb], read(template_for(verb), verb).content)
    assert parse(VERBS[verb], of_command(verb)) == template


@every_verb
def test_a_command_that_lacks_a_field_it_must_have_is_no_request(verb: str) -> None:
    fields = of_command(verb)
    required = [
        field.alias or name
        for name, field in VERBS[verb].model_fields.items()
        if field.is_required()
    ]
    for name in required:
        lacking = {key: part for key, part in fields.items() if key != name}
        [said] = complaints({"with": lacking}, schema_of(verb))
        assert said == f"$.with: {name!r} is a required property"


@every_verb
def test_a_field_that_nobody_defined_makes_it_no_request(verb: str) -> None:
    [inner] = complaints({"with": {**of_command(verb), "madeup": "x"}}, schema_of(verb))
    [outer] = complaints({"with": of_command(verb), "madeup": "x"}, schema_of(verb))
    assert "'madeup' was unexpected" in inner
    assert "'madeup' was unexpected" in outer


def test_a_value_of_another_kind_makes_it_no_request() -> None:
    fields = {**of_command("report_leak"), "nature": "secrecy"}
    assert complaints({"with": fields}, schema_of("report_leak"))
    assert complaints({"with": of_command("acknowledge"), "command": ""}, schema_of("acknowledge"))


def test_every_question_of_the_platform_is_described() -> None:
    nothing = cast("Any", None)
    answers = Answers(nothing, nothing, nothing, nothing)
    assert set(QUESTIONS) == {*answers.questions, "messages"}


def test_what_is_answered_is_as_described(tell: Tell) -> None:
    ask = tell(*told("joker"), delivery("joker"), an_assessment(), a_filing("joker"))
    for question in ("timeline", "obligations", "register", "feed", "whoami"):
        answer = {question: ask("joker", question)}
        assert answer[question]
        assert complaints(answer, documents()[f"answers/{question}.json"]) == []
    for question, by in {"board": "zoopit", "facts": "joker", "severity": "joker"}.items():
        answer = {question: ask(by, question, incident="leak")}
        assert complaints(answer, documents()[f"answers/{question}.json"]) == []


def test_a_receipt_is_as_described() -> None:
    story = a_story()
    receipt = story.take(a_leak()).model_dump(mode="json")
    assert complaints({"receipt": receipt}, documents()["answers/receipt.json"]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_is_a_problem_as_described(kind: str) -> None:
    error = KINDS[kind]("is wrong", field="x", got="y", expected="z", next_step="mend it")
    assert complaints({"error": error.problem()}, documents()["answers/problem.json"]) == []


def test_a_refusal_without_a_kind_is_none() -> None:
    schema = documents()["answers/problem.json"]
    assert complaints({"error": {"status": 409, "title": "no"}}, schema)


def test_the_index_names_every_schema_by_its_address() -> None:
    index = documents()["index.json"]
    named = {line["href"].removeprefix("/schemas/") for line in index["schemas"]}
    assert {*named, "index.json", "asyncapi.json"} == set(documents())
