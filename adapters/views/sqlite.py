"""Rows in an SQLite file; a batch of events and the position it ends at commit together."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from adapters.views.batch import Batch, Reached, body
from domain.envelope import Recorded
from projections.rows import Project, Row

_TABLE = (
    "CREATE TABLE IF NOT EXISTS rows (view TEXT, scope TEXT, key TEXT, body TEXT, "
    "PRIMARY KEY (view, scope, key)) WITHOUT ROWID"
)
_PUT = "INSERT OR REPLACE INTO rows VALUES (?,?,?,?)"
_DROP = "DELETE FROM rows WHERE view=? AND scope=? AND key=?"
_META, _POSITION = "meta", "position"


class SqliteRows:
    """`projections.rows.Rows` in a file: many readers, one writer that works in batches.

    Every thread reads through a connection of its own, so that nobody waits for another's long
    answer. `synchronous=NORMAL` is enough: a view can be built anew, and WAL keeps it whole.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        path.touch(mode=0o600, exist_ok=True)
        self._opening = threading.Lock()
        self._opened: list[sqlite3.Connection] = []
        self._mine = threading.local()
        self._writer = self._connect()
        try:
            self._writer.execute("PRAGMA journal_mode=WAL")
            self._writer.execute("PRAGMA synchronous=NORMAL")
            self._writer.execute(_TABLE)
        except sqlite3.Error:
            self.close()
            raise

    def _connect(self) -> sqlite3.Connection:
        made = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None, timeout=30)
        with self._opening:
            self._opened.append(made)
        return made

    def _reader(self) -> sqlite3.Connection:
        reader: sqlite3.Connection | None = getattr(self._mine, "reader", None)
        if reader is None:
            reader = self._mine.reader = self._connect()
            reader.execute("PRAGMA query_only=ON")
        return reader

    def get(self, view: str, scope: str, key: str) -> Row | None:
        """See `Rows`."""
        found = (
            self._reader()
            .execute("SELECT body FROM rows WHERE view=? AND scope=? AND key=?", (view, scope, key))
            .fetchone()
        )
        return json.loads(found[0]) if found else None

    def put(self, view: str, scope: str, key: str, row: Row) -> None:
        """See `Rows`."""
        self._writer.execute(_PUT, (view, scope, key, body(row)))

    def drop(self, view: str, scope: str, key: str) -> None:
        """See `Rows`."""
        self._writer.execute(_DROP, (view, scope, key))

    def all(
        self, view: str, scope: str, *, after: str = "", limit: int | None = None
    ) -> list[tuple[str, Row]]:
        """See `Rows`."""
        found = self._reader().execute(
            "SELECT key, body FROM rows WHERE view=? AND scope=? AND key>? ORDER BY key LIMIT ?",
            (view, scope, after, -1 if limit is None else limit),
        )
        return [(key, json.loads(body)) for key, body in found.fetchall()]

    def position(self) -> int:
        """The position of the last event these rows hold."""
        return self.last()[0]

    def last(self) -> Reached:
        """How far these rows have come."""
        row = self.get(_META, "", _POSITION) or {"position": 0}
        return Reached(int(row["position"]), row.get("event"))

    def apply(
        self, events: Iterable[Recorded], projections: Iterable[Project], last: Reached
    ) -> int:
        """Project a batch and commit it with its position; returns the position reached.

        Nobody but this process moves these rows: they are where they were when `last` was read.
        """
        batch = Batch(self)
        reached = batch.take(events, projections, last)
        if reached != last:
            batch.put(_META, "", _POSITION, reached._asdict())
        self._commit(batch)
        return reached.position

    def _commit(self, batch: Batch) -> None:
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            self._writer.executemany(_PUT, batch.puts())
            self._writer.executemany(_DROP, batch.drops())
            self._writer.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # a full disk has rolled back already
                self._writer.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Close the file."""
        with self._opening:
            for one in self._opened:
                one.close()


def everything(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """All rows as they are on disk, in order: through a connection of its own, past caches."""
    reader = sqlite3.connect(path, isolation_level=None, timeout=30)
    try:
        yield from reader.execute("SELECT * FROM rows ORDER BY view, scope, key")
    finally:
        reader.close()
