"""The ledger over the eventsourcing library's recorders: the one record of truth."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from eventsourcing.domain import EventSourcingError
from eventsourcing.persistence import IntegrityError, Notification

from adapters.observing import Observe, unobserved
from adapters.store.inspection import Inspection
from adapters.store.mapper import Entry, VarselMapper
from adapters.store.recorders import Batch, recorder_for
from adapters.store.sealing import Sealer
from adapters.store.stored import KeptReceipt, StoredRow, receipt_hash
from adapters.store.vault import Vault
from domain.envelope import Draft, Envelope, Recorded
from domain.errors import Conflict, Unavailable
from domain.events import ContentErased
from domain.ports import Changes, Kept, Receipt, ReceiptEvent, Signature

if TYPE_CHECKING:
    from adapters.sql.postgres import Database

T = TypeVar("T")


@contextmanager
def _answering() -> Generator[None]:
    """Whatever fails below becomes the one error that the domain knows of."""
    try:
        yield
    except (EventSourcingError, sqlite3.Error, OSError) as broken:
        raise Unavailable(
            "the ledger's store does not answer",
            got=str(broken) or type(broken).__name__,
            next_step="see that the data folder is there, whole and not full; then try again",
        ) from broken


class EventLedger:
    """`domain.ports.Ledger` over SQLite, PostgreSQL, or memory where none of them is given.

    One writer at a time in each process; on PostgreSQL there may be several processes.
    """

    @_answering()
    def __init__(self, where: Path | Database | None, vault: Vault) -> None:
        self._recorder = recorder_for(where)
        self.sealer = Sealer(vault, apart=self._recorder.apart)
        self._mapper = VarselMapper(self.sealer)
        self._writing = threading.RLock()
        self._depth = 0
        self._news = False
        self._watchers: list[Callable[[], None]] = []
        self.observe: Observe = unobserved

    # --- domain.ports.Ledger ---

    @_answering()
    def read(self, stream: UUID) -> list[Recorded]:
        """See `Ledger`."""
        rows = self._recorder.select_events(stream)
        return [_recorded(self._mapper.to_domain_event(row), 0) for row in rows]

    @_answering()
    def receipt(self, party: str, command: str) -> Kept | None:
        """See `Ledger`."""
        row = self._recorder.select_receipt(party, command)
        return Kept(row[0], Receipt.model_validate_json(row[1])) if row else None

    def seal(self, party: str, about: UUID) -> str | None:
        """See `Ledger`."""
        return self.sealer.name_of_key(party, str(about))

    def event_id(self, now: datetime) -> UUID:
        """See `Ledger`."""
        return event_id(now)

    def append(self, changes: Changes, signature: Signature, now: datetime) -> Receipt:
        """See `Ledger`."""
        if not changes.streams:
            return self._nothing(signature, now)
        with self._turn(), self.observe("append"):
            return self._append(changes, signature, now)

    def together(self, work: Callable[[], T]) -> T:
        """What `work` gives: what it appends, seals and erases is one transaction on PostgreSQL.

        Elsewhere the vault is apart: each part is its own there, and nobody writes in between.
        """
        with self._turn(), _answering():
            return self._recorder.together(work)

    # --- the notification log ---

    @_answering()
    def since(self, position: int, limit: int) -> list[Recorded]:
        """Up to `limit` events after `position`, in the order of the log."""
        rows = self._recorder.select_notifications(position, limit, inclusive_of_start=False)
        return [_recorded(self._mapper.to_domain_event(row), row.id) for row in rows]

    @_answering()
    def erasures(self) -> list[Recorded]:
        """Every event by which free text was erased, in the order of the log."""
        topics = [ContentErased.TOPIC]
        rows = self._recorder.select_notifications(None, sys.maxsize, topics=topics)
        return [_recorded(self._mapper.to_domain_event(row), row.id) for row in rows]

    def at(self, position: int) -> Recorded | None:
        """The event at a position of the log."""
        found = self.since(position - 1, 1)
        return found[0] if found and found[0].position == position else None

    @_answering()
    def rows_since(self, position: int, limit: int) -> list[StoredRow]:
        """The same as it is stored, undecoded: what evidence is made of."""
        rows = self._recorder.select_notifications(position, limit, inclusive_of_start=False)
        return [_stored(row) for row in rows]

    @_answering()
    def receipt_hashes(self, rows: Sequence[StoredRow]) -> list[bytes | None]:
        """Of each row, the hash of the receipt kept for its command; None for none."""
        commands = [(by["party"], by["command"]) for by in (row.envelope() for row in rows)]
        kept = {one: self._recorder.select_receipt(*one) for one in dict.fromkeys(commands)}
        return [
            receipt_hash(KeptReceipt(*one, *found)) if (found := kept[one]) else None
            for one in commands
        ]

    @_answering()
    def position(self) -> int:
        """The position of the last event; 0 before the first."""
        return self._recorder.max_notification_id() or 0

    @_answering()
    def require_open(self) -> None:
        """Raise `Unavailable` unless the store answers and takes what comes."""
        if not self._recorder.takes_writes():
            raise Unavailable(
                "the ledger's store takes no writes",
                expected="a database that is no standby and not read-only; a file that may be "
                "written to",
                next_step="see what made it read-only (its log says so); commands are refused "
                "until then",
            )

    def watch(self, wake: Callable[[], None]) -> None:
        """Call `wake` (from the writing thread) after every commit."""
        self._watchers.append(wake)

    def inspect(self) -> Inspection:
        """A second look at what is really stored; to be closed by whoever looks."""
        return self._recorder.inspect()

    def close(self) -> None:
        """Close the store."""
        self._recorder.close()

    # --- parts ---

    @_answering()
    def _nothing(self, signature: Signature, now: datetime) -> Receipt:
        at = _stamp(now, self._recorder.select_clock())
        return Receipt(command=signature.command, verb=signature.verb, recorded_at=at)

    @contextmanager
    def _turn(self) -> Generator[None]:
        """One writer at a time; the watchers are woken when the outermost turn is over."""
        try:
            with self._writing:
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
        finally:
            if self._news and not self._depth:
                self._news = False
                for wake in self._watchers:
                    wake()

    @_answering()
    def _append(self, changes: Changes, signature: Signature, now: datetime) -> Receipt:
        made: list[Receipt] = []

        def make(clock: str) -> Batch:
            at = _stamp(now, clock)
            entries = [_entry(*one, signature, at) for one in _in_order(changes)]
            with self.sealer.batch():
                rows = [self._mapper.to_stored_event(entry) for entry in entries]

            def receipt(positions: Sequence[int]) -> KeptReceipt:
                made.append(_receipt(changes, signature, at, entries, positions))
                said = made[-1].model_dump_json()
                return KeptReceipt(signature.party, signature.command, signature.digest, said)

            return Batch(_text(at), rows, receipt)

        try:
            self._recorder.append(make)
        except IntegrityError as taken:
            raise Conflict("another command came first", got=str(taken)) from taken
        self._news = True
        return made[-1]


def _stamp(now: datetime, clock: str) -> datetime:
    """Now, or the log's last time where that is later."""
    mine = now.astimezone(UTC)
    return max(mine, datetime.fromisoformat(clock)) if clock else mine


