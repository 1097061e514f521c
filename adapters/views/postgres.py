"""Rows in a PostgreSQL table; a batch of events and the position it ends at commit together.

Views, scopes and keys are kept as bytes: they sort as they do in memory, and any letters will do,
also the one (NUL) that PostgreSQL does not take for text.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable
from typing import Any, Final

from psycopg import errors, sql

from adapters.sql.postgres import Connection, Database
from adapters.views.batch import Batch, Reached, body, kept
from adapters.views.shelf import Overtaken
from domain.envelope import Recorded
from domain.errors import Unavailable
from projections.parts import WHOLE, Part
from projections.rows import Project, Row

_TABLE: Final = sql.SQL(
    "CREATE TABLE {table} (view BYTEA, scope BYTEA, key BYTEA, body TEXT NOT NULL, "
    "PRIMARY KEY (view, scope, key))"
)
_GET: Final = sql.SQL("SELECT body FROM {table} WHERE view=%b AND scope=%b AND key=%b")
_ALL: Final = sql.SQL(
    "SELECT key, body FROM {table} WHERE view=%b AND scope=%b AND key>%b ORDER BY key LIMIT %b"
)
_COUNT: Final = sql.SQL("SELECT COUNT(*) FROM {table} WHERE view=%b AND scope=%b")
_PUT: Final = sql.SQL(
    "INSERT INTO {table} SELECT * FROM unnest(%b::bytea[], %b::bytea[], %b::bytea[], %b::text[]) "
    "ON CONFLICT (view, scope, key) DO UPDATE SET body=excluded.body"
)
_DROP: Final = sql.SQL(
    "DELETE FROM {table} AS ours USING unnest(%b::bytea[], %b::bytea[], %b::bytea[]) "
    "AS gone(view, scope, key) "
    "WHERE (ours.view, ours.scope, ours.key) = (gone.view, gone.scope, gone.key)"
)
_DIFFERS: Final = sql.SQL(
    "SELECT view, scope, key FROM {table} AS ours FULL JOIN {other} AS fresh "
    "USING (view, scope, key) WHERE ours.body IS DISTINCT FROM fresh.body "
    "ORDER BY view, scope, key LIMIT 1"
)
_LAST: Final = (
    b"SELECT position, event FROM view_parts WHERE generation=%s AND part=%s AND parts=%s"
)
_MOVE: Final = sql.SQL(
    "UPDATE view_parts SET position=%s, event=%s "
    "WHERE generation=%s AND part=%s AND parts=%s AND position=%s "
    "AND event IS NOT DISTINCT FROM %s RETURNING position"  # else it is another history's
)
# A batch that a crash of the server takes with it is projected again: it need not be on disk yet.
_LAZILY: Final = sql.SQL("SET LOCAL synchronous_commit = off")
_MOST: Final = 2**62


class PostgresRows:
    """`projections.rows.Rows` in a table, of which this process moves one part.

    What fails raises `Unavailable`; a batch on rows that somebody else has moved, `Overtaken`.
    """

    def __init__(self, database: Database, number: int, name: str, part: Part = WHOLE) -> None:
        self.number, self.name, self.part = number, name, part
        self._database = database
        self._get, self._all, self._count, self._puts, self._drops = (
            said.format(table=sql.Identifier(name)) for said in (_GET, _ALL, _COUNT, _PUT, _DROP)
        )

    def create(self) -> None:
        """Make the table."""
        with self._database.connection() as one:
            one.execute(_TABLE.format(table=sql.Identifier(self.name)))

    def get(self, view: str, scope: str, key: str) -> Row | None:
        """See `Rows`."""
        with self._there():
            found = self._database.read(self._get, _bytes(view, scope, key))
        return kept(found[0][0]) if found else None

    def put(self, view: str, scope: str, key: str, row: Row) -> None:
        """See `Rows`."""
        with self._database.connection() as one:
            self._put(one, [(view, scope, key, body(row))])

    def drop(self, view: str, scope: str, key: str) -> None:
        """See `Rows`."""
        with self._database.connection() as one:
            self._drop(one, [(view, scope, key)])

    def all(
        self, view: str, scope: str, *, after: str = "", limit: int | None = None
    ) -> list[tuple[str, Row]]:
        """See `Rows`."""
        most = _MOST if limit is None else limit
        values = (*_bytes(view, scope, after), most)
        with self._there():
            found = self._database.read(self._all, values)
        return [(key.decode(), kept(body)) for key, body in found]

    def count(self, view: str, scope: str) -> int:
        """See `Rows`."""
        with self._there():
            found = self._database.read(self._count, _bytes(view, scope))
        return int(found[0][0])

    def position(self) -> int:
        """The position of the last event that this part of the rows holds."""
        return self.last().position

    def last(self) -> Reached:
        """How far this part of the rows has come; `Overtaken` where there is no such part."""
        found = self._database.read(_LAST, (self.number, self.part.number, self.part.of))
        if not found:
            raise Overtaken(
                f"there is no part {self.part.number} of {self.part.of} of these views any more",
                got=self.name,
                next_step="look again; if it stays so, see that all projectors run with the same "
                "number of parts (--part K/N)",
            )
        return Reached(*found[0])

    def apply(
        self, events: Iterable[Recorded], projections: Iterable[Project], last: Reached
    ) -> int:
        """Project a batch and commit it with its position; returns the position reached.

        Whatever was read is as it was while nobody else moved this part: else all is refused. So it
        is where a crash of the server took the last batches with it, and rows went back.
        """
        batch = Batch(self)
        reached = batch.take(events, projections, last)
        # Where the first try was committed after all, the second one is refused as overtaken.
        self._database.again(lambda: self._commit(batch, last, reached))
        return reached.position

    def differs_from(self, other: PostgresRows) -> str | None:
        """The first row that is not the same in both, as view/scope/key."""
        asked = _DIFFERS.format(table=sql.Identifier(self.name), other=sql.Identifier(other.name))
        found = self._database.read(asked)
        return "/".join(part.decode() for part in found[0]) if found else None

    def _commit(self, batch: Batch, before: Reached, reached: Reached) -> None:
        """Whoever moves the position first wins; the other one waits for it, and is refused."""
        at = (self.number, self.part.number, self.part.of, *before)
        with self._there(), self._database.transaction() as one, one.pipeline():
            one.execute(_LAZILY)
            moved = one.execute(_MOVE, (*reached, *at))
            self._put(one, batch.puts())
            self._drop(one, batch.drops())
            if moved.fetchone() is None:
                raise Overtaken(
                    "another process has moved these views on, or replaced them",
                    got=f"{self.name}, part {self.part.number} of {self.part.of}",
                    expected=f"position {before.position} and its event, as they were read",
                    next_step="look again: nothing of this batch was kept",
                )

    @contextlib.contextmanager
    def _there(self) -> Generator[None]:
        """A table that is gone was replaced: whoever wanted it shall look which one is in use."""
        try:
            yield
        except Unavailable as broken:
            if isinstance(broken.__cause__, errors.UndefinedTable):
                raise Overtaken(
                    "these views are gone",
                    got=self.name,
                    next_step="look again: others have taken their place",
                ) from broken
            raise

    def _put(self, one: Connection, rows: Iterable[tuple[str, str, str, str]]) -> None:
        columns = list(zip(*((*_bytes(*at), body) for *at, body in rows), strict=True))
        if columns:
            one.execute(self._puts, [list(column) for column in columns])

    def _drop(self, one: Connection, places: Iterable[tuple[str, str, str]]) -> None:
        columns = list(zip(*(_bytes(*at) for at in places), strict=True))
        if columns:
            one.execute(self._drops, [list(column) for column in columns])


def _bytes(*texts: str) -> tuple[Any, ...]:
    return tuple(text.encode() for text in texts)
