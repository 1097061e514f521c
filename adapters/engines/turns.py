"""Turns: work that only one process may do at a time is done by the one that holds its turn.

A turn is lost without a word when the database or the way to it is gone, and its old holder may
learn of it after the new one has begun. So whatever is done in a turn is fenced as well: FEED by
its expected last sequence, the views by their position, the transparency log by its keys.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Protocol

_MARK: Final = secrets.token_hex(3)  # two containers may have one name, and both the number 1


def process_name() -> str:
    """What this process is called among those of its platform."""
    return f"varsel {socket.gethostname()} {os.getpid()} {_MARK}"


class Turns(Protocol):
    """The turns of one platform."""

    def turn(self, name: str) -> AbstractAsyncContextManager[asyncio.Event]:
        """Wait for a turn and hold it in the block; the event is set when it is lost."""
        ...


class OwnTurns:
    """The turns of a platform that is one process: it has every one of them."""

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncGenerator[asyncio.Event]:  # noqa: ARG002 - the port's
        """See `Turns`."""
        yield asyncio.Event()
