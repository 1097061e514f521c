"""Commands of the operator: parties, engagements, health, rebuilding."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.cli.common import (
    DEFAULT_DATA,
    Ca,
    Data,
    Json,
    Url,
    call,
    command_id,
    operator,
    put_json,
)
from adapters.cli.credentials import (
    CommandId,
    Expires,
    File,
    Id,
    give,
    issue,
    new_place,
    revoke,
    rotate,
)
from adapters.cli.phrases import instant
from adapters.cli.show import console
from domain.errors import Invalid

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Parties: let in, list, cut off, renew."
)


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
    expires: Expires = None,
    creds: File = None,
    command: CommandId = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    *,
    ca: Ca = None,
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
    given |= {"second_contact": second_contact, "expires": expires}
    body |= {field: value for field, value in given.items() if value is not None}
    path = new_place(creds or Path(f"{id_}.creds"))
    request = {"command": command_id(command), "with": body}
    give(call(operator(data, url, ca), "party_add", request), path, json=json)


app.command()(issue)
app.command()(rotate)
app.command()(revoke)


@app.command()
def show(
    id_: Id, data: Data = DEFAULT_DATA, url: Url = None, *, ca: Ca = None, json: Json = False
) -> None:
    """A party, and which credentials it was given, by whom and until when; never a secret."""
    answer = call(operator(data, url, ca), "party_show", {"with": {"id": id_}})
    if json:
        return put_json(answer)
    out, zone = console(), answer["party"]["zone"]
    out.print(_line(answer["party"]), markup=False)
    for one in answer["credentials"]:
        out.print(f"  {_credential(one, zone)}", markup=False)
    return None


@app.command()
def scope(  # noqa: PLR0917 - a command has as many parameters as it has options
    id_: Annotated[str, typer.Argument(metavar="ID", help="the auditor's id")],
    scope: Annotated[
        list[str] | None, typer.Option("--scope", help="whom it may look at from here on")
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="nobody any more")] = False,
    command: CommandId = None,
    data: Data = DEFAULT_DATA,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """Say anew whom an auditor may look at; it takes effect at once."""
    if bool(scope) == none:
        raise Invalid(
            "it is not said whom the auditor may look at",
            field="--scope",
            expected="--scope PARTY, once for each of them, or --none",
            next_step="name them all: what is not named is no longer in the scope",
        )
    body = {"party": id_, "scope": scope or []}
    request = {"command": command_id(command), "with": body}
    answer = call(operator(data, url, ca), "set_scope", request)
    if json:
        return put_json(answer)
    return console().print(f"{id_} sees {', '.join(scope or ['nobody'])}", markup=False)


@app.command(name="list")
def list_(data: Data = DEFAULT_DATA, url: Url = None, *, ca: Ca = None, json: Json = False) -> None:
    """All parties."""
    rows = call(operator(data, url, ca), "parties", {})["parties"]
    if json:
        return put_json(rows)
    out = console()
    for one in rows:
        out.print(_line(one), markup=False)
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
    ca: Ca = None,
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
    answer = call(operator(data, url, ca), "agree_engagement", request)
    if json:
        return put_json(answer)
    return console().print(f"{vendor} works for {client}")


def rebuild(
    data: Data = DEFAULT_DATA, url: Url = None, *, ca: Ca = None, json: Json = False
) -> None:
    """Build all views anew from the ledger, beside the old ones, then switch."""
    way = operator(data, url, ca)
    with console().status("building the views anew …"):
        answer = call(way, "rebuild", {}, patience=3600.0)
    if json:
        return put_json(answer)
    return console().print(f"views are now {answer['generation']}, at {answer['position']}")


def _line(one: dict[str, Any]) -> str:
    scope = f"  sees {', '.join(one['scope'])}" if one["scope"] else ""
    laws = f"  {', '.join(one['laws'])}" if one["laws"] else ""
    roles = ", ".join(one["roles"])
    return f"{one['id']}  {roles}  {one['name']}{laws}{scope}"


def _credential(one: dict[str, Any], zone: str) -> str:
    ends = instant(one["expires_at"], zone) if one["expires_at"] else "never"
    said = f"{one['short']}  {one['kind']}  {_done('issued', one, zone)}  expires {ends}"
    return f"{said}  {_done('revoked', one, zone)}" if one["revoked_at"] else said


def _done(what: str, one: dict[str, Any], zone: str) -> str:
    by = one[f"{what}_by"]
    who = by["user"] or by["party"]
    return f"{what} {instant(one[f'{what}_at'], zone)} by {who} ({by['command']})"
