"""A vendor's public statement about its own incident: checked first, then recorded."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from adapters.console import saying
from adapters.console.forms import Form
from adapters.console.vendor_acts import VISIBILITY
from adapters.console.vendor_case import is_own
from adapters.console.visit import Visiting, Visitor

routes = APIRouter(include_in_schema=False)
VERB = "make_statement"


async def form_for(visit: Visitor, incident: str) -> Form:
    """The form for one's own incident lets clients see it; for another's it is a client's."""
    made = saying.FORMS[VERB]()
    if not is_own(await visit.ask("timeline", incident=incident), visit.party):
        return made
    return replace(made, controls=(*made.controls, VISIBILITY))


@routes.get(f"/incidents/{{incident}}/{VERB}")
async def ask(visit: Visiting, incident: str) -> Response:
    """The form, not checked yet."""
    return await saying.shown(visit, incident, await form_for(visit, incident))


@routes.post(f"/incidents/{{incident}}/{VERB}")
async def say(visit: Visiting, incident: str) -> Response:
    """Checked; recorded once its writer has seen what it collides with."""
    return await saying.said(visit, incident, await form_for(visit, incident))
