"""What the SQLite ledger adds: on disk when it says so, and out of reach of others' settings."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import cast

import pytest

from adapters.store.ledger import EventLedger
from adapters.store.sqlite import SqliteLedgerRecorder
from adapters.store.vault import MemoryVault
from domain.errors import Unavailable
from tests.adapters.store.lab import (
    NOTICE,
    NOW,
    a_draft,
    a_question,
    changes,
    open_ledger,
    shut,
    signed,
)


@contextmanager
def on_disk(folder: Path) -> Iterator[EventLedger]:
    ledger = open_ledger(folder)
    try:
        yield ledger
    finally:
        shut(ledger)


def pragma(ledger: EventLedger, name: str, connections: int = 6) -> set[object]:
    """A setting of the recorder's writing connection, and of such as it reads with."""
    recorder = cast("SqliteLedgerRecorder", ledger._recorder)
    with ExitStack() as held:
        more = [held.enter_context(closing(recorder.connect())) for _ in range(connections)]
        every = [recorder._writer, *more]
        return {one.execute(f"PRAGMA {name}").fetchone()[0] for one in every}


# --- on disk -----------------------------------------------------------------------------------


def test_every_connection_flushes_each_commit_to_disk(filed: EventLedger) -> None:
    full = 2
    assert pragma(filed, "synchronous") == {full}


def test_every_connection_writes_ahead(filed: EventLedger) -> None:
    assert pragma(filed, "journal_mode") == {"wal"}


def test_only_its_owner_may_read_the_files(tmp_path: Path) -> None:
    with on_disk(tmp_path) as ledger:
        ledger.append(changes(), signed(), NOW)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert "ledger.sqlite-wal" in modes
    assert set(modes.values()) == {0o600}


def test_a_closed_ledger_leaves_no_file_open(tmp_path: Path) -> None:
    with on_disk(tmp_path) as ledger:
        ledger.append(changes(a_draft(a_question())), signed(), NOW)
    still_open = [fd.readlink() for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink()]
    assert not [file for file in still_open if file.is_relative_to(tmp_path)]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["ledger.sqlite", "vault.sqlite"]


# --- settings come from the composition root alone ---------------------------------------------


@pytest.fixture
def a_crowded_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    elsewhere = tmp_path / "elsewhere.sqlite"
    for prefix in ("", "VARSEL_"):
        monkeypatch.setenv(f"{prefix}SQLITE_DBNAME", str(elsewhere))
        monkeypatch.setenv(f"{prefix}PERSISTENCE_MODULE", "eventsourcing.postgres")
        monkeypatch.setenv(f"{prefix}APPLICATION_RECORDER_TOPIC", "no.such:Recorder")
        monkeypatch.setenv(f"{prefix}CREATE_TABLE", "no")
        monkeypatch.setenv(f"{prefix}SQLITE_LOCK_TIMEOUT", "not a number")
        monkeypatch.setenv(f"{prefix}COMPRESSOR_TOPIC", "zlib")
        monkeypatch.setenv(f"{prefix}IS_SNAPSHOTTING_ENABLED", "yes")
    return elsewhere


def test_the_librarys_environment_variables_do_not_reach_the_file(
    a_crowded_environment: Path, tmp_path: Path
) -> None:
    with on_disk(tmp_path) as ledger:
        ledger.append(changes(), signed(), NOW)
    with on_disk(tmp_path) as ledger:
        assert ledger.position() == 1
    assert not a_crowded_environment.exists()


def test_the_librarys_environment_variables_do_not_reach_the_twin(
    a_crowded_environment: Path,
) -> None:
    ledger = EventLedger(None, MemoryVault())
    ledger.append(changes(), signed(), NOW)
    assert ledger.position() == 1
    ledger.close()
    assert not a_crowded_environment.exists()


# --- when the disk says no ---------------------------------------------------------------------


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"this is a letter to the editor" * 100)
    with pytest.raises(Unavailable, match="ledger"):
        EventLedger(tmp_path / "ledger.sqlite", MemoryVault())


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="ledger"):
        EventLedger(tmp_path / "no folder" / "ledger.sqlite", MemoryVault())


def test_a_closed_ledger_says_that_it_does_not_answer(ledger: EventLedger) -> None:
    if isinstance(ledger._recorder, SqliteLedgerRecorder):
        ledger.close()
        with pytest.raises(Unavailable):
            ledger.append(changes(), signed(), NOW)
        with pytest.raises(Unavailable):
            ledger.since(0, 1)


def test_a_full_disk_refuses_the_command_and_the_ledger_goes_on(filed: EventLedger) -> None:
    filed.append(changes(), signed("c-1"), NOW)
    writer = cast("SqliteLedgerRecorder", filed._recorder)._writer
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count={pages}")
    many = changes(*[a_draft(a_question("x" * 9000)) for _ in range(40)], stream=NOTICE)
    with pytest.raises(Unavailable, match="ledger"):
        filed.append(many, signed("too much", "joker"), NOW)
    assert filed.receipt("joker", "too much") is None
    assert filed.read(NOTICE) == []
    writer.execute("PRAGMA max_page_count=1000000")
    filed.append(many, signed("too much", "joker"), NOW)
    assert len(filed.read(NOTICE)) == 40


def test_a_row_removed_by_hand_leaves_a_gap(filed: EventLedger, tmp_path: Path) -> None:
    filed.append(changes(a_draft(), a_draft(), a_draft()), signed(), NOW)
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as db, db:
        db.execute("DELETE FROM stored_events WHERE rowid=2")
    assert filed.at(2) is None
    assert [read.position for read in filed.since(0, 10)] == [1, 3]


def test_a_file_that_cannot_be_written_to_any_more_is_told(filed: EventLedger) -> None:
    filed.require_open()
    recorder = cast("SqliteLedgerRecorder", filed._recorder)
    recorder._path.rename(recorder._path.with_suffix(".away"))
    with pytest.raises(Unavailable, match="takes no writes"):
        filed.require_open()
