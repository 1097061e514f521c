"""A party: its roles, its engagements, its mandates, its credentials."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from domain import events as e
from domain.envelope import Recorded

NATS, API_KEY = "nats", "api-key"
KINDS = (NATS, API_KEY)  # those that the platform makes
PERSON = "person"  # somebody whom an identity provider vouches for


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
class Held:
    """A credential that was issued and not revoked; `expires_at` (UTC), None: never."""

    kind: str
    expires_at: datetime | None


@dataclass(frozen=True)
class Party:
    """What decisions need to know of a party.

    `credentials` by public key or hash; `revoked` holds since when (UTC) a NATS user is shut out.
    """

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
    credentials: dict[str, Held] = field(default_factory=dict[str, "Held"])
    revoked: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def has_mandated(self, vendor: str, stage: str, at: datetime) -> bool:
        """Whether `vendor` may file a report of this stage for this party at `at`.

        A `first_report` mandate covers stage `new` alone (as Datatilsynet distinguishes them).
        """
        mandate = self.mandates.get(vendor)
        if mandate is None or not mandate.in_force(at):
            return False
        return mandate.scope == "full" or stage == "new"


def evolve(state: Party | None, recorded: Recorded) -> Party | None:
    """The party after one more event, None before its registration; never refuses."""
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
        case e.AuditScopeSet(scope=scope):
            return replace(state, scope=frozenset(scope))
        case e.CredentialIssued() as issued:
            held = Held(issued.kind, issued.expires_at)
            return replace(state, credentials={**state.credentials, issued.credential: held})
        case e.CredentialRevoked(credential=credential):
            return _without(state, credential, recorded.envelope.recorded_at)
        case _:
            return state


def _without(state: Party, credential: str, at: datetime) -> Party:
    held = state.credentials.get(credential)
    rest = {name: one for name, one in state.credentials.items() if name != credential}
    user = {credential: at} if held is not None and held.kind == NATS else {}
    return replace(state, credentials=rest, revoked={**state.revoked, **user})


def granted_mandate(granted: e.MandateGranted, recorded_at: datetime, zone: ZoneInfo) -> Mandate:
    """A grant's span: a date counts whole, as people mean it; no start means its recording."""
    since = granted.since.earliest(zone) if granted.since else None
    until = granted.until.latest(zone) if granted.until else None
    return Mandate(scope=granted.scope, since=since or recorded_at, until=until)
