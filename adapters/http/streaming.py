"""Feeds as server-sent events: in order, bounded, and only as long as the key opens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from fastapi.sse import format_sse_event
from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from adapters import tasks
from adapters.http.house import House
from adapters.http.identity import Caller
from domain.errors import TooMany

EVENTS: Final = "text/event-stream"
HEARTBEAT: Final = 15.0  # seconds of silence after which a comment is sent, and the key looked at
LASTS: Final = 3600.0  # seconds after which a stream ends by itself: no connection is for ever
SLOW: Final = 60.0  # seconds that a reader may take for what it was sent, before it is let go
RETRY: Final = 2000  # milliseconds after which a browser connects anew
PAGE: Final = 50
STREAMS: Final = 20  # of one party at once: each may hold a page


class EventStream(StreamingResponse):
    """A stream that ends where its reader does not read; it gives its place back in any case."""

    media_type = EVENTS

    def __init__(self, events: AsyncIterator[bytes], leave: Callable[[], None]) -> None:
        super().__init__(events, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._leave = leave

    async def stream_response(self, send: Send) -> None:
        """See `StreamingResponse`; what waits to be sent is what the connection's buffer holds."""

        async def soon(message: Message) -> None:
            async with asyncio.timeout(SLOW):
                await send(message)

        try:
            await super().stream_response(soon)
        finally:
            self._leave()


def open_stream(behind: House, party: str) -> Callable[[], None]:
    """Take a place among a party's streams, given back by what it returns; or `TooMany`."""
    if behind.streams[party] >= STREAMS:
        raise TooMany(
            "too many of your streams are open",
            got=str(behind.streams[party]),
            expected=f"at most {STREAMS} at once",
            next_step="close one, or poll GET /v1/feed",
            retry_after=round(HEARTBEAT),
        )
    behind.streams[party] += 1

    def leave() -> None:
        behind.streams[party] -= 1

    return leave


async def follow(
    behind: House, who: Caller, sequence: int, party: str | None = None
) -> AsyncIterator[bytes]:
    """Every message behind a sequence, until the key opens no more or the platform stops.

    What was handed over is recorded as delivered afterwards: never too early, perhaps twice.
    """
    yield format_sse_event(retry=RETRY, comment="varsel")
    clock = asyncio.get_running_loop().time
    ends = clock() + LASTS
    with behind.changes.listening() as woken:
        while True:
            woken.clear()  # before the looks below: what comes after them wakes the wait
            if behind.changes.ended or not await asyncio.to_thread(who.is_let_in):
                break
            if clock() >= ends:
                return  # its reader connects anew, where it was
            asked = {"after": sequence, "limit": PAGE, **({"party": party} if party else {})}
            for one in await behind.feed.read_feed(who.party, asked):
                yield format_sse_event(data_str=one.body, id=str(one.sequence))
                sequence = one.sequence
                woken.set()  # there may be another page
                if one.feed == who.party:
                    await behind.feed.seen(who.party, str(one.event), "sse")
            if not await tasks.woken(woken, min(HEARTBEAT, max(0.0, ends - clock()))):
                yield format_sse_event(comment="still here")
    yield format_sse_event(event="ended", data_str="{}")
