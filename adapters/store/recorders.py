"""Recorders that stamp, seal and keep a command's events, its receipt and the clock as one.

A recorder takes the log's lock first and only then looks at the clock: times never decrease in the
order of the log, whoever else writes to it and however their clocks jump. Here are the shape of
all of them, the one for SQLite and the twin in memory, each plugged into the eventsourcing
library; the one for PostgreSQL stands in `postgres.py`, for whoever has its driver.
"""

from __future__ import annotations

import os
import sqlite3
from abc import abstractmethod
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, IntegrityError, StoredEvent
from eventsourcing.popo import POPOApplicationRecorder
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from adapters.sql.sqlite import SqliteStore
from adapters.store import schema
from adapters.store.inspection import Inspection, LedgerFile
from adapters.store.stored import KeptReceipt
from domain.errors import Unavailable

if TYPE_CHECKING:
    from adapters.sql.postgres import Database

T = TypeVar("T")


class Batch(NamedTuple):
    """What one command writes.

    `at` is the stamp (ISO 8601, UTC, fixed width, so that text order is time order); `receipt`
    makes the receipt from the positions the events got.
    """

    at: str
    events: Sequence[StoredEvent]
    receipt: Callable[[Sequence[int]], KeptReceipt]


Needed = set[tuple[UUID | str, int]]
Make = Callable[[str], Batch]
"""Makes a batch from the stamp of the last event (empty before the first), under the lock."""


class LedgerRecorder(ApplicationRecorder):
    """The library's contract, and what a ledger needs beside it."""

    apart = True  # whether the vault's secrets are committed apart from the events

    @abstractmethod
    def append(self, make: Make) -> None:
        """Write a batch whole or not at all, on disk when it returns.

        Raises the library's `IntegrityError` where a version or the command id is taken, and where
        the version before a new one is not there: it was lost after a command was decided on it, by
        a stand-by that took over without the newest commits. `make`
        is asked again where it is not known whether the first try was committed.
        """

    @abstractmethod
    def together(self, work: Callable[[], T]) -> T:
        """What `work` gives; where `apart` is false, all that it writes is one transaction."""

    @abstractmethod
    def select_receipt(self, party: str, command: str) -> tuple[str, str] | None:
        """Digest and receipt kept for a command, if any."""

    @abstractmethod
    def select_clock(self) -> str:
        """The stamp of the last event, or the empty text before the first."""

    @abstractmethod
    def takes_writes(self) -> bool:
        """Whether the store would take a batch now; nothing is written to find out."""

    @abstractmethod
    def inspect(self) -> Inspection:
        """A second look at the store; to be closed by whoever looks."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the store."""


class SqliteLedgerRecorder(SQLiteApplicationRecorder, LedgerRecorder):
    """The library's SQLite recorder, plus clock row and receipts."""

    def __init__(self, path: Path) -> None:
        with closing(SqliteStore(path)) as store:
            schema.require(store, schema.SQLITE)
        self._path = path
        datastore = SQLiteDatastore(str(path))
        datastore.pool.close()
        datastore.pool = _FullSyncPool(db_name=str(path), lock_timeout=30)
        super().__init__(datastore)

    def append(self, make: Make) -> None:
        """See `LedgerRecorder`."""
        with self._writing() as c:
            c.execute("SELECT at FROM clock WHERE one=1")
            batch = make(c.fetchone()["at"])
            self._require(c, behind(batch.events))
            try:
                positions = self._insert_events(c, batch.events) or ()
                c.execute("INSERT INTO receipts VALUES (?,?,?,?)", batch.receipt(positions))
            except sqlite3.IntegrityError as taken:
                raise IntegrityError(taken) from taken
            c.execute("UPDATE clock SET at=? WHERE one=1", (batch.at,))

    def together(self, work: Callable[[], T]) -> T:
        """See `LedgerRecorder`: the vault is a file of its own."""
        return work()

    def select_receipt(self, party: str, command: str) -> tuple[str, str] | None:
        """See `LedgerRecorder`."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                "SELECT digest, receipt FROM receipts WHERE party=? AND command=?",
                (party, command),
            )
            row = c.fetchone()
        return (row["digest"], row["receipt"]) if row else None

    def select_clock(self) -> str:
        """See `LedgerRecorder`."""
        with self.datastore.transaction(commit=False) as c:
            c.execute("SELECT at FROM clock WHERE one=1")
            at: str = c.fetchone()["at"]
        return at

    def takes_writes(self) -> bool:
        """See `LedgerRecorder`: a file system that had errors may be read-only since."""
        self.select_clock()
        return os.access(self._path, os.W_OK)

    def inspect(self) -> Inspection:
        """See `LedgerRecorder`."""
        return LedgerFile(self._path)

    def close(self) -> None:
        """See `LedgerRecorder`."""
        self.datastore.close()

    @staticmethod
    def _require(c: SQLiteCursor, needed: Needed) -> None:
        asked = "SELECT 1 FROM stored_events WHERE originator_id=? AND originator_version=?"
        for stream, version in needed:
            c.execute(asked, (stream.hex if isinstance(stream, UUID) else stream, version))
            if c.fetchone() is None:
                raise gone([(stream, version)])

    @contextmanager
    def _writing(self) -> Generator[SQLiteCursor]:
        """A transaction that holds the file's one write lock from its first moment."""
        with self.datastore.get_connection(commit=True) as connection:
            cursor = connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                connection.commit()
            except BaseException:
                connection.rollback()
                raise


