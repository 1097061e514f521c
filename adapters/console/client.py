"""The client's pages: what concerns me, one incident whole, my record of breaches, my forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from adapters.console import case as cases
from adapters.console import history
from adapters.console.as_of import case_then
from adapters.console.case import Case, gather
from adapters.console.client_forms import (
    FORMS,
    correct,
    grant_mandate,
    raise_concern,
    revoke_mandate,
)
from adapters.console.forms import Form, blank, show, take
from adapters.console.i18n import mark, tongue
from adapters.console.next_steps import steps
from adapters.console.picture import drawn
from adapters.console.render import incident_link, offer, page
from adapters.console.telling import Teller
from adapters.console.visit import Visiting, Visitor, not_here

routes = APIRouter(include_in_schema=False)
offer("/register", mark("Record of breaches"), "client", key="r")
offer("/concern", mark("Raise a concern"), "client", key="c")
offer("/mandates", mark("Mandates"), "client", key="m")

MAIN = {  # what a client may say of an incident, in the order of a case
    "state_awareness": mark("Since when you know"),
    "assess_risk": mark("Assess the risk to people"),
    "notify_regulator": mark("Notify the supervisory authority, and record it"),
    "record_reply": mark("Record what the authority answered"),
    "notify_customers": mark("Tell the people concerned"),
    "make_statement": mark("Record a public statement"),
    "take_measure": mark("Record a measure"),
    "inform_others": mark("Record whom else you told"),
    "waive": mark("Decide that a duty does not bind you"),
    "record_delay": mark("Record that a duty is lawfully delayed"),
    "state_fact": mark("State a fact that duties turn on"),
    "ask": mark("Ask the vendor"),
    "close_case": mark("Close the case"),
    "erase": mark("Erase your free text"),
}


async def home(visit: Visitor) -> Response:
    """The incidents that concern a client, each with its most urgent clock."""
    return page(visit, "client_home.html", cases=await cases.overview(visit), alarm=cases.alarm)


@routes.get("/register")
async def register(visit: Visiting, as_of: str | None = None) -> Response:
    """The record of breaches (GDPR Art. 33(5))."""
    rows = await visit.ask("register", as_of=as_of)
    texts = await visit.texts(rows)
    return page(visit, "register.html", rows=rows, texts=texts, as_of=as_of)


async def incident_page(visit: Visitor, incident: str, done: str | None) -> Response:
    """One incident: what happened, the clocks, what to do, everything that was said."""
    await read_here(visit, incident)
    visit, looking, case = await case_then(visit, incident)
    found: dict[str, Any] = {**shown(visit, case), "done": case.entry(done), "looking": looking}
    if looking.at:  # what is over cannot be acted on
        found |= {"steps": [], "verbs": {}}
    return page(visit, "client_incident.html", **found)


async def read_here(visit: Visitor, incident: str) -> None:
    """A notice that its client's own people open here has arrived, as through any other door.

    Recorded first, so that the page shows the clock that it starts.
    """
    for entry in await visit.ask("timeline", incident=incident):
        if entry["type"] in (*cases.NOTICES, "QuestionAnswered"):
            await visit.house.feed.seen(visit.party, str(entry["event"]), "console")


def shown(visit: Visitor, case: Case) -> dict[str, Any]:
    """What the page of a case shows, for a client and for those who look at it."""
    tell = Teller(tongue(visit.language), visit.zone, visit.now)
    mine = case.party == visit.party
    return {
        "case": case,
        "strands": history.strands(case.entries),
        "of": history.of,
        "alarm": cases.alarm,
        "ended": cases.ENDED,
        "steps": steps(case) if mine else [],
        "verbs": MAIN if mine else {},
        "picture": drawn(case, tell),
        "mine": mine,
    }


def form_for(verb: str, case: Case) -> Form:
    """The form of a verb in a case."""
    if verb not in FORMS:
        raise not_here()
    return FORMS[verb](case)


@routes.get("/incidents/{incident}/{verb}")
async def form(visit: Visiting, incident: str, verb: str) -> Response:
    """A verb's form."""
    case = await gather(visit, incident)
    made = form_for(verb, case)
    back = incident_link(case.incident)
    filled = blank(made, visit.request.url.path, prefilled(visit), back)
    return show(visit, filled, case=case)


