"""The same contract for the twin in memory and for the real SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.store.ledger import EventLedger
from adapters.store.vault import MemoryVault, SqliteVault
from tests.adapters.store.lab import MASTER, open_ledger, shut


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventLedger]:
    in_memory = request.param == "memory"
    opened = EventLedger(None, MemoryVault()) if in_memory else open_ledger(tmp_path)
    yield opened
    shut(opened)


@pytest.fixture
def filed(tmp_path: Path) -> Iterator[EventLedger]:
    """The real ledger alone."""
    opened = open_ledger(tmp_path)
    yield opened
    shut(opened)


@pytest.fixture(params=["memory", "sqlite"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MemoryVault | SqliteVault]:
    in_memory = request.param == "memory"
    opened = MemoryVault() if in_memory else SqliteVault(tmp_path / "vault.sqlite", MASTER)
    yield opened
    opened.close()
