"""What every vault promises, and what the file adds: shut to others, and forgetting for good."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from adapters.sql.postgres import Database
from adapters.store.vault import MemoryVault, SealedVault, Vault, load_master_key, vault_file
from domain.errors import Unavailable
from tests.adapters.store.lab import MASTER

OTHER_KEY = bytes(range(1, 33))


@contextmanager
def in_file(path: Path, key: bytes = MASTER) -> Iterator[SealedVault]:
    with closing(SealedVault(vault_file(path), key)) as vault:
        yield vault


def on_disk(path: Path) -> bytes:
    """The file and whatever lies beside it under its name."""
    return b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))


def sealed_bytes(path: Path, name: str) -> bytes:
    with closing(sqlite3.connect(path)) as db:
        [[sealed]] = db.execute("SELECT sealed FROM secrets WHERE name=?", (name,)).fetchall()
    return bytes(sealed)


# --- every vault -------------------------------------------------------------------------------


def test_a_secret_is_got_as_it_was_put(vault: MemoryVault | SealedVault) -> None:
    port: Vault = vault
    port.put("nats/joker", b"seed \x00\xff")
    assert port.get("nats/joker") == b"seed \x00\xff"


def test_a_name_never_put_holds_nothing(vault: MemoryVault | SealedVault) -> None:
    assert vault.get("nats/joker") is None


def test_a_secret_put_again_replaces_the_earlier_one(vault: MemoryVault | SealedVault) -> None:
    vault.put("nats/joker", b"old")
    vault.put("nats/joker", b"new")
    assert vault.get("nats/joker") == b"new"
    assert vault.names("") == ["nats/joker"]


def test_a_secret_is_made_once_and_whoever_comes_later_gets_it(
    vault: MemoryVault | SealedVault,
) -> None:
    assert vault.once("digest", b"first") == b"first"
    assert vault.once("digest", b"second") == b"first"
    assert vault.get("digest") == b"first"


def test_a_destroyed_secret_is_gone(vault: MemoryVault | SealedVault) -> None:
    vault.put("text/joker/1", b"key")
    vault.put("text/joker/2", b"key")
    assert vault.destroy("text/joker/1")
    assert vault.get("text/joker/1") is None
    assert vault.names("") == ["text/joker/2"]


def test_destroying_what_is_not_there_says_so(vault: MemoryVault | SealedVault) -> None:
    vault.put("text/joker/1", b"key")
    assert vault.destroy("text/joker/1")
    assert not vault.destroy("text/joker/1")


def test_names_are_found_by_prefix_in_order(vault: MemoryVault | SealedVault) -> None:
    for name in ("text/b", "nats/z", "text/a", "te%t/c", "TEXT/d"):
        vault.put(name, b"key")
    assert vault.names("text/") == ["text/a", "text/b"]
    assert vault.names("te%") == ["te%t/c"]
    assert vault.names("") == ["TEXT/d", "nats/z", "te%t/c", "text/a", "text/b"]


# --- the file ----------------------------------------------------------------------------------


def test_secrets_survive_re_opening(tmp_path: Path) -> None:
    with in_file(tmp_path / "vault") as vault:
        vault.put("nats/joker", b"seed")
        vault.put("text/joker/1", b"key")
        vault.destroy("text/joker/1")
    with in_file(tmp_path / "vault") as vault:
        assert vault.get("nats/joker") == b"seed"
        assert vault.names("") == ["nats/joker"]


def test_a_wrong_master_key_is_refused_at_the_door(tmp_path: Path) -> None:
    with in_file(tmp_path / "vault") as vault:
        vault.put("nats/joker", b"seed")
    with pytest.raises(Unavailable, match=r"the master key does not open the vault.*next: "):
        SealedVault(vault_file(tmp_path / "vault"), OTHER_KEY)


def test_a_secret_moved_to_another_name_does_not_open(tmp_path: Path) -> None:
    with in_file(tmp_path / "vault") as vault:
        vault.put("nats/joker", b"joker's seed")
        vault.put("nats/zoopit", b"zoopit's seed")
        stolen = sealed_bytes(tmp_path / "vault", "nats/zoopit")
        with closing(sqlite3.connect(tmp_path / "vault")) as db, db:
            db.execute("UPDATE secrets SET sealed=? WHERE name='nats/joker'", (stolen,))
        with pytest.raises(Unavailable):
            vault.get("nats/joker")


def test_the_file_holds_no_secret_in_plain(tmp_path: Path) -> None:
    with in_file(tmp_path / "vault") as vault:
        vault.put("nats/joker", b"the seed of joker's account")
        assert b"seed of joker" not in (tmp_path / "vault").read_bytes()


def test_nothing_of_a_destroyed_secret_stays_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "vault"
    with in_file(path) as vault:
        vault.keep({f"text/joker/{number}": bytes([number]) * 32 for number in range(20)})
        doomed = sealed_bytes(path, "text/joker/7")
        assert doomed in on_disk(path)
        vault.destroy("text/joker/7")
        assert doomed not in on_disk(path)
    assert doomed not in on_disk(path)
    assert [kept.name for kept in tmp_path.iterdir()] == ["vault"]


def test_nothing_of_a_destroyed_secret_that_was_in_the_file_for_long_stays_on_disk(
    tmp_path: Path,
) -> None:
    path = tmp_path / "vault"
    with in_file(path) as vault:
        vault.keep({f"text/joker/{number}": bytes([number]) * 32 for number in range(20)})
    doomed = sealed_bytes(path, "text/joker/7")
    assert doomed in path.read_bytes()
    with in_file(path) as vault:
        vault.destroy("text/joker/7")
        assert doomed not in on_disk(path)


def test_what_a_crash_left_of_a_destroyed_secret_goes_when_the_vault_is_opened(
    tmp_path: Path,
) -> None:
    path, crashed = tmp_path / "vault", tmp_path / "crashed"
    with in_file(path) as vault:
        vault.keep({"text/joker/7": b"7" * 32})
        doomed = sealed_bytes(path, "text/joker/7")
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("DELETE FROM secrets")  # and the log is not cut: the process dies first
        crashed.mkdir()
        for file in tmp_path.glob("vault*"):
            shutil.copyfile(file, crashed / file.name)
    assert doomed in on_disk(crashed / "vault")
    with in_file(crashed / "vault"):
        assert doomed not in on_disk(crashed / "vault")


def test_a_secret_is_not_said_to_be_gone_while_somebody_keeps_it_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "vault"
    monkeypatch.setattr("adapters.sql.sqlite.PATIENCE", 0)
    with in_file(path) as vault, closing(sqlite3.connect(path, isolation_level=None)) as other:
        vault.keep({"text/joker/7": b"7" * 32})
        doomed = sealed_bytes(path, "text/joker/7")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM secrets").fetchall()
        for _ in range(2):
            with pytest.raises(Unavailable, match=r"is in use.*send the same again"):
                vault.destroy("text/joker/7")
        assert doomed in on_disk(path)
        other.execute("ROLLBACK")
        assert not vault.destroy("text/joker/7")
        assert doomed not in on_disk(path)


@pytest.mark.parametrize("how", ["put", "change", "rewrap"])
def test_nothing_of_a_replaced_secret_stays_on_disk(tmp_path: Path, how: str) -> None:
    path = tmp_path / "vault"
    with in_file(path) as vault:
        vault.put("nats/joker", b"a seed that leaked")
        leaked = sealed_bytes(path, "nats/joker")
        assert leaked in on_disk(path)
        match how:
            case "put":
                vault.put("nats/joker", b"new")
            case "change":
                vault.change("nats/joker", lambda _: b"new")
            case _:
                vault.rewrap(OTHER_KEY)
        assert leaked not in on_disk(path)


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    with in_file(tmp_path / "vault") as vault:
        vault.put("nats/joker", b"seed")
        modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {0o600}


def test_a_file_that_is_no_vault_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vault").write_bytes(b"this is a letter to the editor" * 100)
    with pytest.raises(Unavailable, match="vault"):
        SealedVault(vault_file(tmp_path / "vault"), MASTER)


# --- the master key ----------------------------------------------------------------------------


def test_a_master_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    made = load_master_key(path, create=True)
    assert load_master_key(path, create=True) == made
    assert (len(made), stat.S_IMODE(path.stat().st_mode)) == (32, 0o600)


def test_a_missing_master_key_is_not_made_unasked(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"there is no master key.*openssl rand -hex 32"):
        load_master_key(tmp_path / "master.key", create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "abcd", "not hex at all", "00" * 31, "00" * 33])
def test_what_is_no_master_key_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "master.key").write_text(content)
    (tmp_path / "master.key").chmod(0o600)
    with pytest.raises(Unavailable, match=r"this is no master key.*64 hex digits"):
        load_master_key(tmp_path / "master.key", create=True)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_master_key_that_others_get_at_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    load_master_key(path, create=True)
    path.chmod(mode)
    with pytest.raises(Unavailable, match=r"others than its owner.*chmod 600"):
        load_master_key(path, create=False)


@pytest.mark.parametrize(("mode", "taken"), [(0o444, True), (0o644, True), (0o664, False)])
def test_on_a_read_only_mount_others_may_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, *, taken: bool
) -> None:
    path = tmp_path / "master.key"
    made = load_master_key(path, create=True)
    path.chmod(mode)
    here = os.statvfs(path)
    mounted = os.statvfs_result((*here[:8], here.f_flag | os.ST_RDONLY, here.f_namemax))
    monkeypatch.setattr(os, "statvfs", lambda _: mounted)
    if taken:
        assert load_master_key(path, create=False) == made
        return
    with pytest.raises(Unavailable, match="others than its owner"):
        load_master_key(path, create=False)


# --- beside the ledger on PostgreSQL -----------------------------------------------------------


def test_what_is_put_and_destroyed_in_a_transaction_is_part_of_it(database: Database) -> None:
    vault = SealedVault(database.store(), MASTER)
    vault.put("text/joker/1", b"key")

    def break_off() -> None:
        with database.transaction():
            vault.destroy("text/joker/1")
            vault.put("text/joker/2", b"key")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert vault.names("") == ["text/joker/1"]


def test_of_processes_that_make_a_secret_at_once_all_get_the_same(database: Database) -> None:
    vaults = [SealedVault(database.store(), MASTER) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        made = pool.map(lambda one: one[1].once("digest", bytes([one[0]])), enumerate(vaults))
        assert len(set(made)) == 1


def test_a_wrong_master_key_is_refused_by_a_database_as_well(database: Database) -> None:
    SealedVault(database.store(), MASTER).put("nats/joker", b"seed")
    with pytest.raises(Unavailable, match="does not open the vault"):
        SealedVault(database.store(), OTHER_KEY)


@pytest.mark.parametrize("broken", [False, True], ids=["whole", "with one that does not open"])
def test_a_vault_goes_over_to_another_key_whole_or_not_at_all(
    database: Database, *, broken: bool
) -> None:
    vault = SealedVault(database.store(), MASTER)
    for number in range(5):
        vault.put(f"nats/{number}", b"seed")
    if broken:
        database.store().rows("UPDATE secrets SET sealed=? WHERE name=?", b"x" * 40, "nats/3")
        with pytest.raises(Unavailable):
            vault.rewrap(OTHER_KEY)
    else:
        assert vault.rewrap(OTHER_KEY) == 5
    key = MASTER if broken else OTHER_KEY
    assert SealedVault(database.store(), key).get("nats/0") == b"seed"
