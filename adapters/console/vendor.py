"""The vendor's pages: its incidents, one of them whole, the first report, and every verb's form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from adapters.console import client, vendor_home
from adapters.console import vendor_acts as acts
from adapters.console import vendor_forms as forms
from adapters.console import vendor_telling as telling
from adapters.console.controls import Typed
from adapters.console.forms import Form, blank, show, take_as
from adapters.console.i18n import mark, tongue
from adapters.console.render import incident_link, offer, page
from adapters.console.telling import Teller
from adapters.console.vendor_case import VendorCase, own, questions
from adapters.console.vendor_controls import KINDS, named_claims
from adapters.console.vendor_page import shown
from adapters.console.visit import Visiting, Visitor, not_here

routes = APIRouter(include_in_schema=False)
offer("/report", mark("Report a leak"), "vendor", key="l")

MAKE: Mapping[str, Callable[[VendorCase], Form]] = {
    "name_clients": telling.name_clients,
    "notify_clients": telling.notify_clients,
    "update_client": telling.update_client,
    "clear_client": telling.clear_client,
    "answer": telling.answer,
    "state_awareness": acts.state_awareness,
    "state_fact": acts.state_fact,
    "take_measure": acts.take_measure,
    "inform_others": acts.inform_others,
    "notify_regulator": acts.notify_regulator,
    "record_reply": acts.record_reply,
    "record_delay": acts.record_delay,
    "close_incident": forms.close_incident,
    "withdraw": forms.withdraw,
}
FIELDS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "revise_facts": named_claims,
    "name_clients": telling.named,
    "notify_clients": telling.addressed,
}


async def home(visit: Visitor) -> Response:
    """Own incidents, concerns put to the vendor; where it is a client too, what concerns it."""
    return page(visit, "vendor_home.html", **await vendor_home.gathered(visit))


async def incident_page(visit: Visitor, incident: str, done: str | None) -> Response:
    """One's own incident; a concern put to the vendor; or another's, as a client sees it."""
    mine = await own(visit, incident)
    if mine is not None:
        said = await shown(visit, mine)
        return page(visit, "vendor_incident.html", **said, done=mine.entry(done))
    entries = await visit.ask("timeline", incident=incident)
    concern = vendor_home.concern_of(entries, visit.party)
    if concern is None:
        return await client.incident_page(visit, incident, done)
    texts = await visit.texts(concern["data"])
    answered = vendor_home.answers(await visit.ask("timeline")).get(str(concern["incident"]))
    return page(visit, "vendor_concern.html", concern=concern, texts=texts, answered=answered)


# --- the first report ----------------------------------------------------------------------------


@routes.get("/report")
async def report_form(visit: Visiting) -> Response:
    """A leak to report; `?answers=<concern>` takes up what a client raised."""
    _require_vendor(visit)
    made = forms.report_leak(await vendor_home.open_concerns(visit))
    typed: Typed = {**forms.stem(), **client.prefilled(visit)}
    return show(visit, blank(made, "/report", typed), **_more(made))


@routes.post("/report")
async def report(visit: Visiting) -> Response:
    """A leak reported: on to its page."""
    _require_vendor(visit)
    made = forms.report_leak(await vendor_home.open_concerns(visit))
    return await take_as(visit, made, named_claims, _reported, "/", **_more(made))


def _reported(receipt: Mapping[str, Any]) -> str:
    return f"{incident_link(receipt['incident'])}?done={receipt['events'][0]['id']}"


def _require_vendor(visit: Visitor) -> None:
    if "vendor" not in visit.me.roles:
        raise not_here()


FOLDED: Mapping[str, frozenset[str]] = {  # controls that can wait, behind one click
    "report_leak": forms.FOLDED,
    "update_client": frozenset({"people"}),
}


def _more(made: Form, **more: Any) -> dict[str, Any]:
    """What the templates of a vendor's forms need beside the form."""
    return {"folded": FOLDED.get(made.verb, frozenset[str]()), "families": KINDS, **more}


async def _about(visit: Visitor, case: VendorCase, made: Form) -> dict[str, Any]:
    """The same in an incident; with the questions that wait, where one is answered."""
    waiting = await questions(visit, case, len(case.clients)) if made.verb == "answer" else []
    return _more(made, case=case, waiting=waiting)


# --- the verbs -----------------------------------------------------------------------------------


@routes.get("/incidents/{incident}/{verb}")
async def form(visit: Visiting, incident: str, verb: str) -> Response:
    """A verb's form: the vendor's in its own incident, else the client's."""
    case = await own(visit, incident)
    if case is None:
        return await client.form(visit, incident, verb)
    made, asked = form_for(visit, verb, case), dict(visit.request.query_params)
    typed = {"revise_facts": forms.revision_of, "notify_clients": telling.whom}.get(verb)
    filled = typed(case, asked) if typed else client.prefilled(visit)
    back = incident_link(case.incident)
    return show(
        visit, blank(made, visit.request.url.path, filled, back), **await _about(visit, case, made)
    )


@routes.post("/incidents/{incident}/{verb}")
async def say(visit: Visiting, incident: str, verb: str) -> Response:
    """A verb said of one's own incident, or as a client of another's."""
    case = await own(visit, incident)
    if case is None:
        return await client.say(visit, incident, verb)
    made, back = form_for(visit, verb, case), incident_link(case.incident)
    fields = FIELDS.get(verb, dict)
    return await take_as(
        visit,
        made,
        lambda read: {**fields(read), "incident": case.incident},
        client.done(back),
        back,
        **await _about(visit, case, made),
    )


def form_for(visit: Visitor, verb: str, case: VendorCase) -> Form:
    """The form of a verb in one's own incident."""
    if verb == "revise_facts":
        return forms.revise_facts(case, Teller(tongue(visit.language), visit.zone, visit.now))
    if verb not in MAKE:
        raise not_here()
    return MAKE[verb](case)
