"""Rows in an SQLite file; a batch of events and the position it ends at commit together."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from adapters.views.batch import Batch, Reached, body, kept
from domain.envelope import Recorded
from projections.rows import Project, Row

_TABLE = (
    "CREATE TABLE IF NOT EXISTS rows (view TEXT, scope TEXT, key TEXT, body TEXT, "
    "PRIMARY KEY (view, scope, key)) WITHOUT ROWID"
)
_PUT = "INSERT OR REPLACE INTO rows VALUES (?,?,?,?)"
_DROP = "DELETE FROM rows WHERE view=? AND scope=? AND key=?"
_META, _POSITION = "meta", "position"
_IN_USE = ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-2000")
_BUILDING = ("journal_mode=MEMORY", "synchronous=OFF", "cache_size=-48000")  # kB


class _Reader:
    """A connection that may be closed by another thread: SQLite crashes if that is under a read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._turn = threading.Lock()

    def ask(self, sql: str, values: Sequence[object]) -> list[Any]:
        """All that is found."""
        with self._turn:
            return self.connection.execute(sql, values).fetchall()

    def close(self) -> None:
        """Wait for what is being read, and let nobody read any more."""
        with self._turn:
            self.connection.close()


class SqliteRows:
    """`projections.rows.Rows` in a file: many readers, one writer that works in batches.

    Every thread reads through a connection of its own, so that nobody waits for another's long
    answer. `synchronous=NORMAL` is enough: a view can be built anew, and WAL keeps it whole.

    While a new file is `building` nobody else reads it, and if it breaks off it is thrown away: it
    is not flushed, has no write-ahead log, and is read through the writer. `settle` ends that.
    """

    def __init__(self, path: Path, *, building: bool = False) -> None:
        self.path = path
        self._building = building
        self._projecting: int | None = None
        self.name = path.name
        path.touch(mode=0o600, exist_ok=True)
        self._opening = threading.Lock()
        self._opened: list[_Reader] = []
        self._mine = threading.local()
        self._writing = self._connect()
        self._writer = self._writing.connection
        try:
            for setting in _BUILDING if building else _IN_USE:
                self._writer.execute(f"PRAGMA {setting}")
            self._writer.execute(_TABLE)
        except sqlite3.Error:
            self.close()
            raise

    def _connect(self) -> _Reader:
        made = _Reader(
            sqlite3.connect(self.path, check_same_thread=False, isolation_level=None, timeout=30)
        )
        with self._opening:
            self._opened.append(made)
        return made

    def settle(self) -> None:
        """The file is complete: it is on disk when this returns, and ready for readers."""
        self._building = False
        with self.path.open("rb") as file:  # no transaction is open that closing it would unlock
            os.fsync(file.fileno())
        for setting in _IN_USE:
            self._writer.execute(f"PRAGMA {setting}")

    def _ask(self, sql: str, *values: object) -> list[Any]:
        if self._building or self._projecting == threading.get_ident():
            return self._writing.ask(sql, values)  # whose pages are in memory
        reader: _Reader | None = getattr(self._mine, "reader", None)
        if reader is None:
            reader = self._mine.reader = self._connect()
            reader.ask("PRAGMA query_only=ON", ())
        return reader.ask(sql, values)

    def get(self, view: str, scope: str, key: str) -> Row | None:
        """See `Rows`."""
        asked = "SELECT body FROM rows WHERE view=? AND scope=? AND key=?"
        found = self._ask(asked, view, scope, key)
        return kept(found[0][0]) if found else None

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
        asked = "SELECT key, body FROM rows WHERE view=? AND scope=? AND key>? ORDER BY key LIMIT ?"
        found = self._ask(asked, view, scope, after, -1 if limit is None else limit)
        return [(key, kept(body)) for key, body in found]

    def count(self, view: str, scope: str) -> int:
        """See `Rows`."""
        found = self._ask("SELECT COUNT(*) FROM rows WHERE view=? AND scope=?", view, scope)
        return int(found[0][0])

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
        with self._projection():
            batch = Batch(self)
            reached = batch.take(events, projections, last)
            if reached != last:
                batch.put(_META, "", _POSITION, reached._asdict())
            self._write(batch)
        return reached.position

    @contextlib.contextmanager
    def _projection(self) -> Generator[None]:
        """A transaction: whoever projects looks up within it, and waits for no lock at each look.

        Other threads read what was committed before, as ever.
        """
        self._writer.execute("BEGIN IMMEDIATE")
        self._projecting = threading.get_ident()
        try:
            yield
            self._writer.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # a full disk has rolled back already
                self._writer.execute("ROLLBACK")
            raise
        finally:
            self._projecting = None

    def _write(self, batch: Batch) -> None:
        self._writer.executemany(_PUT, batch.puts())
        self._writer.executemany(_DROP, batch.drops())

    def close(self) -> None:
        """Close the file, once what is being read has been; a later reader is refused."""
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
