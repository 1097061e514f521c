"""Whatever is done to the ledger's file behind its back is found, and called by its name."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.errors import Unavailable
from tests.adapters.evidence.lab import (
    fill,
    follow,
    kinds,
    looked,
    made,
    opened,
    restated,
    seen,
    tamper,
)

TWO = "CREATE TEMP TABLE two AS SELECT rowid AS r, * FROM stored_events WHERE rowid IN (3, 5)"
PLACES = (
    "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state) "
    "SELECT 8 - r, originator_id, originator_version, topic, state FROM two"
)
STATES = (
    "UPDATE stored_events SET state = (SELECT state FROM two "
    "WHERE r = 8 - stored_events.rowid) WHERE rowid IN (3, 5)"
)
SWAP_ROWS = (TWO, "DELETE FROM stored_events WHERE rowid IN (3, 5)", PLACES)
SWAP_STATES = (TWO, STATES)
ROW_4 = "UPDATE stored_events SET {} WHERE rowid=4"
COPIED = (
    "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state) "
    "SELECT {to}, 'ffffffffffffffffffffffffffffffff', 1, topic, state "
    "FROM stored_events WHERE rowid={of}"
)


def test_a_ledger_that_nobody_touched_is_well(tmp_path: Path) -> None:
    made(tmp_path)
    assert looked(tmp_path) == []


def test_an_empty_ledger_is_well(tmp_path: Path) -> None:
    made(tmp_path, 0)
    assert looked(tmp_path) == []


def test_rows_that_the_follower_has_not_met_yet_are_no_finding(tmp_path: Path) -> None:
    made(tmp_path)
    with opened(tmp_path) as (ledger, _):
        fill(ledger, 3, 8)
    assert looked(tmp_path) == []


def test_a_changed_row_is_named(tmp_path: Path) -> None:
    made(tmp_path)
    restated(tmp_path, 4, lambda state: state.replace(b'"joker"', b'"kiwii"'))
    [found] = looked(tmp_path)
    assert found.kind == "changed"
    assert "position 4" in found.what


@pytest.mark.parametrize(
    "change",
    [
        "topic='varsel.Another'",
        "originator_version=100",
        "originator_id='ffffffffffffffffffffffffffffffff'",
    ],
)
def test_a_row_that_is_called_otherwise_is_named(tmp_path: Path, change: str) -> None:
    made(tmp_path)
    tamper(tmp_path, ROW_4.format(change))
    assert "changed" in kinds(looked(tmp_path))


def test_a_removed_row_is_named(tmp_path: Path) -> None:
    made(tmp_path)
    tamper(tmp_path, "DELETE FROM stored_events WHERE rowid=4")
    found = looked(tmp_path)
    assert kinds(found) == ["receipt", "removed", "stream"]
    assert any(one.what == "the row at position 4 is gone" for one in found)


def test_rows_removed_from_the_end_are_named(tmp_path: Path) -> None:
    made(tmp_path)
    tamper(tmp_path, "DELETE FROM stored_events WHERE rowid>6")
    assert kinds(looked(tmp_path)) == ["clock", "receipt", "receipt", "removed", "removed"]


def test_a_row_inserted_into_a_gap_is_named(tmp_path: Path) -> None:
    made(tmp_path, 3)
    with opened(tmp_path) as (ledger, log):
        fill(ledger, 1, 3)
        tamper(tmp_path, "UPDATE stored_events SET rowid=10 WHERE rowid=4")  # as PostgreSQL may
        follow(log)
    tamper(tmp_path, COPIED.format(to=7, of=2))
    assert "inserted" in kinds(looked(tmp_path))


def test_a_row_inserted_before_the_first_is_named(tmp_path: Path) -> None:
    made(tmp_path)
    tamper(tmp_path, COPIED.format(to=-3, of=2))
    assert "inserted" in kinds(looked(tmp_path))


@pytest.mark.parametrize("how", [SWAP_ROWS, SWAP_STATES], ids=["rows", "states"])
def test_swapped_rows_are_named_as_such(tmp_path: Path, how: tuple[str, ...]) -> None:
    made(tmp_path)
    tamper(tmp_path, *how)
    found = looked(tmp_path)
    assert "swapped" in kinds(found)
    assert "changed" not in kinds(found)
    assert any("3 and 5" in one.what for one in found)


def test_a_back_dated_row_is_named(tmp_path: Path) -> None:
    made(tmp_path)
    restated(tmp_path, 4, lambda state: state.replace(b"2023-02-28", b"2023-02-20"))
    assert kinds(looked(tmp_path)) == ["back-dated", "changed"]


def test_a_back_dated_row_is_named_even_where_the_log_signed_it(tmp_path: Path) -> None:
    made(tmp_path, 4)
    with opened(tmp_path) as (ledger, log):
        fill(ledger, 1, 4)
        restated(tmp_path, 5, lambda state: state.replace(b"2023-02-28", b"2023-02-20"))
        follow(log)
        fill(ledger, 1, 5)
        follow(log)
    assert kinds(looked(tmp_path)) == ["back-dated"]


@pytest.mark.parametrize(
    "change",
    ["state=x'ff'", "state='text'", "originator_id='?'", "originator_version='one'", "topic=x'00'"],
)
def test_an_unreadable_row_is_named_and_the_scan_goes_on(tmp_path: Path, change: str) -> None:
    made(tmp_path)
    tamper(tmp_path, ROW_4.format(change))
    restated(tmp_path, 6, lambda state: state.replace(b'"joker"', b'"kiwii"'))
    found = kinds(looked(tmp_path))
    assert "unreadable" in found
    assert "changed" in found


MISWRITTEN: dict[str, Callable[[bytes], bytes]] = {
    "a space": lambda state: state.replace(b'"v":1', b'"v": 1'),
    "a line behind": lambda state: state + b"\n",
    "a key twice": lambda state: state.replace(b'"v":1', b'"v":1,"v":1'),
    "another order": lambda state: b'{"v":1,' + state[1:].replace(b',"v":1}', b"}"),
    "an escape": lambda state: state.replace(b'"joker"', b'"\\u006aoker"'),
    "a mark of order": lambda state: b"\xef\xbb\xbf" + state,
    "another encoding": lambda state: state.decode().encode("utf-16"),
    "half a character": lambda state: state.replace(b'"joker"', b'"\\ud800"'),
    "a number in other words": lambda state: state.replace(b'"v":1', b'"v":1e0'),
    "no salt": lambda state: re.sub(rb',"salt":"[0-9a-f]*"', b"", state),
    "an actor left out": lambda state: state.replace(b'"actor":null,', b""),
    "no object": lambda _: b"[]",
    "too deep to read": lambda _: b"[" * 100_000,
}


@pytest.mark.parametrize("how", MISWRITTEN)
def test_a_row_that_says_the_same_in_another_writing_is_named(tmp_path: Path, how: str) -> None:
    made(tmp_path)
    restated(tmp_path, 4, MISWRITTEN[how])
    found = looked(tmp_path)
    assert {"changed", "unreadable"} <= set(kinds(found))
    assert all("position 4" in one.what for one in found if one.kind in {"changed", "unreadable"})


@pytest.mark.parametrize("how", MISWRITTEN)
def test_so_is_one_that_the_follower_has_not_met_yet(tmp_path: Path, how: str) -> None:
    made(tmp_path)
    with opened(tmp_path) as (ledger, _):
        fill(ledger, 1, 8)
    restated(tmp_path, 9, MISWRITTEN[how])
    named = [one.what for one in looked(tmp_path) if one.kind == "unreadable"]
    assert named
    assert all("position 9" in what for what in named)


def test_a_stream_whose_id_is_spelled_otherwise_is_named(tmp_path: Path) -> None:
    """The same id, but the library looks streams up by its spelling: the events would be gone."""
    made(tmp_path)
    tamper(tmp_path, "UPDATE stored_events SET originator_id=upper(originator_id) WHERE rowid=4")
    assert "unreadable" in kinds(looked(tmp_path))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE receipts SET digest='another' WHERE command='c-3'",
        "UPDATE receipts SET receipt='{}' WHERE command='c-3'",
        "UPDATE receipts SET command='c-33' WHERE command='c-3'",
        "DELETE FROM receipts WHERE command='c-3'",
        "INSERT INTO receipts VALUES ('zoopit', 'never', 'd', '{}')",
    ],
)
def test_a_receipt_that_was_touched_is_named(tmp_path: Path, change: str) -> None:
    made(tmp_path)
    tamper(tmp_path, change)
    assert set(kinds(looked(tmp_path))) == {"receipt"}


@pytest.mark.parametrize("change", ["UPDATE clock SET at='2030-01-01'", "DELETE FROM clock"])
def test_a_clock_that_was_set_is_named(tmp_path: Path, change: str) -> None:
    made(tmp_path)
    tamper(tmp_path, change)
    assert kinds(looked(tmp_path)) == ["clock"]


def test_a_row_that_the_index_does_not_lead_to_is_named(tmp_path: Path) -> None:
    """The rows are as signed, yet who reads the stream by its id would miss one."""
    made(tmp_path)
    tamper(
        tmp_path,
        "PRAGMA writable_schema=ON",
        "UPDATE sqlite_master SET rootpage=(SELECT rootpage FROM sqlite_master "
        "WHERE name='clock') WHERE name='sqlite_autoindex_stored_events_1'",
    )
    assert "file" in kinds(looked(tmp_path))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE nodes SET hash=x'00' WHERE level=1 AND number=1",
        "DELETE FROM nodes WHERE level=2 AND number=0",
        "UPDATE nodes SET hash=zeroblob(32) WHERE level=0 AND number=3",
        "UPDATE checkpoints SET note=replace(note, '3', '4') WHERE size=3",
        "UPDATE checkpoints SET note=(SELECT note FROM checkpoints WHERE size=2) WHERE size=3",
    ],
)
def test_a_log_that_contradicts_itself_is_named(tmp_path: Path, change: str) -> None:
    made(tmp_path)
    tamper(tmp_path, change, name="evidence.sqlite")
    assert "log" in kinds(looked(tmp_path))


def test_a_missing_leaf_is_named_before_the_log_is_used(tmp_path: Path) -> None:
    made(tmp_path)
    tamper(tmp_path, "DELETE FROM leaves WHERE number=3", name="evidence.sqlite")
    with pytest.raises(Unavailable, match="holds 7 leaves"):
        looked(tmp_path)


def test_a_scan_is_not_misled_by_what_the_library_remembers(tmp_path: Path) -> None:
    """The file changes under an open ledger, which goes on reading from its cache."""
    made(tmp_path)
    with opened(tmp_path) as (ledger, log):
        ledger.since(0, 100)
        db = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()
        raw = (tmp_path / "ledger.sqlite").read_bytes()
        assert raw.count(b'"command":"c-3","corrects"') == 1
        (tmp_path / "ledger.sqlite").write_bytes(raw.replace(b'"c-3","corr', b'"c-9","corr'))
        found = seen(tmp_path, log)
    assert "changed" in kinds(found)
