"""What is posted and what comes of it, and which addresses it may go to; who posts is in `post.py`.

Apart from that, since what speaks HTTP takes long to import: not before there is a letter.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from adapters.webhooks.addresses import refused

if TYPE_CHECKING:
    from httpx2 import URL

ANSWER: Final = 15.0  # seconds for all of an attempt; Standard Webhooks asks for 15 to 30
NAMES_AT_ONCE: Final = 16  # look-ups under way: they block a thread each

Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True)
class Letter:
    """What is posted, and where to."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Reply:
    """What came of an attempt: a status, or in `error` why there is none."""

    status: int | None = None
    error: str | None = None
    retry_after: str | None = None

    @property
    def taken(self) -> bool:
        """Whether the endpoint took the message."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004

    @property
    def gone(self) -> bool:
        """Whether it wants nothing more, ever."""
        return self.status == HTTPStatus.GONE


class Unsafe(Exception):
    """A host may not be sent to; the text says why, without its addresses."""


class Resolver:
    """The addresses of a host, by the system's own resolver, on threads of its own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(NAMES_AT_ONCE, thread_name_prefix="names")

    async def __call__(self, host: str, port: int) -> list[str]:
        """Each address once, in the order to try them; none where the name is not known."""
        look = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._threads, look)
        except (OSError, UnicodeError):
            return []
        return list(dict.fromkeys(str(where[0]) for *_, where in found))

    def close(self) -> None:
        """Take no more questions; those under way end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)


async def judge(url: URL, resolve: Resolve, *, private: bool) -> list[str]:
    """The addresses that a URL's host may be reached at now; raises `Unsafe` where it may not."""
    port = url.port or (443 if url.scheme == "https" else 80)
    found = await resolve(name_of(url), port)
    why = refused(found, url.scheme, private=private)
    if why is not None:
        raise Unsafe(why)
    return found


def name_of(url: URL) -> str:
    """A URL's host as names are looked up and certificates made out: no final dot."""
    return url.raw_host.decode("ascii").rstrip(".")
