"""Another master key: the whole vault goes over to it or none of it, also when a crash comes."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from adapters import rekeying
from adapters.engines import postgres
from adapters.engines.postgres import PostgresBell, PostgresPresence, alone, present
from adapters.engines.presence import Report
from adapters.folder import Folder, claimed, open_vault, rekey
from adapters.settings import Settings
from adapters.sql.postgres import Database, address
from adapters.store.vault import SealedVault
from domain.errors import NotFound, Refused, Unavailable
from tests.adapters.cli.lab import script
from tests.adapters.nats.lab import TOLERATED, until
from tests.adapters.running import up
from tests.postgres import database

pytestmark = TOLERATED
SECRETS = {f"text/joker/{number}": bytes([number]) * 32 for number in range(20)}

# A life that ends in the middle: at so many statements behind the beginning of the transaction.
DYING = """
import os, sys
from pathlib import Path
from adapters import folder
from adapters.sql.sqlite import SqliteStore

root, new, left = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
run = SqliteStore.rows

def dying(self, statement, *values):
    global left
    if statement.startswith(("UPDATE", "COMMIT")):
        left -= 1
        if left < 0:
            os._exit(9)
    return run(self, statement, *values)

SqliteStore.rows = dying
folder.rekey(root, None, new)
os._exit(9)
"""


def a_key(path: Path, mode: int = 0o600, key: str = "22" * 32) -> Path:
    path.write_text(f"{key}\n")
    path.chmod(mode)
    return path


def a_folder(root: Path) -> Path:
    """A data folder with some secrets under the key that lies in it."""
    with claimed(root) as folder:
        vault = open_vault(folder, None)
        for name, secret in SECRETS.items():
            vault.put(name, secret)
        vault.close()
    return root


def held(root: Path, key: Path | None) -> dict[str, bytes | None]:
    vault = open_vault(Folder(root), key)
    try:
        return {name: vault.get(name) for name in vault.names("")}
    finally:
        vault.close()


def test_every_secret_opens_under_the_new_key_and_none_under_the_old(tmp_path: Path) -> None:
    root, new = a_folder(tmp_path / "data"), a_key(tmp_path / "new.key")
    before = (root / "vault.sqlite").read_bytes()
    assert rekey(root, None, new) == len(SECRETS)
    assert held(root, new) == SECRETS
    with pytest.raises(Unavailable, match="does not open the vault"):
        held(root, None)
    after = (root / "vault.sqlite").read_bytes()
    assert len(after) == len(before)
    assert [one.name for one in root.iterdir() if "journal" in one.name] == []


@pytest.mark.parametrize("statements", [0, 1, 10, len(SECRETS), len(SECRETS) + 1])
def test_a_crash_leaves_the_old_key_or_the_new_one(tmp_path: Path, statements: int) -> None:
    root, new = a_folder(tmp_path / "data"), a_key(tmp_path / "new.key")
    words = [sys.executable, "-c", DYING, str(root), str(new), str(statements)]
    died = subprocess.run(words, check=False, capture_output=True, timeout=60)
    assert died.returncode == 9, died.stderr
    committed = statements > len(SECRETS)
    assert held(root, new if committed else None) == SECRETS
    if not committed:
        assert rekey(root, None, new) == len(SECRETS)
        assert held(root, new) == SECRETS


def test_a_secret_that_does_not_open_keeps_all_under_the_old_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, new = a_folder(tmp_path / "data"), a_key(tmp_path / "new.key")
    opened = SealedVault.get

    def broken(vault: SealedVault, name: str) -> bytes | None:
        if name == "text/joker/9":
            raise Unavailable("damaged")
        return opened(vault, name)

    monkeypatch.setattr(SealedVault, "get", broken)
    with pytest.raises(Unavailable, match="damaged"):
        rekey(root, None, new)
    monkeypatch.undo()
    assert held(root, None) == SECRETS


def test_a_platform_goes_on_under_its_new_key(tmp_path: Path) -> None:
    root, new = tmp_path / "data", a_key(tmp_path / "new.key")

    async def first() -> str:
        async with up(root) as platform:
            await platform.add("joker", "client")
            return str(platform.given["joker"]["creds"])

    async def second(creds: str) -> None:
        async with up(root, master_key_file=new) as platform:
            await platform.speak("joker", creds)
            assert (await platform.ask("joker", "whoami"))["id"] == "joker"

    creds = asyncio.run(first())
    rekey(root, None, new)
    asyncio.run(second(creds))


def test_a_folder_on_which_a_platform_runs_is_left_alone(tmp_path: Path) -> None:
    root, new = a_folder(tmp_path / "data"), a_key(tmp_path / "new.key")
    with claimed(root), pytest.raises(Refused, match="another varsel serve runs"):
        rekey(root, None, new)
    assert held(root, None) == SECRETS


def test_a_folder_without_a_vault_is_not_made_up(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no vault"):
        rekey(tmp_path / "nowhere", None, a_key(tmp_path / "new.key"))
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    ("mode", "key", "match"),
    [
        (0o600, "22" * 31, "no master key"),
        (0o600, "zz" * 32, "no master key"),
        (0o640, "22" * 32, "others than its owner"),
        (0o604, "22" * 32, "others than its owner"),
    ],
)
def test_a_new_key_that_will_not_do_changes_nothing(
    tmp_path: Path, mode: int, key: str, match: str
) -> None:
    root, new = a_folder(tmp_path / "data"), a_key(tmp_path / "new.key", mode, key)
    with pytest.raises(Unavailable, match=match):
        rekey(root, None, new)
    assert held(root, None) == SECRETS


def test_the_command_says_what_to_do_next(tmp_path: Path) -> None:
    root, new = a_folder(tmp_path / "data"), a_key(tmp_path / "new.key")
    ran = script("rekey", "--new-master-key-file", new, "--data", root)
    assert ran.code == 0, ran.err
    shown = " ".join(ran.out.split())
    assert "20 secrets are sealed under the key in" in shown
    assert "VARSEL_MASTER_KEY_FILE=" in shown
    third = a_key(tmp_path / "third.key", key="33" * 32)
    again = ("rekey", "--new-master-key-file", third, "--master-key-file", new, "--data", root)
    assert script(*again, "--json").json() == {"secrets": 20, "master_key_file": str(third)}
    assert held(root, third) == SECRETS


def test_a_vault_in_a_database_goes_over_while_nobody_runs(tmp_path: Path) -> None:
    url, old = database(), a_key(tmp_path / "old", key="11" * 32)
    new, settings = (
        a_key(tmp_path / "new"),
        Settings(data=tmp_path / "data", database_url=url, master_key_file=old),
    )
    shared = Database(address(url), size=2)
    vault = open_vault(Folder(tmp_path), old, shared)
    vault.put("text/joker/1", b"secret")

    assert rekeying.rekey(settings, new) == 1

    assert open_vault(Folder(tmp_path), new, shared).get("text/joker/1") == b"secret"
    with pytest.raises(Unavailable, match="master key does not open"):
        open_vault(Folder(tmp_path), old, shared)
    shared.close()


def test_a_vault_in_a_database_is_left_alone_while_somebody_hangs(tmp_path: Path) -> None:
    """A process that was stopped is not heard of, and goes on with the old key when it wakes."""
    url, old = database(), a_key(tmp_path / "old", key="11" * 32)
    settings = Settings(data=tmp_path / "data", database_url=url, master_key_file=old)
    shared = Database(address(url), size=2)
    open_vault(Folder(tmp_path), old, shared).put("text/joker/1", b"secret")
    hanging = PostgresBell(shared)
    hanging.start()
    assert not present(shared)
    with pytest.raises(Refused, match="processes of the platform run"):
        rekeying.rekey(settings, a_key(tmp_path / "new"))
    hanging.stop()
    assert open_vault(Folder(tmp_path), old, shared).get("text/joker/1") == b"secret"
    assert rekeying.rekey(settings, a_key(tmp_path / "newer")) == 1
    shared.close()


def test_nobody_starts_on_a_database_that_is_being_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_PATIENCE", 0.2)
    shared = Database(address(database()), size=2)
    with alone(shared, "a test"), pytest.raises(Unavailable, match="not let in"):
        PostgresBell(shared).start()
    late = PostgresBell(shared)
    late.start()
    late.stop()
    shared.close()


def test_a_vault_in_a_database_is_left_alone_while_somebody_runs(tmp_path: Path) -> None:
    url, old = database(), a_key(tmp_path / "old", key="11" * 32)
    settings = Settings(data=tmp_path / "data", database_url=url, master_key_file=old)
    shared = Database(address(url), size=2)
    open_vault(Folder(tmp_path), old, shared).put("text/joker/1", b"secret")

    async def story() -> None:
        running = PostgresPresence(shared, lambda: Report("api"))
        running.start()
        await until(lambda: bool(present(shared)))
        with pytest.raises(Refused, match="processes of the platform run"):
            rekeying.rekey(settings, a_key(tmp_path / "new"))
        await running.stop()

    asyncio.run(story())
    assert open_vault(Folder(tmp_path), old, shared).get("text/joker/1") == b"secret"
    shared.close()
