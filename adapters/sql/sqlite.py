"""Tables in an SQLite file of their own."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from domain.errors import Unavailable

PATIENCE: Final = 30.0  # seconds that a statement waits for others who use the file
FULL: Final = ("journal_mode=WAL", "synchronous=FULL")  # a commit is on disk when it returns
"""The settings of a file whose rows cannot be made again."""
_FAILURES: Final = (sqlite3.Error, OverflowError, UnicodeDecodeError)


class SqliteStore:
    """`Store` over one connection, which its threads take in turns."""

    def __init__(self, path: Path, settings: Sequence[str] = FULL) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._depth = 0
        path.touch(mode=0o600, exist_ok=True)
        self._db = sqlite3.connect(
            path, check_same_thread=False, isolation_level=None, timeout=PATIENCE
        )
        try:
            for setting in settings:
                self.rows(f"PRAGMA {setting}")
        except BaseException:
            self.close()
            raise

    def declare(self, tables: str) -> None:
        """See `Store`."""
        for table in filter(str.strip, tables.split(";")):
            self.rows(table)

    def rows(self, statement: str, *values: object) -> list[Any]:
        """See `Store`."""
        with self._lock:
            try:
                return self._db.execute(statement, values).fetchall()
            except _FAILURES as broken:
                raise self._failed(broken) from broken

    def many(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        """See `Store`."""
        with self._lock, contextlib.nullcontext() if self._depth else self.transaction():
            try:
                self._db.executemany(statement, values)
            except _FAILURES as broken:
                raise self._failed(broken) from broken

    @contextlib.contextmanager
    def transaction(self) -> Generator[None]:
        """See `Store`: held by one thread at a time, a block within a block is a savepoint."""
        with self._lock:
            begin, keep, undo = _words(self._depth)
            self.rows(begin)
            self._depth += 1
            try:
                yield
                self.rows(keep)
            except BaseException:
                with contextlib.suppress(Unavailable):  # a full disk has rolled back already
                    for statement in undo:
                        self.rows(statement)
                raise
            finally:
                self._depth -= 1

    def forget(self) -> None:
        """See `Store`: everything is moved into the file, and its log is cut to nothing."""
        [(busy, *_)] = self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        if busy:
            raise Unavailable(
                f"the log of the file {self._path.name} is in use: what was deleted stands there",
                expected="nobody who reads the file for longer than half a minute",
                next_step="end whatever holds it open (a copy, a shell), then send the same again",
            )

    def close(self) -> None:
        """See `Store`."""
        with self._lock:
            self._db.close()

    def _failed(self, broken: Exception) -> Unavailable:
        return Unavailable(
            f"the file {self._path.name} does not answer",
            got=str(broken),
            next_step=f"see that {self._path} is there, whole and not full; then try again",
        )


def _words(depth: int) -> tuple[str, str, tuple[str, ...]]:
    """How a block begins, is kept, is undone."""
    if depth == 0:
        return "BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",)
    name = f"block_{depth}"
    return (
        f"SAVEPOINT {name}",
        f"RELEASE {name}",
        (f"ROLLBACK TO {name}", f"RELEASE {name}"),
    )
