"""Which message goes to whom, under which number? The one list that every door reads from.

Everything in it is a pure function of the ledger up to that point: the feed can be thrown away
and made again, byte for byte.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha1, sha256
from typing import Final

from domain.envelope import PLATFORM, Recorded
from projections import describe
from projections.rows import Row, Rows, number

FEED, NUMBERS, HEADS = "feed", "numbers", "heads"
FIRST_HASH = "0" * 64
_VARIANT: Final = "89ab"


@dataclass(frozen=True)
class Place:
    """Where a message stands: in which feed, under which gapless sequence, after which hash.

    `message` is its id, a UUID as it is written.
    """

    feed: str
    sequence: int
    previous: str
    message: str


Render = Callable[[Recorded, Place], bytes]


class FeedIndex:
    """The projection; `render` makes a message's body from an event and its place."""

    def __init__(self, render: Render) -> None:
        self._render = render

    def project(self, recorded: Recorded, rows: Rows) -> None:
        """Give the event its next place in the feed of everybody who may see it."""
        total = rows.get(HEADS, "", "") or {"number": 0, "position": 0}
        if recorded.position <= total["position"]:
            return
        last = total["number"]
        for party in addressees(recorded):
            last += 1
            self._place(recorded, party, last, rows)
        rows.put(HEADS, "", "", {"number": last, "position": recorded.position})

    def _place(self, recorded: Recorded, party: str, ordinal: int, rows: Rows) -> None:
        head = rows.get(HEADS, party, "") or {"sequence": 0, "hash": FIRST_HASH}
        place = Place(
            feed=party,
            sequence=head["sequence"] + 1,
            previous=head["hash"],
            message=message_id(recorded, party),
        )
        digest = sha256(self._render(recorded, place)).hexdigest()
        row: Row = {
            "number": ordinal,
            "feed": party,
            "sequence": place.sequence,
            "previous": place.previous,
            "position": recorded.position,
            "message": place.message,
            "hash": digest,
            "subject": subject(recorded, party),
        }
        rows.put(FEED, party, number(place.sequence), row)
        rows.put(NUMBERS, "", number(ordinal), row)
        rows.put(HEADS, party, "", {"sequence": place.sequence, "hash": digest})


def addressees(recorded: Recorded) -> Iterable[str]:
    """Whose feeds the event goes to: everybody who may see it, the platform itself excepted."""
    return [party for party in recorded.envelope.visibility if party != PLATFORM]


def message_id(recorded: Recorded, party: str) -> str:
    """The id of an event's message in one feed; it tells nothing of other feeds.

    `uuid.uuid5`, of RFC 9562, as it is written, without making the UUID: there are many of them.
    """
    drawn = sha1(recorded.id.bytes + party.encode(), usedforsecurity=False).hexdigest()
    variant = _VARIANT[int(drawn[16], 16) % 4]
    return f"{drawn[:8]}-{drawn[8:12]}-5{drawn[13:16]}-{variant}{drawn[17:20]}-{drawn[20:32]}"


def subject(recorded: Recorded, party: str) -> str:
    """The subject on which the message is published."""
    return f"feed.{party}.{recorded.incident_text or '_'}.{describe.kind(recorded)}"


def place_of(row: Row) -> Place:
    """The place that a row of the index describes."""
    return Place(row["feed"], row["sequence"], row["previous"], row["message"])


def total(rows: Rows) -> int:
    """How many messages there are in all feeds together."""
    return int((rows.get(HEADS, "", "") or {"number": 0})["number"])


def head(party: str, rows: Rows) -> int:
    """The sequence of a feed's newest message; 0 where it is empty."""
    return int((rows.get(HEADS, party, "") or {"sequence": 0})["sequence"])


def after(ordinal: int, limit: int, rows: Rows) -> list[Row]:
    """The messages behind a number, over all feeds, in the order of publication."""
    return [row for _, row in rows.all(NUMBERS, "", after=number(ordinal), limit=limit)]


def placed(party: str, position: int, rows: Rows) -> Row | None:
    """Where in a feed the event at a position of the log stands; None where it is not in it."""

    def at(sequence: int) -> Row:
        return rows.get(FEED, party, number(sequence)) or {"position": 0}

    sequences = range(1, head(party, rows) + 1)
    before = bisect_left(sequences, position, key=lambda one: at(one)["position"])
    row = at(before + 1)
    return row if row["position"] == position else None


def page(party: str, sequence: int, limit: int, rows: Rows) -> list[Row]:
    """The messages behind a sequence in one feed."""
    return [row for _, row in rows.all(FEED, party, after=number(sequence), limit=limit)]
