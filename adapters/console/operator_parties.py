"""The operator's pages of one party: its credentials, and the forms that change something."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from adapters.console.forms import Form, blank, give, show, take, take_as
from adapters.console.operator import require_operator
from adapters.console.operator_forms import GIVES, OF_A_PARTY, add, engage
from adapters.console.render import page
from adapters.console.visit import Visiting, Visitor, not_here

routes = APIRouter(include_in_schema=False, prefix="/admin")
HOME = "/"


@routes.get("/engage")
async def engage_form(visit: Visiting) -> Response:
    """An engagement to record."""
    require_operator(visit)
    return show(visit, blank(engage(), "/admin/engage", back=HOME))


@routes.post("/engage")
async def engaged(visit: Visiting) -> Response:
    """An engagement recorded."""
    require_operator(visit)
    return await take(visit, engage(), {}, lambda _: "/?done=engaged", HOME)


@routes.get("/parties/add")
async def add_form(visit: Visiting) -> Response:
    """A party to let in."""
    require_operator(visit)
    return show(visit, blank(add(), "/admin/parties/add", {"zone": [visit.zone.key]}, HOME))


@routes.post("/parties/add")
async def added(visit: Visiting) -> Response:
    """A party let in: its credentials, this once."""
    require_operator(visit)
    return await given(visit, add(), {}, HOME)


@routes.get("/parties/{party}")
async def shown(visit: Visiting, party: str) -> Response:
    """A party and its credentials; never a secret, there is none left to show."""
    found = await _party(visit, party)
    lag = next(iter(await visit.ask("feeds", party=party)), None)
    done = visit.request.query_params.get("done")
    return page(visit, "operator_party.html", **found, lag=lag, done=done)


@routes.get("/parties/{party}/{what}")
async def form(visit: Visiting, party: str, what: str) -> Response:
    """A form about a party."""
    found = await _party(visit, party)
    typed = {"scope": [", ".join(found["party"]["scope"])]} if what == "scope" else {}
    return show(visit, blank(_form(what, found), visit.request.url.path, typed, _at(party)))


@routes.post("/parties/{party}/{what}")
async def change(visit: Visiting, party: str, what: str) -> Response:
    """What was asked for in it, done."""
    made = _form(what, await _party(visit, party))
    if what in GIVES:
        return await given(visit, made, {"id": party}, _at(party))
    fixed: dict[str, Any] = {"party": party, "scope": []} if what == "scope" else {"id": party}
    done = f"{_at(party)}?done={what}"
    return await take_as(visit, made, lambda read: {**fixed, **read}, lambda _: done, _at(party))


async def _party(visit: Visitor, party: str) -> dict[str, Any]:
    require_operator(visit)
    return dict(await visit.house.handle(visit.party, "party_show", {"with": {"id": party}}))


def _form(what: str, found: Mapping[str, Any]) -> Form:
    auditor = "auditor" in found["party"]["roles"]
    if what not in OF_A_PARTY or (what == "scope" and not auditor):
        raise not_here()
    return OF_A_PARTY[what](found["credentials"])


def _at(party: str) -> str:
    return f"/admin/parties/{quote(party, safe='')}"


async def given(visit: Visitor, made: Form, fixed: Mapping[str, Any], back: str) -> Response:
    """Read a form whose answer holds secrets, and show them this once."""

    def shown(answer: Mapping[str, Any]) -> Response:
        return page(visit, "operator_given.html", answer=answer, file=_file(answer))

    return await give(visit, made, lambda read: {**read, **fixed}, shown, back)


def _file(answer: Mapping[str, Any]) -> str | None:
    """The NATS credentials as an address that holds them: saved by the browser, sent nowhere."""
    if "creds" not in answer:
        return None
    held = base64.b64encode(str(answer["creds"]).encode()).decode()
    return f"data:application/octet-stream;base64,{held}"
