"""varsel migrate: the operator's way to this version."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from adapters.engines.postgres import PostgresPresence, present
from adapters.engines.presence import Report
from adapters.folder import claimed
from adapters.sql.postgres import Database, address
from adapters.store import schema
from tests.adapters.cli.lab import script
from tests.adapters.nats.lab import until
from tests.history.stores.telling import HERE
from tests.postgres import database


def an_old_folder(root: Path) -> Path:
    root.mkdir()
    shutil.copyfile(HERE / "sqlite-1" / "ledger.db", root / "ledger.sqlite")
    return root


def test_a_folder_is_brought_up_once_and_its_ledger_is_kept(tmp_path: Path) -> None:
    root = an_old_folder(tmp_path / "data")
    first = script("migrate", "--data", root)
    assert first.code == 0, first.err
    shown = " ".join(first.out.split())
    assert "of version 2 now; it was of version 1" in shown
    assert "ledger.sqlite.version-1" in shown.replace(" ", "")
    again = script("migrate", "--data", root)
    assert "there is nothing to do" in " ".join(again.out.split())
    assert script("migrate", "--data", root, "--json").json() == {
        "from": 2,
        "to": 2,
        "copy": None,
    }


def test_a_folder_without_a_ledger_is_not_made_up(tmp_path: Path) -> None:
    ran = script("migrate", "--data", tmp_path / "nowhere")
    assert ran.code == 1
    assert "there is no ledger in this data folder" in ran.err
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_on_which_a_platform_runs_is_left_alone(tmp_path: Path) -> None:
    root = an_old_folder(tmp_path / "data")
    with claimed(root):
        ran = script("migrate", "--data", root)
    assert ran.code == 1
    assert "another varsel serve runs" in ran.err


def test_a_new_database_is_prepared(tmp_path: Path) -> None:
    url = database()
    ran = script("migrate", "--data", tmp_path, "--database-url", url, "--json")
    assert ran.json() == {"from": 0, "to": 2, "copy": None}
    ran = script("migrate", "--data", tmp_path, "--database-url", url)
    assert "there is nothing to do" in " ".join(ran.out.split())


def test_a_database_on_which_processes_run_is_changed_under_none_of_them(tmp_path: Path) -> None:
    url = database()
    shared = Database(address(url), size=2)
    schema.require(shared.store(), schema.POSTGRES)
    migrate = ("migrate", "--data", tmp_path, "--database-url", url)

    async def story() -> None:
        running = PostgresPresence(shared, lambda: Report("api"))
        running.start()
        await until(lambda: bool(present(shared)))
        there = await asyncio.to_thread(script, *migrate)
        assert "there is nothing to do" in " ".join(there.out.split()), "as setup does at each up"
        shared.store().rows("UPDATE layout SET version=1")
        refused = await asyncio.to_thread(script, *migrate)
        assert refused.code == 1
        assert "processes of the platform run on this database" in refused.err
        assert shared.store().rows("SELECT version FROM layout") == [(1,)]
        await running.stop()

    asyncio.run(story())
    shared.close()
