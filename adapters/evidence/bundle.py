"""The audit bundle: which files it holds, and the manifest that the platform signs over them.

The format is told byte by byte in docs/evidence.md; `verify.py` beside this file is what checks it,
and its `pack` is what writes the zip, so that the two cannot drift apart.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files as resources
from typing import Any, Final

from adapters.evidence import bundle_page, verify
from adapters.evidence.checkpoint import Checkpoint
from domain.errors import Invalid

LARGEST: Final = 2**32 - 1  # bytes: a zip of the old form, without its 64-bit extension
Sign = Callable[[str], str]


@dataclass(frozen=True)
class Contents:
    """What was collected for a bundle, in JSON-ready form.

    `events` and `feed` are the lines of their files in order; `streams` says up to which version a
    stream is whole; `witnesses` are earlier checkpoints, each with the proof from it to this one.
    `computed` holds what the platform makes of the events, by the name of its file.
    """

    asked: Mapping[str, Any]
    by: str
    made_at: str
    as_of: str
    checkpoint: Checkpoint
    key: str
    events: list[dict[str, Any]]
    feed: list[dict[str, Any]]
    streams: Mapping[str, int]
    law: str
    law_event: str
    schemas: Mapping[str, Any]
    computed: Mapping[str, Any]
    witnesses: list[tuple[str, list[bytes]]] = field(default_factory=list[tuple[str, list[bytes]]])
    texts: Mapping[str, str] | None = None


def write(found: Contents, sign: Sign) -> bytes:
    """The bundle's bytes: the same contents give the same bytes.

    `sign` makes a signed note (C2SP) of a text with the log's key. Raises `Invalid` for what is too
    large for a zip.
    """
    files = _files(found)
    manifest = _pretty(_manifest(found, files))
    digest = hashlib.sha256(manifest).hexdigest()
    note = sign(f"{verify.FORMAT}\n{found.checkpoint.origin}\n{digest}\n")
    files |= {"manifest.json": manifest, "manifest.note": note.encode()}
    size = sum(len(body) for body in files.values())
    if size > LARGEST // 2:
        raise Invalid(
            "this is too much for one bundle",
            got=f"{size} bytes",
            expected=f"at most {LARGEST // 2}",
            next_step="ask for one incident, or for a shorter period",
        )
    return verify.pack(files)


def _files(found: Contents) -> dict[str, bytes]:
    """Every file but the manifest and its signature."""
    law = hashlib.sha256(found.law.encode()).hexdigest()
    files = {
        "README.txt": bundle_page.README.encode(),
        "checkpoint.txt": found.checkpoint.note.encode(),
        "events.jsonl": _lines(found.events),
        "feed.jsonl": _lines(found.feed),
        "keys.txt": f"{found.key}\n".encode(),
        f"law/{law}.json": found.law.encode(),
        "report.html": bundle_page.html(found).encode(),
        "verify.py": (resources("adapters.evidence") / "verify.py").read_bytes(),
    }
    files |= {name: _pretty(part) for name, part in found.computed.items()}
    files |= {name: _pretty(schema) for name, schema in found.schemas.items()}
    for number, (note, _) in enumerate(found.witnesses, start=1):
        files[_witness(number)] = note.encode()
    if found.texts is not None:
        files["texts.json"] = _pretty(found.texts)
    return files


def _manifest(found: Contents, files: Mapping[str, bytes]) -> dict[str, Any]:
    head = found.checkpoint
    last = found.feed[-1] if found.feed else {"sequence": 0, "sha256": verify.ZEROS}
    return {
        "format": verify.FORMAT,
        "origin": head.origin,
        "asked": found.asked,
        "by": found.by,
        "made_at": found.made_at,
        "as_of": found.as_of,
        "checkpoint": {"size": head.size, "root": _base64(head.root)},
        "feed": {
            "party": found.asked["party"],
            "last": last["sequence"],
            "head": last["sha256"],
        },
        "streams": dict(sorted(found.streams.items())),
        "law": {
            "fingerprint": hashlib.sha256(found.law.encode()).hexdigest(),
            "event": found.law_event,
        },
        "witnesses": {
            _witness(number): [_base64(part) for part in proof]
            for number, (_, proof) in enumerate(found.witnesses, start=1)
        },
        "files": {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)},
    }


def proof(parts: list[bytes]) -> list[str]:
    """A proof as a line of events.jsonl has it."""
    return [_base64(part) for part in parts]


def _witness(number: int) -> str:
    return f"witnesses/{number}.txt"


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _lines(lines: list[dict[str, Any]]) -> bytes:
    options: dict[str, Any] = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False}
    return "".join(json.dumps(line, **options) + "\n" for line in lines).encode()


def _pretty(part: Any) -> bytes:
    return json.dumps(part, indent=1, ensure_ascii=False).encode() + b"\n"
