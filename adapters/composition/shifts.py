"""Shifts: what only one process does at a time is begun when its turn comes, ended when it goes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from adapters.engines.turns import Turns
from adapters.logs import Log
from adapters.tasks import end

Work = Callable[[AsyncExitStack], Awaitable[None]]
Fit = Callable[[], Awaitable[None]]
RETRY = 1.0  # seconds before work that could not begin is tried again
THEIRS = 3.0  # seconds without a turn after which another process has it


async def at_once() -> None:
    """Always fit for the work."""


class Shifts:
    """The work of this process that has to be done by one process alone."""

    def __init__(self, turns: Turns, log: Log) -> None:
        self._turns, self._log = turns, log
        self._ailing: dict[str, str] = {}
        self._ours: dict[str, asyncio.Event] = {}

    @property
    def troubles(self) -> tuple[str, ...]:
        """What keeps work from being begun, by turn."""
        return tuple(f"{name}: {why}" for name, why in sorted(self._ailing.items()))

    def give_up(self, name: str) -> None:
        """Leave a turn of ours to whoever waits for it."""
        if name in self._ours:
            self._ours[name].set()

    async def take(
        self, name: str, work: Work, stack: AsyncExitStack, *, wait: bool, fit: Fit = at_once
    ) -> None:
        """Do `work` whenever the turn is ours, until `stack` is left.

        `work` begins things and has the stack it is given end them. With `wait`, this returns when
        it has begun, and raises where it could not. Nothing is asked for before `fit` returns: a
        process that could not do the work would keep the turn from one that can.
        """
        begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._run(name, work, begun, fit), name=f"shift {name}")
        stack.push_async_callback(end, task)
        if wait:
            await begun
        else:
            begun.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _run(self, name: str, work: Work, begun: asyncio.Future[None], fit: Fit) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await fit()
            # Another process has it: what kept us from the work is in nobody's way any more.
            theirs = loop.call_later(THEIRS, self._ailing.pop, name, None)
            async with self._turns.turn(name) as lost:
                theirs.cancel()
                self._ours[name] = lost
                try:
                    await self._shift(name, work, lost, begun)
                except Exception as trouble:  # noqa: BLE001 - whoever dies here stays unseen
                    self._stumble(name, trouble, begun)
                finally:
                    del self._ours[name]
            await asyncio.sleep(RETRY)

    async def _shift(
        self, name: str, work: Work, lost: asyncio.Event, begun: asyncio.Future[None]
    ) -> None:
        async with AsyncExitStack() as ours:
            await work(ours)
            self._ailing.pop(name, None)
            if not begun.done():
                begun.set_result(None)
            await lost.wait()

    def _stumble(self, name: str, trouble: Exception, begun: asyncio.Future[None]) -> None:
        self._ailing[name] = str(trouble) or repr(trouble)
        self._log.error("shift.broken", turn=name, exc_info=trouble)
        if not begun.done():
            begun.set_exception(trouble)
