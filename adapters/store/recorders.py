"""Recorders that keep the clock and the command's receipt in the events' own transaction.

Two of them, one for SQLite and its in-memory twin, each plugged into the eventsourcing library.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.popo import POPOApplicationRecorder
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)


class ClockBehind(IntegrityError):
    """The log holds a later time than the one these events were stamped with."""


@dataclass(frozen=True)
class Ticket:
    """What goes into the event transaction beside the events.

    `at` is the stamp (ISO 8601, UTC, fixed width, so that text order is time order); `receipt`
    makes the receipt's bytes from the positions the events got.
    """

    party: str
    command: str
    digest: str
    at: str
    receipt: Callable[[Sequence[int]], str]


class _FullSyncPool(SQLiteConnectionPool):
    """Connections that flush every commit to disk, whatever SQLite was compiled with."""

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        connection.cursor().execute("PRAGMA synchronous=FULL")
        return connection


class SqliteLedgerRecorder(SQLiteApplicationRecorder):
    """The library's SQLite recorder, plus clock row and receipts."""

    def __init__(
        self, datastore: SQLiteDatastore, events_table_name: str = "stored_events"
    ) -> None:
        datastore.pool.close()
        datastore.pool = _FullSyncPool(db_name=datastore.pool.db_name, lock_timeout=30)
        super().__init__(datastore, events_table_name)

    def construct_create_table_statements(self) -> list[str]:
        """The library's table, the receipts, and a clock of one row."""
        return [
            *super().construct_create_table_statements(),
            (
                "CREATE TABLE IF NOT EXISTS receipts (party TEXT, command TEXT, digest TEXT, "
                "receipt TEXT, PRIMARY KEY (party, command)) WITHOUT ROWID"
            ),
            "CREATE TABLE IF NOT EXISTS clock (one INTEGER PRIMARY KEY CHECK (one = 1), at TEXT)",
            "INSERT OR IGNORE INTO clock VALUES (1, '')",
        ]

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        ticket: Ticket = kwargs["ticket"]
        try:
            c.execute("UPDATE clock SET at=? WHERE one=1 AND at<=?", (ticket.at, ticket.at))
            if c.sqlite_cursor.rowcount != 1:
                raise ClockBehind(ticket.at)
            positions = super()._insert_events(c, stored_events)
            row = (ticket.party, ticket.command, ticket.digest, ticket.receipt(positions or []))
            c.execute("INSERT INTO receipts VALUES (?,?,?,?)", row)
        except sqlite3.IntegrityError as taken:
            raise IntegrityError(taken) from taken
        return positions

    def select_receipt(self, party: str, command: str) -> tuple[str, str] | None:
        """Digest and receipt kept for a command, if any."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                "SELECT digest, receipt FROM receipts WHERE party=? AND command=?",
                (party, command),
            )
            row = c.fetchone()
        return (row["digest"], row["receipt"]) if row else None

    def select_clock(self) -> str:
        """The stamp of the last event, or the empty text before the first."""
        with self.datastore.transaction(commit=False) as c:
            c.execute("SELECT at FROM clock WHERE one=1")
            at: str = c.fetchone()["at"]
        return at


class MemoryLedgerRecorder(POPOApplicationRecorder):
    """The same contract in memory, for unit tests and for retailers' own tests."""

    def __init__(self) -> None:
        super().__init__()
        self._clock = ""
        self._receipts: dict[tuple[str, str], tuple[str, str]] = {}

    def _insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        ticket: Ticket = kwargs["ticket"]
        with self._database_lock:
            if ticket.at < self._clock:
                raise ClockBehind(ticket.at)
            if (ticket.party, ticket.command) in self._receipts:
                raise IntegrityError(ticket.command)
            positions = super()._insert_events(stored_events)
            self._clock = ticket.at
            kept = (ticket.digest, ticket.receipt(positions or []))
            self._receipts[ticket.party, ticket.command] = kept
            return positions

    def select_receipt(self, party: str, command: str) -> tuple[str, str] | None:
        """Digest and receipt kept for a command, if any."""
        with self._database_lock:
            return self._receipts.get((party, command))

    def select_clock(self) -> str:
        """The stamp of the last event, or the empty text before the first."""
        with self._database_lock:
            return self._clock
