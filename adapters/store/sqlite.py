"""The recorder for an SQLite file: one connection writes, others read beside it."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
)

from adapters.sql.sqlite import FULL, SqliteStore
from adapters.store import schema
from adapters.store.gathering import Gathered, Gathering, Spoilt, Write
from adapters.store.inspection import Inspection, LedgerFile
from adapters.store.recorders import Head, LedgerRecorder, Make, Needed, Standing, gone

T = TypeVar("T")
_PATIENCE: Final = 30.0  # seconds that a writer waits for another one
_LEAST: Final = -(1 << 63)
_INSERT: Final = "INSERT INTO stored_events VALUES (?,?,?,?)"
_EVENT: Final = "SELECT originator_id, originator_version, topic, state FROM stored_events"
_LOGGED: Final = "SELECT originator_id, originator_version, topic, state, rowid FROM stored_events"
_HEAD: Final = "SELECT at, (SELECT max(rowid) FROM stored_events) FROM clock WHERE one=1"


class SqliteLedgerRecorder(LedgerRecorder):
    """The eventsourcing library's contract over a file.

    The tables are the library's own, plus clock row and receipts. Its own recorder would prepare
    every statement anew, and open a transaction for every question.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        with closing(SqliteStore(path)) as store:
            schema.require(store, schema.SQLITE)
        self._path = path
        self._lock = threading.RLock()
        self._mine = threading.local()
        self._writer = self.connect()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False

    def append(self, make: Make) -> None:
        """See `LedgerRecorder`."""
        shared = self._gathering()
        if shared is None:
            self._share(lambda gathering: gathering.append(make), self._write, careful=True)
        else:
            shared.append(make)

    def together(self, work: Callable[[], T]) -> T:
        """See `LedgerRecorder`: the vault is a file of its own."""
        return work()

    def share(self, work: Callable[[Standing], T]) -> T:
        """See `LedgerRecorder`."""

        def whole(gathering: Gathering) -> T:
            return work(lambda: self._writer.in_transaction and not gathering.spoilt)

        try:
            return self._share(whole, self._write)
        except Spoilt:
            return self._share(whole, self._write_apart, careful=True)

    def head(self) -> Head:
        """See `LedgerRecorder`."""
        shared = self._gathering()
        if shared is not None:
            return shared.head
        [(at, last)] = self._ask(_HEAD)
        return Head(at, last or 0)

    def select_receipt(self, party: str, command: str) -> tuple[str, str] | None:
        """See `LedgerRecorder`."""
        if shared := self._gathering():
            shared.show_receipt(party, command)
        asked = "SELECT digest, receipt FROM receipts WHERE party=? AND command=?"
        rows = self._ask(asked, party, command)
        return rows[0] if rows else None

    def takes_writes(self) -> bool:
        """See `LedgerRecorder`: a file system that had errors may be read-only since."""
        self.head()
        return os.access(self._path, os.W_OK)

    def inspect(self) -> Inspection:
        """See `LedgerRecorder`."""
        return LedgerFile(self._path)

    def close(self) -> None:
        """See `LedgerRecorder`."""
        with self._lock:
            self._closed = True
            self._writer.close()
        while self._idle:
            self._idle.pop().close()

    def connect(self) -> sqlite3.Connection:
        """A connection that flushes every commit to disk, whatever SQLite was compiled with."""
        db = sqlite3.connect(
            self._path, check_same_thread=False, isolation_level=None, timeout=_PATIENCE
        )
        for setting in FULL:
            db.execute(f"PRAGMA {setting}")
        return db

    # --- the library's contract ---

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Events without a receipt: as the library writes, and its contract tests."""
        with self._writing() as db:
            try:
                return self._insert_events(db, stored_events)
            except sqlite3.IntegrityError as taken:
                raise IntegrityError(taken) from taken

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """A stream's events, by their versions."""
        if shared := self._gathering():
            shared.show(originator_id)
        where = f"{_EVENT} WHERE originator_id=? AND originator_version>?"
        values: list[object] = [_written(originator_id), 0 if gt is None else gt]
        if lte is not None:
            where, values = f"{where} AND originator_version<=?", [*values, lte]
        ordered = f"{where} ORDER BY originator_version {'DESC' if desc else 'ASC'} LIMIT ?"
        rows = self._ask(ordered, *values, -1 if limit is None else limit)
        return [StoredEvent(UUID(stream), *rest) for stream, *rest in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Events in the order of the log."""
        if shared := self._gathering():
            shared.flush()
        after = _LEAST if start is None else start - inclusive_of_start
        where, values = f"{_LOGGED} WHERE rowid>?", [after]
        if stop is not None:
            where, values = f"{where} AND rowid<=?", [*values, stop]
        if topics:
            where = f"{where} AND topic IN ({','.join('?' * len(topics))})"
        rows = self._ask(f"{where} ORDER BY rowid LIMIT ?", *values, *topics, limit)
        return [Notification(UUID(stream), *rest) for stream, *rest in rows]

    def max_notification_id(self) -> int | None:
        """The position of the last event; None before the first."""
        if shared := self._gathering():
            shared.flush()
        last: int | None = self._ask("SELECT max(rowid) FROM stored_events")[0][0]
        return last

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Not here: whoever follows the log listens to the platform's bell."""
        raise NotImplementedError(gt, topics)

    # --- parts ---

    def _gathering(self) -> Gathering | None:
        """What this thread shares, if it does."""
        shared: Gathering | None = getattr(self._mine, "shared", None)
        return shared

    def _share(self, work: Callable[[Gathering], T], write: Write, *, careful: bool = False) -> T:
        with self._writing() as db:
            [(at, last)] = db.execute(_HEAD).fetchall()
            shared = self._mine.shared = Gathering(Head(at, last or 0), write, careful)
            try:
                return shared.run(work)
            finally:
                self._mine.shared = None

    def _write(self, what: Gathered) -> None:
        db = self._writer
        self._require(db, what.needed)
        try:
            if self._insert_events(db, what.events) != what.positions:
                raise IntegrityError(f"the log does not go on behind {what.before}")
            db.executemany("INSERT INTO receipts VALUES (?,?,?,?)", what.receipts)
        except sqlite3.IntegrityError as taken:
            raise IntegrityError(taken) from taken
        db.execute("UPDATE clock SET at=? WHERE one=1", (what.last.at,))

    def _write_apart(self, what: Gathered) -> None:
        """What does not fit leaves what others have written."""
        with self._writing():
            self._write(what)

    @staticmethod
    def _require(db: sqlite3.Connection, needed: Needed) -> None:
        asked = "SELECT 1 FROM stored_events WHERE originator_id=? AND originator_version=?"
        for stream, version in needed:
            if db.execute(asked, (_written(stream), version)).fetchone() is None:
                raise gone([(stream, version)])

    @staticmethod
    def _insert_events(db: sqlite3.Connection, events: Sequence[StoredEvent]) -> list[int]:
        """The positions they got: one behind the other, since nobody else writes meanwhile."""
        rows = [
            (_written(one.originator_id), one.originator_version, one.topic, one.state)
            for one in events
        ]
        if len(rows) == 1:
            last = db.execute(_INSERT, rows[0]).lastrowid or 0
        else:
            db.executemany(_INSERT, rows)
            last = db.execute("SELECT last_insert_rowid()").fetchone()[0]
        return list(range(last - len(rows) + 1, last + 1))

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        """A transaction that holds the file's one write lock; within one, a savepoint."""
        with self._lock:
            db, inner = self._writer, getattr(self._mine, "writes", False)
            begin, undo, keep = _WITHIN if inner else _WHOLE
            db.execute(begin)
            self._mine.writes = True
            try:
                yield db
                db.execute(keep)
            except BaseException:
                with suppress(sqlite3.Error):  # a full disk has rolled back already
                    for statement in undo:
                        db.execute(statement)
                raise
            finally:
                self._mine.writes = inner

    def _ask(self, statement: str, *values: object) -> list[Any]:
        """Rows; whoever is writing sees what is not committed yet, and nobody else does."""
        if self._closed or getattr(self._mine, "writes", False):  # closed, it says so
            return self._writer.execute(statement, values).fetchall()
        try:
            db = self._idle.pop()
        except IndexError:
            db = self.connect()
        try:
            return db.execute(statement, values).fetchall()
        finally:
            self._give_back(db)

    def _give_back(self, db: sqlite3.Connection) -> None:
        if self._closed:
            db.close()
        else:
            self._idle.append(db)


_WHOLE: Final = ("BEGIN IMMEDIATE", ("ROLLBACK",), "COMMIT")
_WITHIN: Final = ("SAVEPOINT one", ("ROLLBACK TO one", "RELEASE one"), "RELEASE one")


def _written(stream: UUID | str) -> str:
    return stream.hex if isinstance(stream, UUID) else stream
