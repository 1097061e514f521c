"""The small values: text, labels, countries, zones, closed lists of words."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.commands import VERBS, Command
from domain.values import STORED, Country, DataMatrix, Label, Text, Zone
from domain.words import CLAIM_TOPICS, DATA_KINDS, ClaimTopic, DataKind, FilingStage, near

TEXT = TypeAdapter(Text)
LABEL: TypeAdapter[str] = TypeAdapter(Label)


# --- text --------------------------------------------------------------------------------------


def test_text_comes_in_as_a_string_and_keeps_its_lines() -> None:
    assert TEXT.validate_python("  Dear all,\n\tit leaked.  ").plain == "Dear all,\n\tit leaked."


@pytest.mark.parametrize(
    "outside",
    [
        {"sealed": "AAAA"},
        {"plain": "x"},
        {"plain": "x", "sealed": "AAAA"},
        {},
        None,
        5,
        True,
        ["x"],
    ],
    ids=str,
)
def test_no_door_lets_anything_but_a_string_in(outside: Any) -> None:
    with pytest.raises(ValidationError, match="expected text"):
        TEXT.validate_python(outside)
    with pytest.raises(ValidationError, match="expected text"):
        TEXT.validate_python(outside, context="anything else")


def test_not_even_a_program_makes_sealed_text() -> None:
    with pytest.raises(ValidationError, match="expected text"):
        Text(sealed="AAAA")


def test_the_ledger_alone_reads_sealed_text() -> None:
    read = TEXT.validate_python({"sealed": "AAAA"}, context=STORED)
    assert (read.plain, read.sealed) == (None, "AAAA")


def test_a_text_is_passed_on_as_it_is() -> None:
    text = TEXT.validate_python("word")
    assert TEXT.validate_python(text) == text


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_001])
def test_a_text_has_between_one_and_ten_thousand_characters(text: str) -> None:
    assert TEXT.validate_python("x" * 10_000).plain
    with pytest.raises(ValidationError, match="String should have at"):
        TEXT.validate_python(text)


@pytest.mark.parametrize("brk", ["\n", "\r\n", "\t", "\u2028", "\x85"], ids=ascii)
def test_a_label_stands_on_one_line(brk: str) -> None:
    with pytest.raises(ValidationError, match="keep it on one line"):
        LABEL.validate_python(f"a{brk}b")


# --- countries and zones -----------------------------------------------------------------------


@pytest.mark.parametrize(("written", "country"), [("NO", "NO"), (" fi ", "FI")])
def test_a_country_has_two_letters(written: str, country: str) -> None:
    assert TypeAdapter(Country).validate_python(written) == country


@pytest.mark.parametrize("wrong", [False, True, "NOR", "N", "47", "", None, 47], ids=str)
def test_what_is_no_country_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Country).validate_python(wrong)


def test_norway_read_as_false_is_explained() -> None:
    with pytest.raises(ValidationError, match=r"YAML 1\.1 readers take NO for false"):
        TypeAdapter(Country).validate_python(False)


@pytest.mark.parametrize("wrong", ["Europe/Olso", "", "Europe", "../../etc/passwd", "/etc/passwd"])
def test_a_zone_is_one_of_ianas(wrong: str) -> None:
    assert TypeAdapter(Zone).validate_python("Europe/Oslo") == "Europe/Oslo"
    with pytest.raises(ValidationError, match="such as Europe/Oslo"):
        TypeAdapter(Zone).validate_python(wrong)


# --- closed lists ------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["follow_up", "follow-up", "Follow up", " FOLLOW-UP "])
def test_a_known_word_may_be_written_as_people_write_it(written: str) -> None:
    assert TypeAdapter(FilingStage).validate_python(written) == "follow_up"


@pytest.mark.parametrize("wrong", [5, None, ["new"], True], ids=str)
def test_a_word_is_a_string(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(FilingStage).validate_python(wrong)


@pytest.mark.parametrize(
    ("kind", "written", "match"),
    [
        (DataKind, "emial", "unknown data kind 'emial'; did you mean email"),
        (ClaimTopic, "misus", "unknown claim topic 'misus'; did you mean misuse"),
        (DataKind, "zzz", "known: name, first_name"),
    ],
)
def test_an_unknown_word_names_its_neighbours_or_else_the_list(
    kind: Annotated[Any, "a type"], written: str, match: str
) -> None:
    with pytest.raises(ValidationError, match=match):
        TypeAdapter(kind).validate_python(written)


def test_near_names_at_most_three() -> None:
    assert near("clos", ["close_case", "close_incident"]).startswith("did you mean close")
    assert near("xyz", ("one", "two")) == "known: one, two"


@pytest.mark.parametrize("words", [DATA_KINDS, CLAIM_TOPICS], ids=["data kinds", "claim topics"])
def test_a_closed_list_names_each_word_once(words: tuple[str, ...]) -> None:
    assert len(set(words)) == len(words)
    assert all(word == word.lower().replace("-", "_") for word in words)


def test_a_kind_of_data_is_not_present_and_absent_at_once() -> None:
    with pytest.raises(ValidationError, match="email, phone said to be present and absent"):
        DataMatrix(present=("phone", "email", "name"), absent=("email", "phone"))


# --- the published schema ----------------------------------------------------------------------


@pytest.mark.parametrize("command", VERBS.values(), ids=VERBS)
def test_every_command_publishes_its_schema(command: type[Command]) -> None:
    schema = command.model_json_schema()
    assert schema["additionalProperties"] is False
    assert schema["description"]


def test_the_schema_takes_the_short_forms_that_people_write() -> None:
    schema = VERBS["report_leak"].model_json_schema()
    text, when = schema["$defs"]["Text"], schema["$defs"]["When"]
    number = schema["$defs"]["Count"]
    assert text == {"type": "string", "minLength": 1, "maxLength": 10_000}
    assert {"const": "unknown"} in when["anyOf"]
    assert {"from", "to", "before", "after", "at", "estimated"} == set(
        when["anyOf"][2]["properties"]
    )
    assert {"type": "integer", "minimum": 0} in number["anyOf"]
