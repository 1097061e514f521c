"""Logging in and out: with an API key, or by a link that the operator's tools print."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from fastapi import APIRouter, Depends, Form, Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.responses import RedirectResponse, Response

from adapters.console import i18n
from adapters.console.forms import require_own_origin
from adapters.console.render import page
from adapters.console.visit import ZONE_COOKIE, Anybody, Reader
from adapters.http.house import House
from adapters.http.identity import TheHouse, party_of_key
from adapters.http.people import START
from adapters.http.sessions import SESSION_LASTS, cookie_name

FAILURES = RateLimitItemPerMinute(10)  # wrong keys from one address; then it has to wait
YEAR = 365 * 24 * 3600


class Doorkeeper:
    """Counts failures by address; who fails too often waits."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def is_closed(self, request: Request) -> bool:
        """Whether this address has to wait."""
        return not self._limiter.test(FAILURES, _address(request))

    def failed(self, request: Request) -> None:
        """Count a failure."""
        self._limiter.hit(FAILURES, _address(request))


routes = APIRouter(include_in_schema=False)


def keeper(request: Request) -> Doorkeeper:
    """The doorkeeper of this application."""
    found = request.app.state.doorkeeper
    assert isinstance(found, Doorkeeper)  # noqa: S101 - pages.py puts it there
    return found


Keeper = Annotated[Doorkeeper, Depends(keeper)]
Next = Annotated[str, Form(max_length=2000)]


@routes.get("/login")
async def ask(who: Anybody, next: str = "/", lost: str = "") -> Response:  # noqa: A002 - its name
    """The way in."""
    return _shown(who, next=_own(next), lost=bool(lost), wrong=None)


@routes.post("/login")
async def enter(
    who: Anybody,
    house: TheHouse,
    keeper: Keeper,
    key: Annotated[str, Form(max_length=300)] = "",
    next: Next = "/",  # noqa: A002 - its public name
) -> Response:
    """In, with an API key."""
    require_own_origin(who.request, house)
    if keeper.is_closed(who.request):
        return _refused(who, next, "wait", 429, {"Retry-After": "60"})
    party = party_of_key(key.strip(), house)
    if party is None:
        keeper.failed(who.request)
        return _refused(who, next, "key", 422)
    return entered(house, house.sessions.begin(party), next)


@routes.get("/login/link/{token}")
async def link(who: Anybody, house: TheHouse, keeper: Keeper, token: str) -> Response:
    """In, by a link."""
    if keeper.is_closed(who.request):
        return _refused(who, "/", "wait", 429, {"Retry-After": "60"})
    session = house.sessions.enter(token)
    if session is None:
        keeper.failed(who.request)
        return _refused(who, "/", "link", 410)
    return entered(house, session)


@routes.post("/logout")
async def leave(request: Request, house: TheHouse) -> Response:
    """Out."""
    require_own_origin(request, house)
    token = request.cookies.get(cookie_name(house.url))
    if token:
        house.sessions.end(token)
    gone = RedirectResponse("/login", 303)
    gone.delete_cookie(
        cookie_name(house.url), path="/", secure=_tls(house), httponly=True, samesite="lax"
    )
    return gone


@routes.post("/reading")
async def reading(
    request: Request,
    house: TheHouse,
    language: Annotated[str, Form(max_length=8)] = "",
    zone: Annotated[str, Form(max_length=60)] = "",
    next: Next = "/",  # noqa: A002 - its public name
) -> Response:
    """In which language and zone this browser reads; what we do not have is passed over."""
    require_own_origin(request, house)
    back = RedirectResponse(_own(next), 303)
    known = {
        i18n.COOKIE: language if language in i18n.NAMES else "",
        ZONE_COOKIE: zone if zone in available_timezones() else "",
    }
    for name, value in known.items():
        if value:
            back.set_cookie(
                name, value, YEAR, path="/", secure=_tls(house), httponly=True, samesite="lax"
            )
    return back


def entered(house: House, token: str, to: str = "/") -> Response:
    """The browser gets its session, and goes on."""
    found = RedirectResponse(_own(to), 303, {"Cache-Control": "no-store"})
    found.set_cookie(
        cookie_name(house.url),
        token,
        int(SESSION_LASTS.total_seconds()),
        path="/",
        secure=_tls(house),
        httponly=True,
        samesite="lax",
    )
    return found


def _refused(
    who: Reader, back: str, wrong: str, status: int, headers: dict[str, str] | None = None
) -> Response:
    return _shown(who, status, headers, next=_own(back), lost=False, wrong=wrong)


def _shown(
    who: Reader, status: int = 200, headers: dict[str, str] | None = None, **shown: Any
) -> Response:
    """The way in; with the provider's, where the house has one."""
    elsewhere = START if who.house.oidc else None
    return page(who, "login.html", status, headers, elsewhere=elsewhere, **shown)


def _own(address: str) -> str:
    """An address of ours; any other is the overview: nobody is sent elsewhere from here."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    plain = address.startswith("/") and not address.startswith("//") and "\\" not in address
    printable = address.isascii() and address.isprintable()
    return address if plain and printable and not parts.scheme and not parts.netloc else "/"


def _tls(house: House) -> bool:
    return house.url.startswith("https:")


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
