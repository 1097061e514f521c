"""The data folder: one platform at a time, its secrets, and where it can be reached."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from adapters.nats import mint
from adapters.nats.trust import Trust
from adapters.store.vault import KEY_BYTES, SqliteVault, load_master_key
from domain.errors import NotFound, Refused, Unavailable


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


def open_vault(folder: Folder, master_key_file: Path | None) -> SqliteVault:
    """The vault under its master key: the operator's own, else one made beside the data.

    None is made for a vault that is there already: it would not open it.
    """
    path = master_key_file or folder.master_key
    new = master_key_file is None and not folder.vault.exists()
    key = load_master_key(path, create=new)
    return SqliteVault(folder.vault, key)


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


def trust(vault: SqliteVault) -> Trust:
    """The platform's own NATS keys, made at the first start."""
    names = ("operator", "system", "platform")
    if vault.get("trust/platform") is None:
        made = (mint.new_seed("operator"), mint.new_seed("account"), mint.new_seed("account"))
        for name, seed in zip(names, made, strict=True):
            vault.put(f"trust/{name}", seed.encode())
    operator, system, platform = (vault.get(f"trust/{name}") or b"" for name in names)
    return Trust(operator.decode(), system.decode(), platform.decode())


def digest_key(vault: SqliteVault) -> bytes:
    """The key of command digests."""
    key = vault.get("digest")
    if key is None:
        key = os.urandom(KEY_BYTES)
        vault.put("digest", key)
    return key


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
