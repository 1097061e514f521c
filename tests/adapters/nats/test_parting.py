"""Leaving a host that is gone: nobody is kept waiting, and nobody hears of it afterwards."""

from __future__ import annotations

import asyncio
import gc
from typing import Any, cast

from adapters.nats.parting import LeavingClient


class BrokenOff:
    """A writer whose host resets the connection while it is being closed."""

    def __init__(self) -> None:
        self.reset = asyncio.Event()

    async def wait_closed(self) -> None:
        await self.reset.wait()
        raise ConnectionResetError


def test_a_connection_that_breaks_after_its_goodbye_was_given_up_is_not_complained_of() -> None:
    complaints: list[dict[str, Any]] = []

    async def story() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, said: complaints.append(said))
        transport, writer = LeavingClient()._transport, BrokenOff()
        cast("Any", transport)._io_writer = writer
        leaving = asyncio.ensure_future(cast("Any", transport).wait_closed())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait({leaving})
        writer.reset.set()
        for _ in range(3):
            await asyncio.sleep(0)
        gc.collect()

    asyncio.run(story())
    assert complaints == []
