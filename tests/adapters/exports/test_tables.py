"""Timeline, duties, register as files: every spreadsheet reads them, no cell is a formula."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from adapters.exports.tables import COLUMNS, as_csv, as_json
from domain.errors import Invalid
from projections import obligations, register, timeline
from projections.rows import Row
from tests.builders import a_filing, a_measure, an_assessment, told
from tests.projections.reading import RULES, Act, a_story, delivery
from tests.projections.reading import read as views_of


def rows_of(table: str) -> list[Row]:
    acts: list[Act] = [*told("joker"), delivery("joker")]
    acts += [a_measure("joker"), an_assessment(), a_filing("joker")]
    views = views_of(a_story(*acts))
    if table == "obligations":
        return obligations.query("joker", views.rows, RULES, views.story.now)
    query = timeline.query if table == "timeline" else register.query
    return query("joker", views.rows)


def read(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode(), newline=""), strict=True))


def meant(cell: str) -> Any:
    """A cell as the row had it: nothing, a text, or several values as JSON."""
    if cell[:1] in {"{", "["} or cell in {"true", "false"}:
        return json.loads(cell)
    return cell or None


@pytest.mark.parametrize("table", COLUMNS)
def test_every_field_of_every_row_is_in_the_file(table: str) -> None:
    rows = rows_of(table)
    assert rows
    found = [{name: meant(cell) for name, cell in one.items()} for one in read(as_csv(table, rows))]
    assert found == rows


@pytest.mark.parametrize("table", COLUMNS)
def test_a_file_without_rows_has_its_header(table: str) -> None:
    assert as_csv(table, []) == ",".join(COLUMNS[table]).encode() + b"\r\n"


@pytest.mark.parametrize("table", COLUMNS)
def test_as_json_it_is_the_answer_itself(table: str) -> None:
    rows = rows_of(table)
    assert json.loads(as_json(table, rows)) == {table: rows}


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"])
def test_a_cell_that_could_be_a_formula_begins_with_an_apostrophe(first: str) -> None:
    [found] = read(as_csv("timeline", [{"by": f"{first}1+1"}]))
    assert found["by"] == f"'{first}1+1"


def test_other_letters_are_written_as_they_are() -> None:
    [found] = read(as_csv("timeline", [{"by": 'Ødegård, "Joker"; a=b'}]))
    assert found["by"] == 'Ødegård, "Joker"; a=b'


@given_any(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_a_cell_says_the_file_has_one_row_and_all_columns(said: str) -> None:
    [found] = read(as_csv("timeline", [{"by": said, "event": "e"}]))
    assert found["by"].removeprefix("'") == said.removeprefix("'")
    assert not found["by"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert found["event"] == "e"


@pytest.mark.parametrize("export", [as_csv, as_json])
def test_a_table_that_is_not_there_is_refused(export: Any) -> None:
    with pytest.raises(Invalid) as refused:
        export("timelin", [])
    assert refused.value.expected == "did you mean timeline?"
