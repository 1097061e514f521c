"""One bit of the ledger's file flips: it is named, or nothing that anybody reads has changed."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from adapters.evidence.log import TransparencyLog
from adapters.evidence.scan import scan
from adapters.store.inspection import LedgerFile
from domain.errors import Unavailable
from tests.adapters.evidence.lab import Still, log_in, made

PAGE = 512  # the smallest that SQLite has: more pages, less unused space
STRIPES = 6  # tests among which all bits are shared out, and so among workers
BY_STREAM = "SELECT * FROM stored_events WHERE originator_id=? ORDER BY originator_version"
BY_COMMAND = "SELECT digest, receipt FROM receipts WHERE party=? AND command=?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two signed events in a file without a log beside it."""
    root = tmp_path_factory.mktemp("bits")
    made(root, 2)
    db = sqlite3.connect(root / "ledger.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode=DELETE")
    db.execute(f"PRAGMA page_size={PAGE}")
    db.execute("VACUUM")
    db.close()
    return root


def everything(path: Path, keys: list[tuple[str, tuple[str, ...]]]) -> Any:
    """All that the platform ever reads from the file, in every way that it does."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        return [db.execute(statement, values).fetchall() for statement, values in keys]


def ways(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        streams = db.execute("SELECT DISTINCT originator_id FROM stored_events").fetchall()
        commands = db.execute("SELECT party, command FROM receipts").fetchall()
    return [
        ("SELECT rowid, * FROM stored_events ORDER BY rowid", ()),
        ("SELECT MAX(rowid) FROM stored_events", ()),
        ("SELECT at FROM clock WHERE one=1", ()),
        *((BY_STREAM, stream) for stream in streams),
        *((BY_COMMAND, command) for command in commands),
    ]


def is_well(folder: Path, log: TransparencyLog) -> bool:
    """Whether a scan says so."""
    try:
        file = LedgerFile(folder / "ledger.sqlite")
    except Unavailable:
        return False
    try:
        return not list(scan(file, log))
    finally:
        file.close()


def silent(folder: Path, bits: Iterable[int]) -> list[int]:
    """The bits of which the scan said nothing although something read otherwise."""
    path = folder / "ledger.sqlite"
    raw, keys = path.read_bytes(), ways(path)
    before, found = everything(path, keys), list[int]()
    handle = os.open(path, os.O_RDWR)
    try:
        with log_in(folder, Still()) as log:
            for bit in bits:
                byte, mask = bit // 8, 1 << bit % 8
                os.pwrite(handle, bytes([raw[byte] ^ mask]), byte)
                if is_well(folder, log) and everything(path, keys) != before:
                    found.append(bit)
                os.pwrite(handle, raw[byte : byte + 1], byte)
    finally:
        os.close(handle)
    return found


def test_the_file_is_well_before(folder: Path) -> None:
    with log_in(folder, Still()) as log:
        assert is_well(folder, log)


@pytest.mark.parametrize("stripe", range(STRIPES))
def test_no_bit_of_the_file_flips_in_silence(folder: Path, stripe: int) -> None:
    bits = (folder / "ledger.sqlite").stat().st_size * 8
    assert silent(folder, range(stripe, bits, STRIPES)) == []
