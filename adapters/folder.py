"""The data folder: one platform at a time, its secrets, and where it can be reached."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from adapters.nats import mint
from adapters.nats.trust import Trust
from adapters.store.vault import KEY_BYTES, SealedVault, Vault, load_master_key, vault_file
from domain.errors import NotFound, Refused, Unavailable

if TYPE_CHECKING:
    from adapters.sql.postgres import Database


@dataclass(frozen=True)
class Folder:
    """Paths within a data folder."""

    root: Path

    @property
    def ledger(self) -> Path:
        """The record of truth."""
        return self.root / "ledger.sqlite"

    @property
    def vault(self) -> Path:
        """What must be kept secret, under the master key."""
        return self.root / "vault.sqlite"

    @property
    def master_key(self) -> Path:
        """The master key that is made where the operator names none."""
        return self.root / "master.key"

    @property
    def views(self) -> Path:
        """The read models: may be thrown away."""
        return self.root / "views"

    @property
    def nats(self) -> Path:
        """The broker's store: may be thrown away, with the vault kept."""
        return self.root / "nats"

    @property
    def operator_creds(self) -> Path:
        """The operator's credentials."""
        return self.root / "operator.creds"

    @property
    def url(self) -> Path:
        """Where the platform is reached."""
        return self.root / "nats.url"

    @property
    def web_url(self) -> Path:
        """Where its HTTP door is reached."""
        return self.root / "http.url"

    def read_url(self) -> str:
        """Where the platform of this folder is reached; refuses where none was ever started."""
        if not self.url.exists():
            raise Unavailable(
                "no platform was ever started on this data folder",
                got=str(self.root),
                expected="a folder that `varsel serve --data` runs on",
                next_step="start it, or name the right folder with --data",
            )
        return self.url.read_text().strip()


@contextlib.contextmanager
def claimed(root: Path) -> Generator[Folder]:
    """The folder for this process alone; made, private to its owner, where it is not there."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (root / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused(
                "another varsel serve runs on this data folder",
                got=str(root),
                expected="a folder of its own for each platform",
                next_step="stop the other one, or choose another folder with --data",
            ) from None
        yield Folder(root)


def open_vault(
    folder: Folder, master_key_file: Path | None, database: Database | None = None
) -> SealedVault:
    """The vault under its master key: the operator's own, else one made beside the data.

    None is made for a vault that is there already: it would not open it; nor for one in a
    database, which others with a folder of their own share.
    """
    if database is not None and master_key_file is None:
        raise Unavailable(
            "no master key is named for the vault in the database",
            field="VARSEL_MASTER_KEY_FILE",
            expected="the same file for every process: openssl rand -hex 32",
            next_step="name it with VARSEL_MASTER_KEY_FILE",
        )
    path = master_key_file or folder.master_key
    new = master_key_file is None and not folder.vault.exists()
    key = load_master_key(path, create=new)
    return SealedVault(database.store() if database else vault_file(folder.vault), key)


def rekey(root: Path, old: Path | None, new: Path) -> int:
    """Seal the vault of a folder on which no platform runs under the key in `new`.

    Returns how many secrets it holds. All or none: a crash leaves the old key or the new one.
    """
    if not Folder(root).vault.exists():
        raise NotFound(
            "there is no vault in this data folder",
            field="--data",
            got=str(root),
            expected="a folder that varsel serve ran on",
        )
    with claimed(root) as folder:
        key = load_master_key(new, create=False)
        vault = open_vault(folder, old)
        try:
            return vault.rewrap(key)
        finally:
            vault.close()


def trust(vault: Vault) -> Trust:
    """The platform's own NATS keys, made at the first start, by whichever process is first."""
    operator = _seed(vault, "operator", "operator")
    system, platform = (_seed(vault, name, "account") for name in ("system", "platform"))
    return Trust(operator, system, platform)


def _seed(vault: Vault, name: str, kind: Literal["operator", "account"]) -> str:
    name = f"trust/{name}"
    return (vault.get(name) or vault.once(name, mint.new_seed(kind).encode())).decode()


def digest_key(vault: Vault) -> bytes:
    """The key of command digests."""
    return vault.get("digest") or vault.once("digest", os.urandom(KEY_BYTES))


def write_private(path: Path, text: str) -> None:
    """A file that only its owner can read, complete or not there at all."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
