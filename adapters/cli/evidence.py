"""varsel export, varsel verify: evidence out of the platform, and checked without it."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.common import AsOf, Ca, Creds, Incident, Json, Reach, Url, call, put_json, reach
from domain.errors import Invalid, Unavailable

SLOW = 120.0  # seconds for the first part: that is when the bundle is made

Out = Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="the zip to write")]
Witness = Annotated[
    list[Path] | None,
    typer.Option("--witness", metavar="CHECKPOINT", help="a checkpoint of this log that you kept"),
]


def export(  # noqa: PLR0917 - options of a command
    out: Out,
    party: Annotated[str | None, typer.Argument(help="whose feed; else your own")] = None,
    incident: Incident = None,
    since: Annotated[
        str | None, typer.Option("--from", help="only what was recorded from then on")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="only what was recorded until then")
    ] = None,
    as_of: AsOf = None,
    witness: Witness = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    with_texts: Annotated[
        bool, typer.Option("--with-texts", help="free text as well, as far as it still opens")
    ] = False,
    json: Json = False,
) -> None:
    """An audit bundle: events with their proofs, what followed from them, and a verifier."""
    way = reach(creds, url, ca)
    asked: dict[str, Any] = {
        "party": party,
        "incident": incident,
        "from": since,
        "until": until,
        "as_of": as_of,
        "with_texts": with_texts or None,
        "witnesses": [_text(path) for path in witness or []] or None,
    }
    raw = _fetch(way, {name: value for name, value in asked.items() if value is not None})
    _write(out, raw)
    said = {"file": str(out), "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    if json:
        return put_json(said)
    typer.echo(f"{out}: {len(raw)} bytes, SHA-256 {said['sha256']}")
    return typer.echo(f"check it, here or anywhere: varsel verify {out}")


def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="the zip to check")],
    key: Annotated[
        str | None, typer.Option("--key", metavar="VKEY", help="the log's key, got elsewhere")
    ] = None,
    witness: Witness = None,
    *,
    json: Json = False,
) -> None:
    """Say what of an audit bundle holds and exactly what does not; needs no platform.

    Exit code 0: it holds. 1: it does not. 2: it is no bundle.
    """
    from adapters.evidence.verify import run  # noqa: PLC0415 - a fast --help

    raise typer.Exit(run(bundle, key, witness or [], as_json=json))


def _fetch(way: Reach, asked: dict[str, Any]) -> bytes:
    """The bundle, part by part, whole or not at all."""
    found = call(way, "export", {"with": asked}, SLOW)["export"]
    raw = base64.b64decode(found["data"])
    for part in range(1, found["parts"]):
        body = {"with": {"bundle": found["bundle"], "part": part}}
        raw += base64.b64decode(call(way, "export", body)["export"]["data"])
    if hashlib.sha256(raw).hexdigest() != found["sha256"]:
        raise Unavailable("the bundle did not arrive as it was sent", next_step="export it again")
    return raw


def _write(path: Path, raw: bytes) -> None:
    """A file that only its owner can read, whole or not there: there may be free text in it."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(raw)
        new.replace(path)
    except OSError as wrong:
        raise Invalid(
            f"the bundle cannot be written: {wrong.strerror}",
            field="--out",
            got=str(path),
            next_step="name a file in a folder that you can write to",
        ) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Invalid(
            "this checkpoint cannot be read",
            field="--witness",
            got=str(path),
            expected="a file that varsel checkpoint wrote",
        ) from None
