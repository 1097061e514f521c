"""Varsel as the role that docker/postgres/init.sql makes: no superuser, and it needs to be none."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from adapters.engines.postgres import PostgresBell
from adapters.ops.survey import survey
from adapters.settings import Settings
from adapters.sql.postgres import Database, address
from tests.adapters.cli.lab import script
from tests.adapters.nats.lab import TOLERATED, now
from tests.adapters.running import up_with
from tests.builders import told
from tests.postgres import Postgres

pytestmark = TOLERATED
PATIENCE = 20.0
TURNS = {"turn relay", "turn evidence", "turn projector"}


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("own") / "key"
    made.write_text("11" * 32)
    made.chmod(0o600)
    return made


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="varsel-role-") as folder:
        made = Postgres(Path(folder), superuser="postgres")
        made.start()
        yield made
        made.stop()


@pytest.fixture(scope="module")
def url(server: Postgres, key: Path) -> str:
    return server.as_composed(key)


def test_the_role_can_do_nothing_but_log_in_and_its_password_is_kept_as_a_hash(
    server: Postgres,
    url: str,
) -> None:
    assert url.startswith("postgresql://varsel@")
    with psycopg.connect(server.url()) as one:
        [may] = one.execute(
            "SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, "
            "rolbypassrls, starts_with(rolpassword, 'SCRAM-SHA-256$') FROM pg_authid "
            "WHERE rolname='varsel'"
        ).fetchall()
    assert may == (True, False, False, False, False, False, True)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE ROLE another",
        "CREATE DATABASE another",
        "ALTER SYSTEM SET fsync = off",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_read_file('postgresql.conf')",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
    ],
)
def test_what_only_a_superuser_may_is_refused_to_it(url: str, statement: str) -> None:
    with (
        psycopg.connect(url, autocommit=True) as one,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        one.execute(statement.encode())


def test_everything_that_varsel_does_it_does_as_this_role(
    tmp_path: Path, url: str, key: Path
) -> None:
    """Tables, ledger, vault, views, log, turns; then what the doctor asks."""
    ran = script("migrate", "--data", tmp_path, "--database-url", url, "--json")
    assert ran.json() == {"from": 0, "to": 2, "copy": None}

    async def story() -> None:
        made = up_with(tmp_path / "data", database_url=url, master_key_file=key)
        async with made as platform:
            await platform.take(*told("joker", "kiwi"))
            await platform.settled()
            assert (await platform.operator.call("examine", {}, 60))["findings"] == []
            asked = Settings(data=tmp_path / "data", database_url=url, master_key_file=key)
            checks = await asyncio.to_thread(survey, asked, now)
            found = {one["what"]: one for one in checks}
            assert set(found) >= TURNS
            assert {found[turn]["verdict"] for turn in TURNS} == {"ok"}
            assert all(found[turn]["says"].startswith("held by varsel ") for turn in TURNS)
            assert [one for one in checks if one["verdict"] == "wrong"] == []

    asyncio.run(story())


def test_two_processes_of_this_role_hear_each_other(url: str) -> None:
    with (
        closing(Database(address(url), size=2)) as ours,
        closing(Database(address(url), size=2)) as theirs,
    ):
        bell, told_so = PostgresBell(theirs), threading.Event()
        bell.start()
        try:
            assert bell.wait_until_listening(PATIENCE)
            bell.hear("ledger", told_so.set)
            told_so.clear()
            PostgresBell(ours).ring("ledger")
            assert told_so.wait(PATIENCE)
        finally:
            bell.stop()
