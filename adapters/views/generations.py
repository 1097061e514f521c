"""Views in generations: a new one is built beside the old, then it takes the old one's place."""

from __future__ import annotations

import gc
import sqlite3
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.observing import Observe, unobserved
from adapters.views.batch import Reached
from adapters.views.files import FileShelf
from adapters.views.shelf import Generation, Shelf, Standing
from domain.envelope import Recorded
from domain.errors import VarselError
from projections.everything import in_part
from projections.parts import WHOLE, Part
from projections.rows import Project, Rows

if TYPE_CHECKING:
    from adapters.sql.postgres import Database
    from adapters.views.tables import TableShelf

BATCH = 1000  # events in a transaction: whoever waits for the views is told after each
UNREADABLE = (sqlite3.DatabaseError, ValueError, VarselError)
Read = Callable[[int, int], Sequence[Recorded]]
Progress = Callable[[int], None]


@contextmanager
def _uncollected() -> Generator[None]:
    """Nothing in a batch refers to itself: the garbage collector would look at all of it in vain.

    What takes a quarter of the time that projecting takes. Between two batches it may look, when
    nobody holds the last one any more: whoever names events or rows does so in a frame of its own.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _untold(_: int) -> None:
    """Nobody wants to know how far it has come."""


class Views:
    """The read models in use, and how to build them anew.

    `where` is a folder that is this process's alone, or a database that others share. There, a
    process may keep one `part` of several; without one (None) it reads what projectors elsewhere
    keep. `read(position, limit)` gives the log's events behind a position.
    """

    def __init__(
        self,
        where: Path | Database,
        read: Read,
        projections: Sequence[Project],
        part: Part | None = WHOLE,
    ) -> None:
        self._read = read
        self._every = tuple(projections)
        self._projections = in_part(part or WHOLE, self._every)
        self._rebuilding = threading.Lock()
        self._switching = threading.Lock()
        self.observe: Observe = unobserved
        if isinstance(where, Path):
            self._shelf: Shelf = FileShelf(where)
            self._open()
            return
        from adapters.views.tables import TableShelf  # noqa: PLC0415 - of an extra

        self._shelf = shelf = TableShelf(where, part or WHOLE)
        if part is not None:
            self._open()
            self._divide(shelf, part.of)

    @property
    def rows(self) -> Rows:
        """The rows of the generation in use."""
        return self._shelf.rows

    @property
    def generation(self) -> str:
        """The name of the generation in use."""
        return self._shelf.current().name

    @property
    def known(self) -> str:
        """The name of the generation that `rows` reads now, as far as this process knows."""
        return self._shelf.known().name

    def standing(self) -> Standing:
        """How far the views have come, and what holds their projectors up."""
        return self._shelf.standing()

    def position(self) -> int:
        """The position up to which the views hold every event."""
        return self.standing().position

    def tell(self, trouble: str | None) -> None:
        """Say what holds this process's projector up; None where nothing does any more."""
        self._shelf.tell(trouble)

    def advance(self) -> int:
        """Project the next batch of events; returns how many there were.

        Raises `Overtaken` where another process moves the same part.
        """
        with self._switching, _uncollected():
            return self._project(self._shelf.current(), self._projections, self.observe)[0]

    def rebuild(self, progress: Progress = _untold) -> str:
        """Build a new generation from the whole log, then switch to it; returns its name.

        Readers go on with the old one meanwhile, and the projector too.
        """
        with self._rebuilding:
            fresh = self._build(progress)
            with self._switching, self._shelf.still():
                self._fill(fresh, progress)
                self._shelf.use(fresh)
            self._shelf.sweep()
            return fresh.name

    def verify(self, idle: float = 0.0) -> str | None:
        """Build a new generation and compare: where the one in use differs, the new one takes over.

        `idle` is how many seconds it rests for each second that it builds: others work meanwhile.
        Returns the first row that differs, None where all are what the ledger makes of them.
        """
        with self._rebuilding:
            fresh = self._build(_untold, idle)
            with self._switching, self._shelf.still():
                self._fill(fresh, _untold)
                differs = self._difference(fresh)
                if differs is not None:
                    self._shelf.use(fresh)
            if differs is None:
                self._shelf.discard(fresh)
            self._shelf.sweep()
            return differs

    def close(self) -> None:
        """Let go of everything."""
        self._shelf.close()

    def _open(self) -> None:
        """Take up the views that are there; where none can be used, build them."""
        if not self._usable():
            fresh = self._build(_untold)
            with self._shelf.still():
                if self._usable():  # they were faster
                    self._shelf.discard(fresh)
                else:
                    self._fill(fresh, _untold)
                    self._shelf.use(fresh)
        self._shelf.sweep()

    def _usable(self) -> bool:
        """Whether there are views in use that can be read, and are of this log."""
        try:
            with self._shelf.still():  # what fails in here, fails alone
                if self._shelf.find() is None:
                    return False
                self._shelf.current().all("", "", limit=1)
                return all(self._is_of_this_log(rows.last()) for rows, _ in self._shelf.parts())
        except UNREADABLE:
            return False

    def _is_of_this_log(self, last: Reached) -> bool:
        """Whether the last event in the rows stands where the log has it, too."""
        if last.position == 0:
            return True
        found = self._read(last.position - 1, 1)
        return [Reached(one.position, str(one.id)) for one in found] == [last]

    def _build(self, progress: Progress, idle: float = 0.0) -> Generation:
        fresh = self._shelf.make()
        try:
            self._fill(fresh, progress, idle)
        except BaseException:
            self._shelf.discard(fresh)
            raise
        return fresh

    def _fill(self, rows: Generation, progress: Progress, idle: float = 0.0) -> None:
        """All that there is; what came while it rested it goes after without a rest."""
        until = self.position() if idle else 0
        begin = time.monotonic()
        while reached := self._filled(rows, progress):
            if reached < until:
                time.sleep(idle * (time.monotonic() - begin))
                begin = time.monotonic()

    def _filled(self, rows: Generation, progress: Progress) -> int:
        """How far another batch has brought a generation; 0 where there was none left."""
        with _uncollected():
            _, reached = self._project(rows, self._every)
        if reached:
            progress(reached)
        return reached

    def _project(
        self, rows: Generation, projections: Sequence[Project], observe: Observe = unobserved
    ) -> tuple[int, int]:
        """Project the next batch: how many events there were, and how far that came; 0 for none."""
        last = rows.last()  # looked up once: the batch is for rows that end here, or for none
        events = self._read(last.position, BATCH)
        if not events:
            return 0, 0
        with observe("project"):
            return len(events), rows.apply(events, projections, last)

    def _difference(self, fresh: Generation) -> str | None:
        """Where the rows in use, caught up, differ from those that were built anew."""
        try:
            with self._shelf.still():  # what fails in here, fails alone
                self._level(fresh.last().position)
                return self._shelf.difference(fresh)
        except Exception as broken:  # noqa: BLE001 - no projection stumbles over sound rows
            return f"{self.generation} cannot be read: {broken!r}"

    def _level(self, position: int) -> None:
        """Bring every part of the views in use to the same position, and no further."""
        for rows, part in self._shelf.parts():
            mine = in_part(part, self._every)
            while (last := rows.last()).position < position:
                events = self._read(last.position, BATCH)
                rows.apply([one for one in events if one.position <= position], mine, last)

    def _divide(self, shelf: TableShelf, of: int) -> None:
        """Have so many parts go on from where the ones before them came to."""
        if len(shelf.parts()) == of:
            return
        with shelf.still():
            furthest = max(rows.last() for rows, _ in shelf.parts())
            self._level(furthest.position)
            shelf.divide(shelf.current(), of, furthest)
