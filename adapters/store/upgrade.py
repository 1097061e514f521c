"""An older store is brought up to this version's: whole or not at all, and a file after a copy."""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from adapters.sql.sqlite import SqliteStore
from adapters.store import schema
from domain.errors import Unavailable

if TYPE_CHECKING:
    from adapters.sql.postgres import Database


class Upgrade(NamedTuple):
    """From which version a store came (0: it was empty), and where its copy is."""

    found: int
    copy: Path | None = None


def upgrade_file(path: Path) -> Upgrade:
    """Bring the file of an embedded ledger up; a file of an older version is copied first.

    Raises `Unavailable` for one that is newer than this program.
    """
    copies: list[Path] = []
    with closing(SqliteStore(path)) as store:
        found = schema.bring_up(
            store, schema.SQLITE, lambda version: copies.append(_copied(path, version))
        )
    return Upgrade(found, *copies)


def upgrade_database(database: Database) -> Upgrade:
    """Bring the tables on PostgreSQL up, whose back-up is the operator's own.

    Raises `Refused` while processes run on older ones, `Unavailable` for newer ones. Where there is
    nothing to do, nobody is in the way: setup says so at every start.
    """
    from adapters.engines.postgres import alone  # noqa: PLC0415 - of an extra

    with ExitStack() as until_then:

        def before(_: int) -> None:
            until_then.enter_context(alone(database, "the tables would change under them"))

        return Upgrade(schema.bring_up(database.store(), schema.POSTGRES, before))


def _copied(path: Path, version: int) -> Path:
    """A complete copy beside the file, on disk before anything is changed."""
    copy = path.with_name(f"{path.name}.version-{version}")
    new = path.with_name(f".{copy.name}.new")
    try:
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        with closing(sqlite3.connect(path)) as ours, closing(sqlite3.connect(new)) as theirs:
            ours.backup(theirs)
        with new.open("rb") as file:
            os.fsync(file.fileno())
        new.replace(copy)
    except (OSError, sqlite3.Error) as broken:
        raise Unavailable(
            "the ledger could not be copied, and is left as it was",
            got=str(broken),
            expected=f"room for a copy of {path.name} beside it",
            next_step="make room, then run varsel migrate again",
        ) from broken
    return copy
