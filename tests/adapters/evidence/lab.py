"""A small ledger with its transparency log, and hands to tamper with both."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from adapters.evidence.checkpoint import Signer
from adapters.evidence.findings import Finding
from adapters.evidence.log import TransparencyLog
from adapters.evidence.scan import scan
from adapters.evidence.source import Source
from adapters.sql.sqlite import SqliteStore
from adapters.store.inspection import LedgerFile
from adapters.store.ledger import EventLedger
from adapters.store.stored import StoredRow
from tests.adapters.store.lab import a_draft, changes, later, open_ledger, shut, signed

SIGNER = Signer("varsel/test", bytes(range(32)))


def fill(ledger: EventLedger, count: int, first: int = 0) -> None:
    """So many events on one stream, a minute apart, each of a command of its own."""
    for number in range(first, first + count):
        taken = signed(f"c-{number}")
        ledger.append(changes(a_draft(), expected=number), taken, later(minutes=number))


@contextmanager
def log_in(folder: Path, source: Source) -> Generator[TransparencyLog]:
    """A folder's log."""
    store = SqliteStore(folder / "evidence.sqlite")
    try:
        yield TransparencyLog(store, source, SIGNER)
    finally:
        store.close()


@contextmanager
def opened(folder: Path) -> Generator[tuple[EventLedger, TransparencyLog]]:
    ledger = open_ledger(folder)
    try:
        with log_in(folder, ledger) as log:
            yield ledger, log
    finally:
        shut(ledger)


def follow(log: TransparencyLog) -> None:
    while log.catch_up():
        pass


def made(folder: Path, count: int = 8) -> None:
    """A ledger of so many events, all of them signed for, in a folder."""
    with opened(folder) as (ledger, log):
        for number in range(count):
            fill(ledger, 1, number)
            follow(log)


class Still:
    """A ledger that gives the log nothing more."""

    def rows_since(self, position: int, limit: int) -> Sequence[StoredRow]:  # noqa: ARG002
        return []

    def receipt_hashes(self, rows: Sequence[StoredRow]) -> list[bytes | None]:
        return [None for _ in rows]


def looked(folder: Path) -> list[Finding]:
    """What a scan finds in a folder on which nothing runs."""
    with log_in(folder, Still()) as log:
        return seen(folder, log)


def seen(folder: Path, log: TransparencyLog) -> list[Finding]:
    """What a scan finds beside an open log."""
    file = LedgerFile(folder / "ledger.sqlite")
    try:
        return list(scan(file, log))
    finally:
        file.close()


def kinds(found: list[Finding]) -> list[str]:
    return sorted(one.kind for one in found)


def tamper(folder: Path, *statements: str, name: str = "ledger.sqlite") -> None:
    """Do to a file what its keeper could."""
    db = sqlite3.connect(folder / name, isolation_level=None)
    try:
        for one in statements:
            db.execute(one)
    finally:
        db.close()


def restated(folder: Path, position: int, change: Callable[[bytes], bytes]) -> None:
    """Change the stored bytes of one row."""
    db = sqlite3.connect(folder / "ledger.sqlite", isolation_level=None)
    try:
        query = "SELECT state FROM stored_events WHERE rowid=?"
        [(state,)] = db.execute(query, (position,)).fetchall()
        assert change(state) != state
        update = "UPDATE stored_events SET state=? WHERE rowid=?"
        db.execute(update, (change(state), position))
    finally:
        db.close()
