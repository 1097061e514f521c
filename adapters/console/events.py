"""One event, whole: where every number on every page leads back to."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from adapters.console.render import page
from adapters.console.visit import Visiting

routes = APIRouter(include_in_schema=False)


@routes.get("/events/{event_id}")
async def event(visit: Visiting, event_id: str, party: str | None = None) -> Response:
    """An event as the party sees it (or as a party in its scope does)."""
    entry = await visit.event(event_id, party)
    return page(
        visit, "event.html", entry=entry, texts=await visit.texts(entry["data"]), party=party
    )
