"""Ending background tasks for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

PATIENCE: Final = 0.5  # seconds between cancellations


async def finish(work: Callable[[], object]) -> None:
    """Run in a thread what has to be over before anything else is, though we be cancelled."""
    task, cancelled = asyncio.create_task(asyncio.to_thread(work)), False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            cancelled = True
    task.result()
    if cancelled:
        raise asyncio.CancelledError


async def woken(news: asyncio.Event, seconds: float) -> bool:
    """Whether it is set by then; `asyncio.wait_for` may lose a cancellation: see `end`."""
    if news.is_set():
        return True
    try:
        async with asyncio.timeout(seconds):
            return await news.wait()
    except TimeoutError:
        return False


async def ease(worked: float, most: float, hurry: asyncio.Event | None = None) -> None:
    """Rest ten times as long as one worked: `most` seconds at most, or until one is to hurry.

    What comes meanwhile is one piece of work: for what nobody waits for by the millisecond.
    """
    await woken(hurry or asyncio.Event(), min(most, 10 * worked))


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until they are over, whatever comes of them.

    Once is not enough: `asyncio.wait_for` of Python 3.11, which nats-py waits with, loses a
    cancellation that comes together with what was waited for: github.com/python/cpython
    issue 86296.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=PATIENCE)
    await asyncio.gather(*tasks, return_exceptions=True)
