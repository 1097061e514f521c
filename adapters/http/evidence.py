"""The transparency log over HTTP: its newest checkpoint, proofs, and a header on every answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http.client import UNAUTHORIZED
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.http import shapes_evidence as out
from adapters.http.identity import TheHouse, Who
from adapters.http.replies import answered
from adapters.http.schema import asks
from adapters.http.strict import known_parameters

routes = APIRouter(prefix="/v1", tags=["evidence"], dependencies=[Depends(known_parameters)])


@routes.get(
    "/checkpoint",
    **asks("checkpoint", out.Checkpoint, "the newest signed checkpoint"),
)
async def checkpoint(request: Request, behind: TheHouse, who: Who) -> Response:
    """The newest signed checkpoint, which covers everything accepted so far."""
    return answered(request, await behind.handle(who.party, "checkpoint", {}))


@routes.get(
    "/checkpoint/consistency",
    **asks("consistency", out.Consistency, "the proof, and the newest checkpoint"),
)
async def consistency(
    request: Request,
    behind: TheHouse,
    who: Who,
    size: Annotated[int, Query(ge=0, description="of the checkpoint that you hold", examples=[7])],
) -> Response:
    """The proof that nothing was changed since an older checkpoint."""
    return answered(
        request, await behind.handle(who.party, "consistency", {"with": {"size": size}})
    )


@routes.get(
    "/events/{event}/inclusion",
    **asks("inclusion", out.Inclusion, "the proof, and the newest checkpoint"),
)
async def inclusion(
    request: Request,
    behind: TheHouse,
    who: Who,
    event: Annotated[UUID, Path(description="the event's id, as the feed has it")],
) -> Response:
    """The proof that an event you may see stands in the log."""
    said = {"with": {"event": str(event)}}
    return answered(request, await behind.handle(who.party, "inclusion", said))


class Witnessed:
    """Middleware that puts the newest checkpoint on the API's answers: who keeps it is a witness.

    Not on those to nobody in particular: how much goes on here is for parties.
    """

    def __init__(self, app: ASGIApp, *, headers: Callable[[], Mapping[str, str]]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def witnessed(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] != UNAUTHORIZED:
                more = [(k.lower().encode(), v.encode()) for k, v in self._headers().items()]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        path = scope["path"] if scope["type"] == "http" else ""
        ours = path.startswith("/v1/") and path != "/v1/openapi.json"
        await self._app(scope, receive, witnessed if ours else send)
