"""varsel suggest: a block of claims to judge and paste, from a text and without a platform."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from adapters.cli import suggesting
from adapters.reading import parse as read
from domain.commands import MakeStatement
from domain.parsing import parse
from domain.suggestions import suggest
from tests.adapters.cli.lab import Varsel
from tests.domain.suggesting import JOKER, TOKMANNI

EVERY = """\
About 400,000 customers may be affected, between 3 and 4 million records. Names and "e-mails" are
leaked, no passwords. This should not happen again; your personal data are safe. Newsletters.
"""


def claims_of(printed: str) -> list[Any]:
    head = "incident: leak\nid: press\naudience: [press]\nchannel: web\n"
    command = parse(MakeStatement, read(head + printed, "pasted").content)
    assert isinstance(command, MakeStatement)
    return list(command.claims)


@pytest.fixture
def text(folder: Path) -> Path:
    return folder / "statement.txt"


@pytest.mark.parametrize("said", [TOKMANNI, JOKER, EVERY])
def test_what_is_printed_can_be_pasted_into_a_statement(
    varsel: Varsel, text: Path, said: str
) -> None:
    text.write_text(said, encoding="utf-8")
    claims = claims_of(varsel("suggest", text).out)
    assert claims == [
        one.claim(f"suggested-{number}") for number, one in enumerate(suggest(said), start=1)
    ]


def test_each_is_marked_as_a_suggestion_with_its_words_and_place(
    varsel: Varsel, text: Path
) -> None:
    text.write_text("Nyt: henkilötietosi ovat turvassa.", encoding="utf-8")
    shown = varsel("suggest", text).out
    assert shown.startswith("# Suggestions: nobody has said")
    assert '  # suggestion 1: "henkilötietosi ovat turvassa"\n' in shown
    assert "(Finnish, characters 5 to 33; " in shown
    assert "    holds: yes\n" in shown


def test_long_words_are_cut_in_the_comment_alone(varsel: Varsel, text: Path) -> None:
    words = "names, " * 20 + "emails leaked"
    text.write_text(words, encoding="utf-8")
    comment, claim = (line for line in varsel("suggest", text).out.splitlines() if "names" in line)
    assert comment.endswith('…"')
    assert claim.endswith('leaked"')


def test_as_json_it_carries_offsets_language_and_the_mark(varsel: Varsel, text: Path) -> None:
    text.write_text("noin 400 000 asiakasta", encoding="utf-8")
    (one,) = varsel("suggest", text, "--json").json()
    assert one["suggestion"] is True
    assert (one["language"], one["start"], one["end"]) == ("fi", 0, 22)
    assert one["value"] == {"about": 400_000}


def test_it_reads_standard_input(varsel: Varsel, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"Your data are safe."))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert "about: personal_data_safe" in varsel("suggest", "-").out


def test_where_nothing_is_found_it_says_that_this_is_no_statement(
    varsel: Varsel, text: Path
) -> None:
    text.write_text("Good morning", encoding="utf-8")
    shown = varsel("suggest", text).out
    assert "That is no statement" in shown
    assert claims_of(shown) == []


def test_only_the_languages_asked_for_are_looked_at(varsel: Varsel, text: Path) -> None:
    text.write_text("henkilötietosi ovat turvassa. Your data are safe.", encoding="utf-8")
    (one,) = varsel("suggest", text, "--language", "en", "--json").json()
    assert one["words"] == "Your data are safe"
    problem = varsel("suggest", text, "--language", "xx", "--json").problem()
    assert problem["got"] == "xx"


def test_a_file_that_is_not_there_or_not_text_is_refused(varsel: Varsel, text: Path) -> None:
    assert "cannot be read" in varsel("suggest", text, "--json").problem()["title"]
    text.write_bytes(b"\xff")
    assert "is not text" in varsel("suggest", text, "--json").problem()["title"]


def test_labels_are_quoted_and_known_words_are_not() -> None:
    assert suggesting._flow({"a": ["b_c", True, False], "d": "e f: g"}) == (
        '{a: [b_c, yes, no], d: "e f: g"}'
    )
