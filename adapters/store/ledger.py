"""The ledger over the eventsourcing library: the one record of truth."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import EventSourcingError
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, Mapper, Notification
from eventsourcing.utils import Environment, EnvType

from adapters.store.mapper import Entry, VarselMapper
from adapters.store.recorders import (
    ClockBehind,
    MemoryLedgerRecorder,
    SqliteLedgerRecorder,
    Ticket,
)
from adapters.store.sealing import Sealer
from adapters.store.stored import KeptReceipt, StoredRow, receipt_hash
from adapters.store.vault import Vault
from domain.envelope import Draft, Envelope, Recorded
from domain.errors import Conflict, Unavailable
from domain.events import ContentErased
from domain.ports import Changes, Kept, Receipt, ReceiptEvent, Signature

_STAMPS = 5


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


class _Book(Application[UUID]):
    """The library's application with our mapper; settings come from the composition root alone."""

    name = "varsel"

    def __init__(self, env: EnvType, mapper: VarselMapper) -> None:
        self._own_mapper = mapper
        super().__init__(env)

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Only what was passed in: stray environment variables do not reach the ledger."""
        return Environment(name, dict(env or {}))

    def construct_recorder(self) -> ApplicationRecorder:
        """The twin in memory where no database is named: the library offers no setting for it."""
        if "SQLITE_DBNAME" not in self.env:
            return MemoryLedgerRecorder()
        return super().construct_recorder()

    def construct_mapper(self) -> Mapper[UUID]:
        """The mapper that seals, validates and upcasts."""
        return self._own_mapper


class EventLedger:
    """`domain.ports.Ledger` over SQLite, or over memory where no path is given.

    One writer at a time: the library is synchronous, and so is SQLite.
    """

    @_answering()
    def __init__(self, path: Path | None, vault: Vault) -> None:
        self.sealer = Sealer(vault)
        env = {"PERSISTENCE_MODULE": "eventsourcing.popo"}
        if path:
            path.touch(mode=0o600, exist_ok=True)
            env = {
                "PERSISTENCE_MODULE": "eventsourcing.sqlite",
                "APPLICATION_RECORDER_TOPIC": "adapters.store.recorders:SqliteLedgerRecorder",
                "SQLITE_DBNAME": str(path),
            }
        self._book = _Book(env, VarselMapper(self.sealer))
        self._recorder = cast("SqliteLedgerRecorder | MemoryLedgerRecorder", self._book.recorder)
        self._writing = threading.Lock()
        self._watchers: list[Callable[[], None]] = []

    # --- domain.ports.Ledger ---

    @_answering()
    def read(self, stream: UUID) -> list[Recorded]:
        """See `Ledger`."""
        entries = cast("list[Entry]", list(cast("Any", self._book.events.get(stream))))
        return [_recorded(entry, 0) for entry in entries]

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
        with self._writing:
            receipt = self._append(changes, signature, now)
        for wake in self._watchers:
            wake()
        return receipt

    # --- the notification log ---

    @_answering()
    def since(self, position: int, limit: int) -> list[Recorded]:
        """Up to `limit` events after `position`, in the order of the log."""
        rows = self._recorder.select_notifications(position, limit, inclusive_of_start=False)
        return [_recorded(self._book.mapper.to_domain_event(row), row.id) for row in rows]

    @_answering()
    def erasures(self) -> list[Recorded]:
        """Every event by which free text was erased, in the order of the log."""
        topics = [ContentErased.TOPIC]
        rows = self._recorder.select_notifications(None, sys.maxsize, topics=topics)
        return [_recorded(self._book.mapper.to_domain_event(row), row.id) for row in rows]

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
    def receipt_hash(self, row: StoredRow) -> bytes | None:
        """The hash of the receipt kept for the command that wrote a row; None for none."""
        by = row.envelope()
        party, command = by["party"], by["command"]
        kept = self._recorder.select_receipt(party, command)
        return receipt_hash(KeptReceipt(party, command, *kept)) if kept else None

    @_answering()
    def position(self) -> int:
        """The position of the last event; 0 before the first."""
        return self._recorder.max_notification_id() or 0

    def watch(self, wake: Callable[[], None]) -> None:
        """Call `wake` (from the writing thread) after every commit."""
        self._watchers.append(wake)

    def close(self) -> None:
        """Close the store."""
        self._book.close()

    # --- parts ---

    @_answering()
    def _nothing(self, signature: Signature, now: datetime) -> Receipt:
        at = self._stamp(now)
        return Receipt(command=signature.command, verb=signature.verb, recorded_at=at)

    @_answering()
    def _append(self, changes: Changes, signature: Signature, now: datetime) -> Receipt:
        for _ in range(_STAMPS):
            at = self._stamp(now)
            ordered = _in_order(changes)
            entries = [_entry(stream, n, draft, signature, at) for stream, n, draft in ordered]
            made: list[Receipt] = []

            def receipt(
                positions: Sequence[int],
                entries: list[Entry] = entries,
                at: datetime = at,
                made: list[Receipt] = made,
            ) -> str:
                made.append(_receipt(changes, signature, at, entries, positions))
                return made[0].model_dump_json()

            ticket = Ticket(
                party=signature.party,
                command=signature.command,
                digest=signature.digest,
                at=_text(at),
                receipt=receipt,
            )
            try:
                self._book.events.put(cast("Any", entries), ticket=ticket)
            except ClockBehind:
                continue
            except IntegrityError as taken:
                raise Conflict("another command came first", got=str(taken)) from taken
            return made[0]
        raise Conflict("the clock of the log keeps running ahead")

    def _stamp(self, now: datetime) -> datetime:
        last = self._recorder.select_clock()
        mine = now.astimezone(UTC)
        return max(mine, datetime.fromisoformat(last)) if last else mine


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
