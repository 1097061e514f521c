"""What works that share a transaction append: gathered in memory, written all at once.

Each statement lets other threads run, and then waits for its turn again, which costs more than the
statement. Whoever reads what is gathered has it written first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar
from uuid import UUID

from eventsourcing.persistence import IntegrityError, StoredEvent

from adapters.store.recorders import Head, Make, Needed, behind
from adapters.store.stored import KeptReceipt


class Gathered(NamedTuple):
    """What is to be written: events behind `before`, receipts, and where the log ends then.

    `needed` are the versions that must be there already.
    """

    before: Head
    events: Sequence[StoredEvent]
    receipts: Sequence[KeptReceipt]
    needed: Needed
    last: Head

    @property
    def positions(self) -> list[int]:
        """Those of the events."""
        return list(range(self.before.position + 1, self.last.position + 1))


T = TypeVar("T")
Write = Callable[[Gathered], None]
"""Writes; raises the library's `IntegrityError` where something of it does not fit."""


class Spoilt(Exception):
    """A shared transaction of which something does not fit: it is undone, and done carefully."""


@dataclass
class Gathering:
    """The appends of one shared transaction, which holds the log from its beginning to its end.

    Nearly always everything fits. Where something does not, `spoilt` says that the transaction is
    to be undone and done again with `careful`: each append is then written by itself, and whoever
    does not fit is told.
    """

    head: Head
    write: Write
    careful: bool = False
    spoilt: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._clear()

    def run(self, work: Callable[[Gathering], T]) -> T:
        """What `work` gives, and all that it appends is written; raises `Spoilt`."""
        try:
            given = work(self)
            self.flush()
        except BaseException as error:
            if self.spoilt:
                raise Spoilt from error
            raise
        return given

    def append(self, make: Make) -> None:
        """See `LedgerRecorder.append`."""
        batch = make(self.head.at)
        for event in batch.events:
            known = self._versions.get(event.originator_id, event.originator_version - 1)
            if event.originator_version != known + 1:
                raise IntegrityError(f"{event.originator_id} is at version {known}")
        last = Head(batch.at, self.head.position + len(batch.events))
        kept = batch.receipt(range(self.head.position + 1, last.position + 1))
        if (kept.party, kept.command) in self._commands:
            raise IntegrityError(kept.command)
        self._needed |= {(s, v) for s, v in behind(batch.events) if s not in self._versions}
        self._events += batch.events
        self._receipts.append(kept)
        self._commands.add((kept.party, kept.command))
        self._versions.update((e.originator_id, e.originator_version) for e in batch.events)
        self.head = last
        if self.careful:
            self.flush()

    def show(self, stream: UUID | str) -> None:
        """Write what is gathered if this stream is in it: it is about to be read."""
        if stream in self._versions:
            self.flush()

    def show_receipt(self, party: str, command: str) -> None:
        """The same for a receipt."""
        if (party, command) in self._commands:
            self.flush()

    def flush(self) -> None:
        """Write what is gathered; raises `IntegrityError` where it does not fit."""
        if not self._events:
            return
        all_ = Gathered(self._written, self._events, self._receipts, self._needed, self.head)
        try:
            self.write(all_)
        except BaseException:
            self.spoilt, self.head = not self.careful, self._written
            raise
        finally:
            self._clear()

    def _clear(self) -> None:
        self._written = self.head
        self._events: list[StoredEvent] = []
        self._receipts: list[KeptReceipt] = []
        self._needed: Needed = set()
        self._commands: set[tuple[str, str]] = set()
        self._versions: dict[UUID | str, int] = {}
