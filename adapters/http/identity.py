"""Who calls the API: a party, by its API key as a bearer token (RFC 6750)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from adapters.http.house import House
from adapters.http.problems import Unauthorized
from adapters.keys import Keys

_bearer = HTTPBearer(
    auto_error=False,
    description="An API key, as `varsel party add` shows it once: `varsel_…`",
    scheme_name="apiKey",
)


@dataclass(frozen=True)
class Caller:
    """The party that calls; `is_let_in` looks again whether its key still opens."""

    party: str
    is_let_in: Callable[[], bool]


def house(request: Request) -> House:
    """The platform behind this door."""
    found = request.app.state.house
    assert isinstance(found, House)  # noqa: S101 - app.py puts it there
    return found


TheHouse = Annotated[House, Depends(house)]


def party_of_key(key: str, behind: House) -> str | None:
    """The party an API key belongs to; None where it is unknown, expired or cut off."""
    return Keys(behind.rows).party_of_api_key(key, behind.clock())


def address_of(request: Request) -> str:
    """Where a request comes from, as far as this door can see."""
    return request.client.host if request.client else "unknown"


def caller(
    request: Request,
    behind: TheHouse,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Caller:
    """The caller, or 401: an unknown key, an expired and a revoked one are told alike."""
    key = given.credentials if given else ""
    party = party_of_key(key, behind) if key else None
    if party is None:
        behind.throttle.failed(address_of(request))
        raise Unauthorized(
            "no valid API key came with the request",
            field="Authorization",
            expected="Bearer varsel_…, a key that was neither revoked nor expired",
            next_step="ask the operator for a new one: varsel party rotate",
        )
    return Caller(party, lambda: party_of_key(key, behind) == party)


Who = Annotated[Caller, Depends(caller)]
