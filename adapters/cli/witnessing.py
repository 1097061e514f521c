"""varsel checkpoint: the log's signed word, and whether anything was changed since an older one."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.common import Ca, Creds, Json, Reach, Url, call, put_json, reach
from domain.errors import Conflict, Invalid


def checkpoint(
    since: Annotated[
        Path | None, typer.Option("--since", help="a checkpoint kept earlier: is it still true?")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", help="the log's key as you know it; else as the platform says"),
    ] = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """The newest signed checkpoint: keep it in a file, and ask with --since whether it holds."""
    way = reach(creds, url, ca)
    answer = call(way, "checkpoint", {}) if since is None else _proved(way, since, key)
    if json:
        return put_json(answer)
    if since is None:
        sys.stdout.write(answer["checkpoint"])
        typer.echo(f"key: {answer['key']}", err=True)
        if stamped := answer.get("timestamp"):
            typer.echo(f"time-stamped: {stamped['size']} events at {stamped['at']}", err=True)
        return None
    grown = answer["size"] - answer["old"]
    return typer.echo(f"nothing was changed since: {answer['old']} events then, {grown} more now")


def _proved(way: Reach, since: Path, key: str | None) -> dict[str, Any]:
    """The consistency proof from a kept checkpoint to the newest, checked here."""
    from adapters.evidence import tree  # noqa: PLC0415 - a fast --help
    from adapters.evidence.checkpoint import Verifier  # noqa: PLC0415

    note = _kept(since)
    answer = call(way, "checkpoint", {})
    verifier = Verifier.parse(key or answer["key"])
    old = verifier.read(note)
    if old.size > answer["size"]:
        raise _changed(f"{answer['size']} events", f"at least the {old.size} that were signed")
    answer = call(way, "consistency", {"with": {"size": old.size}})
    new = verifier.read(answer["checkpoint"])
    proof = [base64.b64decode(one) for one in answer["proof"]]
    if not tree.verify_consistency(old.size, new.size, old.root, new.root, proof):
        raise _changed("a proof that does not hold", "one from the kept root to the newest")
    return answer


def _kept(since: Path) -> str:
    try:
        return since.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise Invalid(
            "the checkpoint cannot be read",
            field="--since",
            got=f"{since}: {wrong}",
            expected="a file that varsel checkpoint was written into",
        ) from None


def _changed(got: str, expected: str) -> Conflict:
    return Conflict(
        "the log no longer begins with what was signed: something was changed or left out",
        got=got,
        expected=expected,
        next_step="keep both checkpoints: together, signed by one key, they prove it",
    )
