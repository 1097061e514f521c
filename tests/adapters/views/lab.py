"""A log small enough to see through, simple projections over it, and a look into the files."""

from __future__ import annotations

import json
import sqlite3
import time
from bisect import bisect_right
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg import sql

from adapters.sql.postgres import Database, address
from adapters.views.generations import Views
from adapters.views.sqlite import SqliteRows
from adapters.views.tables import LiveRows, TableShelf
from domain.envelope import Recorded
from projections.rows import MemoryRows, Project, Row, Rows
from tests.builders import told
from tests.postgres import database
from tests.spec import given

Contents = dict[tuple[str, str, str], Row]


class Growing:
    """A log that is read as the ledger is: by what comes behind a position, gaps or none."""

    def __init__(self) -> None:
        self.events: list[Recorded] = []

    def read(self, position: int, limit: int) -> list[Recorded]:
        first = bisect_right(self.events, position, key=lambda one: one.position)
        return self.events[first : first + limit]


class Log(Growing):
    """A log of events that differ in nothing but position and id; it can grow."""

    def __init__(self, length: int = 0, seed: int = 0, stride: int = 1) -> None:
        super().__init__()
        self._like = given(*told("joker")).log()[-1]
        self._seed, self._stride = seed, stride
        self.grow(length)

    def grow(self, by: int = 1) -> None:
        for number in range(len(self.events) + 1, len(self.events) + by + 1):
            changed = {"id": UUID(int=(self._seed << 64) + number)}
            envelope = self._like.envelope.model_copy(update=changed)
            position = number * self._stride
            self.events.append(replace(self._like, position=position, envelope=envelope))


def spread(events: Iterable[Recorded]) -> list[Recorded]:
    """The same events with gaps between their positions, as rollbacks leave them in PostgreSQL."""
    return [replace(one, position=one.position * 3 + 5) for one in events]


def count(_: Recorded, rows: Rows) -> None:
    """Not safe against repetition: an event that is projected twice shows."""
    row = rows.get("count", "", "events") or {"n": 0}
    rows.put("count", "", "events", {"n": row["n"] + 1})


def twins(event: Recorded, rows: Rows) -> None:
    """Two rows that always say the same."""
    for key in ("castor", "pollux"):
        rows.put("twins", "", key, {"at": event.position})


def note(event: Recorded, rows: Rows) -> None:
    rows.put("notes", "", f"{event.position:06d}", {"id": str(event.id)})


SIMPLE: tuple[Project, ...] = (count, twins, note)


class Stumble(Exception):
    """What a broken projection raises."""


def stumbling_at(position: int, times: int = 1_000_000) -> Project:
    """A projection that fails at an event, so many times."""
    left = times

    def project(event: Recorded, _: Rows) -> None:
        nonlocal left
        if event.position == position and left:
            left -= 1
            raise Stumble(position)

    return project


def contents(where: Path | SqliteRows) -> Contents:
    """Every row in a file, the one that says how far it has come included."""
    path = where.path if isinstance(where, SqliteRows) else where
    db = sqlite3.connect(path)
    try:
        found = db.execute("SELECT view, scope, key, body FROM rows").fetchall()
    finally:
        db.close()
    return {(view, scope, key): json.loads(body) for view, scope, key, body in found}


def filed(views: Views) -> SqliteRows:
    """The rows in use, of views that are kept in files."""
    rows = views.rows
    assert isinstance(rows, SqliteRows)
    return rows


def rows_of(views: Views) -> Contents:
    if isinstance(views.rows, LiveRows):
        return tabled(views)
    return {at: row for at, row in contents(filed(views)).items() if at[0] != "meta"}


def tabled(views: Views) -> Contents:
    """The rows in use, of views that are kept in a database, past everything of ours."""
    assert isinstance(views._shelf, TableShelf)
    asked = sql.SQL("SELECT view, scope, key, body FROM varsel.{}").format(
        sql.Identifier(views.generation)
    )
    with psycopg.connect(views._shelf._database.address) as one:
        found = one.execute(asked).fetchall()
    return {
        (view.decode(), scope.decode(), key.decode()): json.loads(body)
        for view, scope, key, body in found
    }


@cache
def shared() -> str:
    """One database for all tests of views: to make one costs more than most of them."""
    return database()


def emptied() -> str:
    """The shared database, without anything in it."""
    with psycopg.connect(shared(), autocommit=True) as one:
        one.execute("DROP SCHEMA IF EXISTS varsel CASCADE")
    return shared()


@contextmanager
def opened(url: str | None = None) -> Generator[Database]:
    """A database as one process has it: an empty one, or one that others have open too."""
    made = Database(address(url or emptied()), size=4)
    try:
        yield made
    finally:
        made.close()


def in_memory(rows: MemoryRows) -> Contents:
    """The same of rows in memory, as JSON has them."""
    return {
        (view, scope, key): json.loads(json.dumps(row))
        for (view, scope), found in rows.snapshot().items()
        for key, row in found.items()
    }


def counted(rows: Rows) -> int:
    return int((rows.get("count", "", "events") or {"n": 0})["n"])


def eventually(true: Callable[[], bool], patience: float = 60.0) -> None:
    """Looks again and again, up to a deadline."""
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"not seen within {patience:g} s")
        time.sleep(0.01)
