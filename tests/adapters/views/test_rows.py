"""The contract of `Rows`, kept alike in memory, in a file, in a table, and by a batch over one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.views.batch import Batch
from adapters.views.sqlite import SqliteRows
from adapters.views.tables import TableShelf
from projections.rows import MemoryRows, Rows, number, under
from tests.adapters.views.lab import opened


@pytest.fixture(scope="module")
def shelf() -> Iterator[TableShelf]:
    with opened() as database:
        yield TableShelf(database)


@pytest.fixture(params=["memory", "sqlite", "batch", "postgres", "live"])
def rows(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rows]:
    if request.param == "memory":
        yield MemoryRows()
    elif request.param in {"sqlite", "batch"}:
        filed = SqliteRows(tmp_path / "rows.sqlite")
        yield filed if request.param == "sqlite" else Batch(filed)
        filed.close()
    else:
        shelf: TableShelf = request.getfixturevalue("shelf")
        made = shelf.make()
        shelf.use(made)
        yield made if request.param == "postgres" else shelf.rows


def keys(rows: Rows, *, after: str = "", limit: int | None = None) -> list[str]:
    return [key for key, _ in rows.all("view", "scope", after=after, limit=limit)]


def test_a_row_that_was_put_is_got(rows: Rows) -> None:
    rows.put("view", "scope", "key", {"n": 1, "list": ["a", None, {"deep": True}]})
    assert rows.get("view", "scope", "key") == {"n": 1, "list": ["a", None, {"deep": True}]}


def test_a_row_that_was_never_put_is_none(rows: Rows) -> None:
    assert rows.get("view", "scope", "key") is None


def test_a_row_replaces_the_one_under_its_key_whole(rows: Rows) -> None:
    rows.put("view", "scope", "key", {"old": 1, "both": 1})
    rows.put("view", "scope", "key", {"both": 2})
    assert rows.all("view", "scope") == [("key", {"both": 2})]


def test_a_dropped_row_is_gone(rows: Rows) -> None:
    rows.put("view", "scope", "key", {})
    rows.drop("view", "scope", "key")
    assert rows.get("view", "scope", "key") is None
    assert rows.all("view", "scope") == []


def test_dropping_what_is_not_there_changes_nothing(rows: Rows) -> None:
    rows.put("view", "scope", "key", {})
    rows.drop("view", "scope", "another")
    assert keys(rows) == ["key"]


def test_a_row_put_after_it_was_dropped_is_there(rows: Rows) -> None:
    rows.put("view", "scope", "key", {"n": 1})
    rows.drop("view", "scope", "key")
    rows.put("view", "scope", "key", {"n": 2})
    assert rows.get("view", "scope", "key") == {"n": 2}


def test_an_empty_row_is_a_row(rows: Rows) -> None:
    rows.put("view", "scope", "key", {})
    assert rows.get("view", "scope", "key") == {}
    assert rows.all("view", "scope") == [("key", {})]


def test_all_rows_come_in_the_order_of_their_keys(rows: Rows) -> None:
    for key in ("b", "a", "ab", "B", "10", "9"):
        rows.put("view", "scope", key, {})
    assert keys(rows) == ["10", "9", "B", "a", "ab", "b"]


def test_all_rows_after_a_key_leave_that_key_out(rows: Rows) -> None:
    for key in ("a", "b", "c"):
        rows.put("view", "scope", key, {})
    assert keys(rows, after="b") == ["c"]
    assert keys(rows, after="aa") == ["b", "c"]
    assert keys(rows, after="c") == []


def test_a_limit_takes_the_first_rows(rows: Rows) -> None:
    for key in ("a", "b", "c"):
        rows.put("view", "scope", key, {})
    assert keys(rows, limit=2) == ["a", "b"]
    assert keys(rows, after="a", limit=1) == ["b"]
    assert keys(rows, limit=9) == ["a", "b", "c"]
    assert keys(rows, limit=0) == []


def test_views_and_scopes_do_not_touch_each_other(rows: Rows) -> None:
    places = [("view", "scope"), ("view", "scope2"), ("view2", "scope"), ("view", "")]
    for n, (view, scope) in enumerate(places):
        rows.put(view, scope, "key", {"n": n})
    rows.drop("view", "scope", "key")
    assert [rows.get(view, scope, "key") for view, scope in places] == [
        None,
        {"n": 1},
        {"n": 2},
        {"n": 3},
    ]


def test_any_letters_will_do(rows: Rows) -> None:
    strange = "Blåbærsyltetøy 🍓 ñ \x00 ' \" % _ \n"
    rows.put(strange, strange, strange, {strange: strange})
    assert rows.get(strange, strange, strange) == {strange: strange}
    assert rows.all(strange, strange) == [(strange, {strange: strange})]


def test_keys_sort_by_code_point_beyond_ascii_too(rows: Rows) -> None:
    for key in ("\U0001f353", "å", "z", "\uffff", "Å"):
        rows.put("view", "scope", key, {})
    assert keys(rows) == ["z", "Å", "å", "\uffff", "\U0001f353"]


def test_numbered_keys_sort_as_their_numbers_do(rows: Rows) -> None:
    for n in (10, 9, 100, 1):
        rows.put("view", "scope", number(n), {})
    assert keys(rows) == [number(n) for n in (1, 9, 10, 100)]


def test_the_rows_of_a_scope_are_counted(rows: Rows) -> None:
    assert rows.count("view", "scope") == 0
    for key in ("one", "two", "three"):
        rows.put("view", "scope", key, {})
    rows.put("view", "other", "one", {})
    rows.drop("view", "scope", "two")
    assert rows.count("view", "scope") == 2


@pytest.mark.parametrize("most", [1, 2, 3, 100])
def test_rows_under_a_prefix_are_found_whatever_the_size_of_the_first_page(
    rows: Rows, most: int
) -> None:
    keys = ["a/1", "b", "b/1", "b/2", "b/3", "b0", "c/1"]
    for key in keys:
        rows.put("view", "scope", key, {})
    found = [key for key, _ in under("view", "scope", "b/", rows, most)]
    assert found == ["b/1", "b/2", "b/3"]
    assert not list(under("view", "scope", "d/", rows, most))
