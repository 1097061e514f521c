"""Back-ups of a data folder: whole, of one moment, sealed, and good for a platform to start on."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from adapters.evidence.offline import examine
from adapters.ops import backup as backups
from adapters.ops.backup import Manifest, make
from adapters.ops.restore import restore
from domain.errors import Conflict, Invalid, NotFound, Refused, Unavailable, VarselError
from projections import feed_index
from tests.adapters.running import Up, raised, up, up_with
from tests.builders import a_leak, a_question, an_acknowledgement, told

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def feed(platform: Up) -> list[tuple[str, str, str]]:
    """Every message of every feed: its id, the hash of its bytes, the hash of the one before."""
    rows = feed_index.after(0, 10_000, platform.running.parts.views.rows)
    return [(row["message"], row["hash"], row["previous"]) for row in rows]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A back-up made while a platform ran, its key and data folder beside it; of what was then."""
    root = tmp_path_factory.mktemp("kept")

    async def story() -> None:
        async with up_with(root / "data") as platform:
            await platform.take(*told("joker", "kiwi"), an_acknowledgement(), a_question())
            await platform.settled()
            await asyncio.to_thread(make, root / "data", root / "backup", None, NOW)
            (root / "feed").write_text(json.dumps(feed(platform)))
            await platform.take(a_leak("after-it"))
            await platform.settled()

    asyncio.run(story())
    shutil.copy(root / "data" / "master.key", root / "key")
    return root


def test_a_platform_starts_on_what_was_restored_with_the_same_feed_and_goes_on(
    kept: Path, tmp_path: Path
) -> None:
    restore(kept / "backup", tmp_path / "new", kept / "key")

    async def story() -> None:
        async with up(tmp_path / "new", master_key_file=kept / "key") as platform:
            await platform.settled()
            then = json.loads((kept / "feed").read_text())
            now = [list(one) for one in feed(platform)]
            assert now[: len(then)] == then
            assert len(now) == len(then) + 2, "the operator has new credentials, the old are cut"
            found = await platform.operator.call("examine", {}, 60)
            assert found["findings"] == []
            shown = await platform.operator.call("party_show", {"with": {"id": "joker"}})
            assert shown["party"]["id"] == "joker"
            await platform.add("late", "client")
            await platform.settled()

    asyncio.run(story())


def test_what_was_accepted_after_the_back_up_is_not_in_it(kept: Path, tmp_path: Path) -> None:
    made = restore(kept / "backup", tmp_path / "new", kept / "key")
    with sqlite3.connect(kept / "data" / "ledger.sqlite") as db:
        [(now,)] = db.execute("SELECT count(*) FROM stored_events")
    db.close()
    assert made["events"] < now


def test_the_key_is_in_no_back_up_and_without_it_nothing_is_restored(
    kept: Path, tmp_path: Path
) -> None:
    key = (kept / "key").read_text().strip()
    with zipfile.ZipFile(kept / "backup") as packed:
        inside = [packed.read(name) for name in packed.namelist()]
        assert set(packed.namelist()) >= {"ledger.sqlite", "vault.sqlite", "evidence.sqlite"}
    assert not [one for one in inside if key.encode() in one or bytes.fromhex(key) in one]
    other = tmp_path / "other"
    other.write_text("00" * 32)
    other.chmod(0o600)
    with pytest.raises(Unavailable, match="master key does not open"):
        restore(kept / "backup", tmp_path / "new", other)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other"]


def test_a_back_up_is_its_owner_s_alone_and_says_when_it_was_made(kept: Path) -> None:
    assert (kept / "backup").stat().st_mode & 0o777 == 0o600
    said = json.loads((kept / "data" / "backup.json").read_text())
    assert said["at"] == NOW.isoformat()


@pytest.mark.parametrize("full", [True, False], ids=["a-folder-with-something-in-it", "a-file"])
def test_nothing_is_restored_over_anything(kept: Path, tmp_path: Path, *, full: bool) -> None:
    there = tmp_path / "there"
    if full:
        there.mkdir()
        (there / "something").touch()
    else:
        there.touch()
    with pytest.raises(Refused, match="something is there already"):
        restore(kept / "backup", there, kept / "key")
    assert [path.name for path in tmp_path.rglob("*")] == [
        "there",
        *(["something"] if full else []),
    ]


