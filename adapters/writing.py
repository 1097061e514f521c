"""The one thread that writes to the ledger, and what it writes together.

The library is synchronous, and a commit waits for the disk. Whatever waits for the thread by then
is written in the same transaction: docs/decisions/0022-group-commit.md.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from adapters.store.sharing import Apart, Outcome, Share, attempt
from domain.errors import Unavailable

T = TypeVar("T")
TOGETHER: Final = 64  # pieces of work in one transaction: as many as there is a gain from


@dataclass
class _Asked:
    """A piece of work, and who waits for it."""

    work: Callable[[], Any]
    joins: bool
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[Any]
    known: Context = field(default_factory=copy_context)

    def run(self) -> Any:
        """In the context that it was asked for in: a log line says of it what it says there."""
        return self.known.copy().run(self.work)


class Writer:
    """Runs what is asked for in its order; what may `join` others, in one transaction with them."""

    def __init__(self, share: Share) -> None:
        self._share = share
        self._waiting: deque[_Asked] = deque()
        self._moved = threading.Condition()
        self._closed = False
        self._afterwards: Callable[[], None] | None = None
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]:
        """Run `work` by itself, after everything that was asked for before."""
        return self._ask(work, joins=False)

    def join(self, work: Callable[[], T]) -> Awaitable[T]:
        """Run `work` with whatever waits beside it; its result when all of it is on disk.

        Where that fails, nothing of it is there, and everybody is told so. What cannot be done
        beside others is done again by itself: `work` must bear that.
        """
        return self._ask(work, joins=True)

    def afterwards(self, told: Callable[[], None]) -> Callable[[], None]:
        """`told`, but called only after those were answered who waited for what is being written.

        Whoever is told begins to work at once, and an answer would wait for the processor.
        """

        def later() -> None:
            if threading.current_thread() is self._thread:
                self._afterwards = told
            else:
                told()

        return later

    def close(self) -> None:
        """Finish what was begun."""
        with self._moved:
            self._closed = True
            self._moved.notify()
        self._thread.join()

    def _ask(self, work: Callable[[], T], *, joins: bool) -> Awaitable[T]:
        loop = asyncio.get_running_loop()
        asked = _Asked(work, joins, loop, loop.create_future())
        with self._moved:
            if self._closed:
                raise Unavailable("the platform is stopping", next_step="try again in a moment")
            self._waiting.append(asked)
            self._moved.notify()
        return asked.done

    def _run(self) -> None:
        while group := self._next():
            if group[0].joins:
                self._together(group)
            else:
                _tell([(group[0], attempt(group[0].run))])
            told, self._afterwards = self._afterwards, None
            if told is not None:
                _soon(group[-1].loop, told)

    def _next(self) -> Sequence[_Asked]:
        """What waits and may be written together; nothing when it is over."""
        with self._moved:
            while not self._waiting and not self._closed:
                self._moved.wait()
            group: list[_Asked] = []
            while self._waiting and len(group) < TOGETHER:
                if group and not (group[0].joins and self._waiting[0].joins):
                    break
                group.append(self._waiting.popleft())
            return group

    def _together(self, group: Sequence[_Asked]) -> None:
        whole = attempt(lambda: self._share([asked.run for asked in group]))
        if whole.error is not None:
            return _tell([(asked, whole) for asked in group])
        pairs = list(zip(group, whole.value, strict=True))
        _tell([pair for pair in pairs if not isinstance(pair[1].error, Apart)])
        for asked, found in pairs:
            if isinstance(found.error, Apart):
                _tell([(asked, attempt(asked.run))])
        return None


def _tell(pairs: Sequence[tuple[_Asked, Outcome[Any]]]) -> None:
    """All that wait in one loop are told at once: each waking of it costs as much as an answer."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[_Asked, Outcome[Any]]]] = {}
    for asked, found in pairs:
        by_loop.setdefault(asked.loop, []).append((asked, found))
    for loop, theirs in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, theirs)


def _soon(loop: asyncio.AbstractEventLoop, told: Callable[[], None]) -> None:
    """After what is to happen in the loop already, and after what that brings about."""
    if loop.is_closed():
        told()
    else:
        loop.call_soon_threadsafe(loop.call_soon, told)


def _settle(pairs: Sequence[tuple[_Asked, Outcome[Any]]]) -> None:
    for asked, found in pairs:
        if asked.done.cancelled():
            continue
        if found.error is None:
            asked.done.set_result(found.value)
        else:
            asked.done.set_exception(found.error)
