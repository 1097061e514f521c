"""Views in a database that several processes share: each sees the switch, none is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql

from adapters.sql.postgres import Database
from adapters.views import generations
from adapters.views.generations import Views
from adapters.views.postgres import PostgresRows
from adapters.views.shelf import Overtaken
from adapters.views.tables import TableShelf
from domain.envelope import Recorded
from domain.errors import Unavailable
from projections.everything import SCHEMA
from projections.rows import Rows
from tests.adapters.views.lab import (
    SIMPLE,
    Log,
    Stumble,
    counted,
    eventually,
    opened,
    rows_of,
    stumbling_at,
)
from tests.postgres import Postgres, own_server

FIRST, SECOND = f"views_{SCHEMA}_1", f"views_{SCHEMA}_2"
READER = None  # the part of a process that only reads


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "BATCH", 4)


@pytest.fixture
def ours() -> Iterator[Database]:
    with opened() as made:
        yield made


@pytest.fixture
def theirs(ours: Database) -> Iterator[Database]:
    """The same database, as another process has it."""
    with opened(ours.address) as made:
        yield made


def tables(database: Database) -> set[str]:
    asked = "SELECT tablename FROM pg_tables WHERE schemaname='varsel' AND tablename ~ '^views_'"
    return {name for (name,) in database.store().rows(asked)}


def run(database: Database, statement: LiteralString) -> None:
    """Something is done to the first generation behind everybody's back."""
    with database.connection() as one:
        one.execute(sql.SQL(statement).format(sql.Identifier(FIRST)))


def ids(views: Views) -> list[str]:
    return [row["id"] for _, row in views.rows.all("notes", "")]


def test_new_views_hold_the_whole_log_at_once(ours: Database) -> None:
    views = Views(ours, Log(10, stride=3).read, SIMPLE)
    assert (views.position(), counted(views.rows), views.generation) == (30, 10, FIRST)
    assert tables(ours) == {FIRST}


def test_views_advance_batch_by_batch_and_are_found_again(ours: Database) -> None:
    log = Log()
    views = Views(ours, log.read, SIMPLE)
    log.grow(6)
    assert [views.advance(), views.advance(), views.advance()] == [4, 2, 0]
    again = Views(ours, log.read, SIMPLE)
    assert (again.generation, again.position(), counted(again.rows)) == (FIRST, 6, 6)


def test_a_rebuild_gives_the_same_rows_and_drops_the_old_ones(ours: Database) -> None:
    views = Views(ours, Log(10).read, SIMPLE)
    before = rows_of(views)
    assert views.rebuild() == views.generation == SECOND
    assert rows_of(views) == before
    assert tables(ours) == {SECOND}


def test_another_process_reads_and_follows_the_switch(ours: Database, theirs: Database) -> None:
    log = Log(6)
    views, reader = Views(ours, log.read, SIMPLE), Views(theirs, log.read, SIMPLE, READER)
    held = reader.rows
    assert (counted(held), reader.position(), reader.generation) == (6, 6, FIRST)
    views.rebuild()
    log.grow()
    views.advance()
    assert (views.known, reader.known) == (SECOND, FIRST)  # it has not looked yet
    assert (counted(held), reader.known) == (7, SECOND)
    assert (counted(held), held.all("twins", "", limit=1)) == (7, [("castor", {"at": 7})])
    assert (reader.position(), reader.generation) == (7, SECOND)


def test_who_only_reads_is_told_where_there_are_no_views_yet(ours: Database) -> None:
    reader = Views(ours, Log(3).read, SIMPLE, READER)
    assert reader.standing() == (0, None)
    with pytest.raises(Unavailable, match="no views yet"):
        reader.rows.get("count", "", "events")


