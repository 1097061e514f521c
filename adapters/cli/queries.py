"""Commands that ask: timeline, obligations, register, board."""

from __future__ import annotations

from typing import Annotated

import typer

from adapters.cli import show
from adapters.cli.common import (
    AsOf,
    Ca,
    Creds,
    Incident,
    Json,
    Reach,
    Url,
    WithDraft,
    ask,
    put_json,
    reach,
)

Party = Annotated[str | None, typer.Argument(help="whose; else your own")]


def timeline(
    party: Annotated[str, typer.Argument(metavar="CLIENT", help="whose timeline")],
    incident: Incident = None,
    as_of: AsOf = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """What happened, in order, as far as the party may see it."""
    way = reach(creds, url, ca)
    rows = ask(way, "timeline", party=party, incident=incident, as_of=as_of)
    if json:
        return put_json(rows)
    out = show.console()
    show.timeline(out, rows, zone(way))
    collisions = [collision for one in rows for collision in one.get("contradictions", [])]
    if collisions:
        show.contradictions(out, collisions)
    return None


def obligations(  # noqa: PLR0917 - options of a command
    party: Party = None,
    incident: Incident = None,
    as_of: AsOf = None,
    with_draft: WithDraft = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """What must be done, by when, by which rule, and whether it has been done."""
    way = reach(creds, url, ca)
    asked = {"party": party, "incident": incident, "as_of": as_of, "with_draft": with_draft}
    rows = ask(way, "obligations", **asked)
    if json:
        return put_json(rows)
    return show.obligations(show.console(), rows, zone(way))


def register(
    party: Annotated[str, typer.Argument(metavar="CLIENT", help="whose register")],
    as_of: AsOf = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """The record of breaches that GDPR Art. 33(5) asks for."""
    way = reach(creds, url, ca)
    rows = ask(way, "register", party=party, as_of=as_of)
    if json:
        return put_json(rows)
    return show.register(show.console(), rows, zone(way))


def board(
    incident: Annotated[str, typer.Argument(help="the incident, as you call it, or its id")],
    as_of: AsOf = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """How far each client has come: told, delivered, acknowledged, asked, regulator, customers."""
    way = reach(creds, url, ca)
    found = ask(way, "board", incident=incident, as_of=as_of)
    if json:
        return put_json(found)
    out = show.console()
    show.board(out, found["clients"], zone(way))
    if found["contradictions"]:
        show.contradictions(out, found["contradictions"])
    return None


def contradictions(
    party: Party = None,
    incident: Incident = None,
    as_of: AsOf = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """Public statements that collide with the facts, with the notice, or with themselves."""
    way = reach(creds, url, ca)
    rows = ask(way, "contradictions", party=party, incident=incident, as_of=as_of)
    if json:
        return put_json(rows)
    return show.contradictions(show.console(), rows)


def severity(  # noqa: PLR0917 - options of a command
    incident: Annotated[str, typer.Argument(help="the incident, as you call it, or its id")],
    worksheet: Annotated[
        str | None, typer.Option("--worksheet", help="a worksheet to score; else from the facts")
    ] = None,
    party: Annotated[str | None, typer.Option("--party", help="whose; else your own")] = None,
    as_of: AsOf = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """How grave it is for people (ENISA's method, as an interval), and the cases most like it."""
    from adapters.reading import mapping  # noqa: PLC0415 - a fast --help

    given = mapping(worksheet) if worksheet else None
    way = reach(creds, url, ca)
    found = ask(way, "severity", incident=incident, party=party, worksheet=given, as_of=as_of)
    if json:
        return put_json(found)
    return show.severity(show.console(), found)


def zone(way: Reach) -> str:
    """The asking party's zone: times are shown in it."""
    return str(ask(way, "whoami")["zone"])
