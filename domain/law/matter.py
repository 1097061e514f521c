"""A matter: what the law needs to know of one party in one incident, as plain facts in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field

from domain.values import PartyId, Value, When, Zone


class Profile(Value):
    """The party as the law sees it: where it is established, in which zone, under which laws.

    `entity` are the kinds of entity it is, `states` those parts of countries where its customers
    live (none: not said), `establishment` the country of its main establishment in the EU, `none`
    where it has none there.
    """

    id: PartyId
    roles: tuple[str, ...] = ()
    name: str = ""
    country: str | None = None
    zone: Zone = "UTC"
    laws: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    group: str | None = None
    sector: str | None = None
    entity: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    establishment: str | None = None

    @property
    def clock(self) -> ZoneInfo:
        """The zone that its dates are read in and its deadlines shown in."""
        return ZoneInfo(self.zone)


class Happening(Value):
    """An event as far as duties turn on it. `at` is when it was recorded (UTC)."""

    id: UUID
    type: str
    at: AwareDatetime
    by: PartyId
    happened: When | None = None
    data: dict[str, Any] = Field(default_factory=dict[str, Any])

    def earliest(self, zone: ZoneInfo) -> datetime:
        """The earliest it can have happened; where nothing says, the latest: never after `at`."""
        first = self.happened.earliest(zone) if self.happened else None
        return min(first, self.at) if first else self.latest(zone)

    def latest(self, zone: ZoneInfo) -> datetime:
        """The latest it can have happened: its recording at the latest."""
        last = self.happened.latest(zone) if self.happened else None
        return min(last, self.at) if last else self.at


class Matter(Value):
    """One party's part in one incident (or in a concern, before there is an incident).

    `undone` holds the ids of happenings that their writer corrected away; `continued_in` the
    incident that took a concern up.
    """

    party: PartyId
    incident: UUID
    vendor: PartyId
    position: int = 0
    happenings: tuple[Happening, ...] = ()
    undone: tuple[UUID, ...] = ()
    continued_in: UUID | None = None

    def living(self, *types: str) -> Iterator[Happening]:
        """The happenings of these types that still count, oldest first."""
        for one in self.happenings:
            if one.type in types and one.id not in self.undone:
                yield one

    def last(self, *types: str) -> Happening | None:
        """The newest of these types that still counts."""
        return next(iter(reversed(list(self.living(*types)))), None)

    def until(self, count: int) -> Matter:
        """The matter as it stood after its first `count` happenings and corrections."""
        return self.model_copy(
            update={"happenings": self.happenings[:count], "undone": _undone(self, count)}
        )


def _undone(matter: Matter, count: int) -> tuple[UUID, ...]:
    return tuple(
        UUID(one.data["target"])
        for one in matter.happenings[:count]
        if one.type == "EventCorrected"
    )


class Line(Value):
    """One client's line in an incident, as its vendor sees it: told, delivered, acknowledged."""

    client: PartyId
    position: int = 0
    sure: str = "suspected"
    count: Any = "unknown"
    named_at: AwareDatetime | None = None
    named_by: UUID | None = None
    confirmed_at: AwareDatetime | None = None
    confirmed_by: UUID | None = None
    since: When | None = None
    notified_at: AwareDatetime | None = None
    notified_by: UUID | None = None
    given_at: When | None = None
    channels: tuple[str, ...] = ()
    updates: int = 0
    delivered_at: AwareDatetime | None = None
    acknowledged_at: AwareDatetime | None = None
    acknowledged_by: UUID | None = None
    asked: tuple[dict[str, Any], ...] = ()
    answered: tuple[dict[str, Any], ...] = ()
    regulator: tuple[dict[str, Any], ...] = ()
    customers: tuple[dict[str, Any], ...] = ()
    cleared_at: AwareDatetime | None = None


class Promise(Value):
    """What an engagement says: the vendor's role, and how soon it must tell the client."""

    role: str = "processor"
    within: str | None = None
    starts: str | None = None
