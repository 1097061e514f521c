"""From which side a party acts on an incident, and how an act is said from there."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain import events as e
from domain import streams
from domain.envelope import Context
from domain.errors import Invalid
from domain.incident import Incident
from domain.use_cases.telling import copies
from domain.values import When
from domain.words import Visibility
from domain.work import Work


@dataclass(frozen=True)
class Side:
    """From which side a party acts on an incident, and to which stream its acts go.

    `own` is the incident itself, for its vendor alone.
    """

    stream: UUID
    about: Context
    vendor: str
    own: Incident | None = None


def side(reference: str, work: Work) -> Side:
    """The vendor's side for its own incident, else the client's for one it was told of."""
    own = work.own_incident(reference)
    if own is not None:
        return Side(own.id, Context(incident=own.id, vendor=own.vendor), own.vendor, own)
    told = work.require_told_incident(reference)
    work.case(told).require_open()
    stream = streams.case_id(told.id, work.me.id)
    about = Context(incident=told.id, vendor=told.vendor, client=work.me.id)
    return Side(stream, about, told.vendor)


def say(
    mine: Side, event: e.Event, visibility: Visibility, work: Work, happened: When | None = None
) -> None:
    """Put an act on one's own stream; a shared one reaches the other side as well."""
    if mine.own is None:
        readers = [work.me.id, *([mine.vendor] if visibility == "shared" else [])]
        work.add(mine.stream, event, mine.about, readers, happened=happened)
        return
    work.add(mine.stream, event, mine.about, [work.me.id], happened=happened)
    if visibility == "shared":
        copies(mine.own, mine.own.reachable(), event, work, happened)


def not_ahead(when: When | None, work: Work, field: str) -> When | None:
    """Refuse a time that lies wholly after now: nothing is reported before it happens."""
    earliest = when.earliest(work.me.zone) if when else None
    if earliest is not None and earliest > work.now:
        raise Invalid(
            "this lies in the future",
            field=field,
            got=when.model_dump(mode="json") if when else None,
            expected=f"a time not after {work.now.isoformat()}",
            next_step="check the date and the zone",
        )
    return when
