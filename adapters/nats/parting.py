"""nats-py's client, done otherwise in how it comes, parts, stops listening, and sends much."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

from nats import errors
from nats.aio.client import Client
from nats.aio.subscription import Subscription
from nats.aio.transport import TcpTransport

BEHIND: Final = 0.1  # seconds; by then the server has written what it was about to
GOODBYE: Final = 1.0  # seconds; over TLS a close is answered, and asyncio would wait for 30


class _Transport(TcpTransport):
    """Leaves a host that is gone at once: nats-py 2.16 waits 30 seconds for it to say goodbye."""

    def __bool__(self) -> bool:
        return True  # else the client makes one of its own

    async def wait_closed(self) -> None:
        if self._io_writer is None:
            return
        leaving = asyncio.ensure_future(self._leave())
        if not (await asyncio.wait({leaving}, timeout=GOODBYE))[0]:
            self._io_writer.transport.abort()
        await leaving

    async def _leave(self) -> None:
        # It is gone one way or the other, whether or not somebody still waits for it to be.
        with contextlib.suppress(OSError):
            await super().wait_closed()  # type: ignore[no-untyped-call] # nats-py's


class LeavingClient(Client):
    """A client that goes on to the next server as soon as it gave the last one up."""

    def __init__(self) -> None:
        super().__init__()
        self._transport = _Transport()  # type: ignore[no-untyped-call] # nats-py's

    async def _process_connect_init(self) -> None:
        """The first time it fails, and so is tried again, unless the server let us in.

        A server that takes more than two seconds for it sends a ping of its own first. nats-py 2.16
        takes that for the answer, and is neither connected nor on its way from then on. Who comes
        again is taken for connected by nats-py itself, right after this.
        """
        await super()._process_connect_init()
        if self.is_connecting:
            raise errors.Error("nats: the server did not let us in")

    async def leave(self, subscription: Subscription) -> None:
        """Take no more messages, and handle what was under way already.

        nats-py's own `drain` is over with the server's answer. What another client sent may have
        found this subscription still there, and be written to us behind that answer.
        """
        number = subscription._id  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - no other way
        await self._send_unsubscribe(number)
        await self.flush()
        await asyncio.sleep(BEHIND)
        await subscription.drain()  # type: ignore[no-untyped-call] # nats-py's

    async def send(self, publications: Sequence[bytes]) -> None:
        """Send publications as they are, see `frames`, in one write; raises as `publish` does.

        Without a connection nothing is sent, nor kept for the next one. nats-py's `publish` takes
        as long for one message as its making, its line, its place in the buffer and its ack do.
        """
        if self.is_closed:
            raise errors.ConnectionClosedError
        if self.is_draining_pubs:
            raise errors.ConnectionDrainingError
        if not self.is_connected:
            raise errors.OutboundBufferLimitError
        if max(map(len, publications)) > self.max_payload:
            raise errors.MaxPayloadError
        await self._send_command(b"".join(publications))
        await self._flush_pending()
