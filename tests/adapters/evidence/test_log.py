"""The log is in step with the ledger, whatever happens between, and never takes a word back."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import logs
from adapters.engines.bell import LocalBell
from adapters.evidence import log as log_module
from adapters.evidence import tree
from adapters.evidence.follower import Follower
from adapters.evidence.leaf import leaf_hash
from adapters.evidence.log import TransparencyLog
from adapters.store.stored import StoredRow
from domain.errors import Invalid, NotFound, Unavailable
from tests.adapters.evidence import rfc9162
from tests.adapters.evidence.lab import SIGNER, fill, follow, made, opened, restated, tamper

SIZES = (1, 2, 3, 7, 8, 9)


class Broken(Exception):
    """The process ends here."""


def contents(folder: Path) -> dict[str, list[Any]]:
    """Everything in the log's file."""
    with contextlib.closing(sqlite3.connect(folder / "evidence.sqlite")) as db:
        tables = ("leaves", "nodes", "checkpoints")
        return {one: db.execute("SELECT * FROM " + one).fetchall() for one in tables}  # noqa: S608 - ours


def test_every_row_is_a_leaf_under_a_dense_index(tmp_path: Path) -> None:
    with opened(tmp_path) as (ledger, log):
        fill(ledger, 5)
        follow(log)
        rows = ledger.rows_since(0, 100)
        leaves = log.leaves(0)
    assert [leaf.index for leaf in leaves] == [0, 1, 2, 3, 4]
    assert [leaf.position for leaf in leaves] == [row.position for row in rows]
    assert [leaf.hash for leaf in leaves] == [leaf_hash(row) for row in rows]


def test_gaps_of_the_ledger_are_no_gaps_of_the_log(tmp_path: Path) -> None:
    with opened(tmp_path) as (ledger, log):
        fill(ledger, 3)
        tamper(tmp_path, "UPDATE stored_events SET rowid=rowid*10")
        follow(log)
        assert [log.index_of(position) for position in (10, 20, 30)] == [0, 1, 2]
        with pytest.raises(NotFound, match="no leaf for this position"):
            log.index_of(2)


@pytest.mark.parametrize("size", SIZES)
def test_its_proofs_hold_under_its_signed_roots(tmp_path: Path, size: int) -> None:
    made(tmp_path, size)
    with opened(tmp_path) as (_, log):
        leaves = [leaf.hash for leaf in log.leaves(0)]
        newest = log.checkpoint_at(size)
        assert newest == log.checkpoint()
        assert newest.root == rfc9162.mth(leaves)
        for index in range(size):
            proof = log.inclusion(index, size)
            assert tree.verify_inclusion(leaves[index], index, size, proof, newest.root)
        for old in range(1, size):
            before, proof = log.checkpoint_at(old), log.consistency(old, size)
            assert tree.verify_consistency(old, size, before.root, newest.root, proof)


def test_the_checkpoint_says_when_the_last_event_was_recorded(tmp_path: Path) -> None:
    with opened(tmp_path) as (ledger, log):
        fill(ledger, 3)
        follow(log)
        newest = log.checkpoint()
        assert newest is not None
        assert newest.recorded_at == ledger.since(2, 1)[0].envelope.recorded_at


def test_before_the_first_event_nothing_is_signed(tmp_path: Path) -> None:
    with opened(tmp_path) as (_, log):
        follow(log)
        assert (log.checkpoint(), log.size(), log.position()) == (None, 0, 0)
        assert log.root(0) == tree.EMPTY


def test_what_it_does_not_hold_it_does_not_prove(tmp_path: Path) -> None:
    made(tmp_path, 3)
    with opened(tmp_path) as (_, log):
        for ask in (
            lambda: log.root(4),
            lambda: log.inclusion(0, 4),
            lambda: log.consistency(1, 4),
            lambda: log.inclusion(3, 3),
        ):
            with pytest.raises(Invalid):
                ask()
        for seek in (lambda: log.leaf(3), lambda: log.checkpoint_at(4)):
            with pytest.raises(NotFound):
                seek()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=6))
