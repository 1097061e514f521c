"""Word between processes that a message of FEED is not the one that was published.

Any process may find it; the one that relays makes the stream anew. The subject is the platform
account's own: no export offers it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Final

import nats.errors

from adapters.nats.connection import Connection, Message

SPOILT: Final = "varsel.feed.spoilt"


async def tell_of_spoilt(nc: Connection, number: int) -> None:
    """Have the relay make the stream anew from a message on, wherever it runs."""
    await nc.publish(SPOILT, str(number).encode())


async def hear_of_spoilt(
    nc: Connection, mend: Callable[[int], None], stack: AsyncExitStack
) -> None:
    """Call `mend` with the number of each message that somebody finds spoilt."""

    async def told(message: Message) -> None:
        with contextlib.suppress(ValueError):
            mend(int(message.data))

    subscription = await nc.subscribe(SPOILT, cb=told)

    async def stop() -> None:
        with contextlib.suppress(nats.errors.Error):
            await subscription.unsubscribe()

    stack.push_async_callback(stop)
