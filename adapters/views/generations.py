"""Views in generations: a new one is built beside the old, then the pointer is switched.

Never rename over an open database: its write-ahead log would bring the old rows back.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from adapters.views.sqlite import SqliteRows
from domain.envelope import Recorded
from projections.everything import SCHEMA
from projections.rows import Project, Rows

BATCH = 500
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
        fresh = SqliteRows(self._folder / self._next_name())
        self._fill(fresh, progress)
        with self._switching:
            self._fill(fresh, progress)
            self._point_at(fresh.path.name)
            self._retired.append(self._current)
            self._current = fresh
        return fresh.path.name

    def close(self) -> None:
        """Close all files."""
        for rows in (*self._retired, self._current):
            rows.close()

    def _fill(self, rows: SqliteRows, progress: Callable[[int], None]) -> None:
        while events := self._read(rows.position(), BATCH):
            progress(rows.apply(events, self._projections))

    def _open(self) -> SqliteRows:
        name = self._pointed()
        if name is not None and (self._folder / name).exists():
            with contextlib.suppress(sqlite3.DatabaseError):
                rows = SqliteRows(self._folder / name)
                rows.position()
                self._remove_others(name)
                return rows
        fresh = SqliteRows(self._folder / self._next_name())
        self._fill(fresh, lambda _: None)
        self._point_at(fresh.path.name)
        self._remove_others(fresh.path.name)
        return fresh

    def _pointed(self) -> str | None:
        """The generation in use; None where there is none, or its rows have an older shape."""
        pointer = self._folder / "CURRENT"
        name = pointer.read_text().strip() if pointer.exists() else ""
        return name if name.startswith(f"views-{SCHEMA}-") else None

    def _point_at(self, name: str) -> None:
        new = self._folder / "CURRENT.new"
        with new.open("w") as file:
            file.write(name + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._folder / "CURRENT")

    def _next_name(self) -> str:
        taken = [int(path.stem.rsplit("-", 1)[1]) for path in self._folder.glob("views-*.sqlite")]
        return f"views-{SCHEMA}-{max(taken, default=0) + 1}.sqlite"

    def _remove_others(self, name: str) -> None:
        for path in self._folder.glob("views-*.sqlite*"):
            if not path.name.startswith(name):
                path.unlink()