def test_an_empty_folder_is_taken(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    restore(kept / "backup", tmp_path / "new", kept / "key")
    assert examine(tmp_path / "new", kept / "key") == []


def test_a_back_up_never_replaces_another(kept: Path) -> None:
    before = (kept / "backup").read_bytes()
    with pytest.raises(Refused, match="there is a file already"):
        make(kept / "data", kept / "backup", None, NOW)
    assert (kept / "backup").read_bytes() == before


def test_a_folder_without_a_ledger_is_not_backed_up(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        make(tmp_path, tmp_path / "backup", None, NOW)
    assert list(tmp_path.iterdir()) == []


# --- what is not as it was packed ---


def repacked(kept: Path, to: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The back-up with other contents, its zip file sound."""
    with zipfile.ZipFile(kept / "backup") as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    change(files)
    with zipfile.ZipFile(to, "w") as packed:
        for name, body in files.items():
            packed.writestr(name, body)
    return to


def saying(**said: Any) -> Callable[[dict[str, bytes]], None]:
    """Another manifest."""

    def change(files: dict[str, bytes]) -> None:
        known: Manifest = json.loads(files["manifest.json"])
        files["manifest.json"] = json.dumps({**known, **said}).encode()

    return change


def flipped(files: dict[str, bytes]) -> None:
    body = bytearray(files["ledger.sqlite"])
    body[len(body) // 2] ^= 1
    files["ledger.sqlite"] = bytes(body)


def without_evidence(files: dict[str, bytes]) -> None:
    del files["evidence.sqlite"]


def with_a_path(files: dict[str, bytes]) -> None:
    files["../outside.sqlite"] = b""
    saying(files={**json.loads(files["manifest.json"])["files"], "../outside.sqlite": "00"})(files)


def no_manifest(files: dict[str, bytes]) -> None:
    del files["manifest.json"]


NEWER = f"{int(version('varsel').partition('.')[0]) + 1}.0.0"


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        (flipped, Conflict, "ledger.sqlite is not as it was packed"),
        (without_evidence, Invalid, "does not hold"),
        (with_a_path, Invalid, "does not hold"),
        (no_manifest, Invalid, "no back-up of Varsel"),
        (saying(format=2), Refused, "newer version"),
        (saying(varsel=NEWER), Refused, "newer version"),
        (saying(checkpoint="another"), Conflict, "not the one that its manifest names"),
    ],
    ids=["a-bit", "a-file-less", "a-way-out", "no-word", "format", "version", "another-log"],
)
def test_a_back_up_that_was_changed_is_refused_and_leaves_nothing(
    kept: Path,
    tmp_path: Path,
    change: Callable[[dict[str, bytes]], None],
    kind: type[VarselError],
    words: str,
) -> None:
    changed = repacked(kept, tmp_path / "changed", change)
    with pytest.raises(kind, match=words):
        restore(changed, tmp_path / "new", kept / "key")
    assert [path.name for path in tmp_path.iterdir()] == ["changed"]


@pytest.mark.parametrize("cut", [0, 100, 5_000], ids=["empty", "its-head", "its-half"])
def test_half_a_file_is_no_back_up(kept: Path, tmp_path: Path, cut: int) -> None:
    half = tmp_path / "half"
    half.write_bytes((kept / "backup").read_bytes()[:cut])
    with pytest.raises(Invalid, match="cannot be read"):
        restore(half, tmp_path / "new", kept / "key")


def test_a_ledger_that_was_tampered_with_is_not_packed_as_if_it_were_sound(
    kept: Path, tmp_path: Path
) -> None:
    shutil.copytree(kept / "data", tmp_path / "data", ignore=shutil.ignore_patterns("nats"))
    with sqlite3.connect(tmp_path / "data" / "ledger.sqlite") as db:
        db.execute("UPDATE stored_events SET topic='other' WHERE rowid=5")
    db.close()
    with pytest.raises(Conflict, match="not what was signed"):
        make(tmp_path / "data", tmp_path / "backup", None, NOW)
    assert not (tmp_path / "backup").exists()


def test_a_platform_that_stops_in_between_has_its_copy_taken_again(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vault remembers what was signed last: a newer one does not fit an older log."""
    tries = list[int]()
    sound = backups.require_sound

    def once_not(copy: Path, key: Path) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise Conflict("the copy is not what was signed")
        sound(copy, key)

    monkeypatch.setattr(backups, "require_sound", once_not)
    made = make(kept / "data", tmp_path / "backup", None, NOW)
    assert len(tries) == 2
    assert restore(tmp_path / "backup", tmp_path / "new", kept / "key") == made


def test_a_key_that_others_may_read_is_refused(kept: Path, tmp_path: Path) -> None:
    open_to_all = tmp_path / "key"
    shutil.copy(kept / "key", open_to_all)
    open_to_all.chmod(0o644)

    async def story() -> BaseException:
        return await raised(
            asyncio.to_thread(restore, kept / "backup", tmp_path / "new", open_to_all)
        )

    assert "others than its owner" in str(asyncio.run(story()))
