"""What a part of the platform that keeps tables needs of a database; both engines give it.

Statements are written once, in what SQLite (3.35 on) and PostgreSQL have in common: `?` stands for
a value, `ON CONFLICT … DO UPDATE` replaces, `RETURNING` tells. Tables are declared in SQLite's
words; `adapters.sql.postgres` says BYTEA for BLOB, and lets text sort by its bytes as SQLite does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Store(Protocol):
    """A set of tables. Every method may be called from any thread.

    What fails raises `domain.errors.Unavailable`: nothing of a statement, or of a transaction, is
    kept then. Without a transaction each statement is its own, and on disk when it returns.
    """

    def declare(self, tables: str) -> None:
        """Make tables and indexes (`CREATE … IF NOT EXISTS`, divided by `;`) where they lack."""
        ...

    def rows(self, statement: str, *values: object) -> list[Any]:
        """Run a statement; the rows it gives as tuples, none for one that gives none."""
        ...

    def many(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        """Run a statement for each set of values: for all or for none.

        A failure within a block is the whole block's: whoever goes on puts it in one of its own.
        """
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """All that this thread does in the block is kept whole or not at all; blocks may nest."""
        ...

    def forget(self) -> None:
        """Leave nothing of what was overwritten or deleted in a log beside the tables.

        Not within a transaction. Raises `Unavailable` where somebody reads there for too long.
        """
        ...

    def close(self) -> None:
        """Let go of the database; a thread that still waits for it gets `Unavailable`."""
        ...
