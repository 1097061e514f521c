"""Connections: endpoints that a party's feed is sent to, its calendar, its tables to take along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from adapters.console.as_of import look
from adapters.console.controls import Choice, Control, Line, Several
from adapters.console.forms import Form, blank, give, show
from adapters.console.i18n import mark
from adapters.console.render import offer, page
from adapters.console.visit import Visiting, Visitor, not_here
from adapters.console.words import LISTS
from adapters.exports import tables
from domain.commands.webhooks import NAMES

routes = APIRouter(include_in_schema=False, prefix="/connections")
HOME = "/connections"
offer(HOME, mark("Connections"), "vendor", "client", "auditor", key="n")

OF_A_WEBHOOK: Mapping[str, Form] = {
    "test": Form(
        "webhook_test",
        mark("Send a test"),
        mark("Send a test"),
        intro=mark("The endpoint is sent a signed message that means nothing."),
    ),
    "rotate": Form(
        "webhook_rotate",
        mark("Replace the signing secret"),
        mark("Replace it"),
        intro=mark("The new secret is shown once. The old one signs as well for a day more."),
    ),
    "enable": Form(
        "webhook_enable",
        mark("Send again"),
        mark("Send again"),
        intro=mark("What was not taken is sent at once, in order."),
    ),
    "remove": Form(
        "webhook_remove",
        mark("Remove this endpoint"),
        mark("Remove it"),
        intro=mark("Nothing more is sent there. It cannot be brought back, only added anew."),
    ),
}
CALENDAR = Form(
    "calendar_link",
    mark("An address for your calendar"),
    mark("Make an address"),
    intro=mark(
        "Whoever has the address reads your deadlines, and nothing else. It is shown once; "
        "an earlier one leads nowhere from then on."
    ),
)
NO_CALENDAR = Form(
    "calendar_unlink",
    mark("End the address of your calendar"),
    mark("End it"),
    intro=mark("Calendars that follow it are told nothing more."),
)


def add(visit: Visitor) -> Form:
    """An endpoint to add; an auditor says whose feed, a party has its own sent."""
    scope = tuple(visit.me.scope)
    whose = Choice(name="feed", label=mark("Whose feed"), options=scope, required=True)
    return Form(
        "webhook_add",
        mark("Add an endpoint"),
        mark("Add it"),
        (
            Line(
                name="url",
                label=mark("Address"),
                required=True,
                maxlength=2000,
                help=mark("It begins with https:// and can be reached from the internet."),
            ),
            *((whose,) if "auditor" in visit.me.roles else ()),
            *_sent(),
            Line(name="description", label=mark("What it is for")),
        ),
        intro=mark("Messages are signed (Standard Webhooks). The secret is shown once."),
    )


def _sent() -> tuple[Control, ...]:
    return (
        Choice(
            name="full",
            label=mark("What is sent"),
            of="webhook_full",
            options=LISTS["webhook_full"],
            radio=True,
            truth=True,
            required=True,
        ),
        Choice(
            name="begin",
            label=mark("From where"),
            of="webhook_begin",
            options=LISTS["webhook_begin"],
            radio=True,
            required=True,
        ),
        Several(
            name="types",
            label=mark("Only these kinds of event"),
            of="event",
            options=NAMES,
            help=mark("Nothing ticked: all."),
        ),
    )


def fields_of(read: Mapping[str, Any]) -> dict[str, Any]:
    """The command's fields: whoever wants all from the start has seen nothing yet."""
    fields = {name: value for name, value in read.items() if name != "begin"}
    return {**fields, "after": 0} if read.get("begin") == "start" else fields


@routes.get("")
async def connections(visit: Visiting) -> Response:
    """What is connected, and how it fares."""
    return page(
        visit,
        "connections.html",
        webhooks=await _webhooks(visit),
        calendar=bool({"vendor", "client"} & {*visit.me.roles}),
        done=visit.request.query_params.get("done"),
    )


@routes.get("/tables/{table}.csv")
async def download(visit: Visiting, table: str) -> Response:
    """One of the party's tables, for spreadsheets."""
    if table not in tables.COLUMNS:
        raise not_here()
    visit, looking = look(visit)
    rows = await visit.ask(table, as_of=looking.asked)
    named = f'attachment; filename="{table}.csv"'
    headers = {"Content-Disposition": named, "Cache-Control": "private, no-store"}
    return Response(tables.as_csv(table, rows), headers=headers, media_type=tables.CSV_TYPE)


@routes.get("/webhooks/add")
async def add_form(visit: Visiting) -> Response:
    """An endpoint to add."""
    typed = {"full": ["no"], "begin": ["now"]}
    return show(visit, blank(add(visit), f"{HOME}/webhooks/add", typed, HOME))


@routes.post("/webhooks/add")
async def added(visit: Visiting) -> Response:
    """An endpoint added: its secret, this once."""
    return await give(visit, add(visit), fields_of, _given(visit), HOME)


@routes.get("/webhooks/{webhook}/{what}")
async def form(visit: Visiting, webhook: str, what: str) -> Response:
    """What to do about an endpoint."""
    made = await _form(visit, webhook, what)
    return show(visit, blank(made, f"{HOME}/webhooks/{quote(webhook, safe='')}/{what}", back=HOME))


@routes.post("/webhooks/{webhook}/{what}")
async def change(visit: Visiting, webhook: str, what: str) -> Response:
    """What was asked for about it, done."""
    made = await _form(visit, webhook, what)
    return await give(visit, made, lambda _: {"webhook": webhook}, _given(visit), HOME)


@routes.get("/calendar/{what}")
async def calendar_form(visit: Visiting, what: str) -> Response:
    """An address to make, or to end."""
    return show(visit, blank(_calendar(what), f"{HOME}/calendar/{what}", back=HOME))


@routes.post("/calendar/{what}")
async def calendar(visit: Visiting, what: str) -> Response:
    """The address made, this once; or ended."""
    return await give(visit, _calendar(what), lambda _: {}, _given(visit), HOME)


def _calendar(what: str) -> Form:
    forms = {"make": CALENDAR, "end": NO_CALENDAR}
    if what not in forms:
        raise not_here()
    return forms[what]


def _given(visit: Visitor) -> Callable[[Mapping[str, Any]], Response]:
    """The page that shows an answer: it may hold a secret, so it has no address of its own."""

    def shown(answer: Mapping[str, Any]) -> Response:
        return page(visit, "connection_given.html", answer=answer)

    return shown


async def _form(visit: Visitor, webhook: str, what: str) -> Form:
    found = await _webhooks(visit)
    if what not in OF_A_WEBHOOK or all(one["id"] != webhook for one in found):
        raise not_here()
    return OF_A_WEBHOOK[what]


async def _webhooks(visit: Visitor) -> list[dict[str, Any]]:
    answer = await visit.house.handle(visit.party, "webhook_list", {})
    return list(answer["webhooks"])
