"""From what a command decided to what is recorded of it: stamps, ids, envelopes, the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from adapters.store.mapper import Entry
from adapters.store.randomness import random_bytes
from domain.envelope import Draft, Envelope
from domain.ports import Changes, Receipt, ReceiptEvent, Signature


def stamp(now: datetime, clock: str) -> datetime:
    """Now, or the log's last time where that is later."""
    mine = now.astimezone(UTC)
    return max(mine, datetime.fromisoformat(clock)) if clock else mine


def text(at: datetime) -> str:
    """As it is kept: of one width, so that the order of texts is that of times."""
    return at.isoformat(timespec="microseconds")


def in_order(changes: Changes) -> list[tuple[UUID, int, Draft]]:
    """All drafts with their versions; the command's main stream comes first."""
    streams = sorted(changes.streams, key=lambda stream: stream != changes.main)
    return [
        (stream, expected + number, draft)
        for stream in streams
        for expected, drafts in [changes.streams[stream]]
        for number, draft in enumerate(drafts, start=1)
    ]


def entry(stream: UUID, version: int, draft: Draft, by: Signature, at: datetime) -> Entry:
    """A draft in its envelope."""
    envelope = Envelope(
        id=draft.id or event_id(at),
        party=by.party,
        command=by.command,
        actor=by.actor,
        recorded_at=at,
        happened=draft.happened,
        about=draft.about,
        corrects=draft.corrects,
        visibility=draft.visibility,
        salt=random_bytes(16).hex(),
    )
    return Entry(stream, version, envelope, draft.event)


def receipt(
    changes: Changes,
    by: Signature,
    at: datetime,
    entries: Sequence[Entry],
    positions: Sequence[int],
) -> Receipt:
    """What its sender is told, and gets again whenever it sends the command again."""
    placed = list(zip(entries, positions, strict=True))
    own = [
        ReceiptEvent(id=entry.envelope.id, type=type(entry.event).__name__, position=position)
        for entry, position in placed
        if entry.originator_id == changes.main
    ]
    return Receipt(
        command=by.command,
        verb=by.verb,
        recorded_at=at,
        incident=changes.incident,
        events=tuple(own),
        notices=len(placed) - len(own),
    )


def event_id(at: datetime) -> UUID:
    """A UUID version 7 (RFC 9562 section 5.7): milliseconds, then 74 random bits."""
    millis = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    random = int.from_bytes(random_bytes(10), "big")
    number = millis << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64 | 0b10 << 62
    return UUID(int=number | random & ((1 << 62) - 1))
