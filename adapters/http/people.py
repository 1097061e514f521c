"""The way in for people with an account at the identity provider of their house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from adapters.http.house import BACK, OIDC_COOKIE, House
from adapters.http.identity import TheHouse, address_of
from adapters.http.problems import Unauthorized
from adapters.http.sessions import SESSION_LASTS, cookie_name
from domain.errors import Forbidden, NotFound

if TYPE_CHECKING:
    from adapters.http.oidc import Oidc

routes = APIRouter(include_in_schema=False)
START: Final = "/login/oidc"


@routes.get(START)
async def start(request: Request, house: TheHouse) -> Response:
    """Off to the provider."""
    return await _of(house).start(request)


@routes.get(BACK)
async def back(request: Request, house: TheHouse) -> Response:
    """And back, with a session of one's own."""
    try:
        entered = await _of(house).finish(request)
    except (Unauthorized, Forbidden):
        house.throttle.failed(address_of(request))
        raise
    tls = house.url.startswith("https:")
    home = RedirectResponse("/", 303, {"Cache-Control": "no-store"})
    home.delete_cookie(OIDC_COOKIE, path=BACK, secure=tls, httponly=True, samesite="lax")
    home.set_cookie(
        cookie_name(house.url),
        entered.token,
        int(SESSION_LASTS.total_seconds()),
        path="/",
        secure=tls,
        httponly=True,
        samesite="lax",
    )
    return home


def _of(house: House) -> Oidc:
    if house.oidc is None:
        raise NotFound(
            "no identity provider is set up here",
            next_step="log in with an API key, or with a link of varsel console",
        )
    return house.oidc
