"""Where read models live: rows by view, scope and key; and the twin of it in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Protocol

from domain.envelope import Recorded

Row = dict[str, Any]


class Rows(Protocol):
    """Rows of JSON, each under a view, a scope (a party, an incident) and a key."""

    def get(self, view: str, scope: str, key: str) -> Row | None:
        """One row."""
        ...

    def put(self, view: str, scope: str, key: str, row: Row) -> None:
        """Write a row; an earlier one under the same key is replaced."""
        ...

    def drop(self, view: str, scope: str, key: str) -> None:
        """Take a row away, if it is there."""
        ...

    def all(
        self, view: str, scope: str, *, after: str = "", limit: int | None = None
    ) -> list[tuple[str, Row]]:
        """The rows of a scope whose key sorts behind `after`, in the order of their keys."""
        ...

    def count(self, view: str, scope: str) -> int:
        """How many rows there are in a scope; none of them is read."""
        ...


Project = Callable[[Recorded, Rows], None]


class MemoryRows:
    """Rows in memory: the twin for tests, and what an as-of view is folded into."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], dict[str, Row]] = {}

    def get(self, view: str, scope: str, key: str) -> Row | None:
        """See `Rows`."""
        return self._rows.get((view, scope), {}).get(key)

    def put(self, view: str, scope: str, key: str, row: Row) -> None:
        """See `Rows`."""
        self._rows.setdefault((view, scope), {})[key] = row

    def drop(self, view: str, scope: str, key: str) -> None:
        """See `Rows`."""
        self._rows.get((view, scope), {}).pop(key, None)

    def all(
        self, view: str, scope: str, *, after: str = "", limit: int | None = None
    ) -> list[tuple[str, Row]]:
        """See `Rows`."""
        rows = self._rows.get((view, scope), {})
        return [(key, rows[key]) for key in sorted(rows) if key > after][:limit]

    def count(self, view: str, scope: str) -> int:
        """See `Rows`."""
        return len(self._rows.get((view, scope), {}))

    def snapshot(self) -> dict[tuple[str, str], dict[str, Row]]:
        """Everything in it, for comparing two of them."""
        return {scope: dict(rows) for scope, rows in self._rows.items() if rows}


def under(
    view: str, scope: str, prefix: str, rows: Rows, most: int = 100
) -> Iterator[tuple[str, Row]]:
    """The rows of a scope whose keys begin with a prefix, `most` read at first, then ever more."""
    after, more = prefix, True
    while more:
        page = rows.all(view, scope, after=after, limit=most)
        found = [(key, row) for key, row in page if key.startswith(prefix)]
        yield from found
        more = len(found) == most
        after, most = (found[-1][0] if found else after), 2 * most


def instant(at: datetime) -> str:
    """An instant as values are written in rows: ISO 8601, UTC as Z."""
    return at.isoformat().replace("+00:00", "Z")


def number(value: int) -> str:
    """A key that sorts as its number does."""
    return f"{value:012d}"
