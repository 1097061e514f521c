"""The operator's pages: how the platform is, who is on it, how far each has come."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from adapters.console.forms import Form, blank, received, show
from adapters.console.i18n import mark
from adapters.console.render import offer, page
from adapters.console.visit import Visiting, Visitor, not_here

routes = APIRouter(include_in_schema=False)
offer("/admin/parties/add", mark("Let a party in"), "operator", key="p")
offer("/admin/engage", mark("Who works for whom"), "operator", key="e")
offer("/admin/rebuild", mark("Build the views anew"), "operator", key="b")

FIGURES = {  # of health, each with what it counts
    "ledger": mark("events in the ledger"),
    "views": mark("events in the views"),
    "messages": mark("messages in all feeds"),
    "published": mark("messages published on NATS"),
    "undelivered": mark("notices not seen to arrive"),
    "parties": mark("parties"),
}
ENDPOINTS = {
    "endpoints": mark("webhook endpoints"),
    "failing": mark("of them failing"),
    "disabled": mark("of them given up"),
}


def require_operator(visit: Visitor) -> None:
    """For anybody else there is no such page."""
    if "operator" not in visit.me.roles:
        raise not_here()


async def home(visit: Visitor) -> Response:
    """Health, parties and their feeds."""
    require_operator(visit)
    health = await visit.house.handle(visit.party, "health", {})
    lag = {row["party"]: row for row in await visit.ask("feeds")}
    shown: dict[str, Any] = {
        "health": health,
        "figures": FIGURES,
        "endpoints": ENDPOINTS,
        "parties": await visit.ask("parties"),
        "lag": lag,
        "done": visit.request.query_params.get("done"),
    }
    return page(visit, "operator_home.html", **shown)


@routes.get("/admin")
async def overview(visit: Visiting) -> Response:
    """The same at an address of its own, for those whose first page is another."""
    return await home(visit)


def _rebuilding() -> Form:
    return Form(
        "rebuild",
        mark("Build the views anew"),
        mark("Build them anew"),
        intro=mark(
            "All views are read anew from the ledger, beside the old ones, then switched. "
            "Nothing is lost, and the platform goes on meanwhile; with many events it takes long."
        ),
    )


@routes.get("/admin/rebuild")
async def rebuild_form(visit: Visiting) -> Response:
    """Whether to build the views anew."""
    require_operator(visit)
    return show(visit, blank(_rebuilding(), "/admin/rebuild"))


@routes.post("/admin/rebuild")
async def rebuild(visit: Visiting) -> Response:
    """The views built anew."""
    require_operator(visit)
    filled = await received(visit, _rebuilding())
    if filled.notice:
        return show(visit, filled, 422)
    await visit.house.handle(visit.party, "rebuild", {})
    return RedirectResponse("/?done=rebuilt", 303)
