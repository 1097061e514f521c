"""Posting a message to an endpoint: one attempt, bounded, to an address that was looked at.

A host is resolved once for an attempt, every address it has is judged, and the connection goes to
one of those: what a name means cannot change in between (DNS rebinding). TLS is made out for the
name all the same. Redirects, proxies, cookies and the response's body are nobody's business here.
"""

from __future__ import annotations

import asyncio
import ssl
from functools import cached_property
from typing import Final

import httpx2

from adapters.webhooks.letters import ANSWER, Letter, Reply, Resolve, Unsafe, judge, name_of

CONNECT: Final = 5.0  # of these for one address
TRIED: Final = 4  # addresses of a host at most
_TIMEOUT: Final = {"connect": CONNECT, "read": ANSWER, "write": ANSWER, "pool": ANSWER}
_NO_KEEPING: Final = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
"""A kept connection would be found again by its address, whatever name it was made out for.

Answers are not read to their end, so none would be kept anyway: this is the second lock.
"""


class Post:
    """Posts letters. `private` is the operator's leave to send to addresses inside."""

    def __init__(
        self, resolve: Resolve, *, private: bool = False, tls: ssl.SSLContext | None = None
    ) -> None:
        self._resolve = resolve
        self._private = private
        self._tls = tls

    @cached_property
    def _transport(self) -> httpx2.AsyncHTTPTransport:
        """Made for the first letter: reading the certificate authorities takes its time."""
        verify = self._tls if self._tls is not None else True
        return httpx2.AsyncHTTPTransport(verify=verify, trust_env=False, limits=_NO_KEEPING)

    async def __call__(self, letter: Letter) -> Reply:
        """Post it once; whatever goes wrong out there is in the reply, never raised."""
        try:
            async with asyncio.timeout(ANSWER):
                return await self._post(letter)
        except Unsafe as unsafe:
            return Reply(error=str(unsafe))
        except (TimeoutError, httpx2.TimeoutException):
            return Reply(error=f"no answer within {ANSWER:g} s")
        except httpx2.ConnectError as failed:
            return Reply(error=_unconnected(failed))
        except httpx2.TransportError:
            return Reply(error="the connection broke before an answer came")

    async def close(self) -> None:
        """Close what is open."""
        if "_transport" in self.__dict__:
            await self._transport.aclose()

    async def _post(self, letter: Letter) -> Reply:
        url = httpx2.URL(letter.url)
        found = await judge(url, self._resolve, private=self._private)
        request = httpx2.Request("POST", url, headers=letter.headers, content=letter.body)
        response = await self._first_to_answer(request, found[:TRIED])
        try:
            return Reply(response.status_code, None, response.headers.get("retry-after"))
        finally:
            await response.aclose()

    async def _first_to_answer(
        self, request: httpx2.Request, addresses: list[str]
    ) -> httpx2.Response:
        *earlier, last = addresses
        for address in earlier:
            try:
                return await self._transport.handle_async_request(_pinned(request, address))
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
        return await self._transport.handle_async_request(_pinned(request, last))


def _pinned(request: httpx2.Request, address: str) -> httpx2.Request:
    """The same request, connected to this address; `Host` and TLS still go by the name."""
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        content=request.content,
        extensions={"timeout": _TIMEOUT, "sni_hostname": name_of(request.url)},
    )


def _unconnected(failed: BaseException) -> str:
    """A certificate that is not right is worth telling apart from nobody being there."""
    cause: BaseException | None = failed
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "no TLS connection: its certificate is not valid for its host, or none is there"
        cause = cause.__cause__ or cause.__context__
    return "no connection"
