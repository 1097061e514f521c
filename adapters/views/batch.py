"""A batch of events over rows that stay as they are until it is committed whole."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from domain.envelope import Recorded
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

    def take(
        self, events: Iterable[Recorded], projections: Iterable[Project], reached: Reached
    ) -> Reached:
        """Project the events behind what was reached already; how far it comes with them.

        An event at or before that position is passed over: delivered twice changes nothing.
        """
        for event in events:
            if event.position > reached.position:
                for project in projections:
                    project(event, self)
                reached = Reached(event.position, str(event.id))
        return reached

    def puts(self) -> list[tuple[str, str, str, str]]:
        """The rows that are new or other than they were: view, scope, key, body."""
        return [(*at, body(row)) for at, row in self.changed.items() if row is not None]

    def drops(self) -> list[tuple[str, str, str]]:
        """The places at which there is no row any more."""
        return [at for at, row in self.changed.items() if row is None]


def body(row: Row) -> str:
    """A row as it is kept."""
    return json.dumps(row, separators=(",", ":"), ensure_ascii=False)
