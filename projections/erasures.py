"""Was this text erased since it was written: when, by whom, why?"""

from __future__ import annotations

from domain import events as e
from domain.envelope import Recorded
from projections.rows import Row, Rows, number

VIEW = "erasures"
HANDLED = frozenset({e.ContentErased})


def project(recorded: Recorded, rows: Rows) -> None:
    """One row an erasure: of the event that the writer itself sees, not of what others are told."""
    event, envelope = recorded.event, recorded.envelope
    if not isinstance(event, e.ContentErased) or event.party not in envelope.visibility:
        return
    row: Row = {
        "event": str(recorded.id),
        "at": envelope.recorded_at.isoformat(),
        "by": envelope.party,
        "why": event.why,
    }
    rows.put(
        VIEW, _scope(event.party, str(envelope.about.incident)), number(recorded.position), row
    )


def since(recorded: Recorded, rows: Rows) -> Row | None:
    """The erasure that took the free text of this event; None where it is still there."""
    envelope = recorded.envelope
    scope = _scope(envelope.party, str(envelope.about.incident))
    found = rows.all(VIEW, scope, after=number(recorded.position), limit=1)
    return found[0][1] if found else None


def _scope(party: str, incident: str) -> str:
    return f"{party}/{incident}"
