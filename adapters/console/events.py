"""One event, whole: where every number leads, and what there is to check of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from adapters.console.render import page
from adapters.console.visit import Visiting, Visitor, not_here, references
from domain.use_cases.correcting import CORRECTABLE
from projections import directory, feed_index

routes = APIRouter(include_in_schema=False)
TAKEN_BACK = frozenset(kind.__name__ for kind in CORRECTABLE)
Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Message:
    """An event's message in a feed, as it was or will be published, and its place in the chain."""

    feed: str
    sequence: int
    previous: str
    hash: str
    body: str

    @property
    def pretty(self) -> str:
        """The same for people; the hash is of the body as it is."""
        return json.dumps(json.loads(self.body), indent=2, ensure_ascii=False)


@routes.get("/events/{event_id}")
async def event(visit: Visiting, event_id: str, party: str | None = None) -> Response:
    """An event as the party sees it (or as a party in its scope does)."""
    entries = await visit.ask("timeline", party=party)
    entry = next((one for one in entries if one["event"] == event_id), None)
    if entry is None:
        raise not_here()
    beside = [one for one in entries if one["incident"] == entry["incident"]]
    place = beside.index(entry)
    return page(
        visit,
        "event.html",
        entry=entry,
        texts=await visit.texts(entry["data"]),
        quoted=await _quoted(visit, entry),
        party=party,
        before=beside[place - 1] if place else None,
        after=beside[place + 1] if place + 1 < len(beside) else None,
        correctable=_is_correctable(visit, entry),
        message=await _message(visit, event_id, party),
    )


def _is_correctable(visit: Visitor, entry: Entry) -> bool:
    """Whether this reader may take it back."""
    own = entry["by"] == visit.party and not entry["superseded_by"] and not entry["corrects"]
    return own and entry["type"] in TAKEN_BACK


async def _quoted(visit: Visitor, entry: Entry) -> Sequence[tuple[str, str | None]]:
    """The texts that stand deeper than a field of its own, each with that field's name."""
    data = entry["data"]
    nested = [one for one in references(data) if one.count("/") > 1]
    nested += [f"{data['report']}/{name}" for name in data.get("report_texts", ())]
    named = [(one.rpartition("/")[2], one) for one in nested]
    return [(name, await visit.text(one)) for name, one in named]


async def _message(visit: Visitor, event_id: str, party: str | None) -> Message | None:
    """The event's message in the feed; looking at it does not count as its delivery."""
    rows, feed = visit.house.rows(), party or visit.party
    position = directory.position(event_id, rows)
    row = feed_index.placed(feed, position, rows) if position else None
    if row is None:
        return None
    asked = {"after": row["sequence"] - 1, "limit": 1, **({"party": party} if party else {})}
    [found] = await visit.house.feed.read_feed(visit.party, asked)
    return Message(feed, row["sequence"], row["previous"], row["hash"], found.body)
