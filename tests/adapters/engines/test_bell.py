"""The bell: word that something moved, within a process and between two."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from adapters.engines import postgres as engine
from adapters.engines.bell import LocalBell
from adapters.engines.postgres import PostgresBell, channel
from adapters.sql.postgres import Database, address
from tests.postgres import database

PATIENCE = 20.0


@contextmanager
def ringing(url: str) -> Generator[PostgresBell]:
    """A process's own bell, as far as the others can tell."""
    shared = Database(address(url), size=2)
    bell = PostgresBell(shared)
    bell.start()
    try:
        assert bell.wait_until_listening(PATIENCE)
        yield bell
    finally:
        bell.stop()
        shared.close()


@pytest.fixture
def url() -> str:
    return database()


def test_whoever_listens_is_told_and_nobody_else() -> None:
    bell, told = LocalBell(), list[str]()
    bell.hear("views", lambda: told.append("views"))
    bell.hear("ledger", lambda: told.append("ledger"))

    bell.ring("views")

    assert told == ["views"]


def test_whoever_stops_listening_is_told_no_more() -> None:
    bell, told = LocalBell(), list[str]()
    stop = bell.hear("views", lambda: told.append("views"))
    stop()

    bell.ring("views")

    assert told == []


def test_a_ring_is_heard_in_the_other_process(url: str) -> None:
    with ringing(url) as ours, ringing(url) as theirs:
        told = threading.Event()
        theirs.hear("views", told.set)
        ours.ring("views")
        assert told.wait(PATIENCE)


def test_a_ring_within_a_transaction_is_heard_when_it_is_committed(url: str) -> None:
    with ringing(url) as bell, psycopg.connect(url) as one:
        told = threading.Event()
        bell.hear("ledger", told.set)
        one.execute(sql.SQL("NOTIFY {}").format(channel("ledger")))
        assert not told.wait(0.3)
        one.commit()
        assert told.wait(PATIENCE)


def test_after_a_lost_connection_everybody_is_told_to_look(url: str) -> None:
    with ringing(url) as bell:
        told = threading.Event()
        bell.hear("views", told.set)
        with psycopg.connect(url, autocommit=True) as one:
            one.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        assert told.wait(PATIENCE)


def test_a_bell_whose_database_is_gone_still_rings_here() -> None:
    shared = Database(address("postgresql://nobody@127.0.0.1:9/none"), size=1, patience=0.2)
    bell, told = PostgresBell(shared), list[str]()
    bell.hear("views", lambda: told.append("views"))

    bell.ring("views")

    shared.close()
    assert told == ["views"]


def test_a_bell_ends_though_its_database_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_PATIENCE", 0.1)
    gate = threading.Event()

    def hangs(self: PostgresBell) -> None:
        self._listening.set()
        gate.wait(PATIENCE)

    monkeypatch.setattr(PostgresBell, "_listen", hangs)
    shared = Database(address(database()), size=2)
    bell = PostgresBell(shared)
    bell.start()
    began = time.monotonic()
    bell.stop()
    assert time.monotonic() - began < PATIENCE / 2
    gate.set()
    bell.stop()
    shared.close()
