"""A batch of events and the position it ends at commit together, or not at all."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.views.sqlite import SqliteRows
from domain.envelope import Recorded
from projections.rows import Project, Rows
from tests.adapters.views.lab import SIMPLE, Log, Stumble, contents, counted, stumbling_at


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[SqliteRows]:
    opened = SqliteRows(tmp_path / "rows.sqlite")
    yield opened
    opened.close()


class FailingWriter:
    """A connection on which one kind of statement fails: a crash in the midst of a commit."""

    def __init__(self, writer: sqlite3.Connection, fails_on: str) -> None:
        self._writer = writer
        self._fails_on = fails_on

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        self._judge(statement)
        return self._writer.execute(statement, *values)

    def executemany(self, statement: str, values: Any) -> sqlite3.Cursor:
        self._judge(statement)
        return self._writer.executemany(statement, values)

    def _judge(self, statement: str) -> None:
        if statement.startswith(self._fails_on):
            raise sqlite3.OperationalError("disk I/O error")


def took(rows: SqliteRows, events: Sequence[Recorded], projections: Sequence[Project]) -> int:
    """A batch on the rows as they are; the position reached."""
    return rows.apply(events, projections, rows.last())


def test_rows_and_position_are_there_together(rows: SqliteRows) -> None:
    assert took(rows, Log(3).events, SIMPLE) == 3
    assert rows.position() == 3
    assert counted(rows) == 3


def test_the_position_of_new_rows_is_zero(rows: SqliteRows) -> None:
    assert rows.position() == 0
    assert rows.last() == (0, None)


def test_the_last_event_is_known_by_its_id(rows: SqliteRows) -> None:
    log = Log(3)
    took(rows, log.events, SIMPLE)
    assert rows.last() == (3, str(log.events[-1].id))


def test_events_delivered_twice_change_nothing(rows: SqliteRows) -> None:
    log = Log(5)
    took(rows, log.events, SIMPLE)
    before = contents(rows)
    assert took(rows, log.events, SIMPLE) == 5
    took(rows, log.events[2:4], SIMPLE)
    assert contents(rows) == before


def test_any_split_of_the_log_into_batches_gives_the_same_rows(
    rows: SqliteRows, tmp_path: Path
) -> None:
    log = Log(7)
    took(rows, log.events, SIMPLE)
    for size in (1, 2, 3):
        other = SqliteRows(tmp_path / f"by-{size}.sqlite")
        for start in range(0, 7, size):
            took(other, log.events[start : start + size], SIMPLE)
        assert contents(other) == contents(rows)
        other.close()


def test_a_projection_that_fails_in_mid_batch_leaves_nothing(rows: SqliteRows) -> None:
    log = Log(5)
    took(rows, log.events[:2], SIMPLE)
    before = contents(rows)
    with pytest.raises(Stumble):
        took(rows, log.events[2:], (*SIMPLE, stumbling_at(4)))
    assert contents(rows) == before


@pytest.mark.parametrize("step", ["INSERT", "DELETE", "COMMIT"])
def test_a_crash_in_the_midst_of_a_commit_leaves_nothing(
    rows: SqliteRows, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    log = Log(5)
    took(rows, log.events[:2], SIMPLE)
    before = contents(rows)
    with monkeypatch.context() as patch:
        patch.setattr(rows, "_writer", FailingWriter(rows._writer, step))
        with pytest.raises(sqlite3.OperationalError):
            took(rows, log.events[2:], SIMPLE)
    assert contents(rows) == before
    assert took(rows, log.events[2:], SIMPLE) == 5
    assert counted(rows) == 5


def test_a_reader_sees_a_batch_whole_or_not_at_all(rows: SqliteRows) -> None:
    log = Log(2)
    took(rows, log.events[:1], SIMPLE)
    seen: list[int] = []

    def look(_: object, __: Rows) -> None:
        seen.append(counted(rows))

    took(rows, log.events[1:], (*SIMPLE, look))
    assert seen == [1]
    assert counted(rows) == 2


def test_what_was_committed_is_there_after_opening_anew(tmp_path: Path) -> None:
    path = tmp_path / "rows.sqlite"
    first = SqliteRows(path)
    took(first, Log(3).events, SIMPLE)
    first.close()
    second = SqliteRows(path)
    assert (second.position(), counted(second)) == (3, 3)
    second.close()


def test_the_file_is_for_its_owner_alone(rows: SqliteRows) -> None:
    took(rows, Log(1).events, SIMPLE)
    modes = {path.stat().st_mode & 0o777 for path in rows.path.parent.glob("rows.sqlite*")}
    assert modes == {0o600}


def test_a_long_answer_holds_up_no_other_reader(rows: SqliteRows) -> None:
    took(rows, Log(3).events, SIMPLE)
    rows.all("notes", "")  # this thread has a connection of its own from here on
    cursor = rows._mine.reader.connection.execute("SELECT key FROM rows")
    cursor.fetchone()  # the answer is under way, and stays so
    other = threading.Thread(target=lambda: rows.all("notes", ""))
    other.start()
    other.join(10)
    assert not other.is_alive()
    cursor.close()


def test_a_file_that_is_no_database_is_told_and_let_go_of(tmp_path: Path) -> None:
    path = tmp_path / "rows.sqlite"
    path.write_text("this is no database, and it is long enough to be noticed as such" * 20)
    with pytest.raises(sqlite3.DatabaseError):
        SqliteRows(path)
