"""The same contract for the twin in memory, for the real SQLite file and for PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from adapters.sql.postgres import Database, address
from adapters.store.ledger import EventLedger
from adapters.store.vault import MemoryVault, SealedVault, vault_file
from tests.adapters.store.lab import MASTER, on_postgres, open_ledger, shut
from tests.postgres import database as new_database

Opened = Callable[[], AbstractContextManager[EventLedger]]
EVERY = ["memory", "sqlite", "postgres"]


@pytest.fixture
def database() -> Iterator[Database]:
    """A new database on a real server."""
    with closing(Database(address(new_database()))) as made:
        yield made


@pytest.fixture(params=EVERY)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventLedger]:
    if request.param == "memory":
        opened = EventLedger(None, MemoryVault())
    elif request.param == "sqlite":
        opened = open_ledger(tmp_path)
    else:
        opened = on_postgres(request.getfixturevalue("database"))
    yield opened
    shut(opened)


@pytest.fixture
def filed(tmp_path: Path) -> Iterator[EventLedger]:
    """The one on an SQLite file alone."""
    opened = open_ledger(tmp_path)
    yield opened
    shut(opened)


@pytest.fixture(params=EVERY)
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MemoryVault | SealedVault]:
    if request.param == "memory":
        opened: MemoryVault | SealedVault = MemoryVault()
    elif request.param == "sqlite":
        opened = SealedVault(vault_file(tmp_path / "vault.sqlite"), MASTER)
    else:
        opened = SealedVault(request.getfixturevalue("database").store(), MASTER)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    """Opens the same store, again and again."""

    @contextmanager
    def once() -> Iterator[EventLedger]:
        if request.param == "sqlite":
            ledger = open_ledger(tmp_path)
        else:
            database: Database = request.getfixturevalue("database")
            ledger = on_postgres(database)
        try:
            yield ledger
        finally:
            shut(ledger)

    return once
