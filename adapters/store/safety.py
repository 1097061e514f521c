"""Settings under which what was accepted could be lost, or its order broken: refused at the start.

What a database promises is a matter of its settings, and an operator may have changed them for
reasons of speed. Accepted means committed and on disk. SQLite needs no such look: each connection
is set up by whoever opens it (`adapters.sql.sqlite.FULL`).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from adapters.sql.postgres import Database
from domain.errors import Unavailable

OLDEST: Final = 140000  # PostgreSQL 14: what is older is not tried here
_STATE: Final = b"""
    SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),
        current_setting('fsync'), current_setting('full_page_writes'),
        current_setting('synchronous_commit'), current_setting('synchronous_standby_names'),
        pg_is_in_recovery(),
        ARRAY(SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n
            ON n.oid = pronamespace WHERE nspname = 'varsel' AND starts_with(proname, 'es_insert')),
        ARRAY(SELECT relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            WHERE nspname = 'varsel' AND relpersistence = 'u'
            AND relname IN ('stored_events', 'receipts', 'clock', 'layout', 'secrets'))"""


class State(NamedTuple):
    """What a server says of itself, and what else there is in the platform's schema."""

    version: int
    encoding: str
    fsync: str
    full_page_writes: str
    synchronous_commit: str
    standbys: str
    recovering: bool
    functions: list[str]
    unlogged: list[str]


def dangers(state: State) -> list[tuple[str, str]]:
    """What is unsafe about a server's state, and what to change, in pairs."""
    waits = state.synchronous_commit
    checks = (
        (state.version < OLDEST, f"its version is {state.version}", "upgrade to 14 or newer"),
        (state.recovering, "it is a standby and takes no writes", "name the primary"),
        (
            state.encoding != "UTF8",
            f"its encoding is {state.encoding}",
            "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0",
        ),
        (state.fsync != "on", "fsync is off", "ALTER SYSTEM SET fsync = on"),
        (
            state.full_page_writes != "on",
            "full_page_writes is off",
            "ALTER SYSTEM SET full_page_writes = on",
        ),
        (
            waits == "off",
            "synchronous_commit is off: a commit is not on disk when it returns",
            "ALTER SYSTEM, DATABASE or ROLE … SET synchronous_commit = on",
        ),
        (
            waits == "local" and bool(state.standbys),
            "synchronous_commit is local: a commit does not wait for the standbys",
            "ALTER SYSTEM, DATABASE or ROLE … SET synchronous_commit = on",
        ),
        (
            bool(state.functions),
            f"functions write past the log's lock: {', '.join(state.functions)}",
            f"DROP FUNCTION {', '.join(state.functions)}",
        ),
        (
            bool(state.unlogged),
            f"tables are emptied by a crash: {', '.join(state.unlogged)}",
            "ALTER TABLE … SET LOGGED",
        ),
    )
    return [(what, change) for wrong, what, change in checks if wrong]


def require_safe(database: Database) -> None:
    """Raise `Unavailable` where the database could lose or reorder what it has accepted."""
    found = dangers(state_of(database))
    if found:
        raise Unavailable(
            "this database is not safe to keep a ledger in",
            got="; ".join(what for what, _ in found),
            expected="every commit on disk when it returns, in one order",
            next_step="; ".join(change for _, change in found),
        )


def state_of(database: Database) -> State:
    """What the server says now."""
    return State(*database.read(_STATE)[0])
