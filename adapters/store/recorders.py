"""Recorders that stamp, seal and keep a command's events, its receipt and the clock as one.

A recorder takes the log's lock first and only then looks at the clock: times never decrease in the
order of the log, whoever else writes to it and however their clocks jump. Here are the shape of
all of them and the twin in memory, each plugged into the eventsourcing library; those for SQLite
and PostgreSQL stand in `sqlite.py` and `postgres.py`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, IntegrityError, StoredEvent
from eventsourcing.popo import POPOApplicationRecorder

from adapters.store.inspection import Inspection
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
Standing = Callable[[], bool]
"""Whether a shared transaction can still be committed."""


class Head(NamedTuple):
    """The last event's stamp (empty before the first) and its position (0 before the first)."""

    at: str
    position: int


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
    def share(self, work: Callable[[Standing], T]) -> T:
        """What `work` gives: all batches that it appends are one transaction.

        It is on disk when this returns, and nobody else writes or sees anything of it before. A
        batch that is refused leaves the others. `work` raises where the transaction no longer
        stands; it is asked again as `make` is.
        """

    @abstractmethod
    def head(self) -> Head:
        """Where the log ends."""

    @abstractmethod
    def select_receipt(self, party: str, command: str) -> tuple[str, str] | None:
        """Digest and receipt kept for a command, if any."""

    def select_clock(self) -> str:
        """The stamp of the last event, or the empty text before the first."""
        return self.head().at

    @abstractmethod
    def takes_writes(self) -> bool:
        """Whether the store would take a batch now; nothing is written to find out."""

    @abstractmethod
    def inspect(self) -> Inspection:
        """A second look at the store; to be closed by whoever looks."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the store."""


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

    def share(self, work: Callable[[Standing], T]) -> T:
        """See `LedgerRecorder`: nothing here can fail."""
        with self._database_lock:
            return work(lambda: True)

    def head(self) -> Head:
        """See `LedgerRecorder`."""
        with self._database_lock:
            return Head(self._clock, len(self._stored_events))

    def select_receipt(self, party: str, command: str) -> tuple[str, str] | None:
        """See `LedgerRecorder`."""
        with self._database_lock:
            return self._receipts.get((party, command))

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
        from adapters.store.sqlite import SqliteLedgerRecorder  # noqa: PLC0415 - its base is here

        return SqliteLedgerRecorder(where)
    from adapters.store.postgres import PostgresLedgerRecorder  # noqa: PLC0415 - of an extra

    return PostgresLedgerRecorder(where)