def test_views_of_an_older_shape_are_not_read_by_a_newer_program(
    ours: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr("adapters.views.tables.SCHEMA", SCHEMA - 1)
        Views(ours, Log(3).read, SIMPLE)
    reader = Views(ours, Log(3).read, SIMPLE, READER)
    assert reader.position() == 0
    assert Views(ours, Log(3).read, SIMPLE).generation == reader.generation == SECOND
    assert tables(ours) == {SECOND}


def test_an_older_program_takes_nothing_from_a_newer_one(
    ours: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = Views(ours, Log(3).read, SIMPLE)
    with monkeypatch.context() as older:
        older.setattr("adapters.views.tables.SCHEMA", SCHEMA - 1)
        Views(ours, Log(3).read, SIMPLE).rebuild()
    assert counted(newer.rows) == 3


def test_views_of_another_log_are_built_anew(ours: Database) -> None:
    Views(ours, Log(6).read, SIMPLE)
    other = Log(8, seed=1)
    views = Views(ours, other.read, SIMPLE)
    assert ids(views) == [str(event.id) for event in other.events]
    assert tables(ours) == {views.generation} == {SECOND}


def test_views_ahead_of_a_log_that_was_restored_are_built_anew(ours: Database) -> None:
    Views(ours, Log(6).read, SIMPLE)
    assert Views(ours, Log(4).read, SIMPLE).position() == 4


def test_views_whose_table_is_lost_are_built_anew(ours: Database) -> None:
    log = Log(6)
    views = Views(ours, log.read, SIMPLE)
    run(ours, "DROP TABLE {}")
    with pytest.raises(Unavailable):
        counted(views.rows)
    assert counted(Views(ours, log.read, SIMPLE).rows) == counted(views.rows) == 6


def test_a_rebuild_that_fails_leaves_the_old_views_in_use(ours: Database) -> None:
    views = Views(ours, Log(6).read, SIMPLE)
    views._every = (*SIMPLE, stumbling_at(5, times=1))
    with pytest.raises(Stumble):
        views.rebuild()
    assert tables(ours) == {FIRST}
    assert views.rebuild() == SECOND


def test_views_that_say_what_the_ledger_says_stay_in_use(ours: Database) -> None:
    views = Views(ours, Log(9).read, SIMPLE)
    assert views.verify() is None
    assert tables(ours) == {views.generation} == {FIRST}


def spoil(database: Database) -> None:
    run(database, "UPDATE {} SET body='no JSON' WHERE key='pollux'")


def lose(database: Database) -> None:
    run(database, "DELETE FROM {} WHERE key='pollux'")


def drop(database: Database) -> None:
    run(database, "DROP TABLE {}")


def grown_from(log: Log, length: int) -> bool:
    return len(log.events) > length


def advanced(views: Views) -> None:
    """One try of a projector that is not alone."""
    with suppress(Overtaken):
        views.advance()


@pytest.mark.parametrize(
    ("harm", "said"),
    [(spoil, "twins//pollux"), (lose, "twins//pollux"), (drop, "cannot be read")],
)
def test_views_that_were_tampered_with_are_replaced(
    ours: Database, harm: Callable[[Database], None], said: str
) -> None:
    views = Views(ours, Log(9).read, SIMPLE)
    harm(ours)
    differs = views.verify()
    assert differs is not None
    assert said in differs
    assert (views.generation, counted(views.rows)) == (SECOND, 9)


def test_a_batch_on_views_that_another_process_has_moved_is_refused_whole(
    ours: Database, theirs: Database
) -> None:
    log = Log(2)
    mine, other = Views(ours, log.read, SIMPLE), Views(theirs, log.read, SIMPLE)
    log.grow(2)

    def meanwhile(event: Recorded, _: Rows) -> None:
        if event.position == 4:
            other.advance()

    mine._projections = (*SIMPLE, meanwhile)
    with pytest.raises(Overtaken):
        mine.advance()
    assert (mine.position(), counted(mine.rows)) == (4, 4)
    assert mine.advance() == 0


def test_a_crash_that_takes_a_lazy_commit_with_it_loses_no_event() -> None:
    """PostgreSQL is killed after the projector has looked how far the rows have come."""
    log, crashes = Log(), list[Postgres]()

    def read(position: int, limit: int) -> list[Recorded]:
        found = log.read(position, limit)
        while crashes:
            one = crashes.pop()
            one.kill()
            one.start()
        return found

    with own_server("wal_writer_delay=10000") as server, opened(server.database()) as database:
        views = Views(database, read, SIMPLE)
        with psycopg.connect(database.address, autocommit=True) as one:
            one.execute("CHECKPOINT")  # what was done so far is on disk
        log.grow(8)
        assert views.advance() == 4
        crashes.append(server)
        with pytest.raises(Overtaken):
            views.advance()
        assert views.position() == 0, "the server has forgotten the batch before"
        while views.advance():
            pass
        assert (counted(views.rows), views.position()) == (8, 8)
        assert views.verify() is None


def test_a_batch_on_another_history_is_refused_at_the_same_position(ours: Database) -> None:
    """A stand-by without the newest events took over, and others came in their places."""
    log, theirs = Log(3, seed=1), Log(3, seed=2)
    views = Views(ours, log.read, SIMPLE)
    log.grow()

    def meanwhile(event: Recorded, _: Rows) -> None:
        if event.position == 4:
            ours.store().rows("UPDATE view_parts SET event=?", str(theirs.events[-1].id))

    views._projections = (*SIMPLE, meanwhile)
    with pytest.raises(Overtaken):
        views.advance()
    assert (views.position(), counted(views.rows)) == (3, 3)


def test_views_over_which_a_projection_stumbles_are_replaced(ours: Database) -> None:
    """An event was skipped: what the next one builds on is not there."""

    def builds_on_the_last(event: Recorded, rows: Rows) -> None:
        if event.position > 1:
            _ = dict(rows.all("notes", ""))[f"{event.position - 1:06d}"]

    log = Log(3)
    views = Views(ours, log.read, (builds_on_the_last, *SIMPLE))
    run(ours, "DELETE FROM {} WHERE key='000003'")
    log.grow()
    differs = views.verify()
    assert differs is not None
    assert "KeyError" in differs
    assert (views.generation, counted(views.rows)) == (SECOND, 4)


def test_two_projectors_at_once_project_every_event_once(ours: Database, theirs: Database) -> None:
    log = Log(40)
    both = [Views(ours, Log().read, SIMPLE), Views(theirs, Log().read, SIMPLE)]

    def work(views: Views) -> None:
        while views.position() < 40:
            advanced(views)

    for views in both:
        views._read = log.read
    threads = [threading.Thread(target=work, args=(views,)) for views in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [counted(views.rows) for views in both] == [40, 40]
    assert [len(ids(views)) for views in both] == [40, 40]


def test_a_rebuild_in_another_process_loses_no_event(ours: Database, theirs: Database) -> None:
    log, stop = Log(20), threading.Event()
    views, other = Views(ours, log.read, SIMPLE), Views(theirs, log.read, SIMPLE, READER)
    wrong: list[object] = []

    def project() -> None:
        while not stop.is_set():
            log.grow()
            advanced(views)

    def read() -> None:
        latest = 0
        while not stop.is_set():
            reached = other.position()
            found = {key: row["at"] for key, row in other.rows.all("twins", "")}
            if len(set(found.values())) != 1 or found["castor"] < max(reached, latest):
                wrong.append((reached, latest, found))
            latest = found["castor"]

    threads = [threading.Thread(target=work) for work in (project, read)]
    for thread in threads:
        thread.start()
    for _ in range(4):
        other.rebuild()
        eventually(partial(grown_from, log, len(log.events)))
    stop.set()
    for thread in threads:
        thread.join(20)
    while views.advance():
        pass
    assert wrong == []
    assert counted(other.rows) == other.position() == len(log.events)


def test_a_batch_whose_connection_breaks_is_committed_once_all_the_same(ours: Database) -> None:
    log = Log(3)
    views = Views(ours, log.read, SIMPLE)
    log.grow(3)

    def cut(event: Recorded, _: Rows) -> None:
        if event.position == 6:
            with psycopg.connect(ours.address, autocommit=True) as one:
                one.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname=current_database() AND pid<>pg_backend_pid()"
                )

    views._projections = (*SIMPLE, cut)
    assert views.advance() == 3
    assert (counted(views.rows), views.position()) == (6, 6)


def test_a_batch_whose_commit_was_not_answered_is_kept_once(
    ours: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, lost = Log(3), list[int]()
    views = Views(ours, log.read, SIMPLE)
    log.grow(3)
    commit = PostgresRows._commit

    def unanswered(rows: PostgresRows, *batch: Any) -> None:
        commit(rows, *batch)
        if not lost:
            lost.append(1)
            raise Unavailable("no answer") from psycopg.OperationalError("connection lost")

    monkeypatch.setattr(PostgresRows, "_commit", unanswered)
    with pytest.raises(Overtaken):
        views.advance()
    assert views.advance() == 0
    assert (counted(views.rows), views.position()) == (6, 6)


def test_a_crash_between_rows_and_commit_loses_nothing(
    ours: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log(3)
    views = Views(ours, log.read, SIMPLE)
    before = rows_of(views)
    log.grow(3)
    with monkeypatch.context() as patch:
        patch.setattr("adapters.views.postgres.PostgresRows._drop", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            views.advance()
    assert (rows_of(views), views.position()) == (before, 3)
    assert views.advance() == 3
    assert counted(views.rows) == 6


def test_a_table_that_somebody_reads_for_long_is_dropped_the_next_time(ours: Database) -> None:
    views = Views(ours, Log(6).read, SIMPLE)
    with psycopg.connect(ours.address) as backup:
        backup.execute(sql.SQL("SELECT * FROM varsel.{}").format(sql.Identifier(FIRST)))
        assert views.rebuild() == SECOND
        assert counted(views.rows) == 6
        assert tables(ours) == {FIRST, SECOND}
    third = views.rebuild()
    assert tables(ours) == {third}


def test_a_copy_whose_builder_was_killed_is_swept_away_at_the_next_start(
    ours: Database, theirs: Database
) -> None:
    log = Log(3)
    views, other = Views(ours, log.read, SIMPLE), Views(theirs, log.read, SIMPLE)
    assert isinstance(other._shelf, TableShelf)
    other._shelf.make()
    Views(ours, log.read, SIMPLE)
    assert tables(ours) == {FIRST, SECOND}, "it is being built"
    other.close()  # its sessions end with it, and so they do where it is killed
    eventually(lambda: Views(ours, log.read, SIMPLE) is not None and tables(ours) == {FIRST})
    assert (views.generation, counted(views.rows)) == (FIRST, 3)
    assert views.rebuild() != FIRST


def test_two_that_open_at_once_agree_on_one_generation(ours: Database, theirs: Database) -> None:
    log, made = Log(9), list[Views]()
    threads = [
        threading.Thread(target=lambda where=where: made.append(Views(where, log.read, SIMPLE)))
        for where in (ours, theirs)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len({views.generation for views in made}) == 1
    assert [counted(views.rows) for views in made] == [9, 9]
    assert tables(ours) == {made[0].generation}