def test_however_often_it_catches_up_the_tree_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("steps")
    with opened(folder) as (ledger, log):
        for step in steps:
            fill(ledger, step, log.size())
            follow(log)
        found = log.checkpoint()
        assert found is not None
        assert found.root == rfc9162.mth([leaf_hash(row) for row in ledger.rows_since(0, 100)])


# --- a crash at any step -------------------------------------------------------------------------


class Breaking:
    """A connection that breaks at its n-th statement from here on."""

    def __init__(self, db: sqlite3.Connection, left: int) -> None:
        self._db, self.left = db, left

    def execute(self, statement: str, values: Sequence[Any]) -> Any:
        self._count()
        return self._db.execute(statement, values)

    def executemany(self, statement: str, values: Iterable[Sequence[Any]]) -> Any:
        """Breaks between any two rows, too."""
        for one in values:
            self._count()
            self._db.execute(statement, one)

    def close(self) -> None:
        self._db.close()

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Broken


def breaking(log: TransparencyLog, left: int) -> Breaking:
    """The log's connection, from here on one that breaks."""
    store: Any = log._store
    store._db = Breaking(store._db, left)
    return store._db  # type: ignore[no-any-return]  # what was just put there


@pytest.mark.parametrize("step", range(60))
def test_a_crash_at_any_step_is_made_good_by_catching_up(tmp_path: Path, step: int) -> None:
    whole, crashed = tmp_path / "whole", tmp_path / "crashed"
    for folder in (whole, crashed):
        folder.mkdir()
    with opened(crashed) as (ledger, log):
        fill(ledger, 3)
        follow(log)
        fill(ledger, 4, 3)
        breaking(log, step)
        with contextlib.suppress(Broken):
            follow(log)
    with opened(crashed) as (_, log):  # its connection is gone, as after a kill
        follow(log)
        log.require_agreement()
    (whole / "ledger.sqlite").write_bytes((crashed / "ledger.sqlite").read_bytes())
    (whole / "vault.sqlite").write_bytes((crashed / "vault.sqlite").read_bytes())
    with opened(whole) as (_, log):
        follow(log)
    fresh, found = contents(whole), contents(crashed)
    assert (found["leaves"], found["nodes"]) == (fresh["leaves"], fresh["nodes"])
    assert found["checkpoints"][-1] == fresh["checkpoints"][-1]


def test_the_crashes_reach_every_step(tmp_path: Path) -> None:
    """The loop above goes past the last statement."""
    with opened(tmp_path) as (ledger, log):
        fill(ledger, 3)
        follow(log)
        fill(ledger, 4, 3)
        counting = breaking(log, 60)
        follow(log)
    assert counting.left > 0


# --- a disagreement ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: restated(folder, 4, lambda state: state.replace(b"joker", b"kiwii")),
        lambda folder: tamper(folder, "DELETE FROM stored_events WHERE rowid=4"),
    ],
)
def test_where_the_last_row_is_another_one_nothing_more_is_signed(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    made(tmp_path, 4)
    before = contents(tmp_path)
    change(tmp_path)
    with opened(tmp_path) as (ledger, log):
        tamper(
            tmp_path,
            "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state) "
            "SELECT 9, originator_id, 9, topic, state FROM stored_events WHERE rowid=1",
        )
        assert ledger.position() == 9
        with pytest.raises(Unavailable, match="disagree"):
            follow(log)
        with pytest.raises(Unavailable, match="disagree"):
            log.require_agreement()
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM leaves WHERE number=2",
        "DELETE FROM checkpoints WHERE size=4",
        "UPDATE checkpoints SET note='nothing' WHERE size=4",
    ],
)
def test_a_log_whose_last_word_does_not_fit_is_not_opened(tmp_path: Path, change: str) -> None:
    made(tmp_path, 4)
    tamper(tmp_path, change, name="evidence.sqlite")
    with pytest.raises(Unavailable, match="disagree"), opened(tmp_path):
        pass


