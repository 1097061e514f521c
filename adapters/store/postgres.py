"""The recorder for PostgreSQL: any number of processes write to one log."""

from __future__ import annotations

import threading
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
from psycopg.pq import TransactionStatus

from adapters.sql.postgres import Connection, Database
from adapters.store import safety, schema
from adapters.store.inspecting_postgres import LedgerTable
from adapters.store.inspection import Inspection
from adapters.store.recorders import Head, LedgerRecorder, Make, Standing, behind, gone

T = TypeVar("T")

# Whoever holds the clock's row holds the log: no other writer gets a position or commits until this
# one has, so that a reader of the log never passes one that is filled in later.
_LOCK: Final = b"SELECT at, position FROM clock WHERE one = 1 FOR UPDATE"
# One statement, one round trip: all of it or nothing, and no error that would spoil a transaction
# which others share. Under the log's lock nobody else writes what it has looked for.
_APPEND: Final = b"""
    WITH asked AS (
        SELECT * FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::bigint[])
            AS asked (stream, version, topic, state, position)),
    fit AS (
        SELECT FROM (VALUES (1)) AS once WHERE NOT EXISTS (
            SELECT FROM receipts WHERE (party, command) = (%s, %s))
        AND NOT EXISTS (
            SELECT FROM asked JOIN stored_events
            ON (originator_id, originator_version) = (stream, version))
        AND NOT EXISTS (
            SELECT FROM unnest(%b::uuid[], %b::bigint[]) AS behind (stream, version)
            LEFT JOIN stored_events ON (originator_id, originator_version) = (stream, version)
            WHERE originator_id IS NULL)),
    kept AS (
        INSERT INTO receipts (party, command, digest, receipt) SELECT %s, %s, %s, %s FROM fit),
    moved AS (
        UPDATE clock SET at = %s, position = %s FROM fit WHERE one = 1)
    INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id)
    SELECT stream, version, topic, state, position FROM asked, fit"""
_INSERT: Final = b"""
    INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id)
    SELECT * FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::bigint[])"""
_MISSING: Final = b"""
    SELECT count(*) FROM unnest(%b::uuid[], %b::bigint[]) AS behind (stream, version)
    LEFT JOIN stored_events ON (originator_id, originator_version) = (stream, version)
    WHERE originator_id IS NULL"""
_MOVE: Final = b"UPDATE clock SET at = %s, position = %s WHERE one = 1"
_RING: Final = b"NOTIFY varsel_ledger"  # told to whoever listens when this is committed
_HEAD: Final = b"SELECT at, position FROM clock WHERE one = 1"
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
        self._mine = threading.local()

    def append(self, make: Make) -> None:
        """See `LedgerRecorder`.

        A try that may have been committed when its connection broke is made again: it waits for
        the first one's lock, and finds the command id taken where that came through.
        """
        held: Head | None = getattr(self._mine, "held", None)
        if held is not None:
            with self._database.connection() as one:
                self._mine.held = _append(one, make, held)
        else:
            self._database.again(lambda: self._alone(make))

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

    def share(self, work: Callable[[Standing], T]) -> T:
        """See `LedgerRecorder`: also done again where its connection broke."""

        def whole() -> T:
            with self._writing() as (one, head):
                self._mine.held = head
                try:
                    given = work(lambda: one.info.transaction_status == TransactionStatus.INTRANS)
                    if self._mine.held != head:
                        one.execute(_RING)
                    return given
                finally:
                    self._mine.held = None

        return self._database.again(whole)

    def head(self) -> Head:
        """See `LedgerRecorder`."""
        held: Head | None = getattr(self._mine, "held", None)
        return held or Head(*self._database.read(_HEAD)[0])

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
        with self._writing() as (one, head):
            positions = _behind(head, stored_events)
            try:
                one.execute(_INSERT, _columns(stored_events, positions))
            except psycopg.errors.UniqueViolation as taken:
                raise IntegrityError(str(taken)) from taken
            one.execute(_MOVE, (head.at, head.position + len(positions)))
            return positions

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

    def _alone(self, make: Make) -> None:
        with self._writing() as (one, head):
            _append(one, make, head)
            one.execute(_RING)

    @contextmanager
    def _writing(self) -> Generator[tuple[Connection, Head]]:
        """A transaction that holds the log, and where that ends."""
        with self._database.transaction() as one:
            held: Any = one.execute(_LOCK).fetchone()
            yield one, Head(*held)


def _append(one: Connection, make: Make, head: Head) -> Head:
    """Where the log ends then. Whatever is taken or not there any more, nothing is written."""
    batch = make(head.at)
    positions = _behind(head, batch.events)
    last = Head(batch.at, head.position + len(positions))
    needed = sorted(behind(batch.events), key=str)
    there = [stream for stream, _ in needed], [version for _, version in needed]
    kept = batch.receipt(positions)
    asked = *_columns(batch.events, positions), kept.party, kept.command, *there, *kept, *last
    done = one.execute(_APPEND, asked)
    if done.rowcount == len(positions):
        return last
    [missing] = one.execute(_MISSING, there).fetchone() or [0]
    raise gone(needed) if missing else IntegrityError(f"{kept.command}, or a version, is taken")


def _behind(head: Head, events: Sequence[StoredEvent]) -> list[int]:
    """The positions that they get."""
    return list(range(head.position + 1, head.position + 1 + len(events)))


def _columns(events: Sequence[StoredEvent], positions: list[int]) -> tuple[list[Any], ...]:
    return (
        [event.originator_id for event in events],
        [event.originator_version for event in events],
        [event.topic for event in events],
        [event.state for event in events],
        positions,
    )


def _given(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value
