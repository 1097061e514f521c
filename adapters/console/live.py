"""What moves while a page is open: a stream that names the incidents on which something is new."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.responses import Response

from adapters.console.visit import Visiting, Visitor
from projections import feed_index, parties
from projections.rows import Rows

HEARTBEAT = 15.0  # seconds of silence after which a comment is sent, and the session looked at
RETRY = 3000  # milliseconds after which a browser connects anew
PAGE = 200

routes = APIRouter(include_in_schema=False)
Heads = dict[str, int]


@routes.get("/changes")
async def changes(visit: Visiting) -> Response:
    """Server-sent events `moved`: `{"incidents": [id …], "parties": [id …]}`."""
    return EventSourceResponse(follow(visit), headers={"Cache-Control": "no-store"})


async def follow(visit: Visitor) -> AsyncIterator[bytes]:
    """One event for whatever moved, until the session or the platform ends."""
    house = visit.house
    yield format_sse_event(retry=RETRY, comment="varsel")
    with house.changes.listening() as woken:
        known = heads(visit.party, house.rows())
        while not house.changes.ended and house.sessions.find(visit.token) is not None:
            woken.clear()
            rows = house.rows()
            now = heads(visit.party, rows)
            if now != known:
                said = {"incidents": moved(known, now, rows), "parties": sorted(_newer(known, now))}
                yield format_sse_event(event="moved", data_str=json.dumps(said))
                known = now
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await woken.wait()
            except TimeoutError:
                yield format_sse_event(comment="still here")
    yield format_sse_event(event="ended", data_str="{}")


def heads(party: str, rows: Rows) -> Heads:
    """How far each feed has come that this party may look at; it is read anew each time."""
    me = parties.profile(party, rows)
    if me is None:
        return {}
    everyone = (one.id for one in parties.everybody(rows)) if "operator" in me.roles else ()
    return {one: feed_index.head(one, rows) for one in (party, *me.scope, *everyone)}


def moved(known: Heads, now: Heads, rows: Rows) -> list[str]:
    """The incidents of which the feeds tell something new."""
    found = (
        row["subject"].split(".")[2]
        for party in _newer(known, now)
        for row in feed_index.page(party, known.get(party, 0), PAGE, rows)
    )
    return sorted(set(found) - {"_"})


def _newer(known: Heads, now: Heads) -> list[str]:
    return [party for party, head in now.items() if head != known.get(party)]
