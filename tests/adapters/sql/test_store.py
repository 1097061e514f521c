"""What every store promises, whichever engine is below: the same statements, the same answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from adapters.sql.postgres import Database, address
from adapters.sql.sqlite import SqliteStore
from adapters.sql.store import Store
from domain.errors import Unavailable
from tests.postgres import database as new_database

TABLES = """
CREATE TABLE IF NOT EXISTS things (name TEXT PRIMARY KEY, number INTEGER, body BLOB);
CREATE INDEX IF NOT EXISTS numbered ON things (number)
"""
PUT = "INSERT INTO things VALUES (?,?,?)"
NAMES = "SELECT name FROM things ORDER BY name"


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        with closing(SqliteStore(tmp_path / "things.sqlite")) as made:
            made.declare(TABLES)
            yield made
        return
    with closing(Database(address(new_database()))) as database:
        database.store().declare(TABLES)
        yield database.store()


def names(store: Store) -> list[str]:
    return [row[0] for row in store.rows(NAMES)]


def test_what_is_put_reads_back_with_its_kind(store: Store) -> None:
    store.rows(PUT, "one", 1 << 62, b"\x00\xff")
    store.rows(PUT, "none", None, None)
    assert store.rows("SELECT * FROM things ORDER BY name") == [
        ("none", None, None),
        ("one", 1 << 62, b"\x00\xff"),
    ]


def test_tables_may_be_declared_again(store: Store) -> None:
    store.rows(PUT, "one", 1, b"")
    store.declare(TABLES)
    assert names(store) == ["one"]


def test_text_sorts_by_its_bytes(store: Store) -> None:
    for name in ("b", "B", "a", "Æ", "_", "10", "9"):
        store.rows(PUT, name, 1, b"")
    assert names(store) == ["10", "9", "B", "_", "a", "b", "Æ"]


def test_a_row_is_replaced_and_told(store: Store) -> None:
    put = f"{PUT} ON CONFLICT (name) DO UPDATE SET number=excluded.number RETURNING number"
    assert store.rows(put, "one", 1, b"") == [(1,)]
    assert store.rows(put, "one", 2, b"") == [(2,)]
    assert store.rows("DELETE FROM things WHERE name=? RETURNING name", "one") == [("one",)]
    assert store.rows("DELETE FROM things WHERE name=? RETURNING name", "one") == []


def test_a_statement_that_fails_keeps_nothing_and_says_so(store: Store) -> None:
    store.rows(PUT, "one", 1, b"")
    with pytest.raises(Unavailable, match="does not answer"):
        store.rows(PUT, "one", 2, b"")
    with pytest.raises(Unavailable):
        store.many(PUT, [("two", 2, b""), ("one", 3, b"")])
    assert store.rows("SELECT name, number FROM things") == [("one", 1)]


def test_many_are_put_at_once(store: Store) -> None:
    store.many(PUT, ((f"{number:04}", number, b"") for number in range(1000)))
    assert store.rows("SELECT count(*), max(number) FROM things") == [(1000, 999)]


def test_a_transaction_is_kept_whole(store: Store) -> None:
    with store.transaction():
        store.rows(PUT, "one", 1, b"")
        store.many(PUT, [("two", 2, b"")])
    assert names(store) == ["one", "two"]


def test_a_transaction_that_breaks_off_leaves_nothing(store: Store) -> None:
    def break_off() -> None:
        with store.transaction():
            store.rows(PUT, "one", 1, b"")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert names(store) == []
    store.rows(PUT, "two", 2, b"")
    assert names(store) == ["two"]


def test_a_block_within_breaks_off_alone(store: Store) -> None:
    with store.transaction():
        store.rows(PUT, "one", 1, b"")
        with pytest.raises(Unavailable), store.transaction():
            store.many(PUT, [("two", 2, b""), ("one", 3, b"")])
        store.rows(PUT, "three", 3, b"")
    assert names(store) == ["one", "three"]


def test_nobody_else_sees_a_transaction_before_it_is_kept(store: Store, tmp_path: Path) -> None:
    looked: list[list[str]] = []
    begun = threading.Event()

    def look() -> list[str]:
        begun.wait(10)
        if isinstance(store, SqliteStore):
            with closing(SqliteStore(tmp_path / "things.sqlite")) as other:
                return names(other)
        return names(store)

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        with store.transaction():
            store.rows(PUT, "one", 1, b"")
            begun.set()
            looked.append(looking.result())
    assert looked == [[]]
    assert names(store) == ["one"]


def test_writers_of_several_threads_do_not_get_into_each_other(store: Store) -> None:
    store.rows(PUT, "sum", 0, b"")

    def add(_: int) -> None:
        with store.transaction():
            store.rows("UPDATE things SET number=number+1 WHERE name=?", "sum")
            [[number]] = store.rows("SELECT number FROM things WHERE name=?", "sum")
            store.rows(PUT, f"at {number:02}", number, b"")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(20)))
    assert store.rows("SELECT count(*), max(number) FROM things") == [(21, 20)]
