"""Rows in an SQLite file; a batch of events and the position it ends at commit together."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

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
        self._writer.execute(_PUT, (view, scope, key, _body(row)))

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

    def everything(self) -> Iterator[tuple[str, str, str, str]]:
        """All rows as they are on disk, in order: through a connection of its own, past caches."""
        reader = sqlite3.connect(self.path, isolation_level=None, timeout=30)
        try:
            yield from reader.execute("SELECT * FROM rows ORDER BY view, scope, key")
        finally:
            reader.close()

    def position(self) -> int:
        """The position of the last event these rows hold."""
        return self.last()[0]

    def last(self) -> tuple[int, str | None]:
        """Position and id of the last event these rows hold; (0, None) where they hold none."""
        row = self.get(_META, "", _POSITION) or {"position": 0}
        return int(row["position"]), row.get("event")

    def apply(self, events: Iterable[Recorded], projections: Iterable[Project]) -> int:
        """Project a batch and commit it with its position; returns the position reached.

        An event at or before that position is passed over: delivered twice changes nothing.
        """
        reached = self.position()
        batch = Batch(self)
        for event in events:
            if event.position > reached:
                for project in projections:
                    project(event, batch)
                reached = event.position
                batch.put(_META, "", _POSITION, {"position": reached, "event": str(event.id)})
        self._commit(batch)
        return reached

    def _commit(self, batch: Batch) -> None:
        puts = [(*at, _body(row)) for at, row in batch.changed.items() if row is not None]
        drops = [at for at, row in batch.changed.items() if row is None]
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            self._writer.executemany(_PUT, puts)
            self._writer.executemany(_DROP, drops)
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


class Batch:
    """Rows as they will be: what the batch has changed, laid over what is on disk."""

    def __init__(self, below: SqliteRows) -> None:
        self._below = below
        self.changed: dict[tuple[str, str, str], Row | None] = {}

    def get(self, view: str, scope: str, key: str) -> Row | None:
        """See `Rows`."""
        at = (view, scope, key)
        if at in self.changed:
            return self.changed[at]
        return self._below.get(view, scope, key)

    def put(self, view: str, scope: str, key: str, row: Row) -> None:
        """See `Rows`."""
        self.changed[view, scope, key] = row

    def drop(self, view: str, scope: str, key: str) -> None:
        """See `Rows`."""
        self.changed[view, scope, key] = None

    def all(
        self, view: str, scope: str, *, after: str = "", limit: int | None = None
    ) -> list[tuple[str, Row]]:
        """See `Rows`."""
        rows: dict[str, Row | None] = dict(self._below.all(view, scope, after=after))
        here = {at[2]: row for at, row in self.changed.items() if at[:2] == (view, scope)}
        rows |= {key: row for key, row in here.items() if key > after}
        found = [(key, row) for key, row in sorted(rows.items()) if row is not None]
        return found[:limit]


def _body(row: Row) -> str:
    return json.dumps(row, separators=(",", ":"), ensure_ascii=False)