def prefilled(visit: Visitor) -> dict[str, list[str]]:
    """What the address already says: `?duty=gdpr.33-1`."""
    return {name: [value] for name, value in visit.request.query_params.items()}


@routes.post("/incidents/{incident}/{verb}")
async def say(visit: Visiting, incident: str, verb: str) -> Response:
    """A verb said of an incident."""
    case = await gather(visit, incident)
    made, back = form_for(verb, case), incident_link(case.incident)
    return await take(visit, made, {"incident": case.incident}, done(back), back, case=case)


def done(to: str) -> Any:
    """Where to go on: the page, which says what was recorded."""

    def address(receipt: Mapping[str, Any]) -> str:
        recorded = receipt["events"]
        return f"{to}?done={recorded[0]['id']}" if recorded else to

    return address


@routes.get("/events/{event_id}/correct")
async def take_back_form(visit: Visiting, event_id: str) -> Response:
    """Whether to take an event back."""
    entry = await own_event(visit, event_id)
    made = blank(correct(_no_case()), visit.request.url.path, back=f"/events/{event_id}")
    return show(visit, made, entry=entry)


@routes.post("/events/{event_id}/correct")
async def take_back(visit: Visiting, event_id: str) -> Response:
    """An event taken back."""
    entry = await own_event(visit, event_id)
    back = incident_link(entry["incident"]) if entry["incident"] else "/"
    return await take(visit, correct(_no_case()), {"event": event_id}, done(back), back)


async def own_event(visit: Visitor, event_id: str) -> dict[str, Any]:
    """An event that the visitor itself wrote."""
    entry = await visit.event(event_id)
    if entry["by"] != visit.party:
        raise not_here()
    return entry


def _no_case() -> Any:
    return None


@routes.get("/concern")
async def concern_form(visit: Visiting) -> Response:
    """A concern to raise."""
    return show(visit, blank(raise_concern(await _vendors(visit)), "/concern"))


@routes.post("/concern")
async def concern(visit: Visiting) -> Response:
    """A concern raised."""
    return await take(visit, raise_concern(await _vendors(visit)), {}, lambda _: "/?done=concern")


@routes.get("/mandates")
async def mandates(visit: Visiting) -> Response:
    """Which vendors may file on the client's behalf."""
    return page(visit, "mandates.html", **await _mandates(visit))


@routes.post("/mandates/grant")
async def grant(visit: Visiting) -> Response:
    """A mandate granted."""
    made = grant_mandate(await _vendors(visit))
    return await take(visit, made, {}, lambda _: "/mandates", "/mandates")


@routes.get("/mandates/grant")
async def grant_form(visit: Visiting) -> Response:
    """A mandate to grant."""
    made = grant_mandate(await _vendors(visit))
    return show(visit, blank(made, "/mandates/grant", prefilled(visit), "/mandates"))


@routes.get("/mandates/revoke")
async def revoke_form(visit: Visiting) -> Response:
    """A mandate to take back."""
    made = revoke_mandate(await _mandated(visit))
    return show(visit, blank(made, "/mandates/revoke", prefilled(visit), "/mandates"))


@routes.post("/mandates/revoke")
async def revoke(visit: Visiting) -> Response:
    """A mandate taken back."""
    made = revoke_mandate(await _mandated(visit))
    return await take(visit, made, {}, lambda _: "/mandates", "/mandates")


async def _mandates(visit: Visitor) -> dict[str, Any]:
    entries = await visit.ask("timeline")
    said = [one for one in entries if one["type"] in {"MandateGranted", "MandateRevoked"}]
    agreed = [one for one in entries if one["type"] == "EngagementAgreed"]
    return {"said": said, "agreed": agreed}


async def _vendors(visit: Visitor) -> list[str]:
    """The vendors that work for the client, and those that told it of an incident."""
    entries = await visit.ask("timeline")
    agreed = {one["data"]["vendor"] for one in entries if one["type"] == "EngagementAgreed"}
    told = {one["by"] for one in entries if one["source"] == "vendor"}
    return sorted((agreed | told) - {visit.party})


async def _mandated(visit: Visitor) -> list[str]:
    """The vendors that hold a mandate of the client, by its newest word on each."""
    entries = await visit.ask("timeline")
    kinds = ("MandateGranted", "MandateRevoked")
    said = {one["data"]["vendor"]: one["type"] for one in entries if one["type"] in kinds}
    return sorted(vendor for vendor, kind in said.items() if kind == "MandateGranted")
