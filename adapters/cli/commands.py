"""Commands that say something: report, do, template."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from adapters.cli.common import Ca, Creds, Json, Reach, Url, call, command_id, put_json, reach
from adapters.cli.show import console

File = Annotated[str, typer.Argument(metavar="FILE", help="YAML or JSON; - reads standard input")]
Id = Annotated[
    str | None,
    typer.Option("--id", help="the command's id: sent twice under one id, it is done once"),
]
Happened = Annotated[
    str | None, typer.Option("--happened", help="when it happened, if that was not just now")
]


def report(
    file: File,
    id_: Id = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """A vendor's first report of a leak."""
    _say("report_leak", file, id_, None, reach(creds, url, ca), json=json)


def do(  # noqa: PLR0917 - a command has as many parameters as it has options
    verb: Annotated[str, typer.Argument(metavar="VERB", help="see varsel template")],
    file: File,
    id_: Id = None,
    happened: Happened = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """Any verb, from a file (varsel template VERB prints one to fill in)."""
    _say(verb, file, id_, happened, reach(creds, url, ca), json=json)


def template(
    verb: Annotated[str | None, typer.Argument(metavar="[VERB]", help="none: the list")] = None,
) -> None:
    """A commented YAML for a verb, to be filled in."""
    from adapters.templates import listing, template_for  # noqa: PLC0415 - a fast --help

    typer.echo(template_for(verb) if verb else listing(), nl=False)


def _say(
    verb: str, file: str, id_: str | None, happened: str | None, way: Reach, *, json: bool
) -> None:
    from adapters.reading import mapping  # noqa: PLC0415 - a fast --help

    body: dict[str, Any] = {"command": command_id(id_), "with": mapping(file)}
    if happened:
        body["happened"] = happened
    receipt = call(way, verb, body)["receipt"]
    show_receipt(receipt, json=json)


def show_receipt(receipt: dict[str, Any], *, json: bool) -> None:
    """What was accepted, and in plain words what that could not do."""
    if json:
        put_json(receipt)
        return
    events = ", ".join(one["type"] for one in receipt["events"]) or "nothing new"
    told = f", {receipt['notices']} notices" if receipt["notices"] else ""
    out = console()
    out.print(f"accepted: {events}{told}")
    out.print(f"at {receipt['recorded_at']}, command {receipt['command']}", markup=False)
    if receipt["incident"]:
        out.print(f"incident {receipt['incident']}")
    for caveat in receipt["caveats"]:
        out.print(f"note: {caveat}", markup=False)
