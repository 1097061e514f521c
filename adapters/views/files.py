"""Generations as SQLite files in a folder of one process; a pointer names the one in use.

Never rename over an open database: its write-ahead log would bring the old rows back.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from itertools import zip_longest
from pathlib import Path

from adapters.views.shelf import Generation, Standing
from adapters.views.sqlite import SqliteRows, everything
from domain.errors import Unavailable
from projections.everything import SCHEMA
from projections.parts import WHOLE, Part

_NAME = re.compile(r"views-\d+-(\d+)\.sqlite")


class FileShelf:
    """See `Shelf`: the one process that has these files keeps the one in use open."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._opened: list[SqliteRows] = []
        self._current: SqliteRows | None = None
        self._trouble: str | None = None

    @property
    def rows(self) -> SqliteRows:
        """See `Shelf`; whoever holds the rows of an earlier generation can finish with them."""
        return self.current()

    def find(self) -> SqliteRows | None:
        """See `Shelf`."""
        name = self._pointed()
        if self._current is None and name and (self._folder / name).exists():
            with suppress(sqlite3.DatabaseError):
                self._current = self._open(name)
        return self._current

    def current(self) -> SqliteRows:
        """See `Shelf`."""
        if self._current is None:
            raise Unavailable("the views are not built yet", next_step="try again in a moment")
        return self._current

    def known(self) -> SqliteRows:
        """See `Shelf`: nobody else switches."""
        return self.current()

    def parts(self) -> Sequence[tuple[SqliteRows, Part]]:
        """See `Shelf`: there is one."""
        return [(self.current(), WHOLE)]

    def standing(self) -> Standing:
        """See `Shelf`."""
        return Standing(self.current().position(), self._trouble)

    def tell(self, trouble: str | None) -> None:
        """See `Shelf`."""
        self._trouble = trouble

    def make(self) -> SqliteRows:
        """See `Shelf`."""
        return self._open(self._next_name(), building=True)

    def use(self, fresh: Generation) -> None:
        """See `Shelf`: the pointer is replaced in one step, and is on disk before it is."""
        ours = next(one for one in self._opened if one.name == fresh.name)
        ours.settle()
        new = self._folder / "CURRENT.new"
        with new.open("w") as file:
            file.write(fresh.name + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._folder / "CURRENT")
        self._current = ours

    def discard(self, fresh: Generation) -> None:
        """See `Shelf`."""
        for one in [one for one in self._opened if one.name == fresh.name]:
            self._opened.remove(one)
            one.close()
        self.sweep()

    def sweep(self) -> None:
        """See `Shelf`: those that are open may be read still, and are removed at the next start."""
        kept = tuple(one.name for one in self._opened)
        for path in self._folder.glob("views-*.sqlite*"):
            if not path.name.startswith(kept):
                path.unlink()

    def difference(self, fresh: Generation) -> str | None:
        """See `Shelf`."""
        ours, theirs = (everything(self._folder / one.name) for one in (self.current(), fresh))
        for mine, other in zip_longest(ours, theirs):
            if mine != other:
                view, scope, key, _ = other or mine
                return f"{view}/{scope}/{key}"
        return None

    def still(self) -> AbstractContextManager[None]:
        """See `Shelf`: no other process has these files."""
        return nullcontext()

    def close(self) -> None:
        """See `Shelf`."""
        for rows in self._opened:
            rows.close()

    def _open(self, name: str, *, building: bool = False) -> SqliteRows:
        self._opened.append(SqliteRows(self._folder / name, building=building))
        return self._opened[-1]

    def _pointed(self) -> str | None:
        """The generation in use; None where there is none, or its rows have an older shape."""
        pointer = self._folder / "CURRENT"
        name = pointer.read_text(errors="replace").strip() if pointer.exists() else ""
        return name if re.fullmatch(rf"views-{SCHEMA}-\d+\.sqlite", name) else None

    def _next_name(self) -> str:
        files = [path.name for path in self._folder.iterdir()]
        names = (_NAME.fullmatch(name) for name in (*files, self._pointed() or ""))
        taken = [int(name.group(1)) for name in names if name]
        return f"views-{SCHEMA}-{max(taken, default=0) + 1}.sqlite"
