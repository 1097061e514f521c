"""The OpenAPI document: what each route takes and answers, and which operation it serves."""

from __future__ import annotations

import inspect
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.responses import JSONResponse

from adapters.http import components
from adapters.http.components import REF, Schema
from adapters.schemas.examples import of_command
from domain.commands import Command
from domain.ports import Receipt

OPERATION: Final = "x-varsel-operation"
"""Which row of the access table a route serves: each route names it (tests hold it to that)."""
JSON: Final = "application/json"

_TOLD: Final = {
    400: "the request cannot be read",
    401: "no valid API key, or none at all",
    403: "not for this party",
    404: "no such thing, or none that concerns you",
    408: "it did not arrive in time",
    409: "the rules forbid it now, or the key was used with another body",
    413: "too large",
    415: "not JSON",
    422: "not what the operation takes",
    429: "too many requests; Retry-After says when to come back",
    503: "a part of the platform does not answer; nothing was accepted",
}
_HEADERS: Final[dict[int, Schema]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: {"Retry-After": {"description": "seconds", "schema": {"type": "integer", "minimum": 1}}},
}
_TAG: Final[Schema] = {
    "ETag": {"description": "send it back as If-None-Match", "schema": {"type": "string"}}
}
_IF_NONE_MATCH: Final[Schema] = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of the answer that you have: 304 where it still is the answer.",
    "schema": {"type": "string"},
}


def refusals(*statuses: int) -> dict[int | str, Schema]:
    """The refusals a route may answer, as problem documents."""
    content = {"application/problem+json": {"schema": {"$ref": REF.format(model="Problem")}}}
    told: dict[int | str, Schema] = {}
    for status in sorted({400, 401, 403, 404, 422, 429, 503, *statuses}):
        told[status] = {"description": _TOLD[status], "content": content}
        if status in _HEADERS:
            told[status]["headers"] = _HEADERS[status]
    return told


def accepted(model: type[BaseModel], what: str) -> dict[int | str, Schema]:
    """The answers of a route that takes a body."""
    said = {"description": what, "content": {JSON: {"schema": components.gives(model)}}}
    return {200: said, **refusals(408, 409, 413, 415)}


def found(content: Schema, what: str) -> dict[int | str, Schema]:
    """The answers of a route that shows something, by media type."""
    return {
        200: {"description": what, "content": content, "headers": _TAG},
        304: {"description": "as you have it", "headers": _TAG},
        **refusals(),
    }


def shown(model: type[BaseModel], what: str) -> dict[int | str, Schema]:
    """The same for a JSON document."""
    return found({JSON: {"schema": components.gives(model)}}, what)


def operation(name: str, **more: Any) -> dict[str, Any]:
    """Extra parts of a route's OpenAPI operation: which operation of the platform it serves."""
    return {"openapi_extra": {OPERATION: name, **more}}


def reading(name: str, **more: Any) -> dict[str, Any]:
    """The same for a route whose answers have an entity tag."""
    return operation(name, parameters=[_IF_NONE_MATCH], **more)


def asks(name: str, model: type[BaseModel], what: str) -> dict[str, Any]:
    """Everything the document says of a route that shows a JSON document with an entity tag."""
    return {**_json(name), "responses": shown(model, what), **reading(name)}


def acts(name: str, model: type[BaseModel], what: str, **more: Any) -> dict[str, Any]:
    """The same for a route by which something is done."""
    return {**_json(name), "responses": accepted(model, what), **operation(name, **more)}


def _json(name: str) -> dict[str, Any]:
    return {"operation_id": name, "response_class": JSONResponse}


def body(content: Schema, media_type: str = JSON, **more: Any) -> Schema:
    """A body that a request must bring."""
    return {"requestBody": {"required": True, "content": {media_type: {"schema": content, **more}}}}


def command_body(model: type[Command], *beside: str) -> Schema:
    """The body of a command: `with`, and what may stand beside it."""
    parts: Schema = {"with": components.takes(model)}
    if beside:
        parts["happened"] = {"$ref": REF.format(model="When")}
        parts["actor"] = {"$ref": REF.format(model="Actor")}
    whole = {
        "type": "object",
        "required": ["with"],
        "properties": parts,
        "additionalProperties": False,
    }
    return body(whole, example={"with": of_command(model.VERB)}) if beside else body(whole)


def summary(documented: object, otherwise: str) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(documented) or otherwise).partition("\n")[0]


def command_operation(verb: str, model: type[Command]) -> dict[str, Any]:
    """Everything the OpenAPI document says of a verb's route."""
    return {
        "summary": summary(model, verb),
        "responses": accepted(Receipt, "accepted: committed and on disk"),
        **operation(verb, **command_body(model, "happened", "actor")),
    }


def install(app: FastAPI) -> None:
    """The app's OpenAPI document, with the schemas our routes refer to."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                description=app.description,
                routes=app.routes,
                license_info=app.license_info,
            )
            made.setdefault("components", {})["schemas"] = components.schemas()
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # the way FastAPI documents
