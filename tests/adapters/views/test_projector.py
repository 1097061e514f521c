"""The projector follows the log by itself, can be waited for, and shows what holds it up."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters import logs, looking
from adapters.views.generations import Views
from adapters.views.projector import Projector
from projections.rows import Project
from tests.adapters.views.lab import SIMPLE, Log, counted, eventually, stumbling_at

SOON = 20.0


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "RETRY", 0.05)
    logs.configure()


@contextmanager
def following(
    folder: Path, log: Log, *more: Project, start: bool = True
) -> Iterator[tuple[Views, Projector]]:
    views = Views(folder, Log().read, (*SIMPLE, *more))
    views._read = log.read
    projector = Projector(views, logs.get())
    if start:
        projector.start()
    yield views, projector
    projector.stop()
    views.close()


def test_it_takes_up_what_is_there_at_once(tmp_path: Path) -> None:
    with following(tmp_path, Log(3)) as (views, projector):
        assert projector.wait_for(3, SOON)
        assert counted(views.rows) == 3


def test_it_follows_when_it_is_woken(tmp_path: Path) -> None:
    log = Log(1)
    with following(tmp_path, log) as (views, projector):
        assert projector.wait_for(1, SOON)
        log.grow()
        projector.wake()
        assert projector.wait_for(2, SOON)
        assert counted(views.rows) == 2


def test_it_looks_by_itself_where_nobody_wakes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "IDLE", 0.01)
    log = Log(1)
    with following(tmp_path, log) as (_, projector):
        assert projector.wait_for(1, SOON)
        log.grow()
        assert projector.wait_for(2, SOON)


def test_waiting_for_what_does_not_come_ends_in_time(tmp_path: Path) -> None:
    with following(tmp_path, Log(1)) as (_, projector):
        began = time.monotonic()
        assert not projector.wait_for(2, 0.05)
        assert time.monotonic() - began < SOON / 2


def test_waiting_for_what_is_there_takes_no_time(tmp_path: Path) -> None:
    with following(tmp_path, Log(1)) as (_, projector):
        assert projector.wait_for(1, SOON)
        assert projector.wait_for(1, 0)


def test_those_who_watch_are_told_that_the_views_moved(tmp_path: Path) -> None:
    moved = threading.Event()
    with following(tmp_path, Log(1), start=False) as (_, projector):
        projector.watch(moved.set)
        projector.start()
        assert moved.wait(SOON)


def test_an_event_that_cannot_be_projected_shows_as_trouble(tmp_path: Path) -> None:
    with following(tmp_path, Log(2), stumbling_at(2)) as (_, projector):
        eventually(lambda: projector.trouble is not None)
        assert projector.trouble == "Stumble(2)"


def test_nobody_waits_long_while_the_projector_is_in_trouble(tmp_path: Path) -> None:
    with following(tmp_path, Log(2), stumbling_at(2)) as (_, projector):
        began = time.monotonic()
        assert not projector.wait_for(2, SOON)
        assert time.monotonic() - began < SOON / 2


def test_it_tries_again_until_the_trouble_is_over(tmp_path: Path) -> None:
    with following(tmp_path, Log(2), stumbling_at(2, times=3)) as (views, projector):
        eventually(lambda: projector.wait_for(2, SOON))
        eventually(lambda: projector.trouble is None)
        assert counted(views.rows) == 2


def test_trouble_is_logged_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    with following(tmp_path, Log(1), stumbling_at(1)) as (_, projector):
        eventually(lambda: projector.trouble is not None)
    line = json.loads(capsys.readouterr().err.splitlines()[0])
    assert line["event"] == "projector.stuck"
    assert line["exception"][0].endswith("lab.Stumble")


def test_after_a_rebuild_nobody_waits_in_vain(tmp_path: Path) -> None:
    log = Log(3)
    with following(tmp_path, log, start=False) as (views, projector):
        views.rebuild()  # and so the views run ahead of a projector that has seen nothing
        projector.start()
        assert projector.wait_for(3, SOON)


def test_it_stops_after_the_batch_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.views.generations.BATCH", 1)
    log, under_way, go_on = Log(100), threading.Event(), threading.Event()

    def hold(*_: object) -> None:
        under_way.set()
        go_on.wait(SOON)

    with following(tmp_path, log, hold) as (views, projector):
        assert under_way.wait(SOON)
        stopping = threading.Thread(target=projector.stop)
        stopping.start()
        eventually(projector._stopping.is_set)
        go_on.set()
        stopping.join(SOON)
        assert views.position() == 1


def test_stopping_one_that_never_started_is_no_trouble(tmp_path: Path) -> None:
    with following(tmp_path, Log(), start=False):
        pass


def test_those_who_watch_no_more_are_not_told(tmp_path: Path) -> None:
    log, moved, still = Log(1), threading.Event(), threading.Event()
    with following(tmp_path, log) as (_, projector):
        assert projector.wait_for(1, SOON)
        stop = projector.watch(moved.set)
        stop()
        projector.watch(still.set)
        log.grow()
        projector.wake()
        assert still.wait(SOON)
        assert not moved.is_set()
