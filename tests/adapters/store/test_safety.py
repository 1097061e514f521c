"""A database that could lose what it accepted, or reorder it, is refused with what to change."""

from __future__ import annotations

from contextlib import closing

import psycopg
import pytest

from adapters.sql.postgres import Database, address
from adapters.store.ledger import EventLedger
from adapters.store.safety import State, dangers, require_safe, state_of
from adapters.store.vault import MemoryVault
from domain.errors import Unavailable
from tests.adapters.store.lab import on_postgres
from tests.postgres import database as new_database
from tests.postgres import own_server

SAFE = State(
    version=180000,
    encoding="UTF8",
    fsync="on",
    full_page_writes="on",
    synchronous_commit="on",
    standbys="",
    recovering=False,
    functions=[],
    unlogged=[],
)


def test_a_server_as_it_comes_is_safe(database: Database) -> None:
    require_safe(database)
    assert dangers(state_of(database)) == []


@pytest.mark.parametrize(
    ("said", "what", "change"),
    [
        ({"version": 130011}, "version is 130011", "upgrade"),
        ({"encoding": "SQL_ASCII"}, "encoding is SQL_ASCII", "ENCODING 'UTF8'"),
        ({"fsync": "off"}, "fsync is off", "SET fsync = on"),
        ({"full_page_writes": "off"}, "full_page_writes is off", "SET full_page_writes = on"),
        ({"synchronous_commit": "off"}, "not on disk", "SET synchronous_commit = on"),
        (
            {"synchronous_commit": "local", "standbys": "*"},
            "does not wait for the standbys",
            "SET synchronous_commit = on",
        ),
        ({"recovering": True}, "a standby", "name the primary"),
        (
            {"functions": ["varsel.es_insert_events_uuid()"]},
            "past the log's lock",
            "DROP FUNCTION varsel.es_insert_events_uuid()",
        ),
        ({"unlogged": ["receipts"]}, "emptied by a crash: receipts", "SET LOGGED"),
    ],
)
def test_each_danger_is_named_with_its_remedy(
    said: dict[str, object], what: str, change: str
) -> None:
    [(danger, remedy)] = dangers(SAFE._replace(**said))  # type: ignore[arg-type]  # by name
    assert what in danger
    assert change in remedy


@pytest.mark.parametrize("waits", ["on", "local", "remote_write", "remote_apply"])
def test_a_commit_that_is_flushed_here_is_enough_without_standbys(waits: str) -> None:
    assert dangers(SAFE._replace(synchronous_commit=waits)) == []


def test_a_ledger_is_not_opened_where_commits_are_not_awaited() -> None:
    url = new_database()
    with psycopg.connect(url, autocommit=True) as one:
        name = one.info.dbname
        one.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
    with closing(Database(address(url))) as database:
        with pytest.raises(Unavailable, match="not safe to keep a ledger in"):
            EventLedger(database, MemoryVault())
        assert database.read(b"SELECT 1 FROM pg_namespace WHERE nspname = 'varsel'") == []


def test_a_ledger_is_not_opened_beside_a_function_that_writes_past_its_lock(
    database: Database,
) -> None:
    on_postgres(database)
    with database.connection() as one:
        one.execute("CREATE FUNCTION es_insert_events_uuid() RETURNS int RETURN 1")
    with pytest.raises(Unavailable, match="DROP FUNCTION"):
        on_postgres(database)


def test_a_ledger_is_not_opened_whose_tables_a_crash_would_empty(database: Database) -> None:
    on_postgres(database)
    with database.connection() as one:
        one.execute("ALTER TABLE receipts SET UNLOGGED")
    with pytest.raises(Unavailable, match="receipts"):
        on_postgres(database)


def test_a_ledger_is_not_opened_in_another_encoding(database: Database) -> None:
    with database.connection() as one:
        one.execute(
            "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
        )
    latin = database.address.replace(f"dbname={database_name(database)}", "dbname=latin")
    with closing(Database(latin)) as other, pytest.raises(Unavailable, match="LATIN1"):
        EventLedger(other, MemoryVault())


def database_name(database: Database) -> str:
    [[name]] = database.read(b"SELECT current_database()")
    return str(name)


def test_a_ledger_is_not_opened_on_a_server_that_does_not_flush() -> None:
    with (
        own_server("fsync=off", "full_page_writes=off") as careless,
        closing(Database(address(careless.database()))) as database,
    ):
        with pytest.raises(Unavailable, match="fsync is off; full_page_writes is off") as refused:
            EventLedger(database, MemoryVault())
        assert "ALTER SYSTEM SET fsync = on" in str(refused.value)


def test_a_database_made_read_only_while_it_is_used_is_told(database: Database) -> None:
    ledger = on_postgres(database)
    ledger.require_open()
    with psycopg.connect(database.address, autocommit=True) as other:
        name = other.info.dbname
        other.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'.encode())
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(Unavailable, match="takes no writes"):
        ledger.require_open()
