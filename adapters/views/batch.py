"""A batch of events over rows that stay as they are until it is committed whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pydantic_core import from_json, to_json

from domain.envelope import Recorded
from domain.events import Event
from projections.everything import concerned
from projections.rows import Project, Row, Rows


class Reached(NamedTuple):
    """How far rows have come: position and id of the last event in them; (0, None) for none."""

    position: int = 0
    event: str | None = None


class Batch:
    """Rows as they will be: what the batch has changed, laid over what is there.

    What was read once is not read again. Nobody else writes meanwhile, or the batch is refused.
    """

    def __init__(self, below: Rows) -> None:
        self._below = below
        self._seen: dict[tuple[str, str, str], Row | None] = {}
        self.changed: dict[tuple[str, str, str], Row | None] = {}

    def get(self, view: str, scope: str, key: str) -> Row | None:
        """See `Rows`."""
        at = (view, scope, key)
        if at in self.changed:
            return self.changed[at]
        if at not in self._seen:
            self._seen[at] = self._below.get(view, scope, key)
        return self._seen[at]

    def put(self, view: str, scope: str, key: str, row: Row) -> None:
        """See `Rows`."""
        self.changed[view, scope, key] = row

    def drop(self, view: str, scope: str, key: str) -> None:
        """See `Rows`."""
        self.changed[view, scope, key] = None

    def all(
        self, view: str, scope: str, *, after: str = "", limit: int | None = None
    ) -> list[tuple[str, Row]]:
        """See `Rows`."""
        rows: dict[str, Row | None] = dict(self._below.all(view, scope, after=after))
        here = {at[2]: row for at, row in self.changed.items() if at[:2] == (view, scope)}
        rows |= {key: row for key, row in here.items() if key > after}
        found = [(key, row) for key, row in sorted(rows.items()) if row is not None]
        return found[:limit]

    def count(self, view: str, scope: str) -> int:
        """See `Rows`."""
        return len(self.all(view, scope))

    def take(
        self, events: Iterable[Recorded], projections: Iterable[Project], reached: Reached
    ) -> Reached:
        """Project the events behind what was reached already; how far it comes with them.

        An event at or before that position is passed over: delivered twice changes nothing.
        """
        every = tuple(projections)
        asked: dict[type[Event], Sequence[Project]] = {}
        for event in events:
            if event.position > reached.position:
                kind = event.kind
                if kind not in asked:
                    asked[kind] = concerned(every, kind)
                for project in asked[kind]:
                    project(event, self)
                reached = Reached(event.position, event.id_text)
        return reached

    def puts(self) -> list[tuple[str, str, str, str]]:
        """The rows that are new or other than they were: view, scope, key, body."""
        bodies: dict[int, str] = {}  # by the row itself: several feeds hold the same one
        found: list[tuple[str, str, str, str]] = []
        for at, row in self.changed.items():
            if row is not None:
                said = bodies.get(id(row)) or bodies.setdefault(id(row), body(row))
                found.append((*at, said))
        return sorted(found)  # in the order of the table: neighbours are written together

    def drops(self) -> list[tuple[str, str, str]]:
        """The places at which there is no row any more."""
        return [at for at, row in self.changed.items() if row is None]


def body(row: Row) -> str:
    """A row as it is kept: `ValueError` for a text that is no Unicode.

    Rows have only to agree with themselves. By pydantic's own JSON, four times as quick as the
    standard library's; what is signed, hashed or sent is written by `adapters.canonical`.
    """
    return to_json(row).decode()


def kept(body: str) -> Row:
    """The row that was kept so."""
    row: Row = from_json(body)
    return row
