"""The recorder for PostgreSQL: any number of processes write to one log."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    StoredEvent,
    Subscription,
)

from adapters.sql.postgres import Connection, Database
from adapters.store import safety, schema
from adapters.store.inspecting_postgres import LedgerTable
from adapters.store.inspection import Inspection
from adapters.store.recorders import LedgerRecorder, Make, behind, gone

T = TypeVar("T")

# Whoever holds the clock's row holds the log: no other writer gets a position or commits until this
# one has, so that a reader of the log never passes one that is filled in later.
_LOCK: Final = b"SELECT at, position FROM clock WHERE one = 1 FOR UPDATE"
_INSERT: Final = b"""
    INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id)
    SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[], %s::bigint[])
    WHERE NOT EXISTS (
        SELECT FROM unnest(%s::uuid[], %s::bigint[]) AS behind (stream, version)
        LEFT JOIN stored_events ON (originator_id, originator_version) = (stream, version)
        WHERE originator_id IS NULL)"""
_MOVE: Final = b"UPDATE clock SET at = %s, position = %s WHERE one = 1"
_KEEP: Final = b"INSERT INTO receipts (party, command, digest, receipt) VALUES (%s, %s, %s, %s)"
_RING: Final = b"NOTIFY varsel_ledger"  # told to whoever listens when this is committed
_TAKES: Final = b"SELECT NOT current_setting('transaction_read_only')::bool FROM clock"
_EVENT: Final = "SELECT originator_id, originator_version, topic, state"
_MOST: Final = (1 << 63) - 1


class PostgresLedgerRecorder(LedgerRecorder):
    """The eventsourcing library's contract over a `Database`, which it does not close.

    The library's own recorder would take connections of its own and lock the whole table; the
    tables are as it has them, except that a position is given under the log's lock and never by a
    sequence: there is no gap, and nobody can write past the lock.
    """

    apart = False

    def __init__(self, database: Database) -> None:
        super().__init__()
        safety.require_safe(database)
        schema.require(database.store(), schema.POSTGRES)
        self._database = database

    def append(self, make: Make) -> None:
        """See `LedgerRecorder`.

        A try that may have been committed when its connection broke is made again: it waits for
        the first one's lock, and finds the command id taken where that came through.
        """
        self._database.again(lambda: self._append(make))

    def together(self, work: Callable[[], T]) -> T:
        """See `LedgerRecorder`: also done again where its connection broke."""

        def whole() -> T:
            with self._database.transaction():
                return work()

        return self._database.again(whole)

    def select_receipt(self, party: str, command: str) -> tuple[str, str] | None:
        """See `LedgerRecorder`."""
        rows = self._database.read(
            b"SELECT digest, receipt FROM receipts WHERE party = %s AND command = %s",
            (party, command),
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def select_clock(self) -> str:
        """See `LedgerRecorder`."""
        at: str = self._database.read(b"SELECT at FROM clock WHERE one = 1")[0][0]
        return at

    def takes_writes(self) -> bool:
        """See `LedgerRecorder`: not a standby, nor where sessions were made read-only."""
        takes: bool = self._database.read(_TAKES)[0][0]
        return takes

    def inspect(self) -> Inspection:
        """See `LedgerRecorder`."""
        return LedgerTable(self._database)

    def close(self) -> None:
        """See `LedgerRecorder`: others use the database, too."""

    # --- the library's contract ---

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Events without a receipt: as the library writes, and its contract tests."""
        with self._writing() as (one, at, last):
            return _insert(one, stored_events, at, last)

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
        rows = self._database.read(
            f"{_EVENT} FROM stored_events WHERE originator_id = %s AND originator_version > %s"
            " AND originator_version <= %s ORDER BY originator_version"
            f" {'DESC' if desc else 'ASC'} LIMIT %s".encode(),
            (originator_id, _given(gt, 0), _given(lte, _MOST), _given(limit, _MOST)),
        )
        return [StoredEvent(*row) for row in rows]

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
        after = 0 if start is None else start - inclusive_of_start
        rows = self._database.read(
            f"{_EVENT}, notification_id FROM stored_events WHERE notification_id > %s"
            " AND notification_id <= %s AND (topic = ANY(%s) OR %s)"
            " ORDER BY notification_id LIMIT %s".encode(),
            (after, _given(stop, _MOST), list(topics), not topics, limit),
        )
        return [Notification(*row) for row in rows]

    def max_notification_id(self) -> int | None:
        """The position of the last event; None before the first."""
        rows = self._database.read(b"SELECT max(notification_id) FROM stored_events")
        last: int | None = rows[0][0]
        return last

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Not here: whoever follows the log listens to the platform's bell."""
        raise NotImplementedError(gt, topics)

    # --- parts ---

    def _append(self, make: Make) -> None:
        with self._writing() as (one, at, last):
            batch = make(at)
            positions = _insert(one, batch.events, batch.at, last)
            one.execute(_KEEP, batch.receipt(positions))
            one.execute(_RING)

    @contextmanager
    def _writing(self) -> Generator[tuple[Connection, str, int]]:
        """A transaction that holds the log, the stamp of its last event and its position."""
        with self._database.transaction() as one:
            held: Any = one.execute(_LOCK).fetchone()
            try:
                yield one, held[0], held[1]
            except psycopg.errors.UniqueViolation as taken:
                raise IntegrityError(str(taken)) from taken


def _insert(one: Connection, events: Sequence[StoredEvent], at: str, last: int) -> list[int]:
    """One round trip, however many there are; the positions they got.

    None is inserted where one that it follows is not there any more.
    """
    positions = list(range(last + 1, last + 1 + len(events)))
    streams = [event.originator_id for event in events]
    versions = [event.originator_version for event in events]
    topics, states = [event.topic for event in events], [event.state for event in events]
    needed = sorted(behind(events), key=str)
    there = [stream for stream, _ in needed], [version for _, version in needed]
    done = one.execute(_INSERT, (streams, versions, topics, states, positions, *there))
    if done.rowcount != len(events):
        raise gone(needed)
    one.execute(_MOVE, (at, last + len(events)))
    return positions


def _given(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value
