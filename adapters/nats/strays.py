"""What FEED holds and the ledger does not know, kept before FEED is deleted.

FEED is a copy, but the ledger can be older than it was: then FEED may hold the last copy of words
that were accepted, and delivered. And a message that is nobody's is evidence.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from adapters.nats import feed_log
from adapters.nats.connection import Connection
from adapters.nats.feed_log import StoredMessage
from domain.errors import Unavailable
from projections import feed_index
from projections.rows import Row, Rows

PAGE: Final = 64  # messages in memory at a time

Keep = Callable[[Sequence[StoredMessage]], None]


class Strays(NamedTuple):
    """From which number on FEED is not what the index lists, if any; how many were kept."""

    first: int | None
    kept: int


def listed(first: int, count: int, rows: Rows) -> dict[int, str]:
    """The id of each message that the index lists from a number on."""
    return {row["number"]: row["message"] for row in feed_index.after(first - 1, count, rows)}


def is_ours(number: int, message: str | None, known: Mapping[int, str]) -> bool:
    """Whether a message of that number and id is listed."""
    return message is not None and known.get(number) == message


def is_published(one: StoredMessage, row: Row) -> bool:
    """Whether a message is the one of this row of the index: id, subject, every byte."""
    said = (one.sequence, one.headers.get("Nats-Msg-Id"), one.subject)
    listed = (row["number"], row["message"], row["subject"])
    return said == listed and hashlib.sha256(one.body).hexdigest() == row["hash"]


async def keep_strays(nc: Connection, first: int, rows: Callable[[], Rows], keep: Keep) -> Strays:
    """Keep each message from `first` to the end of FEED that the index does not list, by page.

    What comes to FEED meanwhile is looked at, too. A message under the number and id that the index
    lists is no stray, however spoilt: it can be made again. Raises `Unavailable`, with FEED as it
    was, where a stray cannot be read or kept.
    """
    start, found = first, Strays(None, 0)
    while start <= (last := (await feed_log.head(nc)).last):
        end = min(start + PAGE - 1, last)
        known = await asyncio.to_thread(listed, start, PAGE, rows())
        strays: list[StoredMessage] = []
        async for number, one in feed_log.readable(nc, start, end):
            if one is not None and is_ours(number, one.headers.get("Nats-Msg-Id"), known):
                continue
            found = found._replace(first=found.first or number)
            if one is not None:
                strays.append(one)
            elif number not in known:
                raise _unreadable(number)
        if strays:
            await asyncio.to_thread(keep, strays)
        found = found._replace(kept=found.kept + len(strays))
        start = end + 1
    return found


def _unreadable(number: int) -> Unavailable:
    return Unavailable(
        f"FEED counts message {number}, which the ledger does not know, but cannot give it",
        expected="that it can be kept before FEED is made anew: nothing is deleted",
        next_step="copy the store of every NATS node, then delete the stream FEED by hand; "
        "see docs/operations.md, A restore that is older than the feed",
    )
