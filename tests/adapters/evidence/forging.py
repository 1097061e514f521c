"""Bundles as forgers make them: without the log's key, with it, and with the log at hand."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from adapters.evidence import tree, verify
from adapters.evidence.checkpoint import Signer
from tests.history.bundles.make import NEWEST, SEED

GOLDEN: Final = NEWEST / "joker.zip"
Files = dict[str, bytes]


def golden(name: str = "joker") -> bytes:
    return (NEWEST / f"{name}.zip").read_bytes()


def files_of(raw: bytes) -> Files:
    files, findings = verify.unpack(raw)
    assert not findings
    return files


def found(raw: bytes, *given: Any) -> list[verify.Finding]:
    return verify.verify(raw, *given).findings


def key_of(files: Mapping[str, bytes]) -> str:
    return files["keys.txt"].decode().strip()


def signer_of(files: Mapping[str, bytes], seed: bytes = SEED) -> Signer:
    return Signer(key_of(files).partition("+")[0], seed)


# --- lines and manifests ---


def lines(files: Files, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[name].splitlines()]


def put_lines(files: Files, name: str, said: list[dict[str, Any]]) -> None:
    text = (json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in said)
    files[name] = "".join(text).encode()


def manifest(files: Files) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(files["manifest.json"])
    return said


def put_manifest(files: Files, /, **more: Any) -> None:
    said = {**manifest(files), **more}
    files["manifest.json"] = json.dumps(said, indent=1, ensure_ascii=False).encode() + b"\n"


def edited(files: Files, name: str, change: Callable[[list[dict[str, Any]]], Any]) -> None:
    """Change the lines of a file in place."""
    said = lines(files, name)
    change(said)
    put_lines(files, name, said)


def edited_event(files: Files, number: int, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change what is shown of the event in a line of events.jsonl."""
    said = lines(files, "events.jsonl")
    shown = json.loads(said[number]["shown"])
    change(shown)
    said[number]["shown"] = verify.canonical(shown)
    put_lines(files, "events.jsonl", said)


# --- forgers ---


def signed_again(files: Files, seed: bytes = SEED) -> bytes:
    """As somebody makes it who has the key: every hash and the signature fit again."""
    rest = sorted(files.keys() - {*verify.FIRST})
    put_manifest(files, files={name: hashlib.sha256(files[name]).hexdigest() for name in rest})
    digest = hashlib.sha256(files["manifest.json"]).hexdigest()
    signer = signer_of(files, seed)
    note = signer.note(f"{verify.FORMAT}\n{signer.verifier.name}\n{digest}\n")
    files["manifest.note"] = note.encode()
    return verify.pack(files)


def logged_again(files: Files) -> bytes:
    """As the log's own keeper could make it: a new tree over these very lines, signed anew."""
    said = lines(files, "events.jsonl")
    leaves = [verify.leaf_hash(line) for line in said]
    read = tree.memory(leaves)
    for index, line in enumerate(said):
        proof = tree.inclusion(index, len(leaves), read)
        line |= {"index": index, "proof": [base64.b64encode(one).decode() for one in proof]}
    put_lines(files, "events.jsonl", said)
    root = tree.root(len(leaves), read)
    note = signer_of(files).sign(len(leaves), root, None).note
    files["checkpoint.txt"] = note.encode()
    stated = {"size": len(leaves), "root": base64.b64encode(root).decode()}
    put_manifest(files, checkpoint=stated)
    return signed_again(files)


def written(folder: Path, raw: bytes) -> Path:
    path = folder / "bundle.zip"
    path.write_bytes(raw)
    return path
