"""The console as a whole: its pages in the application, its navigation, its refusals as pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from adapters.console import assets, events, live, login
from adapters.console.i18n import mark
from adapters.console.render import is_partial, page
from adapters.console.visit import LoginNeeded, not_here, reader
from adapters.http.house import House
from domain.errors import NotFound, VarselError

Handler = Callable[[Request, Exception], Awaitable[Response]]
API = ("/v1/", "/static/", "/metrics", "/health")


def install(app: FastAPI, house: House) -> None:
    """Put the console into the application; called after `problems.install`."""
    app.state.doorkeeper = login.Doorkeeper()
    for routes in (assets.routes, live.routes, events.routes, login.routes, *_of_roles()):
        app.include_router(routes)
    app.add_exception_handler(LoginNeeded, _log_in)
    for kind in (VarselError, HTTPException, RequestValidationError, Exception):
        before = cast("Handler", app.exception_handlers[kind])
        app.add_exception_handler(kind, _as_page(house, before))


def _of_roles() -> list[Any]:
    """The pages of each role: add a module here, and it is there."""
    from adapters.console import (  # noqa: PLC0415 - they offer themselves to the navigation
        assessing,
        auditor,
        client,
        connections,
        erasing,
        home,
        operator,
        operator_parties,
        saying,
        vendor,
        vendor_saying,
    )

    # Their addresses are narrower than the client's.
    before = [vendor_saying.routes, assessing.routes, saying.routes, erasing.routes]
    mine = [auditor.routes, connections.routes, operator.routes, operator_parties.routes]
    return [home.routes, *before, *mine, vendor.routes, client.routes]


async def _log_in(request: Request, error: Exception) -> Response:
    assert isinstance(error, LoginNeeded)  # noqa: S101 - registered for these alone
    if is_partial(request):
        return Response(status_code=401, headers={"HX-Redirect": error.address})
    return RedirectResponse(error.address, 303)


def _as_page(house: House, before: Handler) -> Handler:
    """A refusal as a page where a person looks at it; as a problem document for programs."""

    async def handle(request: Request, error: Exception) -> Response:
        if not is_for_people(request):
            return await before(request, error)
        refusal = _refusal(error)
        if refusal.status >= 500:  # noqa: PLR2004 - told and logged as for programs
            await before(request, error)
        return page(reader(request, house), "refused.html", refusal.status, refusal=refusal)

    return handle


def is_for_people(request: Request) -> bool:
    """Whether a browser asks for a page."""
    wants = "text/html" in request.headers.get("accept", "") or is_partial(request)
    return wants and not request.url.path.startswith(API)


def _refusal(error: Exception) -> VarselError:
    """What is not there and what is not yours are told alike; the rest as it is."""
    if isinstance(error, NotFound):
        return not_here()
    if isinstance(error, VarselError):
        return error
    status = _status(error)
    if status == NotFound.status:
        return not_here()
    if status >= 500:  # noqa: PLR2004 - a mistake of ours
        return VarselError(mark("the platform failed; nothing was recorded"))
    said = VarselError(mark("this address does not take that"))
    said.status = status
    return said


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    return 422 if isinstance(error, RequestValidationError) else 500
