"""Feeds message by message, byte for byte what was or will be published: for doors beside NATS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from adapters.answers import Answers
from adapters.store.ledger import EventLedger
from adapters.wire import render
from domain.errors import Unavailable
from domain.use_cases.platform import Delivery
from projections import feed_index
from projections.rows import Rows

PAGE_BYTES: Final = 2 * 1024 * 1024  # in one answer, unless a single message is larger


@dataclass(frozen=True)
class FeedMessage:
    """A message as it stands in a feed: which event it tells of, and its body."""

    feed: str
    sequence: int
    event: UUID
    body: str


def page(
    party: str, asked: Mapping[str, Any], answers: Answers, ledger: EventLedger, rows: Rows
) -> list[FeedMessage]:
    """What a party may see of the page it asked for, as far as that fits into one answer."""
    found: list[FeedMessage] = []
    room = PAGE_BYTES
    for one in answers.ask(party, "feed", asked)["feed"]:
        [row] = feed_index.after(one["number"] - 1, 1, rows)
        recorded = ledger.at(row["position"])
        if recorded is None:
            raise Unavailable("the ledger does not hold what the index lists")
        text = render(recorded, feed_index.place_of(row)).decode()
        room -= len(json.dumps(text))
        if room < 0 and found:
            break
        found.append(FeedMessage(row["feed"], row["sequence"], recorded.id, text))
    return found


def delivery(row: Mapping[str, Any], at: datetime, door: str, observed: str) -> Delivery:
    """The delivery of a notice that was awaited."""
    return Delivery(
        incident=UUID(row["incident"]),
        vendor=row["vendor"],
        client=row["client"],
        notice=UUID(row["notice"]),
        door=door,
        delivered_at=at,
        observed=observed,
    )
