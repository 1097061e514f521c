"""A row that was kept is the row that was put, whatever JSON holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.decoding import DEPTH
from adapters.views.batch import body, kept

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
)
rows = st.dictionaries(texts, values, max_size=4)


@given(rows)
def test_a_row_is_kept_as_it_is(row: dict[str, Any]) -> None:
    assert kept(body(row)) == row
    assert json.loads(body(row)) == row


@given(rows)
def test_the_same_row_is_written_alike_and_in_its_own_order(row: dict[str, Any]) -> None:
    assert body(kept(body(row))) == body(row)
    assert [*kept(body(row))] == [*row]


@pytest.mark.parametrize("number", [2**63, 2**64, -(2**63) - 1, 10**39])
def test_a_number_beyond_any_machine_s_is_kept_to_the_last_digit(number: int) -> None:
    assert kept(body({"n": number})) == {"n": number}


def test_what_is_nested_deeper_than_any_command_is_kept() -> None:
    row: dict[str, Any] = {}
    for _ in range(3 * DEPTH):
        row = {"deeper": [row]}
    assert kept(body(row)) == row


@pytest.mark.parametrize("row", [{"text": "\ud800"}, {"\ud800": "text"}])
def test_a_text_that_is_no_unicode_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        body(row)


def test_what_is_no_json_is_refused_when_it_is_read() -> None:
    for broken in ("", "{", '{"a":1}}', '{"a":"\\ud800"}'):
        with pytest.raises(ValueError, match="line 1"):
            kept(broken)
