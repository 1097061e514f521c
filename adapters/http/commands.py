"""Every verb of the desk as POST /v1/commands/<verb>, with its schema in the OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from starlette.responses import JSONResponse, Response

from adapters.http.bodies import json_body
from adapters.http.identity import TheHouse, Who
from adapters.http.schema import command_operation
from adapters.http.strict import known_parameters
from domain.basics import COMMAND_ID
from domain.commands import VERBS, Command

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=COMMAND_ID,
        description="The command's id: the same key with the same body answers the first receipt "
        "for ever; with another body it is refused.",
        examples=["7c0f6d0e-report"],
    ),
]
BODY = ("with", "happened", "actor")


def router() -> APIRouter:
    """One route per verb."""
    routes = APIRouter(
        prefix="/v1/commands", tags=["commands"], dependencies=[Depends(known_parameters)]
    )
    for verb, model in VERBS.items():
        _route(routes, verb, model)
    return routes


def _route(routes: APIRouter, verb: str, model: type[Command]) -> None:
    async def command(request: Request, behind: TheHouse, who: Who, key: Key) -> Response:
        said: dict[str, Any] = {**await json_body(request, BODY), "command": key}
        answer = await behind.handle(who.party, verb, said)
        return JSONResponse(answer["receipt"])

    routes.add_api_route(
        f"/{verb}",
        command,
        methods=["POST"],
        operation_id=verb,
        response_class=JSONResponse,
        **command_operation(verb, model),
    )
