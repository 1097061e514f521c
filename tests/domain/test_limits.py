"""Nothing that a command takes is without a limit, and each limit says so clearly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from domain import commands
from domain.basics import CLAIMS, CLIENTS, LABELS, ROWS, WORD
from domain.commands import ALL, Command
from domain.envelope import Actor
from domain.errors import Invalid
from domain.law.rules import LAWS
from domain.law.terms import ENTITY_KINDS, FACTS
from domain.parsing import parse
from domain.values import STORED, Claim, People
from domain.when import LONGEST as A_TIME
from domain.words import CLAIM_TOPICS, DATA_KINDS, DataKind
from tests.builders import a_claim, a_leak, a_notice, people
from tests.spec import given

Schema = Mapping[str, Any]
LONGEST = 10_000
PATTERNS: Any = vars(re)["_parser"]  # how wide a pattern is, only `re` itself knows


def without_limit(schema: Schema, whole: Schema, at: str) -> Iterator[str]:
    """Where a schema takes a string, a list or a mapping of any size."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        yield from without_limit(whole["$defs"][name], whole, at)
    for each in schema.get("anyOf", []):
        yield from without_limit(each, whole, at)
    kind = schema.get("type")
    if kind == "string" and not {"enum", "const"} & set(schema) and width(schema) > LONGEST:
        yield f"{at}: a text"
    if kind == "array":
        if "maxItems" not in schema:
            yield f"{at}: a list"
        for each in [schema["items"]] if "items" in schema else schema["prefixItems"]:
            yield from without_limit(each, whole, f"{at}[]")
    if kind == "object":
        if schema.get("additionalProperties") is not False:
            yield f"{at}: a mapping"
        for name, each in schema.get("properties", {}).items():
            yield from without_limit(each, whole, f"{at}.{name}")


def width(schema: Schema) -> int:
    """How long a string may become: by its length, its pattern, or its format."""
    if schema.get("format") == "uuid":
        return 45  # with braces and urn:uuid:
    by_pattern = PATTERNS.parse(schema.get("pattern", ".*")).getwidth()[1]
    return min(int(by_pattern), int(schema.get("maxLength", LONGEST + 1)))


@pytest.mark.parametrize("command", ALL, ids=lambda each: each.VERB)
def test_every_text_list_and_mapping_of_a_command_has_a_limit(command: type[Command]) -> None:
    schema = command.model_json_schema()
    assert list(without_limit(schema, schema, command.VERB)) == []


def test_the_look_for_limits_finds_what_has_none() -> None:
    class Boundless(Command):
        VERB = "boundless"
        words: tuple[str, ...] = ()
        more: dict[str, str] | None = None

    schema = Boundless.model_json_schema()
    assert list(without_limit(schema, schema, "x")) == [
        "x.words: a list",
        "x.words[]: a text",
        "x.more: a mapping",
    ]


def refusal(command: type[Command], body: Mapping[str, Any]) -> Invalid:
    with pytest.raises(Invalid) as refused:
        parse(command, body)
    return refused.value


CLIENT = {"sure": "confirmed"}


@pytest.mark.parametrize(
    ("command", "field", "rows", "limit"),
    [
        (commands.ReviseFacts, "claims", lambda n: a_claim(f"c{n}"), CLAIMS),
        (commands.ReviseFacts, "people", lambda n: people(f"group {n}"), ROWS),
        (commands.ReviseFacts, "totals", lambda _: {"count": 1, "of": ["exposed"]}, ROWS),
        (commands.NotifyClients, "clients", lambda n: f"c{n}", CLIENTS),
        (commands.NameClients, "clients", lambda n: {"client": f"c{n}", **CLIENT}, CLIENTS),
        (commands.MakeStatement, "audience", lambda n: f"group {n}", LABELS),
    ],
)
def test_a_list_up_to_its_limit_is_read_and_a_longer_one_is_told_to_be_split(
    command: type[Command], field: str, rows: Any, limit: int
) -> None:
    rest: dict[str, Any] = {
        "revise_facts": {"reason": "correction"},
        "notify_clients": {"channel": "platform"},
        "name_clients": {},
        "make_statement": {"id": "s", "channel": "web"},
    }[command.VERB]
    full = [rows(n) for n in range(limit)]
    read = parse(command, {"incident": "leak", **rest, field: full})
    assert len(getattr(read, field)) == limit
    error = refusal(command, {"incident": "leak", **rest, field: [*full, rows(limit)]})
    assert error.field == field
    assert error.message == f"has {limit + 1} entries"
    assert error.expected == f"at most {limit}: split it into several"


