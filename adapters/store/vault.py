"""The vault: what must be kept secret or must be erasable, beside the ledger and never in it.

Seeds of NATS accounts, the keys of sealed text, cursors. Values are sealed under a master key
(AES-256-GCM, the name as associated data), so that a stolen file is worth nothing alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.sql.sqlite import FULL, SqliteStore
from adapters.sql.store import Store
from domain.errors import Unavailable

KEY_BYTES = 32
Change = Callable[[bytes | None], bytes]


class Vault(Protocol):
    """Named secrets."""

    def get(self, name: str) -> bytes | None:
        """The secret of that name, if there is one."""
        ...

    def put(self, name: str, secret: bytes) -> None:
        """Keep a secret, on disk when it returns; an earlier one of that name is replaced."""
        ...

    def once(self, name: str, secret: bytes) -> bytes:
        """Keep a secret where there is none of that name yet; the one that is kept."""
        ...

    def keep(self, secrets: Mapping[str, bytes]) -> None:
        """Keep new secrets, all or none, on disk when it returns.

        Raises `Unavailable` where there is one of these names already.
        """
        ...

    def change(self, name: str, how: Change) -> None:
        """Keep what `how` makes of a secret, which nobody else changes meanwhile."""
        ...

    def destroy(self, name: str) -> bool:
        """Forget a secret for ever; False where there was none."""
        ...

    def names(self, prefix: str) -> list[str]:
        """The names that start with `prefix`, sorted."""
        ...


class MemoryVault:
    """The vault's in-memory twin, for tests."""

    def __init__(self) -> None:
        self._secrets: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        """See `Vault`."""
        return self._secrets.get(name)

    def put(self, name: str, secret: bytes) -> None:
        """See `Vault`."""
        self._secrets[name] = secret

    def once(self, name: str, secret: bytes) -> bytes:
        """See `Vault`."""
        return self._secrets.setdefault(name, secret)

    def keep(self, secrets: Mapping[str, bytes]) -> None:
        """See `Vault`."""
        if taken := self._secrets.keys() & secrets.keys():
            raise Unavailable("the vault holds secrets of these names", got=sorted(taken))
        self._secrets.update(secrets)

    def change(self, name: str, how: Change) -> None:
        """See `Vault`."""
        self._secrets[name] = how(self._secrets.get(name))

    def destroy(self, name: str) -> bool:
        """See `Vault`."""
        return self._secrets.pop(name, None) is not None

    def names(self, prefix: str) -> list[str]:
        """See `Vault`."""
        return sorted(name for name in self._secrets if name.startswith(prefix))

    def close(self) -> None:
        """Nothing to close."""


