"""From a back-up to a data folder to start on: checked first, whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import zipfile
import zlib
from importlib.metadata import version
from pathlib import Path
from typing import Final, cast

from adapters.ops.backup import (
    EVIDENCE,
    FORMAT,
    LEDGER,
    MANIFEST,
    VAULT,
    Manifest,
    digest,
    newest_checkpoint,
    require_sound,
)
from domain.errors import Conflict, Invalid, Refused

_NEEDED: Final = frozenset({LEDGER, VAULT, EVIDENCE})
_LARGEST_MANIFEST: Final = 1 << 20


def restore(backup: Path, root: Path, master_key_file: Path) -> Manifest:
    """Make the data folder `root` out of a back-up; it says what it was.

    Every file must have the hash it was packed with, every row be what was signed, and the master
    key open the vault. Raises `Invalid`, `Refused`, `Conflict` or `Unavailable`; `root` is as it
    was then.
    """
    _require_free(root)
    root.absolute().parent.mkdir(parents=True, exist_ok=True)
    with (
        _opened(backup) as packed,
        tempfile.TemporaryDirectory(prefix=".restore-", dir=root.absolute().parent) as made,
    ):
        manifest = _manifest(packed)
        copy = Path(made) / "data"
        copy.mkdir(mode=0o700)
        for name, promised in manifest["files"].items():
            _unpack(packed, name, copy / name, promised)
        require_sound(copy, master_key_file)
        _require_promised(copy, manifest)
        _sync(copy)
        copy.rename(root)  # takes the place of an empty folder, of no other
    return manifest


def _require_free(root: Path) -> None:
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise Refused(
            "something is there already",
            field="--data",
            got=str(root),
            expected="a folder that is not there yet, or an empty one",
            next_step="name a new folder: nothing is ever restored over another ledger",
        )


def _opened(backup: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(backup)
    except (OSError, zipfile.BadZipFile) as broken:
        raise Invalid(
            "the back-up cannot be read",
            got=f"{backup}: {broken}",
            expected="a file that varsel backup wrote",
            next_step="take another copy of it",
        ) from None


def _manifest(packed: zipfile.ZipFile) -> Manifest:
    try:
        with packed.open(MANIFEST) as file:
            found = json.loads(file.read(_LARGEST_MANIFEST))
        names = set(found["files"])
        known = found["format"], tuple(int(part) for part in found["varsel"].split("."))
    except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as wrong:
        raise Invalid(
            "this is no back-up of Varsel",
            got=f"{MANIFEST}: {wrong!r}",
            expected="a file that varsel backup wrote",
        ) from None
    if known[0] > FORMAT or known[1] > _ours():
        raise Refused(
            "the back-up was made by a newer version",
            got=f"Varsel {found['varsel']}",
            expected=f"{version('varsel')} or older",
            next_step="restore it with the version that made it, or a newer one",
        )
    odd = [name for name in names if Path(name).name != name or not name.endswith(".sqlite")]
    if odd or not names >= _NEEDED or names | {MANIFEST} != set(packed.namelist()):
        raise Invalid(
            "the back-up does not hold what a back-up holds",
            got=", ".join(sorted(packed.namelist())),
            expected=f"{MANIFEST} and the files it lists, {', '.join(sorted(_NEEDED))} among them",
        )
    return cast("Manifest", found)


def _ours() -> tuple[int, ...]:
    return tuple(int(part) for part in version("varsel").split("."))


def _unpack(packed: zipfile.ZipFile, name: str, target: Path, promised: str) -> None:
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    got = "what cannot be unpacked"
    with (
        contextlib.suppress(zipfile.BadZipFile, zlib.error, EOFError),
        os.fdopen(handle, "wb") as file,
        packed.open(name) as source,
    ):
        shutil.copyfileobj(source, file)
        file.flush()
        got = digest(target)
    if got != promised:
        raise Conflict(
            f"{name} is not as it was packed",
            got=got,
            expected=promised,
            next_step="take another copy of the back-up, or an older one",
        )


def _require_promised(copy: Path, manifest: Manifest) -> None:
    signed = newest_checkpoint(copy)
    if signed != (manifest["events"], manifest["checkpoint"]):
        raise Conflict(
            "the log in the back-up is not the one that its manifest names",
            got=f"{signed[0]} events signed for",
            expected=f"{manifest['events']}",
        )


def _sync(copy: Path) -> None:
    """On disk, before it has the name that a platform starts on."""
    for path in (*copy.iterdir(), copy):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
