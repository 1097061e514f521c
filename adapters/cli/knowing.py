"""varsel knew: what a party knew of an incident at an instant, and what superseded it since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, cast

import typer

from adapters.cli import show
from adapters.cli.common import Ca, Creds, Json, Url, ask, put_json, reach
from adapters.cli.phrases import anything, claim, count, instant, people, plain, total, when
from adapters.cli.queries import zone
from adapters.cli.words import said

KNEW = {True: "", False: "not arrived yet", None: "arrival not observed"}


def knew(
    party: Annotated[str, typer.Argument(help="whose knowledge")],
    incident: Annotated[str, typer.Argument(help="the incident, by name or id")],
    at: Annotated[
        str | None, typer.Option("--at", help="an instant with its zone, or a date; else now")
    ] = None,
    creds: Creds = None,
    url: Url = None,
    *,
    ca: Ca = None,
    json: Json = False,
) -> None:
    """What a party knew at an instant (a vendor: claimed, to whom), and what came after."""
    way = reach(creds, url, ca)
    found = ask(way, "knowledge", party=party, incident=incident, at=at)
    if json:
        return put_json(found)
    return tell(found, zone(way))


def tell(found: dict[str, Any], where: str) -> None:
    """The answer as tables: facts, what else was heard, what was said, since when aware."""
    out = show.console()
    did = "claimed" if found["role"] == "vendor" else "knew"
    head = f"{found['party']} {did} at {instant(found['at'], where)}"
    out.print(show.text(head, "bold"))
    table = show.grid(did, "source", "told by", "to / arrived", "superseded since")
    for one in found["items"]:
        fact = f"{plain(one['what'])}: {'; '.join(_value(one['what'], one['says'], where))}"
        row = (fact, one["source"], _event(one, where), _reached(one["to"], where))
        table.add_row(*map(show.text, (*row, _since(one["since"], one["what"], where))))
    out.print(table)
    for label, acts in (("heard", found["heard"]), ("said itself", found["said"])):
        for one in acts:
            words = said(one["type"], one["data"], where)
            later = _since(one["since"], None, where)
            tail = f"; since then {later}" if later else ""
            out.print(show.text(f"{label}: {_event(one, where)}  {words}{tail}"))
    for one in found["aware"]:
        out.print(show.text(f"aware: {instant(one['at'], where)}, as {one['why']}"))


def _value(what: str, says: Any, where: str) -> Iterator[str]:
    """One fact in words."""
    if what == "claims":
        yield claim(says)
    elif what == "count":
        yield count(says)
    elif what in {"people", "totals"}:
        yield from map(people if what == "people" else total, says)
    elif what in {"happened", "data_period"}:
        yield when(says, where)
    elif isinstance(says, list):
        yield from map(_part, cast("Iterable[Any]", says))
    else:
        yield plain(str(says))


def _part(one: Any) -> str:
    """A word, or a row of a list such as a system."""
    return plain(one) if isinstance(one, str) else ", ".join(filter(None, anything(one)))


def _event(one: dict[str, Any], where: str) -> str:
    return f"{one['type']} by {one['by']}, {instant(one['recorded_at'], where)}"


def _reached(to: Iterable[dict[str, Any]], where: str) -> str:
    return "\n".join(
        f"{one['client']} {instant(one['arrived_at'], where)} ({one['door']})"
        if one["knew"]
        else f"{one['client']}: {KNEW[one['knew']]}"
        for one in to
    )


def _since(since: Iterable[dict[str, Any]], what: str | None, where: str) -> str:
    lines = list[str]()
    for one in since:
        now = "; ".join(_value(what, one["says"], where)) if what and one["says"] else ""
        why = f" ({plain(one['why'])})" if one["why"] else ""
        lines.append(f"{_event(one, where)}{why}{': ' if now else ''}{now}")
    return "\n".join(lines)
