"""What moves while a page is open: a stream that names the incidents on which something is new."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

from fastapi import APIRouter
from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.responses import Response

from adapters import tasks
from adapters.console.visit import Visiting, Visitor
from projections import feed_index, parties
from projections.rows import Row, Rows

HEARTBEAT = 15.0  # seconds of silence after which a comment is sent, and the session looked at
RETRY = 3000  # milliseconds after which a browser connects anew
PAGE = 200
EVERYBODY = ""  # in place of a party: all feeds together

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
                said = await asyncio.to_thread(moved, known, now, rows)
                yield format_sse_event(event="moved", data_str=json.dumps(said))
                known = now
            if not await tasks.woken(woken, HEARTBEAT):
                yield format_sse_event(comment="still here")
    yield format_sse_event(event="ended", data_str="{}")


def heads(party: str, rows: Rows) -> Heads:
    """How far each feed has come that this party may look at; it is read anew each time.

    For the operator that is one number, over all feeds.
    """
    me = parties.profile(party, rows)
    if me is None:
        return {}
    if "operator" in me.roles:
        return {EVERYBODY: feed_index.total(rows)}
    return {one: feed_index.head(one, rows) for one in (party, *me.scope)}


def moved(known: Heads, now: Heads, rows: Rows) -> dict[str, list[str]]:
    """The incidents of which the feeds tell something new, and whose feeds those are."""
    newer = [party for party, head in now.items() if head != known.get(party)]
    incidents, whose = set[str](), set[str]()
    for party in newer:
        for row in _behind(party, known.get(party, 0), rows):
            incidents.add(row["subject"].split(".")[2])
            whose.add(row["feed"])
    return {"incidents": sorted(incidents - {"_"}), "parties": sorted(whose)}


def _behind(party: str, head: int, rows: Rows) -> Iterator[Row]:
    """The messages behind a head: in a feed by sequence, in all feeds together by number."""
    while page := (
        feed_index.after(head, PAGE, rows)
        if party == EVERYBODY
        else feed_index.page(party, head, PAGE, rows)
    ):
        yield from page
        head = page[-1]["number" if party == EVERYBODY else "sequence"]
