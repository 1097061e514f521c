"""Turns: work that only one process may do at a time is done by the one that holds its turn.

A turn is lost without a word when the database or the way to it is gone, and its old holder may
learn of it after the new one has begun. So whatever is done in a turn is fenced as well: FEED by
its expected last sequence, the views by their position, the transparency log by its keys.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Protocol

import psycopg
from psycopg.conninfo import make_conninfo

from adapters.logs import Log

_ASK: Final = 1.0  # seconds between two tries, and between two looks whether it is still ours
_PATIENCE: Final = 5.0  # seconds that the database has to say so


def process_name() -> str:
    """What this process is called among those of its platform."""
    return f"varsel {socket.gethostname()} {os.getpid()}"


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


class PostgresTurns:
    """Turns as advisory locks of PostgreSQL, each held by a connection of its own."""

    def __init__(self, address: str, log: Log) -> None:
        self._address, self._log = address, log
        self._as = process_name()

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncGenerator[asyncio.Event]:
        """See `Turns`."""
        holding = await self._taken(name)
        lost = asyncio.Event()
        watching = asyncio.create_task(self._watch(holding, name, lost), name=f"turn {name}")
        try:
            yield lost
        finally:
            watching.cancel()
            await asyncio.wait({watching})
            await holding.close()
            self._log.info("turn.ended", turn=name)

    async def _taken(self, name: str) -> psycopg.AsyncConnection[tuple[object, ...]]:
        waiting = False
        while True:
            with contextlib.suppress(psycopg.Error, TimeoutError):
                if (found := await self._try(name)) is not None:
                    self._log.info("turn.taken", turn=name)
                    return found
            if not waiting:
                self._log.info("turn.awaited", turn=name)
                waiting = True
            await asyncio.sleep(_ASK)

    async def _try(self, name: str) -> psycopg.AsyncConnection[tuple[object, ...]] | None:
        one = await psycopg.AsyncConnection.connect(
            make_conninfo(self._address, application_name=self._as), autocommit=True
        )
        try:
            # The server, too, must notice soon that we are gone: only then the next one may begin.
            for setting in ("idle = 5", "interval = 2", "count = 3"):
                await one.execute(f"SET tcp_keepalives_{setting}".encode())
            cursor = await one.execute(
                "SELECT pg_try_advisory_lock(hashtext('varsel'), hashtext(%s))", (name,)
            )
            row = await cursor.fetchone()
        except BaseException:
            await one.close()
            raise
        if row is not None and row[0]:
            return one
        await one.close()
        return None

    async def _watch(
        self, holding: psycopg.AsyncConnection[tuple[object, ...]], name: str, lost: asyncio.Event
    ) -> None:
        """A session that still answers still holds its locks."""
        while True:
            await asyncio.sleep(_ASK)
            try:
                async with asyncio.timeout(_PATIENCE):
                    await holding.execute("SELECT 1")
            except (psycopg.Error, TimeoutError) as gone:
                self._log.warning("turn.lost", turn=name, error=str(gone))
                lost.set()
                return
