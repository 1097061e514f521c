"""A database that is stopped, killed, cut off or too busy: what is said, and how it goes on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import psycopg
import pytest

from adapters.sql.postgres import Database, address
from domain.errors import Invalid, Unavailable
from tests.adapters.nats.lab import until
from tests.adapters.sql.proxy import Wire
from tests.postgres import database as new_database
from tests.postgres import own_server

COUNT = b"SELECT count(*) FROM t"


@pytest.fixture
def url() -> str:
    made = new_database()
    with psycopg.connect(made, autocommit=True) as one:
        one.execute("CREATE SCHEMA varsel")
        one.execute("CREATE TABLE varsel.t (a int)")
    return made


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with closing(Database(address(url))) as made:
        yield made


def end_all_others(database: Database) -> None:
    """As a restart of the server would: every connection that a pool holds is dead."""
    with database.connection() as one:
        one.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def warmed(database: Database, connections: int) -> None:
    """Have the pool hold that many connections."""
    gate = threading.Barrier(connections)

    def hold() -> None:
        with database.connection():
            gate.wait(10)

    with ThreadPoolExecutor(connections) as pool:
        for one in [pool.submit(hold) for _ in range(connections)]:
            one.result()


def test_a_question_is_asked_again_when_every_connection_is_dead(
    database: Database, url: str
) -> None:
    warmed(database, 4)
    with closing(Database(address(url))) as killer:
        end_all_others(killer)
    assert database.read(COUNT) == [(0,)]


def test_work_is_done_again_as_a_whole(database: Database, url: str) -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(len(tries))
        with database.transaction() as one:
            one.execute("INSERT INTO t VALUES (1)")
            if len(tries) == 1:
                with closing(Database(address(url))) as killer:
                    end_all_others(killer)
            one.execute("INSERT INTO t VALUES (2)")

    database.again(work)
    assert len(tries) > 1
    assert database.read(COUNT) == [(2,)]


def test_what_the_server_refuses_is_not_tried_again(database: Database) -> None:
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        with database.connection() as one:
            one.execute("SET LOCAL lock_timeout = 1")
            one.execute("SELECT no_such_thing")

    with pytest.raises(Unavailable, match="no_such_thing"):
        database.again(work)
    assert tries == [1]


def test_in_a_transaction_nothing_is_done_again(database: Database, url: str) -> None:
    def lose() -> None:
        with database.transaction() as one:
            one.execute("INSERT INTO t VALUES (1)")
            with closing(Database(address(url))) as killer:
                end_all_others(killer)
            database.read(COUNT)

    with pytest.raises(Unavailable):
        lose()
    assert database.read(COUNT) == [(0,)]


def test_a_transaction_is_one_with_the_lock_it_began_with(database: Database) -> None:
    with database.holding(b"SELECT 7") as (one, row):
        assert row == (7,)
        assert database.stands()
        one.execute("INSERT INTO t VALUES (1)")
        with database.holding(b"SELECT 8") as (within, another):
            assert (within, another) == (one, (8,))
    assert not database.stands()
    assert database.read(COUNT) == [(1,)]


def test_what_was_held_is_undone_as_a_whole(database: Database) -> None:
    def break_off() -> None:
        with database.holding(b"SELECT 7") as (one, _):
            one.execute("INSERT INTO t VALUES (1)")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert not database.stands()
    assert database.read(COUNT) == [(0,)]


def test_a_transaction_in_which_an_error_was_passed_over_is_not_said_to_be_kept(
    database: Database,
) -> None:
    def pass_over() -> None:
        with database.holding(b"SELECT 7") as (one, _):
            one.execute("INSERT INTO t VALUES (1)")
            with suppress(psycopg.Error):
                one.execute("SELECT no_such_thing")
            assert not database.stands()

    with pytest.raises(Unavailable, match="undone all of it"):
        pass_over()
    assert database.read(COUNT) == [(0,)]


def test_who_waits_too_long_for_a_connection_is_told_to_come_back(url: str) -> None:
    with closing(Database(address(url), size=1, patience=0.2)) as small:
        small._pool.wait()
        with small.connection(), ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(small.read, COUNT)
            assert isinstance(waiting.exception(), Unavailable)
        assert small.read(COUNT) == [(0,)]


def test_a_lock_does_not_outlive_a_process_that_hangs(database: Database) -> None:
    [[idle]] = database.read(b"SHOW idle_in_transaction_session_timeout")
    [[lock]] = database.read(b"SHOW lock_timeout")
    [[level]] = database.read(b"SHOW transaction_isolation")
    assert (idle, lock, level) == ("10s", "30s", "read committed")


def test_a_password_is_never_shown(url: str) -> None:
    with pytest.raises(Invalid, match="VARSEL_DATABASE_PASSWORD_FILE") as refused:
        address("postgresql://varsel:geheim@host/x?no_such_setting=1", "other")
    assert "geheim" not in str(refused.value)
    assert "password=other" in address(url, "other")


def test_a_closed_database_does_not_answer(url: str) -> None:
    database = Database(address(url))
    database.close()
    with pytest.raises(Unavailable):
        database.read(COUNT)


def test_a_server_that_was_killed_is_used_again_when_it_is_back() -> None:
    with (
        own_server() as server,
        closing(Database(address(server.database()), patience=1)) as database,
    ):
        database._pool.wait()
        store = database.store()
        store.declare("CREATE TABLE IF NOT EXISTS t (a INTEGER)")
        store.rows("INSERT INTO t VALUES (?)", 1)
        server.kill()
        with pytest.raises(Unavailable):
            store.rows("INSERT INTO t VALUES (?)", 2)
        server.start()
        asyncio.run(until(lambda: answers(database)))
        assert database.read(COUNT) == [(1,)]


def answers(database: Database) -> bool:
    try:
        return bool(database.read(b"SELECT 1"))
    except Unavailable:
        return False


def test_a_wire_that_is_not_cut_changes_nothing(url: str) -> None:
    with Wire(url) as wire, closing(Database(address(wire.url))) as database:
        with database.transaction() as one:
            one.execute("INSERT INTO t VALUES (1)")
        assert database.read(COUNT) == [(1,)]
        assert wire.cuts == 0
