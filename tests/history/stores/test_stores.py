"""A store of every version there ever was is brought up and read back, event for event."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from adapters.sql.postgres import Database, address
from adapters.sql.sqlite import SqliteStore
from adapters.sql.store import Store
from adapters.store import schema
from adapters.store.ledger import EventLedger
from adapters.store.upgrade import upgrade_database, upgrade_file
from adapters.store.vault import MemoryVault, SealedVault, vault_file
from domain.envelope import Context, Draft
from domain.errors import Unavailable
from domain.ports import Changes, Signature
from tests.history.samples import example
from tests.history.stores.telling import HERE, INCIDENT, MASTER, NOW, expected, read_back
from tests.postgres import database as new_database

FILES = sorted(HERE.glob("sqlite-*"))
DUMPS = sorted(HERE.glob("postgres-*"))
every_file = pytest.mark.parametrize("sample", FILES, ids=lambda path: path.name)
every_dump = pytest.mark.parametrize("sample", DUMPS, ids=lambda path: path.name)
OLDEST = HERE / "sqlite-1"


def laid_out(sample: Path, folder: Path) -> Path:
    """A copy of a sample where a platform would have it; the ledger's file."""
    shutil.copyfile(sample / "vault.db", folder / "vault.sqlite")
    return Path(shutil.copyfile(sample / "ledger.db", folder / "ledger.sqlite"))


def in_file(path: Path) -> EventLedger:
    return EventLedger(path, SealedVault(vault_file(path.with_name("vault.sqlite")), MASTER))


def loaded(sample: Path) -> Database:
    """A new database with a sample in it."""
    url = new_database()
    with psycopg.connect(url, autocommit=True) as one:
        one.execute((sample / "dump.sql").read_bytes())
    return Database(address(url))


def grown(ledger: EventLedger) -> int:
    """The position of one more event: a store that was brought up is written to."""
    draft = Draft(
        event=example("varsel.QuestionAsked"),
        about=Context(incident=INCIDENT, vendor="zoopit", client="joker"),
        visibility=("joker",),
    )
    changes = Changes(streams={INCIDENT: (2, [draft])}, main=INCIDENT)
    receipt = ledger.append(changes, Signature("joker", "more", "", "ask"), NOW)
    return receipt.events[0].position


def version(sample: Path) -> int:
    return int(sample.name.rpartition("-")[2])


def test_there_is_a_sample_of_every_version() -> None:
    every = list(range(1, schema.VERSION + 1))
    assert [version(one) for one in FILES] == every
    assert [version(one) for one in DUMPS] == every[1:]  # version 1 had no PostgreSQL


@every_file
def test_a_file_is_brought_up_and_read_back(sample: Path, tmp_path: Path) -> None:
    path = laid_out(sample, tmp_path)
    assert upgrade_file(path).found == version(sample)
    with closing(in_file(path)) as ledger:
        assert read_back(ledger) == expected(sample)
        assert grown(ledger) == len(expected(sample)["rows"]) + 1
    assert upgrade_file(path) == (schema.VERSION, None)


@every_dump
def test_a_database_is_brought_up_and_read_back(sample: Path) -> None:
    with closing(loaded(sample)) as database:
        assert upgrade_database(database).found == version(sample)
        ledger = EventLedger(database, SealedVault(database.store(), MASTER))
        assert read_back(ledger) == expected(sample)
        assert grown(ledger) == len(expected(sample)["rows"]) + 1


def test_an_older_file_is_kept_as_it_was(tmp_path: Path) -> None:
    path = laid_out(OLDEST, tmp_path)
    kept = upgrade_file(path).copy
    assert kept is not None
    assert kept.name == "ledger.sqlite.version-1"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    again = tmp_path / "again.sqlite"
    shutil.copyfile(kept, again)
    assert upgrade_file(again).found == 1


def test_a_file_that_cannot_be_copied_is_left_as_it_was(tmp_path: Path) -> None:
    path = laid_out(OLDEST, tmp_path)
    (tmp_path / ".ledger.sqlite.version-1.new").mkdir()
    with pytest.raises(Unavailable, match="could not be copied"):
        upgrade_file(path)
    (tmp_path / ".ledger.sqlite.version-1.new").rmdir()
    assert upgrade_file(path).found == 1


def test_an_older_store_is_not_opened_unasked(tmp_path: Path) -> None:
    path = laid_out(OLDEST, tmp_path)
    with pytest.raises(Unavailable, match=r"an older version.*version 1.*varsel migrate"):
        in_file(path)
    assert upgrade_file(path).found == 1


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_newer_store_is_neither_opened_nor_brought_down(engine: str, tmp_path: Path) -> None:
    sample = HERE / f"{engine}-{schema.VERSION}"
    if engine == "sqlite":
        path = laid_out(sample, tmp_path)
        with closing(SqliteStore(path)) as store:
            made_newer(store)
        refused((lambda: upgrade_file(path)), lambda: EventLedger(path, MemoryVault()))
        return
    with closing(loaded(sample)) as database:
        made_newer(database.store())
        refused((lambda: upgrade_database(database)), lambda: EventLedger(database, MemoryVault()))


def made_newer(store: Store) -> None:
    store.rows("UPDATE layout SET version=?", schema.VERSION + 1)


def refused(*attempts: Callable[[], object]) -> None:
    for attempt in attempts:
        with pytest.raises(Unavailable, match=r"a newer version.*run the version of Varsel"):
            attempt()


def test_a_step_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = laid_out(OLDEST, tmp_path)
    broken = schema.SQLITE._replace(steps=(*schema.SQLITE.steps, "CREATE TABLE x (a); NONSENSE"))
    monkeypatch.setattr(schema, "SQLITE", broken)
    with pytest.raises(Unavailable, match="syntax"):
        upgrade_file(path)
    monkeypatch.undo()
    with closing(SqliteStore(path)) as store:
        assert store.rows("SELECT name FROM sqlite_master WHERE name IN ('x', 'layout')") == []
    assert upgrade_file(path).found == 1


def test_processes_that_start_at_once_make_the_tables_once() -> None:
    url = address(new_database())
    several = [Database(url) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        ledgers = list(pool.map(lambda one: EventLedger(one, MemoryVault()), several))
    assert [ledger.position() for ledger in ledgers] == [0, 0, 0]
    for one in several:
        one.close()
