"""Erasing one's own free text about an incident: one form, for vendors and clients alike."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from adapters.console.client import done
from adapters.console.controls import Choice, Line
from adapters.console.forms import Form, blank, show, take
from adapters.console.i18n import mark
from adapters.console.render import incident_link
from adapters.console.visit import Visiting
from adapters.console.words import LISTS

routes = APIRouter(include_in_schema=False)
FORM = Form(
    "erase",
    mark("Erase your free text"),
    mark("Erase it for good"),
    (
        Choice(
            name="why",
            label=mark("Why"),
            of="erasure",
            options=LISTS["erasure"],
            radio=True,
            required=True,
        ),
        Line(
            name="reference",
            label=mark("Reference"),
            help=mark("A case number, and nothing of what is to be erased."),
        ),
    ),
    intro=mark(
        "All free text that you have written about this incident so far is destroyed, also in "
        "what others were sent; each of them is told. The events stay. Back-ups of the vault "
        "keep the key until they are deleted."
    ),
)


@routes.get("/incidents/{incident}/erase")
async def form(visit: Visiting, incident: str) -> Response:
    """The form; refused where the incident is none of the visitor's."""
    await visit.ask("timeline", incident=incident)
    return show(visit, blank(FORM, visit.request.url.path, back=incident_link(incident)))


@routes.post("/incidents/{incident}/erase")
async def say(visit: Visiting, incident: str) -> Response:
    """Erased, and recorded."""
    back = incident_link(incident)
    return await take(visit, FORM, {"incident": incident}, done(back), back)
