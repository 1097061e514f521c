"""varsel erase: a party's free text about an incident, destroyed for good."""

from __future__ import annotations

from typing import Annotated

import typer

from adapters.cli.commands import Id, show_receipt
from adapters.cli.common import (
    DEFAULT_DATA,
    Ca,
    Creds,
    Data,
    Json,
    Url,
    call,
    command_id,
    operator,
    reach,
)

WHY = "data_subject_request, mistake, retention or order"


def erase(  # noqa: PLR0917 - options of a command
    incident: Annotated[str, typer.Argument(help="the incident (or concern), by name or id")],
    why: Annotated[str, typer.Option("--why", help=WHY)],
    party: Annotated[
        str | None, typer.Option("--party", help="as the operator: whose free text")
    ] = None,
    reference: Annotated[
        str | None, typer.Option("--reference", help="a case number; nothing of what was erased")
    ] = None,
    id_: Id = None,
    creds: Creds = None,
    url: Url = None,
    data: Data = DEFAULT_DATA,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """Destroys the key of all free text written about an incident so far; others are told.

    Your own with your credentials; with --party, anybody's, as the operator of the data folder.
    """
    way = reach(creds, url, ca) if creds or party is None else operator(data, url, ca)
    said = {"incident": incident, "party": party, "why": why, "reference": reference}
    fields = {name: value for name, value in said.items() if value is not None}
    answer = call(way, "erase", {"command": command_id(id_), "with": fields})
    show_receipt(answer["receipt"], json=json)
