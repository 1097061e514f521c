"""Views are built anew beside the old ones; the switch is one step, whatever happens meanwhile."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.views import generations
from adapters.views.files import FileShelf
from adapters.views.generations import Views
from domain.errors import Unavailable
from projections.everything import SCHEMA
from projections.rows import Project
from tests.adapters.views.lab import (
    SIMPLE,
    Log,
    Stumble,
    counted,
    eventually,
    rows_of,
    stumbling_at,
)

FIRST, SECOND = f"views-{SCHEMA}-1.sqlite", f"views-{SCHEMA}-2.sqlite"


@contextmanager
def views(folder: Path, log: Log, projections: tuple[Project, ...] = SIMPLE) -> Iterator[Views]:
    with closing(Views(folder, log.read, projections)) as opened:
        yield opened


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "BATCH", 4)


def databases(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("views-*.sqlite")}


def pointed(folder: Path) -> str:
    return (folder / "CURRENT").read_text().strip()


def test_new_views_hold_the_whole_log_at_once(tmp_path: Path) -> None:
    with views(tmp_path, Log(10)) as opened:
        assert opened.position() == 10
        assert counted(opened.rows) == 10
        assert opened.generation == pointed(tmp_path) == FIRST


def test_views_advance_batch_by_batch_until_there_is_no_more(tmp_path: Path) -> None:
    log = Log()
    with views(tmp_path, log) as opened:
        log.grow(6)
        assert [opened.advance(), opened.advance(), opened.advance()] == [4, 2, 0]
        assert counted(opened.rows) == 6


def test_views_are_found_again_where_they_were(tmp_path: Path) -> None:
    log = Log(6)
    with views(tmp_path, log):
        pass
    with views(tmp_path, log, projections=()) as opened:
        assert opened.generation == FIRST
        assert counted(opened.rows) == 6


def test_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    with views(tmp_path / "views", Log(1)):
        assert (tmp_path / "views").stat().st_mode & 0o777 == 0o700


def test_a_rebuild_gives_the_same_rows(tmp_path: Path) -> None:
    with views(tmp_path, Log(10)) as opened:
        before = rows_of(opened)
        assert opened.rebuild() == opened.generation == pointed(tmp_path) == SECOND
        assert rows_of(opened) == before


def test_a_rebuild_tells_how_far_it_has_come(tmp_path: Path) -> None:
    told: list[int] = []
    with views(tmp_path, Log(10)) as opened:
        opened.rebuild(told.append)
    assert told == [4, 8, 10]


def test_the_old_views_answer_and_advance_while_new_ones_are_built(tmp_path: Path) -> None:
    log, seen = Log(6), list[int]()
    with views(tmp_path, log) as opened:

        def meanwhile(reached: int) -> None:
            if reached < 8:
                log.grow()
                opened.advance()
                seen.append(counted(opened.rows))
                assert opened.generation == FIRST

        opened.rebuild(meanwhile)
        assert seen == [7, 8]
        assert opened.position() == counted(opened.rows) == 8


def test_readers_and_the_projector_go_on_through_rebuilds(tmp_path: Path) -> None:
    log, stop = Log(50), threading.Event()
    wrong: list[object] = []

    def read(opened: Views) -> None:
        latest = 0
        while not stop.is_set():
            found = {key: row["at"] for key, row in opened.rows.all("twins", "")}
            if len(set(found.values())) != 1 or found["castor"] < latest:
                wrong.append(found)
            latest = found["castor"]

    def project(opened: Views) -> None:
        while not stop.is_set():
            log.grow()
            opened.advance()

    with views(tmp_path, log) as opened:
        threads = [threading.Thread(target=work, args=(opened,)) for work in (read, read, project)]
        for thread in threads:
            thread.start()
        for _ in range(5):
            grown = len(log.events)
            opened.rebuild()
            eventually(lambda grown=grown: len(log.events) > grown)  # type: ignore[misc]
        stop.set()
        for thread in threads:
            thread.join(20)
        while opened.advance():
            pass
        assert wrong == []
        assert counted(opened.rows) == opened.position() == len(log.events)


def test_two_rebuilds_at_once_follow_each_other(tmp_path: Path) -> None:
    with views(tmp_path, Log(20)) as opened:
        threads = [threading.Thread(target=opened.rebuild) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert opened.generation == pointed(tmp_path) == f"views-{SCHEMA}-4.sqlite"
        assert counted(opened.rows) == 20


def test_a_reader_who_holds_the_old_rows_can_finish_with_them(tmp_path: Path) -> None:
    with views(tmp_path, Log(6)) as opened:
        held, known = opened.rows, opened.known
        opened.rebuild()
        assert held.all("notes", "") == opened.rows.all("notes", "")
        assert opened.known == opened.generation != known


def test_old_generations_are_removed_at_the_next_opening(tmp_path: Path) -> None:
    log = Log(6)
    with views(tmp_path, log) as opened:
        opened.rebuild()
        assert databases(tmp_path) == {FIRST, SECOND}
    with views(tmp_path, log) as opened:
        assert {path.name for path in tmp_path.glob("views-*") if "2" not in path.stem[-1]} == set()
        assert opened.generation == SECOND


def test_a_power_cut_before_the_switch_leaves_the_old_views_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log(6)

    def cut(*_: object) -> None:
        raise Stumble

    with views(tmp_path, log) as opened:
        with monkeypatch.context() as patch:
            patch.setattr(opened._shelf, "use", cut)
            with pytest.raises(Stumble):
                opened.rebuild()
        assert opened.generation == pointed(tmp_path) == FIRST
        log.grow()
        assert opened.advance() == 1
    with views(tmp_path, log) as opened:
        assert databases(tmp_path) == {FIRST}
        assert counted(opened.rows) == 7


def test_a_rebuild_that_fails_leaves_the_old_views_in_use(tmp_path: Path) -> None:
    log = Log(6)
    broken = stumbling_at(5, times=1)
    with views(tmp_path, Log()) as opened:
        opened._read, opened._every = log.read, (*SIMPLE, broken)
        with pytest.raises(Stumble):
            opened.rebuild()
        assert opened.generation == FIRST
        opened.rebuild()
        assert counted(opened.rows) == 6


def spoil_pointer(folder: Path) -> None:
    (folder / "CURRENT").write_bytes(b"\xff\x00 no name of a file\n")


def empty_pointer(folder: Path) -> None:
    (folder / "CURRENT").write_text("")


def lose_pointer(folder: Path) -> None:
    (folder / "CURRENT").unlink()


def lose_file(folder: Path) -> None:
    (folder / FIRST).unlink()


def break_file(folder: Path) -> None:
    (folder / FIRST).write_text("no database any more, though once it was one. " * 50)


def age_schema(folder: Path) -> None:
    older = f"views-{SCHEMA - 1}-1.sqlite"
    (folder / FIRST).rename(folder / older)
    (folder / "CURRENT").write_text(f"{older}\n")


@pytest.mark.parametrize(
    "spoil", [spoil_pointer, empty_pointer, lose_pointer, lose_file, break_file, age_schema]
)
def test_views_that_cannot_be_used_are_built_anew(
    tmp_path: Path,
    spoil: Callable[[Path], None],
) -> None:
    log = Log(6)
    with views(tmp_path, log):
        pass
    spoil(tmp_path)
    with views(tmp_path, log) as opened:
        assert counted(opened.rows) == opened.position() == 6
        assert databases(tmp_path) == {opened.generation} == {pointed(tmp_path)}


def test_a_write_ahead_log_left_alone_brings_no_old_rows_back(tmp_path: Path) -> None:
    log = Log(6)
    with views(tmp_path, log) as opened:
        log.grow()
        opened.advance()
        wal = (tmp_path / f"{FIRST}-wal").read_bytes()
    assert wal
    (tmp_path / FIRST).unlink()
    (tmp_path / f"{FIRST}-wal").write_bytes(wal)
    with views(tmp_path, log) as opened:
        assert counted(opened.rows) == 7


def test_views_of_another_log_are_built_anew(tmp_path: Path) -> None:
    with views(tmp_path, Log(6)):
        pass
    other = Log(8, seed=1)
    with views(tmp_path, other) as opened:
        assert opened.generation == SECOND
        ids = [row["id"] for _, row in opened.rows.all("notes", "")]
        assert ids == [str(event.id) for event in other.events]


def test_views_ahead_of_a_log_that_was_restored_are_built_anew(tmp_path: Path) -> None:
    with views(tmp_path, Log(6)):
        pass
    with views(tmp_path, Log(4)) as opened:
        assert counted(opened.rows) == opened.position() == 4


def test_a_strange_file_in_the_folder_is_no_hindrance(tmp_path: Path) -> None:
    log = Log(3)
    with views(tmp_path, log):
        pass
    (tmp_path / "views-of-mine.sqlite").touch()
    (tmp_path / "CURRENT").unlink()
    with views(tmp_path, log) as opened:
        assert counted(opened.rows) == 3


def test_views_that_say_what_the_ledger_says_stay_in_use(tmp_path: Path) -> None:
    log = Log(6)
    with views(tmp_path, log) as opened:
        log.grow(3)  # which the views in use have not seen yet
        assert opened.verify() is None
        assert databases(tmp_path) == {opened.generation} == {FIRST}
        assert counted(opened.rows) == 9


def test_views_that_are_compared_in_the_background_leave_time_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with views(tmp_path, Log(10)) as opened:
        clock, rested = count(), list[float]()
        ours = SimpleNamespace(monotonic=lambda: float(next(clock)), sleep=rested.append)
        monkeypatch.setattr(generations, "time", ours)
        assert opened.verify(idle=3.0) is None
    assert rested == [3.0, 3.0], "three seconds after each second of work, until it has caught up"


def spoil_row(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE rows SET body='no JSON' WHERE key='pollux'")


def lose_row(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DELETE FROM rows WHERE key='pollux'")


@pytest.mark.parametrize("harm", [spoil_row, lose_row])
def test_views_that_were_tampered_with_are_replaced(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    with views(tmp_path, Log(9)) as opened:
        harm(tmp_path / FIRST)
        assert opened.verify() == "twins//pollux"
        assert (opened.generation, counted(opened.rows)) == (SECOND, 9)


def test_views_that_the_ledger_outgrows_while_they_are_compared_are_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log(6)
    with views(tmp_path, log) as opened:
        level = opened._level

        def meanwhile(position: int) -> None:
            log.grow(3)
            level(position)

        monkeypatch.setattr(opened, "_level", meanwhile)
        assert opened.verify() is None
        assert opened.position() == 6


def test_there_are_no_rows_before_views_are_built(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="not built yet"):
        _ = FileShelf(tmp_path).rows
