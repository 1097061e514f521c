"""The recorder for PostgreSQL: any number of processes write to one log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
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

from adapters.sql.postgres import Database
from adapters.store import safety, schema
from adapters.store.gathering import Gathered, Gathering, Spoilt
from adapters.store.inspecting_postgres import LedgerTable
from adapters.store.inspection import Inspection
from adapters.store.recorders import Head, LedgerRecorder, Make, Standing
from adapters.store.writing_postgres import columns, write
from domain.errors import Unavailable

T = TypeVar("T")

# Whoever holds the clock's row holds the log: no other writer gets a position or commits until this
# one has, so that a reader of the log never passes one that is filled in later.
_LOCK: Final = b"SELECT at, position FROM clock WHERE one = 1 FOR UPDATE"
_INSERT: Final = b"""
    INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id)
    SELECT * FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %b::bigint[])"""
_MOVE: Final = b"UPDATE clock SET at = %s, position = %s WHERE one = 1"
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
        self._left = Head("", -1)  # where this process left the log
        self._quiet = False  # whether nobody else wrote between the last two times

    def append(self, make: Make) -> None:
        """See `LedgerRecorder`.

        A try that may have been committed when its connection broke is made again: it waits for
        the first one's lock, and finds the command id taken where that came through.
        """
        shared = self._gathering()
        if shared is None:
            self._database.again(lambda: self._at_once(make) or self._alone(make))
        else:
            shared.append(make)

    def together(self, work: Callable[[], T]) -> T:
        """See `LedgerRecorder`: also done again where its connection broke."""

        def whole() -> T:
            with self._database.transaction():
                return work()

        return self._database.again(whole)

    def select_receipt(self, party: str, command: str) -> tuple[str, str] | None:
        """See `LedgerRecorder`."""
        if shared := self._gathering():
            shared.show_receipt(party, command)
        rows = self._database.read(
            b"SELECT digest, receipt FROM receipts WHERE party = %s AND command = %s",
            (party, command),
        )
        return (rows[0][0], rows[0][1]) if rows else None

    def share(self, work: Callable[[Standing], T]) -> T:
        """See `LedgerRecorder`: also done again where its connection broke."""

        def shared(gathering: Gathering) -> T:
            return work(lambda: self._database.stands() and not gathering.spoilt)

        def whole() -> T:
            try:
                return self._share(shared)
            except Spoilt:
                return self._share(shared, careful=True)

        return self._database.again(whole)

    def head(self) -> Head:
        """See `LedgerRecorder`."""
        shared = self._gathering()
        return Head(*self._database.read(_HEAD)[0]) if shared is None else shared.head

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
        with self._database.holding(_LOCK) as (one, row):
            head = Head(*row)
            positions = list(range(head.position + 1, head.position + 1 + len(stored_events)))
            try:
                one.execute(_INSERT, (*columns(stored_events), positions))
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
        if shared := self._gathering():
            shared.show(originator_id)
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
        if shared := self._gathering():
            shared.flush()
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
        if shared := self._gathering():
            shared.flush()
        rows = self._database.read(b"SELECT max(notification_id) FROM stored_events")
        last: int | None = rows[0][0]
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

    def _share(self, work: Callable[[Gathering], T], *, careful: bool = False) -> T:
        with self._database.holding(_LOCK) as (one, row):
            shared = self._mine.shared = Gathering(Head(*row), partial(write, one), careful)
            self._quiet = shared.head == self._left
            try:
                given = shared.run(work)
            finally:
                self._mine.shared = None
        self._left = shared.head
        return given

    def _alone(self, make: Make) -> bool:
        self._share(lambda gathering: gathering.append(make), careful=True)
        return True

    def _at_once(self, make: Make) -> bool:
        """In one round trip, on the belief that the log ends where this process left it.

        False where nothing was written: others wrote since, or something does not fit.
        """
        if not self._quiet or self._database.in_transaction():
            return False
        gathering = Gathering(self._left, self._write_at_once, careful=True)
        try:
            gathering.append(make)
        except IntegrityError:
            self._quiet = False
        except Unavailable as broken:
            if not isinstance(broken.__cause__, psycopg.errors.UniqueViolation):
                raise
            self._quiet = False  # another process has just made the same key
        else:
            self._left = gathering.head
        return self._quiet

    def _write_at_once(self, what: Gathered) -> None:
        with self._database.connection() as one:
            write(one, what)


def _given(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value
