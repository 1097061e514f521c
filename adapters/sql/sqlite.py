"""Tables in an SQLite file of their own."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from domain.errors import Unavailable

FULL: Final = ("journal_mode=WAL", "synchronous=FULL")  # a commit is on disk when it returns
"""The settings of a file whose rows cannot be made again."""


class SqliteStore:
    """`Store` over one connection, which its threads take in turns."""

    def __init__(self, path: Path, settings: Sequence[str] = FULL) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._depth = 0
        path.touch(mode=0o600, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
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
        with self._lock, self._answering():
            return self._db.execute(statement, values).fetchall()

    def many(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        """See `Store`."""
        with self._lock, self.transaction(), self._answering():
            self._db.executemany(statement, values)

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

    def close(self) -> None:
        """See `Store`."""
        with self._lock:
            self._db.close()

    @contextlib.contextmanager
    def _answering(self) -> Generator[None]:
        try:
            yield
        except (sqlite3.Error, OverflowError, UnicodeDecodeError) as broken:
            raise Unavailable(
                f"the file {self._path.name} does not answer",
                got=str(broken),
                next_step=f"see that {self._path} is there, whole and not full; then try again",
            ) from broken


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