def test_a_file_that_is_no_database_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "evidence.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(Unavailable, match="does not answer"), opened(tmp_path):
        pass


def test_nodes_that_do_not_amount_to_the_signed_root_are_noticed(tmp_path: Path) -> None:
    made(tmp_path, 4)
    tamper(tmp_path, "UPDATE nodes SET hash=zeroblob(32) WHERE level=2", name="evidence.sqlite")
    with opened(tmp_path) as (_, log), pytest.raises(Unavailable, match="do not amount"):
        log.require_agreement()


# --- the follower --------------------------------------------------------------------------------


@contextlib.contextmanager
def following(log: TransparencyLog) -> Any:
    logs.configure("ERROR")
    follower = Follower(log, logs.get(), LocalBell())
    follower.start()
    try:
        yield follower
    finally:
        follower.stop()


def test_the_follower_signs_whatever_is_appended(tmp_path: Path) -> None:
    with opened(tmp_path) as (ledger, log), following(log) as follower:
        ledger.watch(follower.wake)
        for number in range(5):
            fill(ledger, 1, number)
            assert follower.wait_for(number + 1, 20.0)
        assert log.size() == 5


def test_several_batches_come_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "BATCH", 2)
    with opened(tmp_path) as (ledger, log):
        fill(ledger, 5)
        with following(log) as follower:
            assert follower.wait_for(5, 20.0)
        assert [one.size for one in log.checkpoints()] == [2, 4, 5]


def test_a_follower_in_trouble_says_so_and_nobody_waits_for_it(tmp_path: Path) -> None:
    made(tmp_path, 2)
    restated(tmp_path, 2, lambda state: state.replace(b"joker", b"kiwii"))
    with opened(tmp_path) as (_, log), following(log) as follower:
        assert not follower.wait_for(3, 20.0)
        assert "disagree" in (follower.trouble or "")


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state + b" ",
        lambda state: state.replace(b'"v":1', b'"v":1,"v":1'),
        lambda state: state.replace(b'"actor":null,', b""),
        lambda _: b"no JSON",
        lambda _: b"[" * 100_000,
    ],
    ids=["a space", "a key twice", "no actor", "no JSON", "too deep"],
)
def test_a_row_that_no_platform_wrote_like_this_is_never_signed_for(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    made(tmp_path, 2)
    with opened(tmp_path) as (ledger, log):
        fill(ledger, 2, 2)
        restated(tmp_path, 4, change)
        with following(log) as follower:
            assert not follower.wait_for(4, 20.0)
            assert "position 4" in (follower.trouble or "")
        assert log.size() == 2


def test_a_follower_whose_ledger_fails_goes_on_when_it_is_back(tmp_path: Path) -> None:
    with opened(tmp_path) as (ledger, log):
        fill(ledger, 1)
        source = Failing(ledger.rows_since, ledger.receipt_hashes)
        log._source = source
        with following(log) as follower:
            assert source.failed.wait(20.0)
            source.well = True
            follower.wake()
            deadline = time.monotonic() + 20.0
            while not follower.wait_for(1, 20.0):  # at once while there is trouble
                assert time.monotonic() < deadline
            assert follower.trouble is None
        assert log.size() == 1


class Failing:
    """A ledger that does not answer for a while."""

    def __init__(
        self,
        rows: Callable[[int, int], Sequence[StoredRow]],
        receipts: Callable[[Sequence[StoredRow]], list[bytes | None]],
    ) -> None:
        self._rows, self._receipts = rows, receipts
        self.failed, self.well = threading.Event(), False

    def rows_since(self, position: int, limit: int) -> Sequence[StoredRow]:
        if not self.well:
            self.failed.set()
            raise OSError("the disk is gone")
        return self._rows(position, limit)

    def receipt_hashes(self, rows: Sequence[StoredRow]) -> list[bytes | None]:
        return self._receipts(rows)


def test_the_key_of_the_tests_is_no_secret() -> None:
    assert SIGNER.verifier.name == "varsel/test"
