"""A log small enough to see through, simple projections over it, and a look into the files."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from adapters.views.generations import Views
from adapters.views.sqlite import SqliteRows
from domain.envelope import Recorded
from projections.rows import MemoryRows, Project, Row, Rows
from tests.builders import told
from tests.spec import given

Contents = dict[tuple[str, str, str], Row]


class Log:
    """A log of events that differ in nothing but position and id; it can grow."""

    def __init__(self, length: int = 0, seed: int = 0) -> None:
        self._like = given(*told("joker")).log()[-1]
        self._seed = seed
        self.events: list[Recorded] = []
        self.grow(length)

    def grow(self, by: int = 1) -> None:
        for position in range(len(self.events) + 1, len(self.events) + by + 1):
            changed = {"id": UUID(int=(self._seed << 64) + position)}
            envelope = self._like.envelope.model_copy(update=changed)
            one = self._like.model_copy(update={"position": position, "envelope": envelope})
            self.events.append(one)

    def read(self, position: int, limit: int) -> list[Recorded]:
        return self.events[position : position + limit]


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


def rows_of(views: Views) -> Contents:
    return {at: row for at, row in contents(views._current).items() if at[0] != "meta"}


def in_memory(rows: MemoryRows) -> Contents:
    """The same of rows in memory, as JSON has them."""
    return {
        (view, scope, key): json.loads(json.dumps(row))
        for (view, scope), found in rows.snapshot().items()
        for key, row in found.items()
    }


def counted(rows: Rows) -> int:
    return int((rows.get("count", "", "events") or {"n": 0})["n"])


def eventually(true: Callable[[], bool], patience: float = 20.0) -> None:
    """Looks again and again, up to a deadline."""
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"not seen within {patience:g} s")
        time.sleep(0.01)
