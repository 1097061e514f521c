"""Errors as problem documents (RFC 9457), whoever raised them."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.logs import Log
from domain.errors import Invalid, VarselError

MEDIA_TYPE = "application/problem+json"


class Unauthorized(VarselError):
    """Nobody we know, or nobody any more."""

    kind = "unauthorized"
    status = 401


class Misdirected(VarselError):
    """A request to somebody else."""

    kind = "misdirected"
    status = 400


class TooSlow(VarselError):
    """A request that takes for ever to arrive."""

    kind = "too-slow"
    status = 408


class TooLarge(VarselError):
    """More than one request may hold."""

    kind = "too-large"
    status = 413


class NotReadable(VarselError):
    """A request in a form that this door does not read."""

    kind = "unsupported"
    status = 415


def problem(error: VarselError, headers: dict[str, str] | None = None) -> JSONResponse:
    """An error as its problem document."""
    more = dict(headers or {})
    if error.status == Unauthorized.status:
        more["WWW-Authenticate"] = 'Bearer realm="varsel"'
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        more["Retry-After"] = str(max(1, round(retry_after)))
    return JSONResponse(error.problem(), error.status, more, MEDIA_TYPE)


def install(app: FastAPI, log: Log) -> None:
    """Make every refusal of this app a problem document."""

    async def ours(_: Request, error: Exception) -> Response:
        assert isinstance(error, VarselError)  # noqa: S101 - registered for these alone
        return problem(error)

    async def unread(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for these alone
        return problem(_invalid(error))

    async def plain(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for these alone
        more = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            more["Allow"] = ", ".join(_allowed(app, request.scope))
        return problem(_plain(error), more)

    app.add_exception_handler(VarselError, ours)
    app.add_exception_handler(RequestValidationError, unread)

    async def failed(_: Request, error: Exception) -> Response:
        return problem(VarselError(f"the platform failed: {type(error).__name__}"))

    app.add_exception_handler(HTTPException, plain)
    app.add_exception_handler(Exception, failed)
    app.add_middleware(Caught, log=log, handlers=app.exception_handlers)


class Caught:
    """Middleware that answers a failure nobody thought of, and logs it without its words.

    Starlette's own way would raise it again, for the server to print with everything it quotes.
    How it is told, the handler of `Exception` says at that moment.
    """

    def __init__(self, app: ASGIApp, log: Log, handlers: Mapping[Any, Any]) -> None:
        self._app = app
        self._log = log
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            self._log.exception("http.failed")
            if begun:
                raise  # the connection must break: half an answer is none
            told = await self._handlers[Exception](Request(scope, receive), error)
            await told(scope, receive, send)


def _allowed(app: FastAPI, scope: Scope) -> list[str]:
    """Every method that an address takes: Starlette names those of one of its routes."""
    return [
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(one.matches({**scope, "method": method})[0] is Match.FULL for one in app.routes)
    ]


def _plain(error: HTTPException) -> VarselError:
    """Starlette's own complaint, in our words."""
    found = {
        404: ("there is nothing at this address", "an address of /v1/openapi.json"),
        405: ("this address does not take that method", "one of those in the header Allow"),
    }
    title, expected = found.get(error.status_code, (str(error.detail), None))
    said = VarselError(title, expected=expected)
    said.kind, said.status = "http", error.status_code
    return said


def _invalid(error: RequestValidationError) -> Invalid:
    """FastAPI's own complaint about a parameter, in our words."""
    first: dict[str, Any] = error.errors()[0]
    place = [str(part) for part in first["loc"][1:]] or [str(part) for part in first["loc"]]
    said = str(first["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    missing = first["type"] == "missing"
    return Invalid(
        "is missing" if missing else "is not what is taken here",
        field=".".join(place),
        got=None if missing else first.get("input"),
        expected="this field" if missing else said,
        next_step="correct it and send it again; nothing was recorded",
    )
