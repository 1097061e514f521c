"""Commands of the operator about credentials: more, new, cut off."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from adapters.cli.common import (
    DEFAULT_DATA,
    Ca,
    Data,
    Json,
    Reach,
    Url,
    call,
    command_id,
    operator,
    put_json,
)
from adapters.cli.show import console
from domain.errors import Invalid, Refused, Unavailable

Id = Annotated[str, typer.Argument(metavar="ID", help="the party's id: a-z, 0-9, hyphens")]
CommandId = Annotated[
    str | None,
    typer.Option("--id", help="the command's id: sent twice under one id, it is done once"),
]
Expires = Annotated[
    str | None,
    typer.Option(
        "--expires",
        metavar="TIME|PERIOD",
        help="their end: an instant, a date in the party's zone or a period (P90D); else never",
    ),
]
Only = Annotated[
    Literal["nats", "api-key"] | None, typer.Option("--only", help="only one kind; else both")
]
File = Annotated[
    Path | None, typer.Option("--creds", help="where to write the NATS credentials; else ID.creds")
]


def issue(  # noqa: PLR0917 - a command has as many parameters as it has options
    id_: Id,
    only: Only = None,
    expires: Expires = None,
    creds: File = None,
    command: CommandId = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """More credentials for a party; those it has stay until they are revoked or expire."""
    path = None if only == "api-key" else new_place(creds or Path(f"{id_}.creds"))
    way = operator(data, url, ca)
    answer = _asked(way, "party_issue", command, id=id_, only=only, expires=expires)
    give(answer, path, json=json)


def rotate(  # noqa: PLR0917 - as above
    id_: Id,
    only: Only = None,
    expires: Expires = None,
    creds: File = None,
    command: CommandId = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """New credentials for a party; all old ones of the same kind are cut off at once."""
    path = None if only == "api-key" else place(creds or Path(f"{id_}.creds"))
    way = operator(data, url, ca)
    answer = _asked(way, "party_rotate", command, id=id_, only=only, expires=expires)
    give(answer, path, json=json)


def revoke(
    id_: Id,
    credential: Annotated[
        str | None,
        typer.Option(
            "--credential", help="only the one that begins so (varsel party show); else all"
        ),
    ] = None,
    command: CommandId = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """Cut a party's credentials off, all or one; live connections end at once."""
    way = operator(data, url, ca)
    answer = _asked(way, "party_revoke", command, id=id_, credential=credential)
    if json:
        return put_json(answer)
    return console().print(f"{answer['revoked']} credentials of {id_} revoked")


def _asked(way: Reach, verb: str, command: str | None, **said: str | None) -> dict[str, Any]:
    body = {name: value for name, value in said.items() if value is not None}
    return call(way, verb, {"command": command_id(command), "with": body})


def place(path: Path) -> Path:
    """Where credentials can be written: asked before they are made, since they are shown once."""
    if not os.access(path.parent, os.W_OK | os.X_OK) or path.is_dir():
        raise Invalid(
            "no credentials can be written there",
            field="--creds",
            got=str(path),
            expected="a file in a folder that you may write to",
            next_step="make the folder, or name another file; nothing was recorded",
        )
    return path


def new_place(path: Path) -> Path:
    """The same, where nothing is that would be lost."""
    if place(path).exists():
        raise Refused(
            "the credentials file exists",
            field="--creds",
            got=str(path),
            expected="a file that is not there yet",
            next_step="move it, or name another",
        )
    return path


def give(answer: dict[str, Any], path: Path | None, *, json: bool) -> None:
    """Hand over what was made, this once: the file for its owner alone, the API key as it is."""
    if path is not None:
        _write(answer, path)
    if json:
        shown = {name: value for name, value in answer.items() if name not in {"creds", "receipt"}}
        return put_json(shown | ({} if path is None else {"creds": str(path)}))
    out, party = console(), answer["party"]
    if path is not None:
        out.print(f"{party}: credentials in {path} (keep them secret)", markup=False)
    if "api_key" in answer:
        out.print(f"API key, shown this once: {answer['api_key']}", markup=False)
    if answer["expires_at"]:
        out.print(f"until {answer['expires_at']}")
    return None


def _write(answer: dict[str, Any], path: Path) -> None:
    from adapters.folder import write_private  # noqa: PLC0415 - a fast --help

    try:
        write_private(path, answer["creds"])
    except OSError as wrong:
        party = answer["party"]
        cuts = [
            f"varsel party revoke {party} --credential {c['short']}" for c in answer["credentials"]
        ]
        raise Unavailable(
            f"credentials of {party} were made, but could not be written: {wrong.strerror}",
            field="--creds",
            got=str(path),
            next_step=f"make others: varsel party issue {party} --creds FILE; "
            f"cut the lost ones off: {'; '.join(cuts)}",
        ) from None
