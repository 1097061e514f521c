"""How far is each party's consumer behind, and which notices have not been seen to arrive?"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable

from domain import access
from domain.law.matter import Profile
from projections import awaiting, feed_index, parties
from projections.rows import Row, Rows, number


def query(rows: Rows, floor: Callable[[str], int], party: str | None = None) -> list[Row]:
    """One row a party, by id: messages in what it follows, those not acknowledged, notices awaited.

    The operator is left out: it follows nothing. With a `party` its row alone, if there is one.

    `floor` gives the stream number up to which a party has acknowledged on NATS; a party that
    reads by another door acknowledges nothing there, and is behind by all of its feed.
    """
    waiting = Counter(row["client"] for row in awaiting.deliveries(rows, party))
    only = parties.profile(party, rows) if party else None
    every = parties.everybody(rows) if party is None else filter(None, [only])
    return [
        _row(one, floor(one.id), waiting[one.id], rows)
        for one in every
        if "operator" not in one.roles
    ]


def _row(one: Profile, seen: int, waiting: int, rows: Rows) -> Row:
    feeds = sorted(access.grant(one, "messages").named)
    return {
        "party": one.id,
        "messages": sum(feed_index.head(feed, rows) for feed in feeds),
        "behind": sum(_behind(feed, seen, rows) for feed in feeds),
        "awaiting": waiting,
    }


def _behind(feed: str, seen: int, rows: Rows) -> int:
    """How many messages of a feed have a higher number; in a feed, numbers rise."""
    head = feed_index.head(feed, rows)
    return head - bisect_right(range(1, head + 1), seen, key=lambda n: _number(feed, n, rows))


def _number(feed: str, sequence: int, rows: Rows) -> int:
    return int((rows.get(feed_index.FEED, feed, number(sequence)) or {"number": 0})["number"])
