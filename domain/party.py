"""A party: its roles, its engagements, its mandates, its credentials."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from domain import events as e
from domain.envelope import Recorded


@dataclass(frozen=True)
class Mandate:
    """A vendor may file for this client: in which scope, between which instants (UTC)."""

    scope: str
    since: datetime
    until: datetime | None

    def in_force(self, at: datetime) -> bool:
        """Whether the mandate covers the instant `at`."""
        return self.since <= at and (self.until is None or at <= self.until)


@dataclass(frozen=True)
class Party:
    """What decisions need to know of a party."""

    id: str
    roles: frozenset[str]
    zone: ZoneInfo
    scope: frozenset[str]
    group: str | None = None
    second_contact: str | None = None
    engagements: dict[str, e.EngagementAgreed] = field(
        default_factory=dict[str, e.EngagementAgreed]
    )
    mandates: dict[str, Mandate] = field(default_factory=dict[str, Mandate])
    credentials: dict[str, str] = field(default_factory=dict[str, str])

    def has_mandated(self, vendor: str, stage: str, at: datetime) -> bool:
        """Whether `vendor` may file a report of this stage for this party at `at`.

        A `first_report` mandate covers stage `new` alone (as Datatilsynet distinguishes them).
        """
        mandate = self.mandates.get(vendor)
        if mandate is None or not mandate.in_force(at):
            return False
        return mandate.scope == "full" or stage == "new"


def fold(recorded: Iterable[Recorded]) -> Party | None:
    """The party after these events, or None before its registration."""
    state: Party | None = None
    for event in recorded:
        state = evolve(state, event)
    return state


def evolve(state: Party | None, recorded: Recorded) -> Party | None:
    """The party after one more event; never refuses."""
    happening = recorded.event
    if isinstance(happening, e.PartyRegistered):
        return Party(
            id=happening.id,
            roles=frozenset(happening.roles),
            zone=ZoneInfo(happening.zone),
            scope=frozenset(happening.scope),
            group=happening.group,
            second_contact=happening.second_contact,
        )
    return None if state is None else _next(state, recorded)


def _next(state: Party, recorded: Recorded) -> Party:
    match recorded.event:
        case e.EngagementAgreed() as agreed:
            return replace(state, engagements={**state.engagements, agreed.vendor: agreed})
        case e.MandateGranted() as granted:
            mandate = granted_mandate(granted, recorded.envelope.recorded_at, state.zone)
            return replace(state, mandates={**state.mandates, granted.vendor: mandate})
        case e.MandateRevoked(vendor=vendor):
            rest = {name: m for name, m in state.mandates.items() if name != vendor}
            return replace(state, mandates=rest)
        case e.CredentialIssued(credential=credential, kind=kind):
            return replace(state, credentials={**state.credentials, credential: kind})
        case e.CredentialRevoked(credential=credential):
            rest_of = {c: k for c, k in state.credentials.items() if c != credential}
            return replace(state, credentials=rest_of)
        case _:
            return state


def granted_mandate(granted: e.MandateGranted, recorded_at: datetime, zone: ZoneInfo) -> Mandate:
    """A grant's span: a date counts whole, as people mean it; no start means its recording."""
    since = granted.since.earliest(zone) if granted.since else None
    until = granted.until.latest(zone) if granted.until else None
    return Mandate(scope=granted.scope, since=since or recorded_at, until=until)
