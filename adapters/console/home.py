"""The first page and the page of an incident: each party's own, by its roles."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterable

from fastapi import APIRouter
from starlette.responses import Response

from adapters.console import auditor, client, operator, vendor
from adapters.console.visit import Visiting, Visitor, not_here
from domain.errors import NotFound

Home = Callable[[Visitor], Awaitable[Response]]
Incident = Callable[[Visitor, str, str | None], Awaitable[Response]]

# The first of a party's roles that stands here decides: whoever is a vendor has others waiting for
# its word. A party with several roles finds the other sides in the navigation (`render.py`).
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
    """The overview; `?as=` names one of several roles."""
    for role in _roles(visit, HOMES):
        return await HOMES[role](visit)
    raise not_here()


@routes.get("/incidents/{incident}")
async def incident(visit: Visiting, incident: str, done: str | None = None) -> Response:
    """One incident: by the first of the visitor's roles that knows it."""
    for role in _roles(visit, INCIDENTS):
        with contextlib.suppress(NotFound):
            return await INCIDENTS[role](visit, incident, done)
    raise not_here()


def _roles(visit: Visitor, among: Iterable[str]) -> list[str]:
    """The visitor's roles in the order they come; the one asked for before all others."""
    wanted = visit.request.query_params.get("as")
    mine = [role for role in among if role in visit.me.roles]
    return sorted(mine, key=lambda role: role != wanted)
