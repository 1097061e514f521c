"""Views in generations: a new one is built beside the old, then the pointer is switched.

Never rename over an open database: its write-ahead log would bring the old rows back.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path

from adapters.views.sqlite import SqliteRows
from domain.envelope import Recorded
from projections.everything import SCHEMA
from projections.rows import Project, Rows

BATCH = 500
_NAME = re.compile(r"views-\d+-(\d+)\.sqlite")
Read = Callable[[int, int], Sequence[Recorded]]


class Views:
    """The read models in use, and how to build them anew.

    `read(position, limit)` gives the log's events behind a position.
    """

    def __init__(self, folder: Path, read: Read, projections: Sequence[Project]) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._read = read
        self._projections = tuple(projections)
        self._rebuilding = threading.Lock()
        self._switching = threading.Lock()
        self._retired: list[SqliteRows] = []
        self._current = self._open()

    @property
    def rows(self) -> Rows:
        """The rows of the generation in use."""
        return self._current

    @property
    def generation(self) -> str:
        """The name of the generation in use."""
        return self._current.path.name

    def position(self) -> int:
        """The position of the last event in the views."""
        return self._current.position()

    def advance(self) -> int:
        """Project the next batch of events; returns how many there were."""
        with self._switching:
            events = self._read(self._current.position(), BATCH)
            if events:
                self._current.apply(events, self._projections)
            return len(events)

    def rebuild(self, progress: Callable[[int], None] = lambda _: None) -> str:
        """Build a new generation from the whole log, then switch to it; returns its name.

        Readers go on with the old one meanwhile, and the projector too.
        """
        with self._rebuilding:
            fresh = self._build(progress)
            with self._switching:
                self._fill(fresh, progress)
                self._switch_to(fresh)
            return fresh.path.name

    def verify(self) -> str | None:
        """Build a new generation and compare: where the one in use differs, the new one takes over.

        Returns the first row that differs, None where all are what the ledger makes of them.
        """
        with self._rebuilding:
            fresh = self._build(lambda _: None)
            with self._switching:
                self._fill(fresh, lambda _: None)
                differs = self._difference(fresh)
                if differs is not None:
                    self._switch_to(fresh)
                    return differs
            fresh.close()
            for path in self._folder.glob(f"{fresh.path.name}*"):
                path.unlink()
            return None

    def close(self) -> None:
        """Close all files."""
        for rows in (*self._retired, self._current):
            rows.close()

    def _build(self, progress: Callable[[int], None]) -> SqliteRows:
        fresh = SqliteRows(self._folder / self._next_name())
        try:
            self._fill(fresh, progress)
        except BaseException:
            fresh.close()
            raise
        return fresh

    def _switch_to(self, fresh: SqliteRows) -> None:
        self._point_at(fresh.path.name)
        self._retired.append(self._current)
        self._current = fresh

    def _fill(self, rows: SqliteRows, progress: Callable[[int], None]) -> None:
        while events := self._read(rows.position(), BATCH):
            progress(rows.apply(events, self._projections))

    def _difference(self, fresh: SqliteRows) -> str | None:
        """Where the rows in use, caught up, differ from those that were built anew."""
        try:
            self._fill(self._current, lambda _: None)
            for ours, theirs in zip_longest(self._current.everything(), fresh.everything()):
                if ours != theirs:
                    view, scope, key, _ = theirs or ours
                    return f"{view}/{scope}/{key}"
        except (sqlite3.DatabaseError, ValueError) as broken:
            return f"{self.generation} cannot be read: {broken}"
        return None

    def _open(self) -> SqliteRows:
        name = self._pointed()
        rows = self._usable(self._folder / name) if name else None
        if rows is None:
            rows = self._build(lambda _: None)
            self._point_at(rows.path.name)
        self._remove_others(rows.path.name)
        return rows

    def _usable(self, path: Path) -> SqliteRows | None:
        if not path.exists():
            return None
        try:
            rows = SqliteRows(path)
        except sqlite3.DatabaseError:
            return None
        if self._is_of_this_log(rows):
            return rows
        rows.close()
        return None

    def _is_of_this_log(self, rows: SqliteRows) -> bool:
        """Whether the last event in the rows stands where the log has it, too."""
        try:
            position, event = rows.last()
        except (sqlite3.DatabaseError, ValueError):
            return False
        if position == 0:
            return True
        found = self._read(position - 1, 1)
        return [(one.position, str(one.id)) for one in found] == [(position, event)]

    def _pointed(self) -> str | None:
        """The generation in use; None where there is none, or its rows have an older shape."""
        pointer = self._folder / "CURRENT"
        name = pointer.read_text(errors="replace").strip() if pointer.exists() else ""
        return name if re.fullmatch(rf"views-{SCHEMA}-\d+\.sqlite", name) else None

    def _point_at(self, name: str) -> None:
        new = self._folder / "CURRENT.new"
        with new.open("w") as file:
            file.write(name + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._folder / "CURRENT")

    def _next_name(self) -> str:
        names = (_NAME.fullmatch(path.name) for path in self._folder.iterdir())
        taken = [int(name.group(1)) for name in names if name]
        return f"views-{SCHEMA}-{max(taken, default=0) + 1}.sqlite"

    def _remove_others(self, name: str) -> None:
        for path in self._folder.glob("views-*.sqlite*"):
            if not path.name.startswith(name):
                path.unlink()
