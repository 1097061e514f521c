"""The log's promises on either engine; on PostgreSQL with several processes that read, or write."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from adapters import logs, looking
from adapters.canonical import canonical
from adapters.engines.bell import LocalBell
from adapters.engines.postgres import PostgresBell
from adapters.evidence import tree
from adapters.evidence.follower import Follower, Watcher
from adapters.evidence.leaf import leaf_hash
from adapters.evidence.log import BATCH, TransparencyLog
from adapters.evidence.opening import LAST, remember_last, require_last, signer
from adapters.sql.postgres import Database, address
from adapters.sql.sqlite import SqliteStore
from adapters.sql.store import Store
from adapters.store.stored import StoredRow
from adapters.store.vault import MemoryVault
from domain.errors import Unavailable
from tests import postgres
from tests.adapters.evidence import rfc9162
from tests.adapters.evidence.lab import SIGNER, follow

START = datetime(2026, 2, 27, tzinfo=UTC)
Open = Callable[[], Store]


class Rows:
    """A ledger of so many rows, each tenth position a gap, as a rolled back insert leaves one."""

    def __init__(self, count: int = 0) -> None:
        self.rows: list[StoredRow] = []
        self.grow(count)

    def grow(self, count: int) -> None:
        for number in range(len(self.rows), len(self.rows) + count):
            position = 1 + number + number // 9
            at = START + timedelta(seconds=number)
            envelope = {
                "actor": None,
                "command": f"c-{number}",
                "recorded_at": at.isoformat(),
                "salt": "00" * 16,
            }
            state = canonical({"envelope": envelope, "event": {"number": number}, "v": 1})
            self.rows.append(StoredRow(position, UUID(int=number % 3), 1 + number, "T", state))

    def rows_since(self, position: int, limit: int) -> Sequence[StoredRow]:
        return [row for row in self.rows if row.position > position][:limit]

    def receipt_hashes(self, rows: Sequence[StoredRow]) -> list[bytes | None]:
        return [json.loads(row.state)["envelope"]["command"].encode() for row in rows]


@pytest.fixture(params=["sqlite", "postgres"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same tables as often as it is asked, each time as another process would."""
    with ExitStack() as stack:
        url = postgres.database() if request.param == "postgres" else ""

        def another() -> Store:
            if not url:
                store = SqliteStore(tmp_path / "evidence.sqlite")
                stack.callback(store.close)
                return store
            database = Database(address(url), size=3)
            stack.callback(database.close)
            return database.store()

        yield another


@contextmanager
def running(one: Follower | Watcher) -> Iterator[None]:
    one.start()
    try:
        yield
    finally:
        one.stop()


def test_its_proofs_hold_under_its_roots_whatever_the_batches_and_gaps(opening: Open) -> None:
    source = Rows()
    log = TransparencyLog(opening(), source, SIGNER)
    for more in (1, 2, 4, 6):
        source.grow(more)
        follow(log)
    leaves = [leaf.hash for leaf in log.leaves(0)]
    assert leaves == [leaf_hash(row) for row in source.rows]
    assert log.position() == 14
    for head in log.checkpoints():
        assert head.root == rfc9162.mth(leaves[: head.size])
        for index in range(head.size):
            proof = log.inclusion(index, head.size)
            assert tree.verify_inclusion(leaves[index], index, head.size, proof, head.root)
        for newer in (one for one in log.checkpoints() if one.size >= head.size):
            proof = log.consistency(head.size, newer.size)
            old, new = (head.size, head.root), (newer.size, newer.root)
            assert tree.verify_consistency(old[0], new[0], old[1], new[1], proof)


def test_what_stands_beside_leaves_and_checkpoints_is_read_as_it_was_kept(opening: Open) -> None:
    log = TransparencyLog(opening(), Rows(3), SIGNER)
    follow(log)
    log.keep_token(3, b"token")
    assert [leaf.receipt for leaf in log.leaves(1)] == [b"c-1", b"c-2"]
    found = log.stamped()
    assert found is not None
    assert (found[0], found[1]) == (log.checkpoint(), b"token")


def test_whoever_reads_sees_what_another_process_signs(opening: Open) -> None:
    source = Rows(3)
    writer = TransparencyLog(opening(), source, SIGNER)
    reader = TransparencyLog(opening(), source, SIGNER)
    assert reader.head() == (None, 0)
    for _ in range(2):
        follow(writer)
        assert reader.head() == writer.head()
        assert (reader.size(), reader.position()) == (writer.size(), writer.position())
        assert reader.root(reader.size()) == writer.root(writer.size())
        source.grow(9)


