"""The HTTP server, in the platform's own process and loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from adapters.http.house import Changes
from domain.errors import Unavailable

HEAD = 20.0  # seconds in which the head of a request must have arrived
GRACE = 5  # seconds that requests under way get when the platform stops


class _Quiet(uvicorn.Server):
    """Leaves the signals to the platform, which has more to stop than this."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


class _Punctual(H11Protocol):
    """Lets go who takes for ever to say what it wants: a held connection is a held place."""

    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """A head must arrive in time."""
        super().connection_made(transport)
        self._expect_head()

    def on_response_complete(self) -> None:
        """So must the next one."""
        super().on_response_complete()
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is expected any more."""
        if self._due is not None:
            self._due.cancel()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self._due is not None:
            self._due.cancel()
        self._due = self.loop.call_later(HEAD, self._look)

    def _look(self) -> None:
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()


def listen(host: str, port: int, option: str = "--http") -> socket.socket:
    """A socket that listens at an address; refuses where that is taken."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        at = socket.create_server((host, port), family=family, backlog=512)
    except OSError as taken:
        raise Unavailable(
            "the HTTP address cannot be listened at",
            field=option,
            got=f"{host}:{port}",
            expected="an address of this machine that is free",
            next_step=f"free it or choose another; port 0 picks a free one ({taken.strerror})",
        ) from None
    # asyncio sees to this only for sockets that name their protocol, as `create_server`'s do not.
    # Without it the body of an answer waits 40 ms for the delayed ACK of its head.
    at.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return at


@asynccontextmanager
async def serving(app: ASGIApp, at: socket.socket, changes: Changes) -> AsyncGenerator[None]:
    """Serve until the block is left; streams end first, requests under way get their answer."""
    config = uvicorn.Config(
        app,
        http=_Punctual,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=15,
        limit_concurrency=2000,
        h11_max_incomplete_event_size=64 * 1024,
    )
    server = _Quiet(config)
    task = asyncio.create_task(server.serve(sockets=[at]), name="http")
    try:
        while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn tells by a flag
            await asyncio.sleep(0.01)
        yield
    finally:
        changes.end()
        server.should_exit = True
        await task
