"""The ledger over the eventsourcing library's recorders: the one record of truth."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

from eventsourcing.persistence import IntegrityError, Notification

from adapters.observing import Observe, unobserved
from adapters.store import stamping
from adapters.store.answering import answering, broken_off
from adapters.store.folding import Folds
from adapters.store.inspection import Inspection
from adapters.store.mapper import VarselMapper
from adapters.store.narrow import narrow
from adapters.store.recorders import Batch, Head, Standing, recorder_for
from adapters.store.sealing import Sealer
from adapters.store.sharing import Apart, Outcome, attempt
from adapters.store.stored import KeptReceipt, StoredRow, receipt_hash, stored_row
from adapters.store.vault import Vault
from domain.envelope import Recorded
from domain.errors import Conflict, Unavailable
from domain.events import Event
from domain.ports import Changes, Evolve, Folded, Kept, Receipt, Signature, State

if TYPE_CHECKING:
    from adapters.sql.postgres import Database

T = TypeVar("T")
LARGE: Final = 1_000
"""Events of a command that shares its transaction with none before it: those are answered first."""


class EventLedger:
    """`domain.ports.Ledger` over SQLite, PostgreSQL, or memory where none of them is given.

    One writer at a time in each process; on PostgreSQL there may be several processes.
    """

    @answering
    def __init__(self, where: Path | Database | None, vault: Vault) -> None:
        self._recorder = recorder_for(where)
        self.sealer = Sealer(vault, apart=self._recorder.apart)
        self._mapper = VarselMapper(self.sealer)
        self._folds = Folds(
            self._recorder.select_events,
            lambda row: _recorded(self._mapper.to_domain_event(row), 0),
        )
        self._mine = threading.local()
        self._writing = threading.RLock()
        self._depth = 0
        self._news = False
        self._watchers: list[Callable[[], None]] = []
        self.observe: Observe = unobserved

    # --- domain.ports.Ledger ---

    @answering
    def read(self, stream: UUID) -> list[Recorded]:
        """See `Ledger`."""
        rows = self._recorder.select_events(stream)
        return [_recorded(self._mapper.to_domain_event(row), 0) for row in rows]

    @answering
    def fold(self, stream: UUID, evolve: Evolve[State]) -> Folded[State]:
        """See `Ledger`."""
        return self._folds.fold(stream, evolve)

    @answering
    def receipt(self, party: str, command: str) -> Kept | None:
        """See `Ledger`."""
        row = self._recorder.select_receipt(party, command)
        return Kept(row[0], Receipt.model_validate_json(row[1])) if row else None

    def seal(self, party: str, about: UUID) -> str | None:
        """See `Ledger`."""
        return self.sealer.name_of_key(party, str(about))

    def event_id(self, now: datetime) -> UUID:
        """See `Ledger`."""
        return stamping.event_id(now)

    def append(self, changes: Changes, signature: Signature, now: datetime) -> Receipt:
        """See `Ledger`."""
        if not changes.streams:
            return self._nothing(signature, now)
        with self._turn(), self.observe("append"):
            size = sum(len(drafts) for _, drafts in changes.streams.values())
            if size > LARGE and self._beside():
                raise Apart
            receipt = self._append(changes, signature, now)
            self._mine.events = self._beside() + size
            return receipt

    def together(self, work: Callable[[], T]) -> T:
        """What `work` gives: what it appends, seals and erases is one transaction on PostgreSQL.

        Elsewhere the vault is apart: each part is its own there, and nobody writes in between.
        """
        with self._turn():
            return answering(self._recorder.together)(work)

    def share(self, works: Sequence[Callable[[], T]]) -> Sequence[Outcome[T]]:
        """What each work gives or raises: what they append is one transaction, on disk by then.

        A work that is refused leaves the others. What has to be done by itself raises `Apart`: a
        large command behind others, or one that waits. Raises `Unavailable` where the transaction
        fails: nothing of any of them is there then, nor remembered.
        """
        with self._turn():
            head: Head | None = None
            try:
                found, head = answering(self._recorder.share)(partial(self._shared, works))
            finally:
                self._mine.sharing = False
                self._folds.end(head)
                self._news = self._news and head is not None
            return found

    def require_alone(self) -> None:
        """Raise `Apart` where this thread shares a transaction: nobody is to wait in one."""
        if self._sharing():
            raise Apart

    # --- the notification log ---

    @answering
    def since(self, position: int, limit: int) -> list[Recorded]:
        """Up to `limit` events after `position`, in the order of the log."""
        rows = self._recorder.select_notifications(position, limit, inclusive_of_start=False)
        return [self._judged(row) for row in rows]

    @answering
    def telling(self, kinds: Collection[type[Event]], position: int = 0) -> list[Recorded]:
        """Every event of these kinds after `position`, in the order of the log."""
        rows = self._recorder.select_notifications(
            position,
            sys.maxsize,
            topics=sorted(one.TOPIC for one in kinds),
            inclusive_of_start=False,
        )
        return [self._judged(row) for row in rows]

    @answering
    def seen(self, position: int, limit: int) -> list[Recorded]:
        """What `since` gives, for projections: each event judged where somebody looks into it."""
        rows = self._recorder.select_notifications(position, limit, inclusive_of_start=False)
        return [narrow(row, self._judged) for row in rows]

    def at(self, position: int) -> Recorded | None:
        """The event at a position of the log."""
        found = self.since(position - 1, 1)
        return found[0] if found and found[0].position == position else None

    @answering
    def rows_since(self, position: int, limit: int) -> list[StoredRow]:
        """The same as it is stored, undecoded: what evidence is made of."""
        rows = self._recorder.select_notifications(position, limit, inclusive_of_start=False)
        return [stored_row(row) for row in rows]

    @answering
    def receipt_hashes(self, rows: Sequence[StoredRow]) -> list[bytes | None]:
        """Of each row, the hash of the receipt kept for its command; None for none."""
        commands = [(by["party"], by["command"]) for by in (row.envelope() for row in rows)]
        kept = {one: self._recorder.select_receipt(*one) for one in dict.fromkeys(commands)}
        return [
            receipt_hash(KeptReceipt(*one, *found)) if (found := kept[one]) else None
            for one in commands
        ]

    @answering
    def position(self) -> int:
        """The position of the last event; 0 before the first."""
        return self._recorder.max_notification_id() or 0

    @answering
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

    def _judged(self, row: Notification) -> Recorded:
        return _recorded(self._mapper.to_domain_event(row), row.id)

    @answering
    def _nothing(self, signature: Signature, now: datetime) -> Receipt:
        at = stamping.stamp(now, self._recorder.select_clock())
        return Receipt(command=signature.command, verb=signature.verb, recorded_at=at)

    def _shared(
        self, works: Sequence[Callable[[], T]], standing: Standing
    ) -> tuple[Sequence[Outcome[T]], Head]:
        self._mine.sharing, self._mine.events = True, 0
        self._folds.begin(self._recorder.head())
        found: list[Outcome[T]] = []
        with self.sealer.batch():
            for work in works:
                found.append(attempt(work))
                if not standing():
                    raise broken_off(found[-1].error)
        return found, self._recorder.head()

    def _sharing(self) -> bool:
        return bool(getattr(self._mine, "sharing", False))

    def _beside(self) -> int:
        """How many events share this thread's transaction so far."""
        return self._mine.events if self._sharing() else 0

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

    @answering
    def _append(self, changes: Changes, signature: Signature, now: datetime) -> Receipt:
        made: list[Receipt] = []

        def make(clock: str) -> Batch:
            at = stamping.stamp(now, clock)
            entries = [stamping.entry(*one, signature, at) for one in stamping.in_order(changes)]
            with self.sealer.batch():
                rows = [self._mapper.to_stored_event(entry) for entry in entries]

            def receipt(positions: Sequence[int]) -> KeptReceipt:
                made.append(stamping.receipt(changes, signature, at, entries, positions))
                said = made[-1].model_dump_json()
                return KeptReceipt(signature.party, signature.command, signature.digest, said)

            return Batch(stamping.text(at), rows, receipt)

        try:
            self._recorder.append(make)
        except IntegrityError as taken:
            raise Conflict("another command came first", got=str(taken)) from taken
        self._news = True
        for stream, (expected, drafts) in changes.streams.items():
            self._folds.move(stream, expected + len(drafts))
        return made[-1]


def _recorded(entry: Any, position: int) -> Recorded:
    return Recorded(
        stream=entry.originator_id,
        version=entry.originator_version,
        position=position,
        envelope=entry.envelope,
        event=entry.event,
    )
