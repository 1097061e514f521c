"""Commands of the operator: parties, engagements, health, rebuilding."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.common import (
    DEFAULT_DATA,
    Data,
    Json,
    Url,
    call,
    command_id,
    operator,
    put_json,
)
from adapters.cli.show import console
from domain.errors import Invalid, Refused

app = typer.Typer(no_args_is_help=True, help="Parties: let in, list, cut off, renew.")
Id = Annotated[str, typer.Argument(metavar="ID", help="the party's id: a-z, 0-9, hyphens")]


@app.command()
def add(  # noqa: PLR0917 - a party has these parts
    id_: Id,
    role: Annotated[list[str], typer.Option("--role", help="vendor, client or auditor")],
    name: Annotated[str | None, typer.Option(help="its name; else its id")] = None,
    country: Annotated[str | None, typer.Option(help="where it is established: NO, FI …")] = None,
    zone: Annotated[str, typer.Option(help="its time zone: Europe/Oslo …")] = "UTC",
    law: Annotated[
        list[str] | None, typer.Option("--law", help="its laws; else presumed by country")
    ] = None,
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="whom an auditor may look at")
    ] = None,
    entity: Annotated[
        list[str] | None, typer.Option("--entity", help="kinds of entity it is: trust_service …")
    ] = None,
    state: Annotated[
        list[str] | None, typer.Option("--state", help="where its customers live: US-CA …")
    ] = None,
    establishment: Annotated[
        str | None, typer.Option(help="country of its main establishment in the EU, or none")
    ] = None,
    sector: Annotated[str | None, typer.Option(help="its line of business")] = None,
    group: Annotated[str | None, typer.Option(help="the group it belongs to")] = None,
    second_contact: Annotated[
        str | None, typer.Option(help="a party of its group, told when it stays silent")
    ] = None,
    creds: Annotated[
        Path | None, typer.Option("--creds", help="where to write its NATS credentials")
    ] = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    *,
    json: Json = False,
) -> None:
    """Let a party in; writes its NATS credentials and shows its API key this once."""
    body: dict[str, Any] = {"id": id_, "roles": role, "zone": zone, "scope": scope or []}
    given = {"name": name, "country": country, "laws": law, "group": group} | {
        "entity": entity,
        "states": state,
        "establishment": establishment,
        "sector": sector,
    }
    given["second_contact"] = second_contact
    body |= {field: value for field, value in given.items() if value is not None}
    path = _place(creds or Path(f"{id_}.creds"))
    if path.exists():
        raise Refused(
            "the credentials file exists",
            field="--creds",
            got=str(path),
            expected="a file that is not there yet",
            next_step="move it, or name another",
        )
    answer = call(operator(data, url), "party_add", {"command": command_id(None), "with": body})
    _give(id_, answer, path, json=json)


@app.command()
def rotate(
    id_: Id,
    creds: Annotated[
        Path | None, typer.Option("--creds", help="where to write its new NATS credentials")
    ] = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    *,
    json: Json = False,
) -> None:
    """New credentials for a party; the old ones are cut off at once."""
    path = _place(creds or Path(f"{id_}.creds"))
    answer = call(operator(data, url), "party_rotate", {"with": {"id": id_}})
    _give(id_, answer, path, json=json)


@app.command()
def revoke(id_: Id, data: Data = DEFAULT_DATA, url: Url = None, *, json: Json = False) -> None:
    """Cut a party's credentials off; live connections end at once."""
    answer = call(operator(data, url), "party_revoke", {"with": {"id": id_}})
    if json:
        return put_json(answer)
    return console().print(f"{answer['revoked']} credentials of {id_} revoked")


@app.command(name="list")
def list_(data: Data = DEFAULT_DATA, url: Url = None, *, json: Json = False) -> None:
    """All parties."""
    rows = call(operator(data, url), "parties", {})["parties"]
    if json:
        return put_json(rows)
    out = console()
    for one in rows:
        scope = f"  sees {', '.join(one['scope'])}" if one["scope"] else ""
        laws = f"  {', '.join(one['laws'])}" if one["laws"] else ""
        roles = ", ".join(one["roles"])
        out.print(f"{one['id']}  {roles}  {one['name']}{laws}{scope}", markup=False)
    return None


@app.command()
def engage(  # noqa: PLR0917 - an engagement has these parts
    vendor: Annotated[str, typer.Argument(help="the vendor's id")],
    client: Annotated[str, typer.Argument(help="the client's id")],
    role: Annotated[str, typer.Option(help="processor, joint or independent")] = "processor",
    service: Annotated[str | None, typer.Option(help="what the vendor does for it")] = None,
    notice: Annotated[
        str | None, typer.Option(help="notice by contract, from what: PT24H:aware …")
    ] = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    *,
    json: Json = False,
) -> None:
    """Record that a vendor works for a client, and how soon it must give notice by contract."""
    body: dict[str, Any] = {"vendor": vendor, "client": client, "role": role}
    if service:
        body["service"] = service
    if notice:
        within, _, starts = notice.partition(":")
        body["contract_notice"] = {"within": within, "from": starts}
    request = {"command": command_id(None), "with": body}
    answer = call(operator(data, url), "agree_engagement", request)
    if json:
        return put_json(answer)
    return console().print(f"{vendor} works for {client}")


def doctor(data: Data = DEFAULT_DATA, url: Url = None, *, json: Json = False) -> None:
    """How the platform is: how far ledger, views and feed have come, what is in the way."""
    health = call(operator(data, url), "health", {})
    if json:
        put_json(health)
    else:
        out = console()
        for name, value in health.items():
            out.print(f"{name}: {value}")
    if not health["ok"]:
        raise typer.Exit(1)


def rebuild(data: Data = DEFAULT_DATA, url: Url = None, *, json: Json = False) -> None:
    """Build all views anew from the ledger, beside the old ones, then switch."""
    way = operator(data, url)
    with console().status("building the views anew …"):
        answer = call(way, "rebuild", {}, patience=3600.0)
    if json:
        return put_json(answer)
    return console().print(f"views are now {answer['generation']}, at {answer['position']}")


def _place(path: Path) -> Path:
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


def _give(party: str, answer: dict[str, Any], path: Path, *, json: bool) -> None:
    from adapters.folder import write_private  # noqa: PLC0415 - a fast --help

    write_private(path, answer["creds"])
    if json:
        put_json({"party": party, "creds": str(path), "api_key": answer["api_key"]})
        return
    out = console()
    out.print(f"{party}: credentials in {path} (keep them secret)")
    out.print(f"API key, shown this once: {answer['api_key']}")
