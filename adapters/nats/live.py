"""A feed as it is stored, said at once to whoever listens: heard or missed, never kept.

FEED is republished by the server: what is heard here is stored. It may get lost on the way, so it
is shown only where it follows on what was shown before; the rest is the consumer's to deliver.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from collections import deque
from collections.abc import Mapping
from typing import Final, NamedTuple

from adapters.nats.connection import Connection, Message
from adapters.nats.subjects import LIVE

KEPT: Final = 64  # messages: of what comes faster than it is read, the consumer has the rest
_NUMBER: Final = "Nats-Sequence"
# What the server adds when it republishes; without it a message is as its consumer delivers it.
_ADDED: Final = frozenset(
    {"Nats-Stream", "Nats-Subject", _NUMBER, "Nats-Time-Stamp", "Nats-Last-Sequence"}
)


class Heard(NamedTuple):
    """A message of one's feed as it was heard; `sequence` is its place in FEED."""

    sequence: int
    body: bytes
    headers: Mapping[str, str]


class Live:
    """Listens to the account's own feed. It is `silent` until something is heard."""

    def __init__(self) -> None:
        self._heard: deque[Heard] = deque(maxlen=KEPT)
        self._news = asyncio.Event()
        self._listening = False
        self.silent = True
        self.latest = 0  # the number of what was heard last

    def __bool__(self) -> bool:
        """Whether something was heard that is not shown."""
        return bool(self._heard)

    async def listen(self, nc: Connection) -> None:
        """Begin, for as long as the connection lasts."""
        if not self._listening:
            await nc.subscribe(LIVE, cb=self._hear)
            self._listening = True

    async def wait(self, seconds: float) -> bool:
        """Whether something was heard by then."""
        self._news.clear()
        if not self._heard:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._news.wait()
        return bool(self._heard)

    def take(self, sequence: int, body: bytes) -> Heard | None:
        """What follows on this message of the feed; None where the next one was not heard."""
        while self._heard and self._heard[0].sequence <= sequence:
            self._heard.popleft()
        if self._heard and _previous(self._heard[0].body) == hashlib.sha256(body).hexdigest():
            return self._heard.popleft()
        return None

    def forget(self) -> None:
        """What was heard leads nowhere: wait for the consumer until something is heard anew."""
        self._heard.clear()
        self.silent = True

    async def _hear(self, message: Message) -> None:
        headers = message.headers or {}
        with contextlib.suppress(ValueError):
            number = int(headers.get(_NUMBER, ""))
            own = {name: value for name, value in headers.items() if name not in _ADDED}
            self._heard.append(Heard(number, message.data, own))
            self.latest = number
            self.silent = False
            self._news.set()


def _previous(body: bytes) -> str | None:
    """The hash of the message before, as this one says it."""
    with contextlib.suppress(ValueError, TypeError, KeyError):
        return str(json.loads(body)["previoushash"])
    return None
