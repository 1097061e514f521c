"""A process that has no projector knows how far the views are, and what holds them up."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from adapters import logs
from adapters import looking as waiting
from adapters.engines.bell import LocalBell
from adapters.sql.postgres import Database
from adapters.views.generations import Views
from adapters.views.projector import Projector
from adapters.views.remote import RemoteViews
from projections.parts import Part
from projections.rows import Project
from tests.adapters.views.lab import SIMPLE, Log, counted, eventually, opened, stumbling_at

SOON, NEVER = 20.0, 3600.0


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "RETRY", 0.05)
    logs.configure()


@pytest.fixture
def ours() -> Iterator[Database]:
    with opened() as made:
        yield made


@pytest.fixture
def theirs(ours: Database) -> Iterator[Database]:
    with opened(ours.address) as made:
        yield made


@contextmanager
def projecting(
    database: Database, log: Log, bell: LocalBell, *more: Project, part: Part | None = None
) -> Iterator[Projector]:
    """The process that keeps the views."""
    views = Views(database, Log().read, (*SIMPLE, *more), part or Part())
    views._read = log.read
    projector = Projector(views, logs.get())
    projector.watch(lambda: bell.ring("views"))
    projector.start()
    yield projector
    projector.stop()


@contextmanager
def looking(database: Database, log: Log, bell: LocalBell) -> Iterator[tuple[Views, RemoteViews]]:
    """The process that reads them."""
    views = Views(database, log.read, SIMPLE, None)
    remote = RemoteViews(views, bell, logs.get())
    remote.start()
    yield views, remote
    remote.stop()


def test_it_waits_for_what_another_process_projects(
    ours: Database, theirs: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "IDLE", NEVER)  # it moves when the bell rings, or not at all
    log, bell = Log(3), LocalBell()
    with projecting(ours, log, bell) as projector, looking(theirs, log, bell) as (views, remote):
        assert remote.wait_for(3, SOON)
        log.grow()
        projector.wake()
        assert remote.wait_for(4, SOON)
        assert counted(views.rows) == remote.position == 4


def test_it_looks_by_itself_where_a_ring_is_missed(
    ours: Database, theirs: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "IDLE", 0.02)
    log = Log(3)
    with projecting(ours, log, LocalBell()), looking(theirs, log, LocalBell()) as (_, remote):
        assert remote.wait_for(3, SOON)


def test_waiting_for_what_does_not_come_ends_in_time(ours: Database) -> None:
    with looking(ours, Log(), LocalBell()) as (_, remote):
        began = time.monotonic()
        assert not remote.wait_for(1, 0.05)
        assert time.monotonic() - began < SOON / 2


def test_those_who_watch_are_told_that_the_views_moved(ours: Database, theirs: Database) -> None:
    log, bell, moved = Log(3), LocalBell(), threading.Event()
    with looking(theirs, log, bell) as (_, remote):
        remote.watch(moved.set)
        with projecting(ours, log, bell):
            assert moved.wait(SOON)


def test_it_follows_a_rebuild_of_its_own(ours: Database, theirs: Database) -> None:
    log, bell = Log(3), LocalBell()
    with projecting(ours, log, bell), looking(theirs, log, bell) as (views, remote):
        assert remote.wait_for(3, SOON)
        before = views.generation
        assert views.rebuild() == views.generation != before
        log.grow()
        assert remote.wait_for(4, SOON)
        assert counted(views.rows) == 4


def test_what_the_projector_stumbles_over_is_seen_and_nobody_waits_long(
    ours: Database, theirs: Database
) -> None:
    log, bell = Log(2), LocalBell()
    with (
        projecting(ours, log, bell, stumbling_at(2)),
        looking(theirs, log, bell) as (_, remote),
    ):
        eventually(lambda: remote.trouble is not None)
        assert (remote.trouble or "").startswith("Stumble(2), since 20")
        began = time.monotonic()
        assert not remote.wait_for(2, SOON)
        assert time.monotonic() - began < SOON / 2


def test_how_long_it_lasts_is_counted_from_its_beginning(ours: Database, theirs: Database) -> None:
    log, bell, tries = Log(2), LocalBell(), list[int]()
    with (
        projecting(ours, log, bell, stumbling_at(2), lambda *_: tries.append(1)),
        looking(theirs, log, bell) as (_, remote),
    ):
        eventually(lambda: remote.trouble is not None)
        first, since = len(tries), remote.trouble
        eventually(lambda: len(tries) > first + 3)
        assert remote.trouble == since


def test_when_the_trouble_is_over_that_is_seen_too(ours: Database, theirs: Database) -> None:
    log, bell = Log(2), LocalBell()
    with (
        projecting(ours, log, bell, stumbling_at(2, times=3)),
        looking(theirs, log, bell) as (_, remote),
    ):
        eventually(lambda: remote.wait_for(2, SOON))
        eventually(lambda: remote.trouble is None)


def test_what_held_up_a_projector_that_ended_does_not_hold_up_the_next(
    ours: Database, theirs: Database
) -> None:
    log, bell = Log(2), LocalBell()
    with looking(theirs, log, bell) as (_, remote):
        with projecting(ours, log, bell, stumbling_at(2)):
            eventually(lambda: remote.trouble is not None)
        with projecting(ours, log, bell):
            eventually(lambda: remote.wait_for(2, SOON))
            eventually(lambda: remote.trouble is None)


def test_of_several_parts_it_is_said_which_one_is_held_up(ours: Database, theirs: Database) -> None:
    log, bell = Log(2), LocalBell()
    with (
        projecting(ours, log, bell, part=Part(2, 2)),
        projecting(ours, log, bell, stumbling_at(2), part=Part(1, 2)),
        looking(theirs, log, bell) as (_, remote),
    ):
        eventually(lambda: remote.trouble is not None)
        assert (remote.trouble or "").startswith("part 1 of 2: Stumble(2)")


def test_a_database_that_does_not_answer_is_a_trouble(ours: Database) -> None:
    with looking(ours, Log(), LocalBell()) as (_, remote):
        eventually(lambda: remote.trouble is None)
        ours.close()
        remote.wake()
        eventually(lambda: remote.trouble is not None)
        assert "database" in (remote.trouble or "")


def test_an_error_that_nobody_foresaw_stops_no_look(
    ours: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with looking(ours, Log(), LocalBell()) as (views, remote):
        with monkeypatch.context() as patch:
            patch.setattr(views, "standing", lambda: 1 / 0)
            remote.wake()
            eventually(lambda: remote.trouble is not None)
        remote.wake()
        eventually(lambda: remote.trouble is None)
