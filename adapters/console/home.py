"""The first page and the page of an incident: each party's own, by its roles."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.responses import Response

from adapters.console import auditor, client, operator, vendor
from adapters.console.visit import Visiting, Visitor, not_here

Home = Callable[[Visitor], Awaitable[Response]]
Incident = Callable[[Visitor, str, str | None], Awaitable[Response]]

# The first of a party's roles that stands here decides; a party with several finds the others'
# pages in the navigation.
HOMES: dict[str, Home] = {
    "vendor": vendor.home,  # with what concerns it as a client, where it is both
    "client": client.home,
    "auditor": auditor.home,
    "operator": operator.home,
}
INCIDENTS: dict[str, Incident] = {
    "vendor": vendor.incident_page,
    "client": client.incident_page,
    "auditor": auditor.incident_page,
}

routes = APIRouter(include_in_schema=False)


@routes.get("/")
async def home(visit: Visiting) -> Response:
    """The overview."""
    for role, show in HOMES.items():
        if role in visit.me.roles:
            return await show(visit)
    raise not_here()


@routes.get("/incidents/{incident}")
async def incident(visit: Visiting, incident: str, done: str | None = None) -> Response:
    """One incident."""
    for role, show in INCIDENTS.items():
        if role in visit.me.roles:
            return await show(visit, incident, done)
    raise not_here()