class SealedVault:
    """A vault in a `Store`, each secret sealed under the master key.

    In an SQLite file of its own, or beside the ledger on PostgreSQL: what is put or destroyed in a
    transaction of that database is part of it.
    """

    def __init__(self, store: Store, master_key: bytes) -> None:
        self._master = AESGCM(master_key)
        self._store = store
        try:
            store.declare("CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, sealed BLOB)")
            for row in store.rows("SELECT name FROM secrets LIMIT 1"):
                self.get(row[0])  # a wrong master key must not seal beside the right one's
            store.forget()  # a crash may have come before it
        except Unavailable:
            self.close()
            raise

    def get(self, name: str) -> bytes | None:
        """See `Vault`; raises `Unavailable` where the master key does not fit."""
        rows = self._store.rows("SELECT sealed FROM secrets WHERE name=?", name)
        if not rows:
            return None
        sealed: bytes = rows[0][0]
        try:
            return self._master.decrypt(sealed[:12], sealed[12:], name.encode())
        except (InvalidTag, ValueError):
            raise Unavailable(
                "the master key does not open the vault",
                expected="the master key the vault was made with",
                next_step="point VARSEL_MASTER_KEY_FILE at it",
            ) from None

    def put(self, name: str, secret: bytes) -> None:
        """See `Vault`."""
        self._put(name, secret)
        self._store.forget()

    def once(self, name: str, secret: bytes) -> bytes:
        """See `Vault`."""
        self._store.rows(
            "INSERT INTO secrets VALUES (?,?) ON CONFLICT (name) DO NOTHING",
            name,
            _sealed(self._master, name, secret),
        )
        return self.get(name) or secret

    def keep(self, secrets: Mapping[str, bytes]) -> None:
        """See `Vault`."""
        rows = [(name, _sealed(self._master, name, secret)) for name, secret in secrets.items()]
        if len(rows) == 1:
            self._store.rows("INSERT INTO secrets VALUES (?,?)", *rows[0])
        else:
            self._store.many("INSERT INTO secrets VALUES (?,?)", rows)

    def change(self, name: str, how: Change) -> None:
        """See `Vault`: the row is written first, and so held until the end."""
        fresh = _sealed(self._master, name, how(None))
        with self._store.transaction():
            [(held,)] = self._store.rows(
                "INSERT INTO secrets VALUES (?,?)"
                " ON CONFLICT (name) DO UPDATE SET sealed=secrets.sealed RETURNING sealed",
                name,
                fresh,
            )
            if bytes(held) != fresh:
                self._put(name, how(self.get(name)))
        self._store.forget()

    def destroy(self, name: str) -> bool:
        """See `Vault`; also where there was none, what is left of an earlier one goes."""
        gone = self._store.rows("DELETE FROM secrets WHERE name=? RETURNING name", name)
        self._store.forget()
        return bool(gone)

    def names(self, prefix: str) -> list[str]:
        """See `Vault`."""
        rows = self._store.rows(
            "SELECT name FROM secrets WHERE substr(name,1,?)=? ORDER BY name", len(prefix), prefix
        )
        return [row[0] for row in rows]

    def close(self) -> None:
        """Let go of the store."""
        self._store.close()

    def rewrap(self, master_key: bytes) -> int:
        """Seal every secret under another master key, all or none; how many there are.

        One transaction: a crash leaves the old key or the new one, never some of each.
        """
        new = AESGCM(master_key)
        with self._store.transaction():
            names = self.names("")
            for name in names:
                sealed = _sealed(new, name, self.get(name) or b"")
                self._store.rows("UPDATE secrets SET sealed=? WHERE name=?", sealed, name)
        self._master = new
        self._store.forget()
        return len(names)

    def _put(self, name: str, secret: bytes) -> None:
        self._store.rows(
            "INSERT INTO secrets VALUES (?,?)"
            " ON CONFLICT (name) DO UPDATE SET sealed=excluded.sealed",
            name,
            _sealed(self._master, name, secret),
        )


def vault_file(path: Path) -> SqliteStore:
    """The file of a vault: a new key costs one flush; erased rows are overwritten.

    The write-ahead log is cut whenever something in it was replaced or destroyed.
    """
    return SqliteStore(path, (*FULL, "secure_delete=ON"))


def _sealed(key: AESGCM, name: str, secret: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + key.encrypt(nonce, secret, name.encode())


def load_master_key(path: Path, *, create: bool) -> bytes:
    """The master key in a file (64 hex digits); made with mode 0600 where `create` allows it."""
    if not path.exists():
        if not create:
            raise Unavailable(
                "there is no master key",
                got=str(path),
                expected="a file with 64 hex digits",
                next_step="make one: openssl rand -hex 32 > FILE; chmod 600 FILE",
            )
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(os.urandom(KEY_BYTES).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
    _require_private(path)
    try:
        key = bytes.fromhex(path.read_text().strip())
    except ValueError:
        key = b""
    except OSError as wrong:
        raise Unavailable(
            f"the master key cannot be read: {wrong.strerror}",
            got=str(path),
            next_step="let the user that runs varsel serve own it",
        ) from None
    if len(key) != KEY_BYTES:
        raise Unavailable(
            "this is no master key",
            got=str(path),
            expected=f"{KEY_BYTES} bytes as {2 * KEY_BYTES} hex digits",
            next_step="name the right file; a new one: openssl rand -hex 32 > FILE",
        )
    return key


def _require_private(path: Path) -> None:
    """Refuse what others can read, unless the mount is read-only: so containers get secrets."""
    mode = path.stat().st_mode & 0o777
    read_only = os.statvfs(path).f_flag & os.ST_RDONLY
    if mode & 0o077 and not (read_only and not mode & 0o033):
        raise Unavailable(
            "others than its owner can get at the master key",
            got=f"{path} with mode {mode:04o}",
            expected="mode 0600 or 0400",
            next_step=f"chmod 600 {path}; if somebody may have read it: varsel rekey",
        )
