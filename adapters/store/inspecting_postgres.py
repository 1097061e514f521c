"""A second look at the ledger's tables on PostgreSQL, and at what its server knows of damage."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import psycopg

from adapters.sql.postgres import Database
from adapters.store.inspection import Broken
from adapters.store.stored import KeptReceipt, StoredRow
from domain.errors import Unavailable

_ROWS: Final = (
    "SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events"
)
_INDEXES: Final = ("stored_events_pkey", "stored_events_position", "receipts_pkey", "clock_pkey")
_TABLES: Final = ("stored_events", "receipts", "clock")
_HEAP: Final = "SELECT blkno, msg FROM {}.verify_heapam(%s::regclass)"
_LARGEST: Final = 1 << 63


class LedgerTable:
    """`Inspection` of the tables in a database, which it does not close."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rows(self, after: int | None, limit: int) -> list[StoredRow | Broken]:
        """See `Inspection`."""
        least = -_LARGEST if after is None else after + 1
        where = f"{_ROWS} WHERE notification_id >= %s ORDER BY notification_id LIMIT %s"
        found = self._ask(where, least, limit)
        places = [least - 1, *(one[0] for one in found)]
        if any(later <= earlier for earlier, later in pairwise(places)):
            raise Unavailable("the ledger's rows are not in order", got=f"behind {after}")
        return [_row(*one) for one in found]

    def row(self, position: int) -> StoredRow | Broken | None:
        """See `Inspection`."""
        try:
            found = self._ask(f"{_ROWS} WHERE notification_id = %s", position)
        except Unavailable as broken:
            _require_answer(broken)
            return Broken(position, str(broken))
        return _row(*found[0]) if found else None

    def last(self) -> int:
        """See `Inspection`."""
        return int(self._ask("SELECT max(notification_id) FROM stored_events")[0][0] or 0)

    def receipts(self) -> Iterator[KeptReceipt]:
        """See `Inspection`."""
        for row in self._ask("SELECT party, command, digest, receipt FROM receipts"):
            yield KeptReceipt(*row)

    def clock(self) -> str:
        """See `Inspection`."""
        rows = self._ask("SELECT at FROM clock WHERE one = 1")
        return str(rows[0][0]) if rows else "no row"

    def complaints(self) -> list[str]:
        """See `Inspection`: broken pages and indexes, where the extension amcheck is there.

        A clock that stands before the last row is none of the rows' matter, yet would give the
        next event a position that is taken.
        """
        found = [
            f"the clock is at position {position}, the last row at {last}"
            for position, last in self._ask("SELECT position, %s FROM clock", self.last())
            if position < last
        ]
        schema = self._amcheck()
        if schema is None:
            return found
        return [
            *found,
            *(said for index in _INDEXES for said in self._check_index(schema, index)),
            *(said for table in _TABLES for said in self._check_table(schema, table)),
        ]

    def unseen(self) -> list[str]:
        """See `Inspection`."""
        said: list[str] = []
        if self._ask("SHOW data_checksums")[0][0] != "on":
            said.append(
                "data checksums are off: a flipped bit is read as if it were right; stop the "
                "server and run pg_checksums --enable"
            )
        if self._amcheck() is None:
            said.append(
                "nothing looks at indexes: as a superuser run CREATE EXTENSION amcheck, and "
                "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA of it to this user"
            )
        return said

    def close(self) -> None:
        """See `Inspection`."""

    def _amcheck(self) -> str | None:
        """The schema of the extension, where this user may use it."""
        rows = self._ask(
            "SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace n ON n.oid = "
            "extnamespace JOIN pg_proc p ON pronamespace = n.oid WHERE extname = 'amcheck' "
            "AND proname IN ('bt_index_check', 'verify_heapam') "
            "AND has_function_privilege(p.oid, 'EXECUTE') "
            "GROUP BY nspname HAVING count(DISTINCT proname) = 2"
        )
        return str(rows[0][0]) if rows else None

    def _check_index(self, schema: str, index: str) -> list[str]:
        try:
            self._ask(f"SELECT {schema}.bt_index_check(%s::regclass, true)", index)
        except Unavailable as broken:
            _require_answer(broken)
            return [f"{index}: {broken.got}"]
        return []

    def _check_table(self, schema: str, table: str) -> list[str]:
        try:
            rows = self._ask(_HEAP.format(schema), table)
        except Unavailable as broken:
            _require_answer(broken)
            return [f"{table}: {broken.got}"]
        return [f"{table}, block {block}: {what}" for block, what in rows]

    def _ask(self, statement: str, *values: object) -> list[Any]:
        return self._database.read(statement.encode(), values)


def _require_answer(broken: Unavailable) -> None:
    """Raise it again where the server is away: that is no damage."""
    if isinstance(broken.__cause__, psycopg.OperationalError):
        raise broken


def _row(position: int, stream: Any, version: int, topic: str, state: bytes) -> StoredRow | Broken:
    """The row: its columns can hold nothing of another kind."""
    if version < 1:
        return Broken(position, "its version is no number")
    return StoredRow(position, stream, version, topic, state)
