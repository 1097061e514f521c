"""The copies against the ledger: views built anew and compared, the feed read as it is stored."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from adapters.evidence.findings import Finding
from adapters.nats import feed_log
from adapters.nats.connection import Connection
from adapters.nats.errors import FeedGap, JetStreamRefused
from adapters.views.generations import Views
from projections import feed_index
from projections.rows import Rows

BATCH: Final = 200  # messages


@dataclass(frozen=True)
class FeedPorts:
    """The stream's connection, the index in use, and how a spoilt stream is mended."""

    nc: Connection
    rows: Callable[[], Rows]
    mend: Callable[[int], Awaitable[None]]


def examine_views(views: Views, idle: float) -> list[Finding]:
    """Compare the read models with new ones; where they differ the new ones have taken over.

    See `Views.verify` for `idle`.
    """
    differs = views.verify(idle)
    return [] if differs is None else [Finding("views", f"at {differs}", repaired=True)]


async def examine_feed(ports: FeedPorts, seconds: float) -> list[Finding]:
    """Compare the stream with the feed index up to the first difference, and have it mended.

    `seconds` is how long it rests between two batches. What the stream does not hold yet is the
    relay's work and no finding.
    """
    last, _ = await feed_log.last(ports.nc)
    for first in range(1, last + 1, BATCH):
        wrong = await _first_wrong(ports, first, min(first + BATCH - 1, last))
        if wrong is not None:
            number, why = wrong
            await ports.mend(number)
            return [Finding("feed", f"message {number} {why}", repaired=True)]
        await asyncio.sleep(seconds)
    return []


async def _first_wrong(ports: FeedPorts, first: int, last: int) -> tuple[int, str] | None:
    listed = await asyncio.to_thread(feed_index.after, first - 1, last - first + 1, ports.rows())
    rows = {row["number"]: row for row in listed}
    number = first
    try:
        async for one in feed_log.messages(ports.nc, first, last):
            row = rows.get(one.sequence)
            if row is None or one.headers.get("Nats-Msg-Id") != row["message"]:
                return one.sequence, "is not ours"
            if (hashlib.sha256(one.body).hexdigest(), one.subject) != (row["hash"], row["subject"]):
                return one.sequence, "is not the one that was published"
            number = one.sequence + 1
    except FeedGap as gap:
        return gap.sequence, "is missing"
    except JetStreamRefused as refused:
        return number, f"cannot be read: {refused}"
    return None
