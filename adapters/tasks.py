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
