"""What streams come to, remembered: a command on a long incident folds what is new in it alone.

A stream is never changed, only added to. What its first events come to is therefore the same for
ever; it is used only while the last of them still stands in the store, byte for byte. (A stand-by
that took over without the newest commits may have others there.)
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, Protocol
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from adapters.store.recorders import Head
from domain.envelope import Recorded
from domain.ports import Evolve, Folded, State

MOST: Final = 10_000
"""Streams remembered; a party or an incident is a few kB, one that touches 50 000 clients 20 MB."""


class Select(Protocol):
    """A stream's stored events behind a version."""

    def __call__(self, originator_id: UUID, *, gt: int) -> Sequence[StoredEvent]:
        """In their order."""
        ...


class _Known(NamedTuple):
    """What a stream's first `version` events come to, and the last of them as it is stored.

    `era` counts how often others had written when that was last compared with the store.
    """

    state: Any
    version: int
    last: StoredEvent | None
    era: int


_NOTHING: Final = _Known(None, 0, None, 0)


class Folds:
    """Folds streams. `select` reads the store, `decode` an event of it."""

    def __init__(self, select: Select, decode: Callable[[StoredEvent], Recorded]) -> None:
        self._select, self._decode = select, decode
        self._known: OrderedDict[tuple[UUID, Evolve[Any]], _Known] = OrderedDict()
        self._lock = threading.Lock()
        self._mine = threading.local()
        self._era, self._head = 1, Head("", -1)
        self._moved: dict[UUID, int] = {}  # streams written to in this era, and how far they are

    def fold(self, stream: UUID, evolve: Evolve[State]) -> Folded[State]:
        """What all events of a stream come to, as this thread sees them."""
        key = (stream, evolve)
        fresh: dict[Any, _Known] | None = getattr(self._mine, "fresh", None)
        known = (fresh or {}).get(key) or self._remembered(key)
        if fresh is not None and self._is_current(stream, known):
            return Folded(known.state, known.version)
        rows = self._select(stream, gt=max(0, known.version - 1))
        if known.last is not None:
            still = bool(rows) and rows[0] == known.last
            known, rows = (known, rows[1:]) if still else (_NOTHING, self._select(stream, gt=0))
        for row in rows:
            state = evolve(known.state, self._decode(row))
            known = _Known(state, row.originator_version, row, 0)
        if fresh is not None:
            fresh[key] = known._replace(era=self._era)
        else:
            self._remember({key: known._replace(era=0)})
        return Folded(known.state, known.version)

    def begin(self, head: Head) -> None:
        """This thread holds the log, which ends at `head`: nobody else writes until the end.

        Where it ends as it did at the end before, nobody has: what is remembered is not compared
        with the store again. What is folded from here on may never be committed: nobody else is to
        see it.
        """
        if head != self._head or len(self._moved) > MOST:
            self._era, self._moved = self._era + 1, {}
        self._mine.fresh, self._mine.moved = {}, {}

    def move(self, stream: UUID, version: int) -> None:
        """This thread has written to a stream, up to this version."""
        if getattr(self._mine, "fresh", None) is not None:
            self._mine.moved[stream] = version

    def end(self, head: Head | None) -> None:
        """It is committed, and the log ends here; or it is not (None), and is forgotten."""
        fresh, self._mine.fresh = getattr(self._mine, "fresh", None), None
        if head is None:
            self._head = Head("", -1)
        elif fresh is not None:
            self._moved |= self._mine.moved
            self._head = head
            self._remember(fresh)

    def _is_current(self, stream: UUID, known: _Known) -> bool:
        """Whether nobody has written to a stream since, neither others nor this process."""
        if known.era != self._era:
            return False
        moved: dict[UUID, int] = self._mine.moved
        return moved.get(stream, self._moved.get(stream, known.version)) == known.version

    def _remembered(self, key: tuple[UUID, Evolve[Any]]) -> _Known:
        with self._lock:
            return self._known.get(key, _NOTHING)

    def _remember(self, fresh: dict[tuple[UUID, Evolve[Any]], _Known]) -> None:
        with self._lock:
            for key, known in fresh.items():
                self._known[key] = known
                self._known.move_to_end(key)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