def test_a_long_list_costs_no_more_than_its_length() -> None:
    error = refusal(commands.ReviseFacts, {"incident": "leak", "claims": [{}] * 1_000_000})
    assert error.message == "has 1000000 entries"


def test_fifty_thousand_clients_are_looked_at_once_each() -> None:
    names = [f"c{n}" for n in range(CLIENTS - 6)]
    twice = [*names, *names[:6]]
    error = refusal(
        commands.NotifyClients, {"incident": "leak", "channel": "platform", "clients": twice}
    )
    assert "names c0, c1, c2, c3, c4 and 1 more twice" in str(error)


@pytest.mark.parametrize("words", [DATA_KINDS, CLAIM_TOPICS, tuple(FACTS), ENTITY_KINDS, LAWS])
def test_no_known_word_is_longer_than_a_word_may_be(words: tuple[str, ...]) -> None:
    assert max(map(len, words)) <= WORD


def test_an_endless_word_is_refused_before_it_is_compared() -> None:
    with pytest.raises(ValidationError, match="at most 60 characters"):
        TypeAdapter(DataKind).validate_python("x" * 4_000_000)


@pytest.mark.parametrize("when", ["9" * 4_000_000, "2023-02-28" + " " * 99 + "x"])
def test_an_endless_time_is_refused_without_being_repeated(when: str) -> None:
    error = refusal(
        commands.StateAwareness, {"incident": "x", "stage": "aware", "when": when, "how": "x"}
    )
    assert len(str(error)) < 500
    assert f"{A_TIME} characters" in str(error)


@pytest.mark.parametrize(
    "body",
    [
        {"incident": "leak", "x" * 4_000_000: 1},
        {"incident": "leak", "\x1b[2J": 1},
        {"incident": ["x" * 4_000_000]},
        {"incident": [[]] * 1_000_000},
        {"incident": {"\x1b": "\x07" * 1_000_000}},
    ],
    ids=["a long field", "a field that clears the screen", "long", "many", "bells"],
)
def test_a_refusal_is_short_and_moves_no_cursor(body: Mapping[str, Any]) -> None:
    error = refusal(commands.Acknowledge, body)
    assert len(str(error.problem())) < 1500
    assert str(error).isprintable()


# --- who sends it, and under which id ----------------------------------------------------------


@pytest.mark.parametrize("command", ["a", "9f1c/2024 3", "x" * 200])
def test_a_command_id_is_printable_ascii(command: str) -> None:
    story = given(a_leak())
    receipt = story.when(a_notice("joker").under(command)).receipt
    assert receipt is not None
    assert receipt.command == command


@pytest.mark.parametrize(
    "command", ["", " ", "x" * 201, "é", "a\nb", "a\n", "a\x00", " a", "a ", "\u202e"]
)
def test_any_other_command_id_is_refused(command: str) -> None:
    story = given(a_leak())
    story.when(a_notice("joker").under(command)).then_refused(Invalid, field="command")


@pytest.mark.parametrize(
    "actor",
    [{"user": "x" * 101}, {"user": "a", "role": "x" * 101}, {"user": "a\x1b"}, {"user": ""}],
    ids=["long user", "long role", "control", "nobody"],
)
def test_an_actor_is_short_and_plain(actor: Mapping[str, Any]) -> None:
    story = given(a_leak())
    story.when(a_notice("joker").through(actor)).then_refused(Invalid, field="actor")
    assert Actor(user="a-7", role="duty officer").role == "duty officer"


# --- what was recorded stays readable ----------------------------------------------------------


def test_what_is_stored_is_read_though_limits_have_become_stricter() -> None:
    row = {"group": "a\u200bb", "role": "exposed", "data": {"present": ["name"] * 500}}
    assert len(People.model_validate(row, context=STORED).data.present) == 500
    claim = Claim.model_validate({"id": "c", "about": "cause", "source": "x\u2060"}, context=STORED)
    assert claim.source == "x\u2060"
    with pytest.raises(ValidationError, match="has 500 entries"):
        People.model_validate({**row, "group": "ab"})
