"""Duties as they were judged last, for as long as judging them again would give the same.

To judge costs a thousand times what it costs to see that nothing has changed. What duties are
judged by is: the party's rows (`projections.changes` marks them), the generation of the views they
are of, its profile, the law, and the hour; a judgement itself says until when it stands.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Sequence
from datetime import datetime
from typing import Final, Generic, NamedTuple, TypeVar

from domain.law.matter import Profile
from domain.law.rules import Rules
from projections import changes, matters
from projections.obligations import judged
from projections.rows import Row, Rows

ROOM: Final = 20_000  # obligations of about 2 kB each: what a process may spend on remembering
T = TypeVar("T")


class Kept(NamedTuple, Generic[T]):
    """Something that was judged: by what, and from which instant until which it stands."""

    by: Hashable
    since: datetime
    until: datetime | None
    found: T

    def stands(self, by: Hashable, now: datetime) -> bool:
        """Whether judging again would give the same."""
        return self.by == by and self.since <= now and (self.until is None or now <= self.until)


class Lately(Generic[T]):
    """What was judged lately, by key, for any number of threads; the least used makes room."""

    def __init__(self, room: int, size: Callable[[T], int]) -> None:
        self._room, self._size = room, size
        self._kept: OrderedDict[Hashable, Kept[T]] = OrderedDict()
        self._lock = threading.Lock()
        self.held = 0

    def find(self, key: Hashable, by: Hashable, now: datetime) -> Kept[T] | None:
        """What is kept under a key, if it stands."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or not kept.stands(by, now):
                return None
            self._kept.move_to_end(key)
            return kept

    def keep(self, key: Hashable, kept: Kept[T]) -> None:
        """Keep this, in place of what was there; what needs more than all the room is not kept."""
        size = self._size(kept.found)
        with self._lock:
            before = self._kept.pop(key, None)
            self.held -= self._size(before.found) if before else 0
            if size > self._room:
                return
            self._kept[key] = kept
            self.held += size
            while self.held > self._room:
                _, oldest = self._kept.popitem(last=False)
                self.held -= self._size(oldest.found)


class OfMatter(NamedTuple):
    """A matter's obligations, and when it began: matters are shown in that order."""

    begun: datetime
    rows: Sequence[Row]


class Asked(NamedTuple):
    """Whose obligations, in which views, by which law, at which instant (aware)."""

    who: Profile
    rows: Rows
    rules: Rules
    now: datetime


class Judgements:
    """A party's obligations, judged anew only where something has changed.

    `generation` names the views that rows are read from. The rows given out are remembered, too:
    nobody may change them.
    """

    def __init__(self, generation: Callable[[], str], room: int = ROOM) -> None:
        self._generation = generation
        self._answers = Lately[Sequence[Row]](room, lambda rows: 1 + len(rows))
        self._matters = Lately[OfMatter](room, lambda one: 1 + len(one.rows))

    def of(self, asked: Asked, incident: str | None = None) -> list[Row]:
        """The same as `obligations.query`: of all matters, or of the one in an incident."""
        key, by = (asked.who.id, incident, asked.rules), self._by(asked)
        found = self._answers.find(key, by, asked.now)
        answer = found or self._judged(key, by, asked, incident)
        return list(answer.found)

    def _by(self, asked: Asked) -> tuple[str, Profile, changes.Mark]:
        return self._generation(), asked.who, changes.mark(asked.who.id, asked.rows)

    def _judged(
        self, key: Hashable, by: Hashable, asked: Asked, incident: str | None
    ) -> Kept[Sequence[Row]]:
        heads = matters.kept(asked.who.id, asked.rows, incident)
        fresh: dict[Hashable, Kept[OfMatter]] = {}
        answer = _together(by, asked.now, [self._matter(head, asked, fresh) for head in heads])
        if self._by(asked) == by:  # else some rows may be newer than the mark that was read
            self._answers.keep(key, answer)
            for one, kept in fresh.items():
                self._matters.keep(one, kept)
        return answer

    def _matter(
        self, head: Row, asked: Asked, fresh: dict[Hashable, Kept[OfMatter]]
    ) -> Kept[OfMatter]:
        """What the law says of a matter; what may be kept of it is put into `fresh`.

        A vendor's own turns on its board, too, of which its version says nothing: always anew.
        """
        key = asked.who.id, head["incident"], asked.rules
        by = self._generation(), asked.who, matters.version(head)
        own = head["vendor"] == asked.who.id
        kept = None if own else self._matters.find(key, by, asked.now)
        if kept is not None:
            return kept
        matter = matters.whole(head, asked.rows)
        said = judged(asked.who, matter, asked.rules, asked.now, asked.rows)
        found = Kept(by, asked.now, said.until, OfMatter(matter.happenings[0].at, said.rows))
        if not own:
            fresh[key] = found
        return found


def _together(
    by: Hashable, now: datetime, found: Collection[Kept[OfMatter]]
) -> Kept[Sequence[Row]]:
    """All matters as one answer, oldest first; it stands until the first of them does not."""
    ordered = sorted((one.found for one in found), key=lambda one: one.begun)
    until = min((one.until for one in found if one.until), default=None)
    return Kept(by, now, until, [row for one in ordered for row in one.rows])
