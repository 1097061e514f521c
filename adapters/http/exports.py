"""What people take along: audit bundles, tables as CSV, deadlines as a calendar at an address."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from adapters.exports import tables
from adapters.http import shapes_operations as out
from adapters.http.identity import TheHouse, Who, address_of
from adapters.http.questions import NAME, Ask, AsOf, Party
from adapters.http.replies import answered
from adapters.http.schema import acts, found, operation, reading, refusals
from adapters.http.strict import known_parameters
from domain.errors import NotFound

routes = APIRouter(prefix="/v1", tags=["exports"], dependencies=[Depends(known_parameters)])
public = APIRouter(tags=["exports"], dependencies=[Depends(known_parameters)])

_CSV: Final = found({"text/csv": {"schema": {"type": "string"}}}, "a table for spreadsheets")
_ZIP: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "the bundle: verify.py in it, or varsel verify, says what holds",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    },
    **refusals(409),
}
_ICS: Final = found({"text/calendar": {"schema": {"type": "string"}}}, "open deadlines")

Since = Annotated[
    str | None,
    Query(
        alias="from",
        description="only what was recorded from then on: an instant, or a date (its begin)",
        examples=["2023-02-27"],
        **NAME,
    ),
]
Until = Annotated[
    str | None,
    Query(
        description="only what was recorded until then: an instant, or a date (its end)",
        examples=["2023-03-31"],
        **NAME,
    ),
]
Texts = Annotated[bool, Query(description="free text as well, as far as it still opens")]


@routes.get(
    "/timeline.csv",
    operation_id="timeline_csv",
    response_class=Response,
    responses=_CSV,
    **reading("timeline"),
)
async def timeline(request: Request, behind: TheHouse, who: Who, ask: Ask) -> Response:
    """The whole timeline as CSV."""
    return _table(request, "timeline", await behind.ask(who.party, "timeline", **ask.body))


@routes.get(
    "/obligations.csv",
    operation_id="obligations_csv",
    response_class=Response,
    responses=_CSV,
    **reading("obligations"),
)
async def obligations(request: Request, behind: TheHouse, who: Who, ask: Ask) -> Response:
    """All duties as CSV, with their deadlines by every convention."""
    return _table(request, "obligations", await behind.ask(who.party, "obligations", **ask.body))


@routes.get(
    "/register.csv",
    operation_id="register_csv",
    response_class=Response,
    responses=_CSV,
    **reading("register"),
)
async def register(
    request: Request, behind: TheHouse, who: Who, party: Party = None, as_of: AsOf = None
) -> Response:
    """The whole record of breaches as CSV."""
    rows = await behind.ask(who.party, "register", party=party, as_of=as_of)
    return _table(request, "register", rows)


@routes.get(
    "/export",
    operation_id="export",
    response_class=StreamingResponse,
    responses=_ZIP,
    **operation("export"),
)
async def export(
    behind: TheHouse,
    who: Who,
    ask: Ask,
    since: Since = None,
    until: Until = None,
    *,
    with_texts: Texts = False,
) -> StreamingResponse:
    """An audit bundle: events with their proofs, what followed from them, and a verifier."""
    asked = {**ask.body, "from": since, "until": until, "with_texts": with_texts}
    first = await behind.ask(who.party, "export", **asked)

    async def parts() -> AsyncIterator[bytes]:
        yield base64.b64decode(first["data"])
        for part in range(1, first["parts"]):
            found = await behind.ask(who.party, "export", bundle=first["bundle"], part=part)
            yield base64.b64decode(found["data"])

    more = {
        "Content-Disposition": 'attachment; filename="varsel-bundle.zip"',
        "Content-Length": str(first["bytes"]),
        "Cache-Control": "no-store",
    }
    return StreamingResponse(parts(), media_type="application/zip", headers=more)


@routes.post(
    "/calendar",
    **acts("calendar_link", out.Calendar, "the address, shown this once"),
)
async def link(behind: TheHouse, who: Who) -> Response:
    """A secret address of the caller's deadlines; an earlier one leads nowhere any more."""
    made = await behind.handle(who.party, "calendar_link", {})
    return JSONResponse(made, headers={"Cache-Control": "no-store"})


@routes.delete(
    "/calendar",
    **acts("calendar_unlink", out.Gone, "whether there was one"),
)
async def unlink(behind: TheHouse, who: Who) -> Response:
    """Let the caller's secret address lead nowhere."""
    return JSONResponse(await behind.handle(who.party, "calendar_unlink", {}))


@public.get(
    "/calendar/{secret}.ics",
    operation_id="calendar",
    response_class=Response,
    responses=_ICS,
    **reading("obligations"),
)
async def subscribed(
    request: Request,
    behind: TheHouse,
    secret: Annotated[str, Path(min_length=1, max_length=100, examples=["3yVh…"])],
) -> Response:
    """Open deadlines for a calendar program, which has no key but the address."""
    from adapters.exports import calendar  # noqa: PLC0415 - loaded with the first that is read

    party = behind.calendars.party_of(secret)
    if party is None:
        behind.throttle.failed(address_of(request))
        raise NotFound(
            "no calendar is at this address, or not any more",
            next_step="make a new one: POST /v1/calendar",
        )
    rows = await behind.ask(party, "obligations")
    page = f"{behind.url}/obligations"
    body = calendar.of_obligations(party, rows, behind.clock(), lambda _: page)
    # The stamps of each picture differ: what it says is told by the rows alone.
    tag_of = repr(rows).encode()
    return answered(request, body, media_type=calendar.CONTENT_TYPE, tag_of=tag_of)


def _table(request: Request, name: str, rows: list[dict[str, Any]]) -> Response:
    more = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    body = tables.as_csv(name, rows)
    return answered(request, body, media_type=tables.CSV_TYPE, headers=more)
