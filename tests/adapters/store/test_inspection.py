"""A second look at the store: what is there is seen as it is, and what is broken is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from adapters.sql.postgres import Database
from adapters.store.inspecting_postgres import LedgerTable
from adapters.store.inspection import Broken, Inspection
from adapters.store.ledger import EventLedger
from adapters.store.stored import StoredRow
from adapters.store.vault import MemoryVault
from domain.errors import Unavailable
from tests.adapters.store.conftest import Opened
from tests.adapters.store.lab import NOW, a_draft, changes, on_postgres, signed


@pytest.fixture
def written(opened: Opened) -> Iterator[EventLedger]:
    with opened() as ledger:
        ledger.append(changes(a_draft(), a_draft()), signed("c-1"), NOW)
        ledger.append(changes(expected=2), signed("c-2"), NOW)
        yield ledger


@pytest.fixture
def look(written: EventLedger) -> Iterator[Inspection]:
    with closing(written.inspect()) as made:
        yield made


@pytest.fixture
def table(database: Database) -> LedgerTable:
    """A ledger of three rows on PostgreSQL, which its keeper can reach."""
    ledger = on_postgres(database)
    ledger.append(changes(a_draft(), a_draft(), a_draft()), signed(), NOW)
    return LedgerTable(database)


def tamper(database: Database, *statements: str) -> None:
    with database.connection() as one:
        for statement in statements:
            one.execute(statement.encode())


def test_it_sees_the_rows_that_the_ledger_gives(written: EventLedger, look: Inspection) -> None:
    rows = written.rows_since(0, 10)
    assert look.rows(None, 10) == look.rows(0, 10) == rows
    assert [look.rows(after, 1) for after in (0, 1, 2)] == [[row] for row in rows]
    assert look.rows(3, 10) == []
    assert [look.row(position) for position in (0, 1, 4)] == [None, rows[0], None]
    assert look.last() == 3


def test_it_sees_receipts_and_clock(written: EventLedger, look: Inspection) -> None:
    kept = {one.command: one for one in look.receipts()}
    first = written.receipt("zoopit", "c-1")
    assert first is not None
    assert sorted(kept) == ["c-1", "c-2"]
    assert kept["c-1"].receipt == first.receipt.model_dump_json()
    assert look.clock() == NOW.isoformat(timespec="microseconds")


def test_a_whole_store_has_nothing_to_complain_of(look: Inspection) -> None:
    assert look.complaints() == []


def test_a_ledger_in_memory_has_no_store_to_look_at() -> None:
    with pytest.raises(Unavailable, match="no store"):
        EventLedger(None, MemoryVault()).inspect()


# --- PostgreSQL --------------------------------------------------------------------------------


def test_a_row_put_in_front_of_the_first_is_seen(table: LedgerTable, database: Database) -> None:
    tamper(database, "UPDATE stored_events SET notification_id = -5 WHERE notification_id = 2")
    found = table.rows(None, 10)
    assert [row.position for row in found if isinstance(row, StoredRow)] == [-5, 1, 3]
    assert [row.position for row in table.rows(0, 10)] == [1, 3]


def test_a_row_with_an_impossible_version_is_broken(table: LedgerTable, database: Database) -> None:
    tamper(database, "UPDATE stored_events SET originator_version = -1 WHERE notification_id = 2")
    assert table.row(2) == Broken(2, "its version is no number")


def test_a_clock_that_was_removed_is_shown_as_such(table: LedgerTable, database: Database) -> None:
    tamper(database, "DELETE FROM clock")
    assert table.clock() == "no row"


def test_a_clock_turned_back_is_complained_of(table: LedgerTable, database: Database) -> None:
    tamper(database, "UPDATE clock SET position = 1")
    assert table.complaints() == ["the clock is at position 1, the last row at 3"]


def test_what_nobody_would_notice_is_said(table: LedgerTable, database: Database) -> None:
    [said] = table.unseen()
    assert "CREATE EXTENSION amcheck" in said
    tamper(database, "CREATE EXTENSION amcheck")
    assert table.unseen() == table.complaints() == []


def test_who_may_not_use_the_extension_is_told_so(table: LedgerTable, database: Database) -> None:
    tamper(
        database,
        "CREATE EXTENSION amcheck",
        "CREATE ROLE modest",
        "GRANT USAGE ON SCHEMA varsel TO modest",
        "GRANT SELECT ON ALL TABLES IN SCHEMA varsel TO modest",
    )
    with database.transaction() as one:
        one.execute("SET LOCAL ROLE modest")
        assert len(table.unseen()) == 1
        assert table.complaints() == []
    tamper(database, "DROP OWNED BY modest", "DROP ROLE modest")


def test_an_index_that_says_otherwise_is_complained_of(
    table: LedgerTable, database: Database
) -> None:
    tamper(
        database,
        "CREATE EXTENSION amcheck",
        # The rows of an index built under another condition: its entry for one of them is missing.
        "DROP INDEX stored_events_position",
        "CREATE UNIQUE INDEX stored_events_position ON stored_events (notification_id)"
        " WHERE notification_id <> 2",
        "UPDATE pg_index SET indpred = NULL WHERE indexrelid = 'stored_events_position'::regclass",
    )
    [said] = table.complaints()
    assert said.startswith("stored_events_position: ")
    assert "lacks matching index tuple" in said


def test_a_server_that_is_away_is_no_damage(table: LedgerTable, database: Database) -> None:
    tamper(database, "CREATE EXTENSION amcheck")
    database.close()
    for look in (table.complaints, table.last, lambda: table.row(1), lambda: table.rows(0, 1)):
        with pytest.raises(Unavailable):
            look()


def test_a_row_on_a_broken_page_is_named(table: LedgerTable, database: Database) -> None:
    tamper(
        database,
        "CREATE FUNCTION torn() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE "
        "data_corrupted USING MESSAGE = 'invalid page in block 0'; END $$",
        "ALTER TABLE stored_events RENAME TO whole",
        "CREATE VIEW stored_events AS SELECT originator_id, originator_version, topic, state,"
        " CASE notification_id WHEN 2 THEN torn() ELSE notification_id END AS notification_id"
        " FROM whole",
    )
    found = table.row(2)
    assert isinstance(found, Broken)
    assert "invalid page in block 0" in found.why
