"""What of the vendor's word has reached its client, when first, and through which door?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.values import When
from projections.rows import Row

NOTICES = ("ClientNotified", "ClientUpdated", "ClientCleared")
OBSERVED = (*NOTICES, "QuestionAnswered")  # whose arrival the platform looks for


@dataclass(frozen=True)
class Arrival:
    """When something reached the client it was told to, and how."""

    at: datetime
    door: str


def of(entries: Sequence[Row], zone: ZoneInfo) -> dict[str, Arrival]:
    """By the event that was told (`timeline.entries`): the first that is known of its arrival.

    Delivered through a door of the platform, given in another way (from the earliest instant that
    its time allows, as clocks run), or acknowledged.
    """
    found: dict[str, Arrival] = {}
    for event, arrival in _seen(entries, zone):
        if event not in found or arrival.at < found[event].at:
            found[event] = arrival
    return found


def knew(entry: Row, arrivals: Mapping[str, Arrival], at: datetime) -> bool | None:
    """Whether it had arrived by an instant; None where nobody looks whether it does."""
    arrival = arrivals.get(entry["event"])
    if arrival is None and entry["type"] not in OBSERVED:
        return None
    return arrival is not None and arrival.at <= at


def _seen(entries: Sequence[Row], zone: ZoneInfo) -> Iterator[tuple[str, Arrival]]:
    unread: dict[str, list[str]] = {}  # by client, since it last acknowledged
    undone = {one["corrects"] for one in entries if one["corrects"]}
    for one in entries:
        data, at = one["data"], datetime.fromisoformat(one["recorded_at"])
        if one["type"] in OBSERVED:
            unread.setdefault(one["client"], []).append(one["event"])
        if one["type"] == "ClientNotified" and data["channel"] != "platform":
            given = When.model_validate(one["happened"]).earliest(zone)
            yield one["event"], Arrival(min(given, at) if given else at, data["channel"])
        if one["type"] == "NoticeDelivered":
            seen = datetime.fromisoformat(data["delivered_at"])
            yield data["notice"], Arrival(min(seen, at), data["door"])
        if one["type"] == "NoticeAcknowledged" and one["event"] not in undone:
            for event in unread.pop(one["client"], ()):
                yield event, Arrival(at, "acknowledgement")