def _recorded(entry: Any, position: int) -> Recorded:
    return Recorded(
        stream=entry.originator_id,
        version=entry.originator_version,
        position=position,
        envelope=entry.envelope,
        event=entry.event,
    )


def _stored(row: Notification) -> StoredRow:
    if not isinstance(row.originator_id, UUID):  # pragma: no cover - uuid recorder
        raise TypeError(row.originator_id)
    return StoredRow(row.id, row.originator_id, row.originator_version, row.topic, row.state)


def _text(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def _in_order(changes: Changes) -> list[tuple[UUID, int, Draft]]:
    """All drafts with their versions; the command's main stream comes first."""
    streams = sorted(changes.streams, key=lambda stream: stream != changes.main)
    return [
        (stream, expected + number, draft)
        for stream in streams
        for expected, drafts in [changes.streams[stream]]
        for number, draft in enumerate(drafts, start=1)
    ]


def _entry(stream: UUID, version: int, draft: Draft, by: Signature, at: datetime) -> Entry:
    envelope = Envelope(
        id=draft.id or event_id(at),
        party=by.party,
        command=by.command,
        actor=by.actor,
        recorded_at=at,
        happened=draft.happened,
        about=draft.about,
        corrects=draft.corrects,
        visibility=draft.visibility,
        salt=os.urandom(16).hex(),
    )
    return Entry(stream, version, envelope, draft.event)


def _receipt(
    changes: Changes,
    by: Signature,
    at: datetime,
    entries: Sequence[Entry],
    positions: Sequence[int],
) -> Receipt:
    placed = list(zip(entries, positions, strict=True))
    own = [
        ReceiptEvent(id=entry.envelope.id, type=type(entry.event).__name__, position=position)
        for entry, position in placed
        if entry.originator_id == changes.main
    ]
    return Receipt(
        command=by.command,
        verb=by.verb,
        recorded_at=at,
        incident=changes.incident,
        events=tuple(own),
        notices=len(placed) - len(own),
    )


def event_id(at: datetime) -> UUID:
    """A UUID version 7 (RFC 9562 section 5.7): milliseconds, then 74 random bits."""
    millis = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    random = int.from_bytes(os.urandom(10), "big")
    number = millis << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64 | 0b10 << 62
    return UUID(int=number | random & ((1 << 62) - 1))
