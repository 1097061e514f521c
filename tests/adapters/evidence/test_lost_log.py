"""A log that is lost grows again if the ledger is still the one that was signed, and only then."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.evidence import offline
from domain.errors import NotFound, Refused, Unavailable
from tests.adapters.nats.lab import TOLERATED, until
from tests.adapters.running import Up, raised, up, up_with
from tests.builders import told

pytestmark = TOLERATED
QUIET: dict[str, Any] = {"log_level": "ERROR"}


async def nothing(_: Up) -> None:
    """Only start."""


def play(data: Path) -> str:
    """A platform that was up and has stopped; its newest checkpoint."""

    async def scenario() -> str:
        async with up_with(data, **QUIET) as platform:
            await platform.take(*told("joker"))
            return str((await platform.operator.call("checkpoint", {}))["checkpoint"])

    return asyncio.run(scenario())


def again(data: Path, story: Callable[[Up], Awaitable[None]] = nothing) -> None:
    async def scenario() -> None:
        async with up(data, **QUIET) as platform:
            await story(platform)

    asyncio.run(scenario())


def change(data: Path, statement: str, name: str = "ledger.sqlite") -> None:
    db = sqlite3.connect(data / name, isolation_level=None)
    db.execute(statement)
    db.close()


def lose(data: Path) -> None:
    for one in data.glob("evidence.sqlite*"):
        one.unlink()


SPOILING = "UPDATE stored_events SET state=CAST(replace(state, 'joker', 'kiwii') AS BLOB)"

SPREADING = "UPDATE stored_events SET state=CAST(replace(state, '\"v\":', '\"v\": ') AS BLOB)"


def kinds(data: Path) -> set[str]:
    return {one.kind for one in offline.examine(data, None)}


def test_a_lost_log_grows_again_and_keeps_its_word(tmp_path: Path) -> None:
    note = play(tmp_path)
    size = int(note.split("\n")[1])
    lose(tmp_path)

    async def story(platform: Up) -> None:
        log = platform.running.parts.evidence.log
        await platform.operator.call("checkpoint", {})
        assert log.root(size) == log.verifier.read(note).root
        assert platform.running.platform.health()["troubles"] == []

    again(tmp_path, story)
    assert offline.examine(tmp_path, None) == []


@pytest.mark.parametrize("how", [SPOILING, SPREADING], ids=["another word", "another writing"])
def test_a_lost_log_over_a_changed_ledger_signs_nothing(tmp_path: Path, how: str) -> None:
    play(tmp_path)
    lose(tmp_path)
    change(tmp_path, how + " WHERE rowid=9")

    async def story(platform: Up) -> None:
        evidence = platform.running.parts.evidence
        await until(lambda: evidence.follower.trouble is not None)
        assert "not the one that was signed" in (evidence.follower.trouble or "")
        assert isinstance(await raised(platform.operator.call("checkpoint", {})), Unavailable)
        assert evidence.log.size() == 0
        assert not platform.running.platform.health()["ok"]

    again(tmp_path, story)


def test_a_stopped_folder_that_nobody_touched_is_well(tmp_path: Path) -> None:
    play(tmp_path)
    assert offline.examine(tmp_path, None) == []
    again(tmp_path)  # and looking did no harm
    assert offline.examine(tmp_path, None) == []


def test_a_stopped_folder_is_examined_without_the_platform(tmp_path: Path) -> None:
    play(tmp_path)
    change(tmp_path, SPOILING + " WHERE rowid=9")
    assert kinds(tmp_path) == {"changed"}


def test_a_ledger_with_which_no_platform_starts_is_examined_too(tmp_path: Path) -> None:
    play(tmp_path)
    raw = bytearray((tmp_path / "ledger.sqlite").read_bytes())
    raw[8192:12288] = bytes(4096)
    (tmp_path / "ledger.sqlite").write_bytes(raw)
    assert kinds(tmp_path) & {"file", "unreadable"}


def test_a_folder_whose_log_is_lost_says_so(tmp_path: Path) -> None:
    play(tmp_path)
    lose(tmp_path)
    assert kinds(tmp_path) == {"log"}
    assert not (tmp_path / "evidence.sqlite").exists()


def test_a_log_that_was_cut_back_contradicts_the_vault(tmp_path: Path) -> None:
    play(tmp_path)
    for statement in (
        "DELETE FROM leaves WHERE number>=3",
        "DELETE FROM checkpoints",
        "DELETE FROM leaves",
        "DELETE FROM nodes",
    ):
        change(tmp_path, statement, "evidence.sqlite")
    assert kinds(tmp_path) == {"log"}


def test_a_spoilt_log_file_is_named(tmp_path: Path) -> None:
    play(tmp_path)
    (tmp_path / "evidence.sqlite").write_bytes(b"no database" * 1000)
    assert kinds(tmp_path) == {"log"}


def test_a_folder_without_a_ledger_is_refused_and_stays_empty(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no ledger"):
        offline.examine(tmp_path, None)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_on_which_a_platform_runs_is_refused(tmp_path: Path) -> None:
    play(tmp_path)

    async def story(_: Up) -> None:
        with pytest.raises(Refused, match="another varsel serve"):
            offline.examine(tmp_path, None)

    again(tmp_path, story)
