"""How far each endpoint has come: its cursor and its failures, on disk before anything goes on.

Lost, this file costs nothing but repetition: an endpoint begins where it was added.
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import astuple, dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from domain.errors import Unavailable


@dataclass(frozen=True)
class Progress:
    """How far one endpoint has come; times are UTC.

    `delivered` is the sequence up to which nothing is left to send; `failures` counts attempts in
    a row that its next message was not taken in; `next_at` is when it is tried again.
    """

    endpoint: str
    delivered: int
    failures: int = 0
    next_at: datetime | None = None
    last_at: datetime | None = None
    last_status: int | None = None
    last_error: str | None = None
    taken_at: datetime | None = None
    disabled_at: datetime | None = None
    disabled_why: str | None = None

    def passed(self, sequence: int) -> Progress:
        """Nothing up to here is left to send."""
        return replace(self, delivered=sequence, failures=0, next_at=None)

    def taken(self, sequence: int, status: int | None, at: datetime) -> Progress:
        """The endpoint took a message."""
        past = self.passed(sequence)
        return replace(past, last_at=at, taken_at=at, last_status=status, last_error=None)

    def failed(self, status: int | None, error: str | None, at: datetime) -> Progress:
        """The endpoint did not take its next message."""
        more = replace(self, failures=self.failures + 1, next_at=None)
        return replace(more, last_at=at, last_status=status, last_error=error)

    def opened(self, after: int | None) -> Progress:
        """Sending begins anew, where it was or behind `after`."""
        behind = self.delivered if after is None else after
        return replace(self.passed(behind), disabled_at=None, disabled_why=None)


_COLUMNS: Final = tuple(field.name for field in fields(Progress))
_TIMES: Final = frozenset({"next_at", "last_at", "taken_at", "disabled_at"})


class ProgressFile:
    """Progress by endpoint, in an SQLite file of its own."""

    def __init__(self, path: Path | str) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._rows("PRAGMA journal_mode=WAL")
        self._rows("PRAGMA synchronous=FULL")
        self._rows(
            "CREATE TABLE IF NOT EXISTS progress (endpoint TEXT PRIMARY KEY, delivered INTEGER,"
            " failures INTEGER, next_at TEXT, last_at TEXT, last_status INTEGER, last_error TEXT,"
            " taken_at TEXT, disabled_at TEXT, disabled_why TEXT)"
        )

    def get(self, endpoint: str) -> Progress | None:
        """How far an endpoint has come, where anything was sent to it."""
        rows = self._rows("SELECT * FROM progress WHERE endpoint=?", endpoint)
        return _read(rows[0]) if rows else None

    def put(self, progress: Progress) -> None:
        """Keep it: on disk when it returns."""
        values = [_written(one) for one in astuple(progress)]
        self._rows("INSERT OR REPLACE INTO progress VALUES (?,?,?,?,?,?,?,?,?,?)", *values)

    def drop(self, endpoint: str) -> None:
        """Forget an endpoint."""
        self._rows("DELETE FROM progress WHERE endpoint=?", endpoint)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            try:
                return self._db.execute(statement, values).fetchall()
            except sqlite3.Error as broken:
                raise Unavailable("the webhooks' file does not answer", got=str(broken)) from broken


def _written(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _read(row: tuple[Any, ...]) -> Progress:
    named: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    named |= {one: datetime.fromisoformat(named[one]) for one in _TIMES if named[one]}
    return Progress(**named)
