"""Generations as tables of a PostgreSQL database that several processes share.

Which one is in use stands in a table, for each shape of rows: no program reads rows of a shape that
it does not know. Once a generation is replaced its table is dropped; who still asks for it is
answered from the one that took its place.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Sequence
from typing import Final, NamedTuple, TypeVar

from psycopg import errors, sql

from adapters.sql.postgres import Connection, Database
from adapters.views.batch import Reached
from adapters.views.building import Builds
from adapters.views.postgres import PostgresRows
from adapters.views.shelf import Generation, Overtaken, Standing
from domain.errors import Unavailable
from projections.everything import SCHEMA
from projections.parts import WHOLE, Part
from projections.rows import Row

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS view_generations
    (number INTEGER PRIMARY KEY, shape INTEGER NOT NULL, in_use INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS view_parts
    (generation INTEGER, part INTEGER, parts INTEGER NOT NULL, position INTEGER NOT NULL,
     event TEXT, trouble TEXT, since TEXT, PRIMARY KEY (generation, part))
"""
_LOOK: Final = (
    "SELECT generation, part, parts, position, event, trouble, since FROM view_parts "
    "WHERE generation = (SELECT number FROM view_generations WHERE shape=? AND in_use=1) "
    "ORDER BY part"
)
_NEW: Final = (
    "INSERT INTO view_generations SELECT COALESCE(MAX(number), 0) + 1, ?, 0 FROM view_generations "
    "RETURNING number"
)
_TELL: Final = (
    "UPDATE view_parts SET trouble=?, since=CASE WHEN CAST(? AS TEXT) IS NULL THEN NULL "
    "ELSE COALESCE(since, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')) END "
    "WHERE part=? AND parts=? AND generation = "
    "(SELECT number FROM view_generations WHERE shape=? AND in_use=1)"
)
_PART: Final = "INSERT INTO view_parts VALUES (?, ?, ?, ?, ?, NULL, NULL)"
_HELD: Final = "SELECT pg_advisory_xact_lock(hashtext('varsel/views'))"
_STILL: Final = (
    "SELECT part FROM view_parts WHERE generation = "
    "(SELECT number FROM view_generations WHERE shape=? AND in_use=1) ORDER BY part FOR UPDATE"
)
_UNUSED: Final = "SELECT shape, number FROM view_generations WHERE in_use=0 AND number=?"
_REPLACED: Final = (
    "SELECT shape, number FROM view_generations WHERE in_use=0 AND shape=? AND number<?"
)
_LEFT: Final = "SELECT number FROM view_generations WHERE in_use=0 AND shape=? AND number>?"
_OLDER: Final = "SELECT shape, number FROM view_generations WHERE shape<?"
_SHORTLY: Final = sql.SQL("SET LOCAL lock_timeout = '1s'")
Found = TypeVar("Found")


class _Read(Exception):
    """A table cannot be dropped now: somebody reads it."""


class Share(NamedTuple):
    """One part of the generation in use, as it stands in the database."""

    generation: int
    part: int
    parts: int
    position: int
    event: str | None
    trouble: str | None
    since: str | None

    def told(self) -> str | None:
        """What holds it up, since when, and which part that is where there are several."""
        which = f"part {self.part} of {self.parts}: " if self.parts > 1 else ""
        return self.trouble and f"{which}{self.trouble}, since {self.since}"


