"""Asking again while a cluster chooses its leaders: only for what may be done twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from adapters.nats.connection import Connection, Report
from adapters.nats.errors import Disconnected, JetStreamRefused, Unanswered

T = TypeVar("T")
PATIENCE: Final = 30.0  # seconds: a cluster that lost a node has chosen other leaders by then
_PAUSE: Final = 0.25


def passes(trouble: Exception) -> bool:
    """Whether it may be otherwise in a moment: no leader, no connection, no answer."""
    if isinstance(trouble, JetStreamRefused):
        return trouble.passing
    return isinstance(trouble, Unanswered | Disconnected)


async def insist(
    nc: Connection,
    what: str,
    once: Callable[[], Awaitable[T]],
    report: Report,
    patience: float = PATIENCE,
) -> T:
    """What `once` gives, asked for until it does; each trouble that passes is reported.

    Raises the last one when patience is up, and at once what will not pass.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            return await once()
        except (Unanswered, Disconnected, JetStreamRefused) as trouble:
            if not passes(trouble) or nc.is_closed or time.monotonic() > deadline:
                raise
            report(f"nats.asked-again {what}", trouble)
        await asyncio.sleep(_PAUSE)
