"""A concern: what a client noticed and asked its vendor about, before any incident existed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from domain import events as e
from domain.envelope import Recorded


@dataclass(frozen=True)
class Concern:
    """What decisions about a concern need to know."""

    id: UUID
    client: str
    vendor: str
    slug: str


def fold(recorded: Iterable[Recorded]) -> Concern | None:
    """The concern after these events, or None before it was raised."""
    for event in recorded:
        if isinstance(event.event, e.ClientRaisedConcern):
            raised = event.event
            return Concern(event.stream, event.envelope.party, raised.vendor, raised.slug)
    return None