class _FullSyncPool(SQLiteConnectionPool):
    """Connections that flush every commit to disk, whatever SQLite was compiled with."""

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        connection.cursor().execute("PRAGMA synchronous=FULL")
        return connection


class MemoryLedgerRecorder(POPOApplicationRecorder, LedgerRecorder):
    """The same contract in memory, for unit tests and for retailers' own tests."""

    def __init__(self) -> None:
        super().__init__()
        self._clock = ""
        self._receipts: dict[tuple[str, str], tuple[str, str]] = {}

    def append(self, make: Make) -> None:
        """See `LedgerRecorder`."""
        with self._database_lock:
            batch = make(self._clock)
            first = len(self._stored_events) + 1
            kept = batch.receipt(range(first, first + len(batch.events)))
            if (kept.party, kept.command) in self._receipts:
                raise IntegrityError(kept.command)
            for stream, version in behind(batch.events):
                if version not in self._stored_events_index[str(stream)]:
                    raise gone([(stream, version)])
            self._insert_events(batch.events)
            self._receipts[kept.party, kept.command] = (kept.digest, kept.receipt)
            self._clock = batch.at

    def together(self, work: Callable[[], T]) -> T:
        """See `LedgerRecorder`: the vault is another part of the memory."""
        return work()

    def select_receipt(self, party: str, command: str) -> tuple[str, str] | None:
        """See `LedgerRecorder`."""
        with self._database_lock:
            return self._receipts.get((party, command))

    def select_clock(self) -> str:
        """See `LedgerRecorder`."""
        with self._database_lock:
            return self._clock

    def takes_writes(self) -> bool:
        """See `LedgerRecorder`."""
        return True

    def inspect(self) -> Inspection:
        """See `LedgerRecorder`."""
        raise Unavailable("a ledger in memory has no store to look at")

    def close(self) -> None:
        """See `LedgerRecorder`."""


def behind(events: Sequence[StoredEvent]) -> Needed:
    """The versions that must be there already: of each stream the one before its first new one."""
    new = {(event.originator_id, event.originator_version) for event in events}
    return {(stream, version - 1) for stream, version in new if version > 1} - new


def gone(needed: Collection[tuple[UUID | str, int]]) -> IntegrityError:
    """The refusal of a batch that follows versions of which one at least is not there.

    A few of them are named: one command may follow a thousand.
    """
    some = ", ".join(f"{version} of {stream}" for stream, version in islice(needed, 3))
    return IntegrityError(f"not all of these versions are there any more: {some}")


def recorder_for(where: Path | Database | None) -> LedgerRecorder:
    """The recorder of a file, of a database, or of the memory where none of them is given."""
    if where is None:
        return MemoryLedgerRecorder()
    if isinstance(where, Path):
        return SqliteLedgerRecorder(where)
    from adapters.store.postgres import PostgresLedgerRecorder  # noqa: PLC0415 - of an extra

    return PostgresLedgerRecorder(where)
