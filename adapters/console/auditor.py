"""The auditor's pages: the scope at a glance, lists of duties and collisions, registers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from adapters.console import case as cases
from adapters.console.as_of import Looking, look
from adapters.console.auditor_case import STEPS, across
from adapters.console.auditor_collisions import explained
from adapters.console.auditor_knowledge import learnt
from adapters.console.auditor_picture import lanes
from adapters.console.auditor_scope import (
    COUNTED,
    Wanted,
    chosen,
    duties_in,
    entries_of,
    scope_of,
    survey,
    wanted,
)
from adapters.console.i18n import mark, tongue
from adapters.console.render import offer, page
from adapters.console.telling import Teller
from adapters.console.visit import Visiting, Visitor, not_here
from adapters.exports import tables

routes = APIRouter(include_in_schema=False, prefix="/scope")
offer("/scope/duties", mark("Duties in scope"), "auditor", key="d")
offer("/scope/collisions", mark("Collisions"), "auditor", key="c")
offer("/scope/registers", mark("Registers"), "auditor", key="r")


async def home(visit: Visitor) -> Response:
    """The scope: one row for each incident of each party, every count a way to its list."""
    return await _surveyed(visit, "auditor_home.html")


@routes.get("")
async def overview(visit: Visiting) -> Response:
    """The same at an address of its own, for those whose first page is another."""
    return await home(visit)


@routes.get("/duties")
async def duties(visit: Visiting) -> Response:
    """The duties of one party, one incident, one kind or one status; each leads to its events."""
    return await _surveyed(visit, "auditor_duties.html")


async def _surveyed(visit: Visitor, template: str) -> Response:
    """All that is wanted of the scope, as it stood at the instant that is looked at."""
    scope, what = scope_of(visit), wanted(visit)
    entries = await entries_of(visit, what.party)
    visit, looking = look(visit)
    found = await survey(visit, what, looking)
    shown: dict[str, Any] = {
        "found": found,
        "scope": scope,
        "what": what,
        "counted": COUNTED,
        "duties": duties_in(found),
        "looking": looking.among(entries, visit.now),
    }
    return page(visit, template, alarm=cases.alarm, **shown)


@routes.get("/collisions")
async def collisions(visit: Visiting) -> Response:
    """Public words that collide with facts, with the vendor's notice or with themselves."""
    what = wanted(visit)
    entries = await entries_of(visit, what.party)
    visit, looking = look(visit)
    found = [
        one
        for standing in await survey(visit, what, looking)
        if standing.case.contradictions
        for one in await _collisions(visit, standing.case.incident, standing.case.party, looking)
    ]
    looking = looking.among(entries, visit.now)
    return page(visit, "auditor_collisions.html", found=found, what=what, looking=looking)


async def _collisions(visit: Visitor, incident: str, party: str, looking: Looking) -> list[Any]:
    case = await cases.gather(visit, incident, party, looking.asked)
    return explained(case, _teller(visit))


@routes.get("/incidents/{incident}")
async def incident(visit: Visiting, incident: str) -> Response:
    """One incident across parties."""
    return await incident_page(visit, incident, None)


async def incident_page(visit: Visitor, incident: str, _done: str | None) -> Response:
    """One incident as every party in scope saw it, now or at an earlier instant."""
    scope = scope_of(visit)
    visit, looking = look(visit)
    found = await across(visit, incident, scope, looking)
    tell = _teller(visit)
    shown: dict[str, Any] = {
        "across": found,
        "collisions": [one for side in found.known for one in explained(side.case, tell)],
        "knowledge": learnt(found.known, tell),
        "picture": lanes([side.case for side in found.known], tell),
        "steps": STEPS,
        "looking": looking.among(found.entries, visit.now),
    }
    return page(visit, "auditor_incident.html", alarm=cases.alarm, ended=cases.ENDED, **shown)


@routes.get("/registers")
async def registers(visit: Visiting, party: str | None = None) -> Response:
    """The record of breaches of each party, to be read and printed."""
    asked = chosen(visit, party)
    entries = await entries_of(visit, party)
    visit, looking = look(visit)
    found = {one: await visit.ask("register", party=one, as_of=looking.asked) for one in asked}
    names = {one.case.incident: one.title for one in await survey(visit, Wanted(party), looking)}
    shown: dict[str, Any] = {"scope": scope_of(visit), "party": party, "found": found}
    shown |= {"names": names}
    looking = looking.among(entries, visit.now)
    return page(visit, "auditor_registers.html", looking=looking, **shown)


@routes.get("/{party}/{table}.csv")
async def download(visit: Visiting, party: str, table: str) -> Response:
    """A timeline or a register as a table for spreadsheets."""
    [one] = chosen(visit, party)
    if table not in tables.COLUMNS:
        raise not_here()
    visit, looking = look(visit)
    rows = await visit.ask(table, party=one, as_of=looking.asked)
    name = f'attachment; filename="{one}-{table}.csv"'
    headers = {"Content-Disposition": name, "Cache-Control": "private, no-store"}
    return Response(tables.as_csv(table, rows), headers=headers, media_type=tables.CSV_TYPE)


def _teller(visit: Visitor) -> Teller:
    return Teller(tongue(visit.language), visit.zone, visit.now)
