"""Back-ups of the embedded platform: a file that holds ledger, vault and evidence of one moment.

Views and feed are left out: they are made anew from these. The master key is never in it: who finds
a back-up finds nothing that speaks without the key, and a back-up without its key is lost.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TypedDict

from adapters import folder as folders
from adapters.evidence.findings import Finding
from adapters.evidence.offline import examine
from domain.errors import Conflict, NotFound, Refused, Unavailable

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
LEDGER, VAULT, EVIDENCE = "ledger.sqlite", "vault.sqlite", "evidence.sqlite"
LAST: Final = "backup.json"  # in the data folder: for whoever asks how old the newest one is
_TRIES: Final = 3


class Manifest(TypedDict):
    """What a back-up says of itself; `files` gives each file's SHA-256 (hex)."""

    format: int
    varsel: str
    made_at: str
    events: int
    checkpoint: str | None
    files: dict[str, str]


def make(root: Path, out: Path, master_key_file: Path | None, now: datetime) -> Manifest:
    """Back a data folder up into `out`, also while a platform runs on it.

    Before it is kept, the copy is compared with what was signed, row by row, as after a restore:
    what is wrong now is said now. Raises `NotFound`, `Refused`, `Conflict` or `Unavailable`;
    nothing is at `out` then.
    """
    if not (root / LEDGER).exists():
        raise NotFound(
            "there is no ledger in this data folder",
            field="--data",
            got=str(root),
            expected="a folder that varsel serve ran on",
        )
    if out.exists():
        raise Refused(
            "there is a file already",
            field="--out",
            got=str(out),
            expected="a name that is free: a back-up never replaces another",
        )
    key = master_key_file or folders.Folder(root).master_key
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=out.absolute().parent) as made:
        copy = Path(made) / "data"
        _copied_and_sound(root, copy, key)
        manifest = _described(copy, now)
        _pack(copy, manifest, out)
    folders.write_private(root / LAST, json.dumps({"at": manifest["made_at"], "file": str(out)}))
    return manifest


def require_sound(copy: Path, key: Path) -> None:
    """Raise `Conflict` unless a copy is what was signed, to the last row; nothing runs on it."""
    found = examine(copy, key)
    if found:
        raise Conflict(
            "the copy is not what was signed",
            got=_told(found),
            expected="every row as the log has it",
            next_step="varsel doctor --deep; where the platform's own files are wrong, stop it and "
            "keep its whole folder as it is",
        )


def newest_checkpoint(copy: Path) -> tuple[int, str | None]:
    """How many events a copy's log has signed for, and the signed note that says so."""
    with contextlib.closing(sqlite3.connect(copy / EVIDENCE)) as db:
        row = db.execute("SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1").fetchone()
    return (int(row[0]), str(row[1])) if row else (0, None)


def digest(path: Path) -> str:
    """The SHA-256 of a file (hex)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- parts ---


def _copied_and_sound(root: Path, copy: Path, key: Path) -> None:
    """Copy until the files fit: a platform that stops in between moves one of them on."""
    for left in reversed(range(_TRIES)):
        _copy(root, copy)
        try:
            require_sound(copy, key)
        except Conflict:
            if not left:
                raise
        else:
            return


def _copy(root: Path, copy: Path) -> None:
    """Each file as it is at one moment, in an order that lets them fit.

    The log first: what it has signed is in the ledger by then. The vault last: a key is there
    before the event that needs it.
    """
    copy.mkdir(mode=0o700, exist_ok=True)
    others = {path.name for path in root.glob("*.sqlite")} - {LEDGER, VAULT, EVIDENCE}
    for name in (EVIDENCE, *sorted(others), LEDGER, VAULT):
        (copy / name).unlink(missing_ok=True)
        _copy_file(root / name, copy / name)


def _copy_file(source: Path, target: Path) -> None:
    """SQLite's own way: page by page and in one piece, so that every row keeps its number.

    VACUUM INTO would give rows new ones, and a row's number is its position in the log.
    """
    target.touch(mode=0o600)
    try:
        with (
            contextlib.closing(
                sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
            ) as one,
            contextlib.closing(sqlite3.connect(target)) as other,
        ):
            one.backup(other)
    except sqlite3.Error as broken:
        raise Unavailable(
            f"{source.name} cannot be copied",
            got=str(broken),
            next_step=f"see that {source} is there and whole, and that the disk has room",
        ) from broken


def _described(copy: Path, now: datetime) -> Manifest:
    events, note = newest_checkpoint(copy)
    return {
        "format": FORMAT,
        "varsel": version("varsel"),
        "made_at": now.isoformat(timespec="seconds"),
        "events": events,
        "checkpoint": note,
        "files": {path.name: digest(path) for path in sorted(copy.glob("*.sqlite"))},
    }


def _pack(copy: Path, manifest: Mapping[str, Any], out: Path) -> None:
    """One file, complete and on disk before it has its name."""
    new = copy.parent / "packed"
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(MANIFEST, json.dumps(manifest, indent=2))
            for name in manifest["files"]:
                packed.write(copy / name, name)
        file.flush()
        os.fsync(file.fileno())
    os.link(new, out)  # unlike a rename it refuses where somebody else was faster


def _told(found: list[Finding]) -> str:
    return "; ".join(str(one) for one in found[:3])