def test_of_two_that_write_at_once_one_gets_through_and_nothing_is_there_twice(
    opening: Open,
) -> None:
    source = Rows()
    every = [TransparencyLog(opening(), source, SIGNER) for _ in range(2)]
    source.grow(40)
    beaten: list[Unavailable] = []

    def write(log: TransparencyLog, start: threading.Barrier) -> None:
        start.wait(10.0)
        while log.size() < len(source.rows):
            try:
                follow(log)
            except Unavailable as other:
                beaten.append(other)

    for _ in range(5):
        start = threading.Barrier(2)
        threads = [threading.Thread(target=write, args=(log, start)) for log in every]
        for one in threads:
            one.start()
        for one in threads:
            one.join(30.0)
        source.grow(7)
    for log in every:
        log.require_agreement()
        expected = [leaf_hash(row) for row in source.rows[: log.size()]]
        assert [leaf.hash for leaf in log.leaves(0)] == expected
        head = log.checkpoint()
        assert head is not None
        assert head.root == rfc9162.mth(expected)


def test_a_writer_whose_turn_was_over_has_written_nothing(opening: Open) -> None:
    source = Rows(3)
    late, quick = (TransparencyLog(opening(), source, SIGNER) for _ in range(2))
    answers = source.receipt_hashes

    def overtaken(rows: Sequence[StoredRow]) -> list[bytes | None]:
        source.receipt_hashes = answers  # type: ignore[method-assign]  # it is slow once
        source.grow(2)
        follow(quick)
        return answers(rows)

    source.receipt_hashes = overtaken  # type: ignore[method-assign]  # the moment between
    with pytest.raises(Unavailable):
        late.catch_up()
    assert [one.size for one in late.checkpoints()] == [5]
    assert late.catch_up() == 0


# --- a stand-by takes over that lacks the newest commits ----------------------------------------


def fail_over(store: Store, size: int) -> None:
    """Of what was signed, only so much is there."""
    store.rows("DELETE FROM checkpoints WHERE size>?", size)
    store.rows("DELETE FROM leaves WHERE number>=?", size)
    store.rows("DELETE FROM nodes WHERE (number+1)*(1<<CAST(level AS INTEGER))>?", size)


def told_of(opening: Open, source: Rows) -> tuple[TransparencyLog, Store]:
    """A log whose process has told of two and of five leaves, and what others can do to it."""
    log = TransparencyLog(opening(), source, SIGNER)
    follow(log)
    source.grow(3)
    follow(log)
    assert log.told().checkpoint == log.checkpoint()
    return log, opening()


def test_no_second_tree_of_a_size_is_signed(opening: Open) -> None:
    source = Rows(2)
    log, store = told_of(opening, source)
    fail_over(store, 2)
    source.rows[3] = source.rows[3]._replace(stream=UUID(int=99))
    for _ in range(2):
        with pytest.raises(Unavailable, match="under another root"):
            log.catch_up()
        source.grow(1)
    assert log.size() == 2


def test_until_the_ledger_has_every_row_again_nothing_is_signed(opening: Open) -> None:
    source = Rows(2)
    log, store = told_of(opening, source)
    fail_over(store, 2)
    lost = source.rows.pop()
    with pytest.raises(Unavailable, match="there are rows for 4 now"):
        log.catch_up()
    assert log.size() == 2
    source.rows.append(lost)
    assert log.catch_up() == 3
    assert log.told().position == lost.position


def test_a_tree_that_somebody_else_has_signed_over_the_one_told_of_is_not_passed_on(
    opening: Open,
) -> None:
    source = Rows(2)
    log, store = told_of(opening, source)
    fail_over(store, 2)
    with pytest.raises(Unavailable, match="and are not any more"):
        log.told()
    source.rows[3] = source.rows[3]._replace(stream=UUID(int=99))
    source.grow(4)
    other = TransparencyLog(store, source, SIGNER)  # a process that knows nothing of it
    follow(other)
    source.grow(1)
    for tried in (log.told, log.catch_up):
        with pytest.raises(Unavailable, match="under another root"):
            tried()
    assert log.size() == other.size() == 9


def test_a_follower_that_slept_through_it_leaves_no_gap(opening: Open) -> None:
    source = Rows(5)
    log, store = told_of(opening, source)
    answers = source.receipt_hashes

    def frozen(rows: Sequence[StoredRow]) -> list[bytes | None]:
        source.receipt_hashes = answers  # type: ignore[method-assign]  # it is slow once
        fail_over(store, 5)
        return answers(rows)

    source.grow(1)
    source.receipt_hashes = frozen  # type: ignore[method-assign]  # the moment between
    with pytest.raises(Unavailable, match="not as it was"):
        log.catch_up()
    assert log.size() == 5
    assert log.catch_up() == 4
    log.require_agreement()


# --- how much is asked ---------------------------------------------------------------------------


def test_a_batch_is_a_handful_of_questions(opening: Open) -> None:
    store = Counting(opening())
    log = TransparencyLog(store, Rows(BATCH + 1), SIGNER)
    store.asked = 0
    follow(log)
    assert log.size() == BATCH + 1
    assert store.asked <= 20
    store.asked = 0
    log.inclusion(77, BATCH + 1)
    assert store.asked == 2


