"""The tables of the ledger's store, by version: a new store and an old one go the same steps.

A version is for ever: what changes is a step of its own at the end of the list. Each step says the
same for both engines, and is tried on stores that earlier versions wrote (tests/history/stores).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from adapters.sql.store import Store
from domain.errors import Unavailable


class Engine(NamedTuple):
    """What a step says on an engine, and how a store is known that has no version yet."""

    steps: tuple[str, ...]
    exists: str


_LAYOUT: Final = """
CREATE TABLE IF NOT EXISTS layout (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER)
"""

SQLITE: Final = Engine(
    steps=(
        """
        CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT,
            state BLOB, PRIMARY KEY (originator_id, originator_version));
        CREATE TABLE receipts (party TEXT, command TEXT, digest TEXT, receipt TEXT,
            PRIMARY KEY (party, command)) WITHOUT ROWID;
        CREATE TABLE clock (one INTEGER PRIMARY KEY CHECK (one = 1), at TEXT);
        INSERT INTO clock VALUES (1, '')
        """,
        _LAYOUT,
    ),
    exists="SELECT 1 FROM sqlite_master WHERE name='stored_events'",
)

# PostgreSQL: the position is given under the log's lock, from the clock's row; a sequence would
# leave gaps, and let somebody write who does not hold the lock.
POSTGRES: Final = Engine(
    steps=(
        "",  # there was no version 1 on PostgreSQL
        """
        CREATE TABLE stored_events (originator_id UUID NOT NULL,
            originator_version INTEGER NOT NULL, topic TEXT NOT NULL, state BLOB NOT NULL,
            notification_id INTEGER NOT NULL,
            PRIMARY KEY (originator_id, originator_version));
        CREATE UNIQUE INDEX stored_events_position ON stored_events (notification_id);
        CREATE TABLE receipts (party TEXT, command TEXT, digest TEXT NOT NULL,
            receipt TEXT NOT NULL, PRIMARY KEY (party, command));
        CREATE TABLE clock (one INTEGER PRIMARY KEY CHECK (one = 1), at TEXT NOT NULL,
            position INTEGER NOT NULL);
        INSERT INTO clock VALUES (1, '', 0)
        """,
    ),
    exists="SELECT 1 FROM pg_tables WHERE schemaname='varsel' AND tablename='stored_events'",
)
VERSION: Final = 2


def version_of(store: Store, engine: Engine) -> int:
    """The version of a store; 0 of an empty one."""
    found = store.rows("SELECT version FROM layout WHERE one=1")
    return int(found[0][0]) if found else len(store.rows(engine.exists))


def require(store: Store, engine: Engine) -> None:
    """Make the tables in an empty store; raises `Unavailable` for one of another version."""
    with store.transaction():
        store.declare(_LAYOUT)  # on PostgreSQL one process at a time, until this is committed
        found = version_of(store, engine)
        if found == 0:
            _step_up(store, engine, found)
        elif found != VERSION:
            raise _another(found)


def bring_up(store: Store, engine: Engine, before: Callable[[int], None] = lambda _: None) -> int:
    """Bring a store up to this version, whole or not at all; the version that it had.

    `before` is told that of an older one while nothing is changed yet. Raises `Unavailable` for
    one that is newer than this program.
    """
    with store.transaction():
        store.declare(_LAYOUT)
        found = version_of(store, engine)
        if found > VERSION:
            raise _another(found)
        if 0 < found < VERSION:
            before(found)
        _step_up(store, engine, found)
    return found


def _step_up(store: Store, engine: Engine, found: int) -> None:
    for step in engine.steps[found:]:
        store.declare(step)
    store.rows(
        "INSERT INTO layout VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET version=excluded.version",
        VERSION,
    )


def _another(found: int) -> Unavailable:
    newer = found > VERSION
    return Unavailable(
        f"the ledger's store is of {'a newer' if newer else 'an older'} version",
        got=f"version {found}",
        expected=f"version {VERSION}",
        next_step="run the version of Varsel that wrote it, or a newer one"
        if newer
        else "make a back-up, then run: varsel migrate",
    )
