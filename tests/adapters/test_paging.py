"""Pages of a list: each row once, whatever is added behind; a cursor belongs to one list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.paging import page
from domain.errors import Invalid

ROWS = st.lists(st.text(min_size=1), unique=True)


@given(ROWS, st.integers(1, 5), ROWS)
def test_every_row_comes_once_and_in_order(rows: list[str], limit: int, later: list[str]) -> None:
    waiting = [one for one in later if one not in rows]
    found: list[str] = []
    cursor: str | None = None
    while True:
        part, cursor = page(rows, str, cursor, limit, "names")
        found += part
        if cursor is None:
            break
        rows = [*rows, *waiting[:1]]
        del waiting[:1]
    assert found == rows


@given(st.text())
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        page(["a", "b"], str, text, 1, "names")
    assert refused.value.field == "after"


def test_a_cursor_of_another_list_is_refused() -> None:
    _, cursor = page(["a", "b"], str, None, 1, "names")
    with pytest.raises(Invalid, match="no cursor of this list"):
        page(["a", "b"], str, cursor, 1, "others")
