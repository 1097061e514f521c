"""A feed without NATS: poll it, or have it streamed (server-sent events); the same bytes."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from adapters.http import components, shapes
from adapters.http.identity import TheHouse, Who
from adapters.http.questions import Party
from adapters.http.replies import answered
from adapters.http.schema import found, operation, reading, refusals, shown
from adapters.http.shapes_operations import FeedMessage
from adapters.http.streaming import EVENTS, EventStream, follow, open_stream
from adapters.http.strict import known_parameters
from domain.errors import Invalid

routes = APIRouter(prefix="/v1", tags=["feed"], dependencies=[Depends(known_parameters)])
BATCH: Final = "application/cloudevents-batch+json"
LAST: Final = 2**53 - 1  # the largest whole number that every JSON reader keeps

After = Annotated[
    int, Query(ge=0, le=LAST, description="the last sequence that you have", examples=[0])
]
Limit = Annotated[int, Query(ge=1, le=500, description="messages in an answer, at most")]
_MESSAGES: Final[dict[str, Any]] = {
    "type": "array",
    "description": "CloudEvents 1.0 in JSON, byte for byte as on NATS; see /schemas/index.json",
    "items": components.gives(FeedMessage),
}
_BATCH = found({BATCH: {"schema": _MESSAGES}}, "what is behind `after`, oldest first")
_BATCH[200]["headers"] = {
    **_BATCH[200]["headers"],
    "Varsel-Last-Sequence": {
        "description": "the last sequence in the answer: the next `after`",
        "schema": {"type": "integer", "minimum": 0},
    },
}


@routes.get(
    "/feed",
    operation_id="feed",
    response_class=Response,
    responses=_BATCH,
    **reading("messages"),
)
async def poll(
    request: Request,
    behind: TheHouse,
    who: Who,
    after: After = 0,
    limit: Limit = 200,
    party: Party = None,
) -> Response:
    """A party's feed: ask again with `after` set to the last `sequence` you got."""
    asked = {"after": after, "limit": limit, "party": party}
    messages = await behind.ask(who.party, "messages", **asked)
    last = messages[-1]["sequence"] if messages else after
    body = f"[{','.join(one['body'] for one in messages)}]".encode()
    more = {"Varsel-Last-Sequence": str(last)}
    return answered(request, body, media_type=BATCH, headers=more)


@routes.get(
    "/feed/index",
    operation_id="feed_index",
    response_class=JSONResponse,
    responses=shown(shapes.FeedIndex, "where each message stands"),
    **reading("feed"),
)
async def index(
    request: Request,
    behind: TheHouse,
    who: Who,
    after: After = 0,
    limit: Limit = 200,
    party: Party = None,
) -> Response:
    """The places of a feed's messages, without the messages: nothing counts as delivered."""
    places = await behind.ask(who.party, "feed", after=after, limit=limit, party=party)
    return answered(request, {"feed": places})


@routes.get(
    "/feed/stream",
    operation_id="feed_stream",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "server-sent events: `id` is the sequence, `data` the CloudEvent; "
            "`event: ended` where the key opens nothing any more, or the platform stops",
            "content": {EVENTS: {"schema": {"type": "string"}}},
        },
        **refusals(),
    },
    **operation("messages"),
)
async def stream(
    behind: TheHouse,
    who: Who,
    after: After = 0,
    party: Party = None,
    last_event_id: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            max_length=16,
            pattern="^[0-9]*$",
            description="the `id` of the last event received; it goes before `after`",
            examples=["17"],
        ),
    ] = None,
) -> Response:
    """A party's feed as it grows; a browser resumes by itself with `Last-Event-ID`."""
    first = int(last_event_id) if last_event_id else after
    if first > LAST:
        raise Invalid("is no sequence", field="Last-Event-ID", got=first, expected=f"up to {LAST}")
    # A refusal is an answer, not a stream; and this counts as one request.
    await behind.ask(who.party, "feed", after=first, limit=1, party=party)
    place = open_stream(behind, who.party)
    return EventStream(follow(behind, who, first, party), place)
