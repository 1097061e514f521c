"""The scan for a data folder on which nothing runs: also where the platform refuses to start."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from adapters import folder as folders
from adapters.evidence.findings import Finding
from adapters.evidence.log import TransparencyLog
from adapters.evidence.opening import path, require_last, signer
from adapters.evidence.scan import scan
from adapters.sql.sqlite import SqliteStore
from adapters.store.inspection import LedgerFile
from adapters.store.stored import StoredRow
from adapters.store.vault import Vault
from domain.errors import NotFound, VarselError


def examine(root: Path, master_key_file: Path | None) -> list[Finding]:
    """Everything wrong with the ledger and the log of a stopped platform."""
    if not folders.Folder(root).ledger.exists():
        raise NotFound(
            "there is no ledger in this data folder",
            field="--data",
            got=str(root),
            expected="a folder that varsel serve ran on",
        )
    with folders.claimed(root) as folder:
        vault = folders.open_vault(folder, master_key_file)
        try:
            return _examine(folder, vault)
        finally:
            vault.close()


def _examine(folder: folders.Folder, vault: Vault) -> list[Finding]:
    with ExitStack() as stack:
        file = LedgerFile(folder.ledger)
        stack.callback(file.close)
        if not path(folder.root).exists():
            return [Finding("log", "there is no evidence.sqlite: nothing says what was signed")]
        try:
            store = SqliteStore(path(folder.root))
            stack.callback(store.close)
            log = TransparencyLog(store, _Still(), signer(vault))
        except VarselError as broken:
            complaints = (Finding("file", one) for one in file.complaints())
            return [Finding("log", str(broken)), *complaints]
        return [*_last(vault, log), *scan(file, log)]


def _last(vault: Vault, log: TransparencyLog) -> list[Finding]:
    try:
        require_last(vault, log, _Still())
    except VarselError as wrong:
        return [Finding("log", str(wrong))]
    return []


class _Still:
    """A ledger that gives the log nothing more: only looking is meant."""

    def rows_since(self, position: int, limit: int) -> Sequence[StoredRow]:  # noqa: ARG002
        return ()

    def receipt_hashes(self, rows: Sequence[StoredRow]) -> list[bytes | None]:
        return [None for _ in rows]
