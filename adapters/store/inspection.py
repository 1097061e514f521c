"""A second look at the ledger's store: past every cache of ours, row by row.

What the library reads may come from memory, or stop at the first broken row. This does neither.
Here are what the integrity watch asks, and the look at an SQLite file; the one at PostgreSQL stands
in `inspecting_postgres.py`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote
from uuid import UUID

from adapters.store.stored import KeptReceipt, StoredRow
from domain.errors import Unavailable

_ROWS = "SELECT rowid, originator_id, originator_version, topic, state FROM stored_events"
_LARGEST = 1 << 63


class Broken(NamedTuple):
    """A row that cannot be read as one."""

    position: int
    why: str


class Inspection(Protocol):
    """A ledger's store, for whoever wants to know what is really in it; nothing is written.

    What cannot be read raises `Unavailable`.
    """

    def rows(self, after: int | None, limit: int) -> list[StoredRow | Broken]:
        """Up to `limit` rows behind a position, or from the very first behind None."""
        ...

    def row(self, position: int) -> StoredRow | Broken | None:
        """The row at a position, read alone."""
        ...

    def last(self) -> int:
        """The position of the last row; 0 before the first."""
        ...

    def receipts(self) -> Iterator[KeptReceipt]:
        """All receipts, as they stand there."""
        ...

    def clock(self) -> str:
        """The stamp of the last event; empty before the first."""
        ...

    def complaints(self) -> list[str]:
        """What the engine itself finds wrong with its files."""
        ...

    def unseen(self) -> list[str]:
        """Which damage the engine would not notice, and what would let it."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...


class LedgerFile:
    """`Inspection` of an SQLite file."""

    def __init__(self, path: Path) -> None:
        try:
            self._db = sqlite3.connect(
                f"file:{quote(str(path))}?mode=rw",
                uri=True,
                check_same_thread=False,
                isolation_level=None,
                timeout=30,
            )
            self._db.execute("PRAGMA query_only=ON")
        except sqlite3.Error as broken:
            raise Unavailable(
                "the ledger's file cannot be opened", got=f"{path}: {broken}"
            ) from broken

    def rows(self, after: int | None, limit: int) -> list[StoredRow | Broken]:
        """Up to `limit` rows behind a position; raises `Unavailable` where reading stops.

        Behind None come all of them: a row can be put in front of the first position, too.
        """
        least = -_LARGEST if after is None else after + 1
        found = self._ask(f"{_ROWS} WHERE rowid>=? ORDER BY rowid LIMIT ?", least, limit)
        places = [least - 1, *(one[0] for one in found)]
        if any(later <= earlier for earlier, later in pairwise(places)):
            raise Unavailable("the ledger's rows are not in order", got=f"behind {after}")
        return [_row(*one) for one in found]

    def row(self, position: int) -> StoredRow | Broken | None:
        """The row at a position, read alone."""
        try:
            found = self._ask(f"{_ROWS} WHERE rowid=?", position)
        except Unavailable as broken:
            return Broken(position, str(broken))
        return _row(*found[0]) if found else None

    def last(self) -> int:
        """The position of the last row; 0 before the first."""
        return int(self._ask("SELECT max(rowid) FROM stored_events")[0][0] or 0)

    def receipts(self) -> Iterator[KeptReceipt]:
        """All receipts; what is no text in one is shown as what it is."""
        for row in self._ask("SELECT party, command, digest, receipt FROM receipts"):
            yield KeptReceipt(*(part if isinstance(part, str) else repr(part) for part in row))

    def clock(self) -> str:
        """The stamp of the last event; empty before the first."""
        rows = self._ask("SELECT at FROM clock WHERE one=1")
        return str(rows[0][0]) if rows else "no row"

    def complaints(self) -> list[str]:
        """What SQLite itself finds wrong: damaged pages, an index that says otherwise."""
        try:
            found = [str(row[0]) for row in self._ask("PRAGMA integrity_check")]
        except Unavailable as broken:
            return [str(broken)]
        return [] if found == ["ok"] else found

    def unseen(self) -> list[str]:
        """See `Inspection`: the rows are covered by the transparency log alone."""
        return []

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _ask(self, statement: str, *values: object) -> Sequence[Any]:
        try:
            return self._db.execute(statement, values).fetchall()
        except (sqlite3.Error, OverflowError, UnicodeDecodeError) as broken:
            raise Unavailable("the ledger's file does not read", got=str(broken)) from broken


def _row(position: int, stream: Any, version: Any, topic: Any, state: Any) -> StoredRow | Broken:
    """The row, where every part is of the kind that was stored."""
    try:
        known = UUID(stream)
    except (ValueError, TypeError, AttributeError):
        return Broken(position, "its stream is no id")
    if known.hex != stream:  # the same id, yet not found by it
        return Broken(position, "its stream's id is written in another way")
    if not isinstance(version, int) or not 0 < version < _LARGEST:
        return Broken(position, "its version is no number")
    if not isinstance(topic, str) or not isinstance(state, bytes):
        return Broken(position, "its topic or state is of another kind")
    return StoredRow(position, known, version, topic, state)