class TableShelf:
    """See `Shelf`; the projector of this process keeps one `part` of the rows."""

    def __init__(self, database: Database, part: Part = WHOLE) -> None:
        self._database, self._store = database, database.store()
        self._part = part
        self._builds = Builds(database)
        self._current: PostgresRows | None = None
        self._store.declare(_TABLES)

    @property
    def rows(self) -> LiveRows:
        """See `Shelf`."""
        return LiveRows(self)

    def shares(self) -> list[Share]:
        """The parts of the generation in use, as they stand now."""
        return [Share(*row) for row in self._store.rows(_LOOK, SCHEMA)]

    def find(self) -> PostgresRows | None:
        """See `Shelf`: looks whether another process has switched."""
        self._follow(self.shares())
        return self._current

    def current(self) -> PostgresRows:
        """See `Shelf`."""
        return self._there(self.find())

    def parts(self) -> Sequence[tuple[PostgresRows, Part]]:
        """See `Shelf`."""
        found: list[tuple[PostgresRows, Part]] = []
        for one in self.shares():
            name, part = _name(SCHEMA, one.generation), Part(one.part, one.parts)
            found.append((PostgresRows(self._database, one.generation, name, part), part))
        return found

    def known(self) -> PostgresRows:
        """See `Shelf`."""
        return self._current or self.current()

    def standing(self) -> Standing:
        """See `Shelf`; 0 where there are no views yet."""
        shares = self.shares()
        self._follow(shares)
        troubles = [said for one in shares if (said := one.told())]
        least = min((one.position for one in shares), default=0)
        return Standing(least, "; ".join(troubles) or None)

    def tell(self, trouble: str | None) -> None:
        """See `Shelf`: every process sees it."""
        mine = (self._part.number, self._part.of)
        self._store.rows(_TELL, trouble, trouble, *mine, SCHEMA)

    def make(self) -> PostgresRows:
        """See `Shelf`."""
        with self._held():
            number = int(self._store.rows(_NEW, SCHEMA)[0][0])
            with self._builds.begun(number):
                made = PostgresRows(self._database, number, _name(SCHEMA, number))
                made.create()
                self._store.rows(_PART, number, 1, 1, 0, None)
        return made

    def use(self, fresh: Generation) -> None:
        """See `Shelf`: it is divided as the one before it was, or else as this process was told.

        A batch that is on its way to the one before it is refused from here on.
        """
        ours = self._mine(fresh)
        with self._held():
            before = self.shares()
            self._store.rows("UPDATE view_generations SET in_use=0 WHERE shape=?", SCHEMA)
            self._store.rows("UPDATE view_generations SET in_use=1 WHERE number=?", ours.number)
            self.divide(ours, len(before) or self._part.of, ours.last())
            for number in {one.generation for one in before}:
                self._store.rows("DELETE FROM view_parts WHERE generation=?", number)
        self._builds.end(ours.number)
        self._current = PostgresRows(self._database, ours.number, ours.name, self._part)

    def divide(self, rows: PostgresRows, parts: int, reached: Reached) -> None:
        """Have so many parts go on from one position; what the ones before them add is refused."""
        with self._held():
            self._store.rows("DELETE FROM view_parts WHERE generation=?", rows.number)
            for part in range(1, parts + 1):
                self._store.rows(_PART, rows.number, part, parts, *reached)

    def discard(self, fresh: Generation) -> None:
        """See `Shelf`."""
        number = self._mine(fresh).number
        self._drop(_UNUSED, number)
        self._builds.end(number)

    def sweep(self) -> None:
        """See `Shelf`: a reader of a table that is gone looks again.

        A table that somebody reads for long, for a back-up say, is left for the next time: readers
        would have to wait behind us. So is one that somebody builds.
        """
        current = self.current().number
        self._drop(_REPLACED, SCHEMA, current)
        with self._held():  # one that is just being taken into use is so when we look
            left = [number for (number,) in self._store.rows(_LEFT, SCHEMA, current)]
            for number in filter(self._builds.abandoned, left):
                self._drop(_UNUSED, number)
        self._drop(_OLDER, SCHEMA)

    def difference(self, fresh: Generation) -> str | None:
        """See `Shelf`."""
        return self.current().differs_from(self._mine(fresh))

    @contextlib.contextmanager
    def still(self) -> Generator[None]:
        """See `Shelf`: a projector that would commit a batch waits until this is over.

        Where a comparison takes longer than `lock_timeout` that projector says so, and tries again.
        """
        with self._held():
            self._store.rows(_STILL, SCHEMA)
            yield

    def close(self) -> None:
        """See `Shelf`: the database is not ours to close."""
        self._builds.close()
        self._current = None

    @contextlib.contextmanager
    def _held(self) -> Generator[None]:
        """Generations are made, replaced and removed by one at a time."""
        with self._store.transaction():
            self._store.rows(_HELD)
            yield

    def _follow(self, shares: list[Share]) -> None:
        number = shares[0].generation if shares else None
        if number is None:
            self._current = None
        elif self._current is None or self._current.number != number:
            name = _name(SCHEMA, number)
            self._current = PostgresRows(self._database, number, name, self._part)

    def _drop(self, which: str, *values: object) -> None:
        for shape, number in self._store.rows(which, *values):
            with contextlib.suppress(_Read), self._held(), self._removing() as one:
                name = sql.Identifier(_name(shape, number))
                one.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name))
                self._store.rows("DELETE FROM view_parts WHERE generation=?", number)
                self._store.rows("DELETE FROM view_generations WHERE number=?", number)

    @contextlib.contextmanager
    def _removing(self) -> Generator[Connection]:
        try:
            with self._database.transaction() as one:
                one.execute(_SHORTLY)
                yield one
        except Unavailable as kept:
            if isinstance(kept.__cause__, errors.LockNotAvailable):
                raise _Read from kept
            raise

    @staticmethod
    def _there(found: PostgresRows | None) -> PostgresRows:
        if found is None:
            raise Unavailable(
                "there are no views yet",
                next_step="see that a projector runs; it builds them, then ask again",
            )
        return found

    def _mine(self, fresh: Generation) -> PostgresRows:
        if not isinstance(fresh, PostgresRows):
            raise TypeError(fresh)
        return fresh


class LiveRows:
    """`Rows` of whichever generation is in use when they are read."""

    def __init__(self, shelf: TableShelf) -> None:
        self._shelf = shelf

    def get(self, view: str, scope: str, key: str) -> Row | None:
        """See `Rows`."""
        return self._read(lambda rows: rows.get(view, scope, key))

    def put(self, view: str, scope: str, key: str, row: Row) -> None:
        """See `Rows`."""
        self._shelf.current().put(view, scope, key, row)

    def drop(self, view: str, scope: str, key: str) -> None:
        """See `Rows`."""
        self._shelf.current().drop(view, scope, key)

    def all(
        self, view: str, scope: str, *, after: str = "", limit: int | None = None
    ) -> list[tuple[str, Row]]:
        """See `Rows`."""
        return self._read(lambda rows: rows.all(view, scope, after=after, limit=limit))

    def count(self, view: str, scope: str) -> int:
        """See `Rows`."""
        return self._read(lambda rows: rows.count(view, scope))

    def _read(self, look: Callable[[PostgresRows], Found]) -> Found:
        try:
            return look(self._shelf.known())
        except Overtaken:
            return look(self._shelf.current())


def _name(shape: int, number: int) -> str:
    return f"views_{shape}_{number}"
