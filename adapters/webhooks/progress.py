"""How far each endpoint has come: its cursor and its failures, on disk before anything goes on.

The process that sends writes them, any other may open one anew or take it away. Lost, these tables
cost nothing but repetition: an endpoint begins where it was added.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from adapters.sql.store import Store


@dataclass(frozen=True)
class Progress:
    """How far one endpoint has come; times are UTC.

    `delivered` is the sequence up to which nothing is left to send; `failures` counts attempts in
    a row that its next message was not taken in; `next_at` is when it is tried again. `turn` is
    another number each time that sending begins anew.
    """

    endpoint: str
    delivered: int
    failures: int = 0
    next_at: datetime | None = None
    last_at: datetime | None = None
    last_status: int | None = None
    last_error: str | None = None
    taken_at: datetime | None = None
    disabled_at: datetime | None = None
    disabled_why: str | None = None
    turn: int = 1

    def passed(self, sequence: int) -> Progress:
        """Nothing up to here is left to send."""
        return replace(self, delivered=sequence, failures=0, next_at=None)

    def taken(self, sequence: int, status: int | None, at: datetime) -> Progress:
        """The endpoint took a message."""
        past = self.passed(sequence)
        return replace(past, last_at=at, taken_at=at, last_status=status, last_error=None)

    def failed(self, status: int | None, error: str | None, at: datetime) -> Progress:
        """The endpoint did not take its next message."""
        more = replace(self, failures=self.failures + 1, next_at=None)
        return replace(more, last_at=at, last_status=status, last_error=error)

    def opened(self, after: int | None) -> Progress:
        """Sending begins anew, where it was or behind `after`."""
        behind = self.delivered if after is None else after
        fresh = replace(self.passed(behind), disabled_at=None, disabled_why=None)
        return replace(fresh, turn=self.turn + 1)


class Entry(NamedTuple):
    """An endpoint that is kept, and the turn of its sending."""

    endpoint: str
    party: str
    turn: int


class Counts(NamedTuple):
    """How many endpoints are kept, how many of these fail or were given up."""

    endpoints: int
    failing: int
    disabled: int


_COLUMNS: Final = tuple(field.name for field in fields(Progress))
_TIMES: Final = frozenset({"next_at", "last_at", "taken_at", "disabled_at"})
_CHANGING: Final = tuple(name for name in _COLUMNS if name not in {"endpoint", "turn"})
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS cursors
    (endpoint TEXT PRIMARY KEY, party TEXT, turn INTEGER, delivered INTEGER, failures INTEGER,
    next_at TEXT, last_at TEXT, last_status INTEGER, last_error TEXT, taken_at TEXT,
    disabled_at TEXT, disabled_why TEXT)
"""
_SELECT: Final = f"SELECT {', '.join(_COLUMNS)} FROM cursors"  # noqa: S608 - ours
_UPDATE: Final = (
    f"UPDATE cursors SET turn=?, {', '.join(f'{name}=?' for name in _CHANGING)} "  # noqa: S608 - ours
    "WHERE endpoint=? AND turn=? AND delivered=? AND failures=? RETURNING endpoint"
)
_COUNT: Final = """
SELECT count(*), coalesce(sum(CASE WHEN failures>0 AND disabled_at IS NULL THEN 1 ELSE 0 END), 0),
    coalesce(sum(CASE WHEN disabled_at IS NOT NULL THEN 1 ELSE 0 END), 0) FROM cursors
"""


class Cursors:
    """Progress by endpoint, in tables that all processes share."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.declare(_TABLE)

    def get(self, endpoint: str) -> Progress | None:
        """How far an endpoint has come; None for one that is not kept."""
        rows = self._store.rows(f"{_SELECT} WHERE endpoint=?", endpoint)
        return _read(rows[0]) if rows else None

    def every(self) -> list[Entry]:
        """All that are kept."""
        return [
            Entry(*row) for row in self._store.rows("SELECT endpoint, party, turn FROM cursors")
        ]

    def counts(self) -> Counts:
        """How they are, all together."""
        return Counts(*map(int, self._store.rows(_COUNT)[0]))

    def disabled(self) -> list[tuple[str, str, str]]:
        """Those that were given up: endpoint, party, and why."""
        return self._store.rows(
            "SELECT endpoint, party, disabled_why FROM cursors WHERE disabled_at IS NOT NULL "
            "ORDER BY endpoint"
        )

    def begin(self, endpoint: str, party: str, after: int) -> None:
        """Keep a new endpoint; one that is kept already stays where it is."""
        self._store.rows(
            "INSERT INTO cursors (endpoint, party, turn, delivered, failures) VALUES (?,?,1,?,0) "
            "ON CONFLICT (endpoint) DO NOTHING",
            endpoint,
            party,
            after,
        )

    def put(self, before: Progress, progress: Progress) -> bool:
        """Keep how far one has come since `before` was read: on disk when it returns.

        False, and nothing is changed, where it was opened anew, moved on or taken away meanwhile: a
        process that has lost its turn may still be at it.
        """
        return self._update(before, progress)

    def open(self, endpoint: str, after: int | None) -> None:
        """Have sending begin anew, whatever the process that sends has under way."""
        with self._store.transaction():
            self.hold(endpoint)
            found = self.get(endpoint)
            if found is not None:
                self._update(found, found.opened(after))

    def drop(self, endpoint: str) -> None:
        """Forget an endpoint."""
        self._store.rows("DELETE FROM cursors WHERE endpoint=?", endpoint)

    def transaction(self) -> AbstractContextManager[None]:
        """See `Store`."""
        return self._store.transaction()

    def hold(self, endpoint: str) -> None:
        """Let nobody else change an endpoint until the end of this transaction."""
        self._store.rows("UPDATE cursors SET turn=turn WHERE endpoint=?", endpoint)

    def _update(self, before: Progress, progress: Progress) -> bool:
        said = {name: _written(value) for name, value in asdict(progress).items()}
        values = [said[name] for name in _CHANGING]
        stood = (before.endpoint, before.turn, before.delivered, before.failures)
        return bool(self._store.rows(_UPDATE, progress.turn, *values, *stood))


def _written(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _read(row: tuple[Any, ...]) -> Progress:
    named: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    named |= {one: datetime.fromisoformat(named[one]) for one in _TIMES if named[one]}
    return Progress(**named)
