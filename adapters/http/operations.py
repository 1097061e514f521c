"""What is no verb of the desk: parties, credentials, webhooks, and the platform as such."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from adapters import paging
from adapters.http import shapes_operations as out
from adapters.http.bodies import json_body
from adapters.http.commands import Key
from adapters.http.identity import TheHouse, Who
from adapters.http.questions import NAME, Pages
from adapters.http.replies import answered
from adapters.http.schema import (
    acts,
    asks,
    command_body,
    summary,
)
from adapters.http.shapes import Parties
from adapters.http.strict import known_parameters
from domain import commands as c
from domain.commands import webhooks as w

Behind = Annotated[int, Query(ge=0, le=w.LAST, description="`next` of the page before")]

routes = APIRouter(prefix="/v1", tags=["operations"], dependencies=[Depends(known_parameters)])


@dataclass(frozen=True)
class Act:
    """An operation by which something changes: what it takes, what it answers, in a sentence."""

    takes: type[c.Command]
    gives: type[BaseModel]
    what: str


ACTS: Final = {
    "party_add": Act(c.AdmitParty, out.Given, "the party's credentials, shown this once"),
    "party_issue": Act(c.IssueCredentials, out.Given, "more credentials, shown this once"),
    "party_person": Act(c.AdmitPerson, out.PersonAdmitted, "how to call what lets the person in"),
    "party_rotate": Act(c.RotateCredentials, out.Given, "new credentials; old ones are cut off"),
    "party_revoke": Act(c.RevokeCredentials, out.Revoked, "how many were cut off, at once"),
    "webhook_add": Act(w.AddWebhook, out.WebhookGiven, "the endpoint, its secret shown this once"),
    "webhook_rotate": Act(w.RotateWebhook, out.WebhookGiven, "the new secret, shown this once"),
    "webhook_enable": Act(w.EnableWebhook, out.WebhookGiven, "the endpoint, sent to again"),
    "webhook_remove": Act(w.RemoveWebhook, out.WebhookGone, "the endpoint is gone"),
    "foreign_settle": Act(c.SettleForeign, out.ForeignSettled, "how many were still open"),
    "webhook_test": Act(w.TestWebhook, out.WebhookTried, "what the endpoint answered"),
}


def _act(name: str, act: Act) -> None:
    async def route(request: Request, behind: TheHouse, who: Who, key: Key) -> Response:
        said: dict[str, Any] = {**await json_body(request, ("with",)), "command": key}
        return _once(await behind.handle(who.party, name, said))

    routes.add_api_route(
        f"/operations/{name}",
        route,
        methods=["POST"],
        summary=summary(act.takes, name),
        **acts(name, act.gives, act.what, **command_body(act.takes)),
    )


def _once(answer: dict[str, Any]) -> Response:
    """An answer that may hold a secret: nobody keeps it on the way."""
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


for _name, _one in ACTS.items():
    _act(_name, _one)


@routes.post(
    "/operations/rebuild",
    **acts("rebuild", out.Rebuilt, "the views' new generation"),
)
async def rebuild(behind: TheHouse, who: Who) -> Response:
    """Build all views anew from the ledger, beside the old ones, then switch."""
    return JSONResponse(await behind.handle(who.party, "rebuild", {}))


@routes.post(
    "/operations/examine",
    **acts("examine", out.Examined, "what was found, and what of it was made anew"),
)
async def examine(behind: TheHouse, who: Who) -> Response:
    """Recompute the transparency log from the ledger, and compare views and feed with it."""
    return JSONResponse(await behind.handle(who.party, "examine", {}))


@routes.post(
    "/operations/console_link",
    **acts("console_link", out.ConsoleLink, "the link: for ten minutes, once"),
)
async def console_link(behind: TheHouse, who: Who) -> Response:
    """A link that logs the caller's own people in at the console."""
    return _once(await behind.handle(who.party, "console_link", {}))


@routes.get(
    "/webhooks",
    **asks("webhook_list", out.Webhooks, "the caller's endpoints, without their secrets"),
)
async def webhooks(request: Request, behind: TheHouse, who: Who) -> Response:
    """The caller's webhooks, and how far each has come."""
    return answered(request, await behind.handle(who.party, "webhook_list", {}))


@routes.get(
    "/health",
    **asks("health", out.Health, "how far everything has come, and what is in the way"),
)
async def health(request: Request, behind: TheHouse, who: Who) -> Response:
    """How the platform is: for the operator."""
    return answered(request, await behind.handle(who.party, "health", {}))


@routes.get(
    "/foreign",
    **asks("foreign", out.Foreign, "what FEED held and the ledger does not know, page by page"),
)
async def foreign(request: Request, behind: TheHouse, who: Who, after: Behind = 0) -> Response:
    """Messages that were kept before FEED was made anew: for the operator."""
    asked = {"with": {"after": after}}
    return answered(request, await behind.handle(who.party, "foreign", asked))


@routes.get(
    "/feeds",
    **asks("feeds", out.FeedLags, "how far each party has come with its feed"),
)
async def feeds(request: Request, behind: TheHouse, who: Who) -> Response:
    """How far each party has come with its feed: for the operator."""
    return answered(request, await behind.handle(who.party, "feeds", {}))


@routes.get(
    "/parties",
    **asks("parties", Parties, "all parties, by id"),
)
async def parties(request: Request, behind: TheHouse, who: Who, part: Pages) -> Response:
    """All parties: for the operator."""
    place = paging.behind(part.after, "parties")
    rows = await behind.ask(who.party, "parties", after=place, limit=part.limit + 1)
    found = rows[: part.limit]
    more = found[-1]["id"] if len(rows) > part.limit else None
    return answered(request, {"parties": found, "next": paging.cursor(more, "parties")})


@routes.get(
    "/parties/{party}",
    **asks("party_show", out.PartyShown, "the party, and its credentials without their secrets"),
)
async def party_show(
    request: Request,
    behind: TheHouse,
    who: Who,
    party: Annotated[str, Path(examples=["joker"], **NAME)],
) -> Response:
    """A party and its credentials: for the operator."""
    return answered(request, await behind.handle(who.party, "party_show", {"with": {"id": party}}))
