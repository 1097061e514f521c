"""Up to which event does it stand, what a party's duties turn on? For who remembers the answer."""

from __future__ import annotations

from domain.envelope import Recorded
from projections.rows import Rows

VIEW = "changes"
MATTERS, PROMISES = "matters", "promises"
Mark = tuple[tuple[str, int], ...]
"""By what it is about: the position of the last event. While it stays, so does every row."""


def project(recorded: Recorded, rows: Rows) -> None:
    """Mark those whose matters, facts or board this event may change."""
    about = recorded.envelope.about
    if about.incident is None:
        return
    for party in recorded.envelope.visibility:
        if party in {about.client, about.vendor}:
            changed(party, MATTERS, recorded, rows)


def changed(party: str, what: str, recorded: Recorded, rows: Rows) -> None:
    """Mark that an event has changed something of a party's."""
    rows.put(VIEW, party, what, {"position": recorded.position})


def mark(party: str, rows: Rows) -> Mark:
    """How a party's rows stand; read before them and again after them, it vouches for them."""
    return tuple((what, row["position"]) for what, row in rows.all(VIEW, party))