class Counting:
    """A store that counts what it is asked."""

    def __init__(self, store: Store) -> None:
        self._store, self.asked = store, 0
        self.declare, self.transaction, self.close = store.declare, store.transaction, store.close
        self.forget = store.forget

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        self.asked += 1
        return self._store.rows(statement, *values)

    def many(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        self.asked += 1
        self._store.many(statement, values)


# --- whoever waits -------------------------------------------------------------------------------


def test_a_process_that_does_not_follow_waits_for_the_one_that_does(opening: Open) -> None:
    logs.configure("ERROR")
    source, bell = Rows(2), LocalBell()
    log = TransparencyLog(opening(), source, SIGNER)
    follower = Follower(log, logs.get(), bell)
    watcher = Watcher(TransparencyLog(opening(), source, SIGNER), logs.get(), bell)
    with running(follower), running(watcher):
        assert watcher.wait_for(2, 20.0)
        source.grow(1)
        follower.wake()
        assert watcher.wait_for(3, 20.0)
        assert watcher.newest == log.checkpoint()
        assert not watcher.wait_for(4, 0.01)


def test_without_a_bell_it_looks_by_itself(opening: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "IDLE", 0.05)
    source = Rows(2)
    log = TransparencyLog(opening(), source, SIGNER)
    watcher = Watcher(TransparencyLog(opening(), source, SIGNER), logs.get(), LocalBell())
    with running(watcher):
        waiting = threading.Timer(0.1, follow, (log,))
        waiting.start()
        assert watcher.wait_for(2, 20.0)
        waiting.join()


def test_the_bell_is_heard_through_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "IDLE", 30.0)  # by itself it would look too late
    url, source = address(postgres.database()), Rows(1)
    with ExitStack() as stack:
        here, there = (Database(url, size=3) for _ in range(2))
        bells = [PostgresBell(one) for one in (here, there)]
        for database, bell in zip((here, there), bells, strict=True):
            stack.callback(database.close)
            bell.start()
            stack.callback(bell.stop)
            assert bell.wait_until_listening(10.0)
        follower = Follower(TransparencyLog(here.store(), source, SIGNER), logs.get(), bells[0])
        log = TransparencyLog(there.store(), source, SIGNER)
        watcher = Watcher(log, logs.get(), bells[1])
        stack.enter_context(running(follower))
        stack.enter_context(running(watcher))
        assert watcher.wait_for(1, 20.0)
        for position in range(2, 6):
            source.grow(1)
            timer = threading.Timer(0.05, follower.wake)
            timer.start()
            assert watcher.wait_for(position, 20.0)
            timer.join()


def test_a_log_that_cannot_be_read_is_a_trouble_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.configure("ERROR")
    monkeypatch.setattr(looking, "RETRY", 0.05)
    store = SqliteStore(tmp_path / "evidence.sqlite")
    log = TransparencyLog(store, Rows(1), SIGNER)
    follow(log)
    store.rows("ALTER TABLE checkpoints RENAME TO elsewhere")
    watcher = Watcher(log, logs.get(), LocalBell())
    with running(watcher):
        assert not watcher.wait_for(1, 20.0)
        assert "does not answer" in (watcher.trouble or "")
        store.rows("ALTER TABLE elsewhere RENAME TO checkpoints")
        deadline = time.monotonic() + 20.0
        while not watcher.wait_for(1, 20.0):  # at once while there is trouble
            assert time.monotonic() < deadline
        assert watcher.trouble is None
    store.close()


# --- the vault's word ----------------------------------------------------------------------------


def test_what_was_remembered_is_never_taken_back(tmp_path: Path) -> None:
    """A process whose turn is over stops late, after the next one has signed more."""
    vault, source = MemoryVault(), Rows(3)
    with ExitStack() as stack:
        late, next_one = (SqliteStore(tmp_path / name) for name in ("late", "next"))
        for store in (late, next_one):
            stack.callback(store.close)
        behind = TransparencyLog(late, source, signer(vault))
        follow(behind)
        source.grow(2)
        log = TransparencyLog(next_one, source, signer(vault))
        follow(log)
        for one in (behind, log, behind):
            remember_last(vault, one)
        kept = log.verifier.read((vault.get(LAST) or b"").decode())
        assert kept == log.checkpoint()
        require_last(vault, behind, source)


def test_two_processes_that_start_first_have_one_key() -> None:
    class Slow(MemoryVault):
        """Between a look and what follows, the other process is quicker."""

        def get(self, name: str) -> bytes | None:
            found = super().get(name)
            if found is None:
                super().once(name, bytes(32))
            return found

    vault = Slow()
    assert signer(vault).verifier.vkey == signer(vault).verifier.vkey
