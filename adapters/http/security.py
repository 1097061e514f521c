"""What every answer carries so that a browser helps to keep it safe, and whom we answer to.

There are no CORS headers, on purpose: pages of other origins have no business here. The console
is of our own origin, and programs need no leave.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.http.problems import Misdirected, problem

HEADERS: Final = {
    # Nothing from elsewhere, nothing inline, no frame around us, forms to ourselves alone.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: browsers would call the origin of our own forms `null`.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class SafeAnswers:
    """Middleware that puts the headers on every answer; over TLS it asks for TLS to be kept."""

    def __init__(self, app: ASGIApp, *, tls: bool) -> None:
        self._app = app
        said = {**HEADERS}
        if tls:
            said["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        self._headers = [(k.lower().encode(), v.encode()) for k, v in said.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                more = [one for one in self._headers if one[0] not in given]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await self._app(scope, receive, safely if scope["type"] == "http" else send)


class OwnNames:
    """Middleware that answers under our own names alone: another is an attempt to rebind DNS.

    Starlette's own answers in plain text, and takes an IPv6 address apart.
    """

    def __init__(self, app: ASGIApp, *, names: Collection[str]) -> None:
        self._app = app
        self._names = frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._is_ours(Headers(scope=scope).getlist("host")):
            return await self._app(scope, receive, send)
        refused = problem(
            Misdirected(
                "this is not who is asked",
                field="Host",
                expected="the address that this platform is reached at",
                next_step="ask under that address; the operator sets it as VARSEL_PUBLIC_URL",
            )
        )
        return await refused(scope, receive, send)

    def _is_ours(self, hosts: list[str]) -> bool:
        if len(hosts) != 1:
            return False
        try:
            return urlsplit(f"//{hosts[0]}").hostname in self._names
        except ValueError:
            return False
