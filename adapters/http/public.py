"""What anybody may ask, without a key: whether the platform lives, and what travels here."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import JSONResponse, Response

from adapters.http import components
from adapters.http.replies import answered
from adapters.http.schema import JSON, found, refusals
from adapters.http.shapes_operations import Probe
from adapters.http.strict import known_parameters
from adapters.schemas import rendered
from domain.errors import NotFound

routes = APIRouter(tags=["public"], dependencies=[Depends(known_parameters)])
_PROBE: Final[dict[str, Any]] = {JSON: {"schema": components.gives(Probe)}}
_TYPES: Final = {"json": JSON, "yaml": "application/yaml"}


@routes.get(
    "/healthz",
    operation_id="healthz",
    response_class=JSONResponse,
    responses={200: {"description": "this process answers", "content": _PROBE}, **refusals()},
)
async def healthz() -> Response:
    """Whether the process lives: restart it where this is not answered."""
    return _probe("ok")


@routes.get(
    "/readyz",
    operation_id="readyz",
    response_class=JSONResponse,
    responses={
        200: {"description": "commands can be accepted", "content": _PROBE},
        **refusals(),
        503: {"description": "the ledger does not answer or takes nothing", "content": _PROBE},
    },
)
async def readyz(request: Request) -> Response:
    """Whether commands can be accepted: send none here where it says no.

    Views and feed may be behind: then commands are accepted, and questions wait. Operators are told
    of it at their own door.
    """
    why = await request.app.state.house.refuses()
    return _probe("ok") if why is None else _probe("unready", 503)


@routes.get(
    "/schemas/{path:path}",
    operation_id="schemas",
    response_class=Response,
    responses=found(
        {
            JSON: {"schema": {"type": "object"}},
            "application/yaml": {"schema": {"type": "string"}},
        },
        "a JSON Schema, the index of all of them, or the AsyncAPI document",
    ),
)
async def schemas(
    request: Request,
    path: Annotated[str, Path(min_length=1, max_length=200, examples=["index.json"])],
) -> Response:
    """What travels, described for machines: begin at /schemas/index.json."""
    body = rendered().get(path)
    if body is None:
        raise NotFound(
            "there is no such schema",
            field="path",
            got=path,
            next_step="/schemas/index.json lists them",
        )
    return answered(request, body, media_type=_TYPES[path.rpartition(".")[2]])


def _probe(status: str, code: int = 200) -> Response:
    return JSONResponse({"status": status}, code, {"Cache-Control": "no-store"})
