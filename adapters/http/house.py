"""What the HTTP door needs of the platform behind it, named for the need."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from adapters.feeds import FeedMessage
from adapters.http.calendars import Calendars
from adapters.http.sessions import LINK_LASTS, Sessions
from adapters.http.throttle import Throttle
from adapters.logs import Log
from projections.rows import Rows

if TYPE_CHECKING:
    from adapters.http.oidc import Oidc

BACK: Final = "/login/oidc/callback"  # where an identity provider sends people back to
OIDC_COOKIE: Final = "varsel_oidc"  # that of people who are on their way to it
Handle = Callable[[str, str, dict[str, Any]], Awaitable[dict[str, Any]]]


class Changes:
    """Wakes everybody who waits, whenever the views have moved on; tells them when it is over."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: set[asyncio.Event] = set()
        self.ended = False

    def announce(self) -> None:
        """The views have moved on; may be called from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closing
            self._loop.call_soon_threadsafe(self._wake)

    def end(self) -> None:
        """No more changes: streams that wait for them close."""
        self.ended = True
        self._wake()

    @contextlib.contextmanager
    def listening(self) -> Generator[asyncio.Event]:
        """An event that is set at every change while the block lasts; clear it before you look."""
        woken = asyncio.Event()
        self._waiting.add(woken)
        try:
            yield woken
        finally:
            self._waiting.discard(woken)

    def _wake(self) -> None:
        for each in self._waiting:
            each.set()


class Feed(Protocol):
    """The feeds, for a door that tells itself what it has handed over."""

    async def read_feed(self, party: str, asked: dict[str, Any]) -> list[FeedMessage]:
        """A page of messages, as far as the party may see it."""
        ...

    async def seen(self, party: str, notice: str, door: str) -> None:
        """A message was handed over to its party."""
        ...


@dataclass(frozen=True)
class House:
    """The platform as its HTTP door sees it.

    `handle(party, verb, body)` answers a request as the NATS intake would; `refuses` says why the
    ledger takes nothing now, where it does not; `url` is how people
    reach this door from outside, without a slash at its end; `oidc` logs people in, where a
    provider is set; `witness` gives the newest checkpoint as a header; `streams` counts each
    party's open streams.
    """

    handle: Handle
    feed: Feed
    refuses: Callable[[], Awaitable[str | None]]
    rows: Callable[[], Rows]
    clock: Callable[[], datetime]
    changes: Changes
    sessions: Sessions
    calendars: Calendars
    url: str
    log: Log
    witness: Callable[[], Mapping[str, str]]
    oidc: Oidc | None = None
    throttle: Throttle = field(default_factory=Throttle)
    streams: Counter[str] = field(default_factory=Counter[str])

    def link(self, party: str, *, lasts: timedelta = LINK_LASTS, once: bool = True) -> str:
        """A link that logs straight in as a party: once, for ten minutes, unless told otherwise."""
        return f"{self.url}/login/link/{self.sessions.link(party, lasts, once=once)}"

    async def ask(self, me: str, question: str, /, **body: Any) -> Any:
        """The answer to a question; `None` stands for "not asked about" and is left out."""
        asked = {key: value for key, value in body.items() if value is not None}
        return (await self.handle(me, question, {"with": asked}))[question]
