"""Every event, one page: the vocabulary of what can have happened.

Past tense, frozen, each under a permanent topic. Who wrote it, when it was recorded and who may
see it stand in the envelope (`domain/envelope.py`), not here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, TypeVar
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.basics import LABELS, AtMost, one_line
from domain.law.terms import EntityKind, Establishment, FactName, State
from domain.values import (
    Awareness,
    Claim,
    Count,
    Country,
    Facts,
    Label,
    PartyId,
    People,
    Slug,
    Text,
    Total,
    Value,
    When,
    Zone,
)
from domain.words import (
    Affected,
    Capacity,
    ChainLink,
    Channel,
    EngagementRole,
    ErasureReason,
    FilingStage,
    GivenUp,
    MandateScope,
    MeasureStatus,
    NoticeFrom,
    Outcome,
    ReplyKind,
    ReportText,
    RevisionReason,
    Role,
    Short,
    Silence,
    Sure,
    Threshold,
    WaiverGround,
)
from domain.worksheet import Worksheet


class Event(BaseModel):
    """Base of all events. `TOPIC` and `VERSION` name the stored form and never change meaning."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)
    TOPIC: ClassVar[str]
    VERSION: ClassVar[int] = 1


TOPICS: dict[str, type[Event]] = {}


E = TypeVar("E", bound=Event)


def event(cls: type[E]) -> type[E]:
    """Give an event class its permanent topic: `varsel.` and the name it was born with."""
    cls.TOPIC = f"varsel.{cls.__name__}"
    TOPICS[cls.TOPIC] = cls
    return cls


# --- incident: written by the vendor -----------------------------------------------------------


class Chained(Value):
    """How this incident hangs together with another one: a chain of vendors."""

    link: ChainLink
    incident: UUID


@event
class VendorReportedLeak(Event):
    """A vendor said for the first time that data leaked or was mishandled."""

    slug: Slug
    title: Text | None = None
    text: Text | None = None
    facts: Facts
    answers: UUID | None = None
    chained: Chained | None = None


@event
class FactsRevised(Event):
    """The vendor changed what it says: it knows more, corrects itself, or takes it back."""

    reason: RevisionReason
    people: tuple[People, ...] = ()
    totals: tuple[Total, ...] = ()
    claims: tuple[Claim, ...] = ()


class NamedClient(Value):
    """A client that the vendor holds to be touched: how surely, how many, since when known."""

    client: PartyId
    sure: Sure
    count: Count = Count()
    since: When | None = None


@event
class ClientsNamed(Event):
    """The vendor named clients it holds to be touched; `complete` says it knows of no others."""

    clients: tuple[NamedClient, ...]
    complete: bool | None = None


@event
class NoticesIssued(Event):
    """One vendor command wrote to these clients' notice streams (`act` says what it wrote)."""

    act: str
    clients: tuple[PartyId, ...]


@event
class IncidentClosed(Event):
    """The vendor holds the incident to be over."""

    reason: Text | None = None


@event
class IncidentWithdrawn(Event):
    """The vendor took the whole report back: there was no such leak."""

    reason: Text | None = None


# --- notice: written by the vendor for one client ----------------------------------------------


@event
class ClientNotified(Event):
    """The vendor told one client what happened and what of it concerns that client.

    `report` is the report it rests on; `report_texts` are those of its texts that there are.
    """

    facts: Facts
    count: Count
    sure: Sure
    since: When | None = None
    channel: Channel
    given_at: When | None = None
    answers: UUID | None = None
    report: UUID | None = None
    report_texts: tuple[ReportText, ...] = ()


@event
class ClientUpdated(Event):
    """The vendor told one client what has changed since the last word."""

    reason: RevisionReason | None = None
    why: Text | None = None
    count: Count | None = None
    sure: Sure | None = None
    people: tuple[People, ...] = ()
    totals: tuple[Total, ...] = ()
    claims: tuple[Claim, ...] = ()
    incident_state: str | None = None


@event
class ClientCleared(Event):
    """The vendor told one client that it is not touched after all, and what it says instead."""

    reason: Text | None = None
    count: Count | None = None
    people: tuple[People, ...] = ()
    sure: Sure | None = None


@event
class QuestionAnswered(Event):
    """The vendor answered a client's question."""

    question: Slug
    text: Text


# --- case: written by the client, and by the platform ------------------------------------------


@event
class NoticeDelivered(Event):
    """The platform saw a notice reach the client: through which door, observed how."""

    notice: UUID
    door: str
    delivered_at: datetime
    observed: str


@event
class DutyDueSoon(Event):
    """The platform reminded the debtor of a deadline that draws near.

    `should_have_been_at` says since when it was due where the platform came late to it.
    """

    duty: str
    due_at: datetime
    obligation: UUID | None = None
    threshold: Threshold | None = None
    should_have_been_at: datetime | None = None


@event
class DutyOverdue(Event):
    """The platform told the debtor that a deadline has come and the duty is unmet."""

    duty: str
    due_at: datetime
    obligation: UUID | None = None
    threshold: Threshold | None = None
    should_have_been_at: datetime | None = None


@event
class ClientEscalated(Event):
    """The platform brought up that a client is silent: its notice not taken, or not acknowledged.

    `since` is when the notice was delivered (or, undelivered, given); `notice` the vendor's word.
    """

    why: Silence
    notice: UUID
    since: datetime
    second_contact: PartyId | None = None
    should_have_been_at: datetime | None = None


@event
class NoticeAcknowledged(Event):
    """The client confirmed that it has read the vendor's word."""


@event
class QuestionAsked(Event):
    """The client asked the vendor something."""

    question: Slug
    text: Text


class Contact(Value):
    """Where people can turn: a role within a party, never a person."""

    role: Label
    party: PartyId | None = None


@event
class CustomersNotified(Event):
    """The client told the people concerned."""

    audience: tuple[Label, ...]
    channel: Label
    count: Count
    statement: Slug | None = None
    claims: tuple[Claim, ...] = ()
    words: Text | None = None
    quotes: Label | None = None
    advice: tuple[Label, ...] = ()
    contact: Contact | None = None


class Consequence(Value):
    """What may come of it for the people: of which kind, by which way, how surely."""

    kind: Label
    by: Annotated[tuple[Label, ...], AtMost(LABELS)] = ()
    holds: Annotated[str, Short, AfterValidator(one_line)] | None = None


@event
class RiskAssessed(Event):
    """The client judged the risk to people's rights and freedoms."""

    outcome: Outcome
    severity: Label | None = None
    worksheet: Worksheet | None = None
    consequences: tuple[Consequence, ...] = ()
    why: Text


@event
class NotificationWaived(Event):
    """The client decided that a duty to notify does not bind it, and on which ground."""

    duty: str
    ground: WaiverGround
    why: Text


@event
class CaseClosed(Event):
    """The client holds its own case to be over."""


@event
class CaseReopened(Event):
    """A later act of the vendor opened the client's closed case again."""

    by: UUID


# --- incident or case: written by whoever did it -----------------------------------------------


@event
class AwarenessStated(Event):
    """A party said since when it has known, how far, and how it came to know."""

    awareness: Awareness
    why: Text | None = None


@event
class FactStated(Event):
    """A party stated a fact that duties turn on: whether it holds, since when, how many."""

    fact: FactName
    holds: Affected
    when: When | None = None
    value: Count | None = None


@event
class MeasureTaken(Event):
    """A party contained, fixed, investigated, reviewed or prevented something."""

    kind: Label
    status: MeasureStatus
    when: When | None = None
    helped_by: Label | None = None
    text: Text | None = None


@event
class StatementMade(Event):
    """A party said something in public or to a group: claims that can be held against facts."""

    statement: Slug
    audience: tuple[Label, ...]
    channel: Label
    claims: tuple[Claim, ...] = ()
    words: Text | None = None
    quotes: Label | None = None
    corrects: Slug | None = None
    advice: tuple[Label, ...] = ()


@event
class OthersInformed(Event):
    """A party told somebody who is neither client nor supervisory authority."""

    who: Label
    when: When | None = None


@event
class RegulatorNotified(Event):
    """A party filed with a supervisory authority, in which capacity and for whom."""

    authority: Label
    stage: FilingStage
    capacity: Capacity
    controllers: tuple[PartyId, ...] = ()
    reference: Label | None = None
    prompted_by: Label | None = None
    late_reasons: Text | None = None


@event
class AuthorityReplied(Event):
    """A supervisory authority answered: receipt, case number, question, order, or closed."""

    authority: Label
    kind: ReplyKind
    reference: Label | None = None
    due: When | None = None


@event
class DelayRecorded(Event):
    """A party recorded why a duty is lawfully done later, at whose request, until when."""

    duty: str
    ground: Label
    asked_by: Label | None = None
    until: When | None = None


# --- concern: written by a client before any incident ------------------------------------------


@event
class ClientRaisedConcern(Event):
    """A client asked a vendor about something it noticed itself."""

    slug: Slug
    vendor: PartyId
    awareness: Awareness | None = None
    claims: tuple[Claim, ...] = ()
    text: Text | None = None


# --- party: written by the operator, and by the party for its mandates -------------------------


@event
class PartyRegistered(Event):
    """The operator let a party in."""

    id: PartyId
    roles: tuple[Role, ...]
    name: Label
    country: Country | None = None
    zone: Zone = "UTC"
    laws: tuple[Label, ...] = ()
    laws_presumed: bool = False
    group: Label | None = None
    scope: tuple[PartyId, ...] = ()
    sector: Label | None = None
    entity: tuple[EntityKind, ...] = ()
    states: tuple[State, ...] = ()
    establishment: Establishment | None = None
    second_contact: PartyId | None = None


class ContractNotice(Value):
    """How soon a vendor must tell a client by contract: an ISO 8601 duration, from which start."""

    within: str
    from_: NoticeFrom = Field(alias="from")


@event
class EngagementAgreed(Event):
    """A client and a vendor work together: in which role, for what, with which notice period."""

    vendor: PartyId
    client: PartyId
    role: EngagementRole
    service: Label | None = None
    contract_notice: ContractNotice | None = None


@event
class MandateGranted(Event):
    """A client let a vendor file with the supervisory authority on its behalf."""

    vendor: PartyId
    scope: MandateScope
    since: When | None = None
    until: When | None = None


@event
class MandateRevoked(Event):
    """A client took the mandate back."""

    vendor: PartyId


@event
class AuditScopeSet(Event):
    """The operator said anew whom an auditor may look at; an empty scope is nobody."""

    auditor: PartyId
    scope: tuple[PartyId, ...] = ()


@event
class CredentialIssued(Event):
    """The platform issued a credential; of the secret it keeps only a hash or a public key.

    `expires_at` (UTC, whole seconds) is when it stops to open anything by itself; None: never.
    """

    party: PartyId
    credential: str
    kind: str
    expires_at: datetime | None = None


@event
class CredentialRevoked(Event):
    """The platform cut a credential off."""

    party: PartyId
    credential: str


@event
class WebhookAdded(Event):
    """A party had a feed sent to an endpoint; its URL and secret lie in the vault, not here.

    `types` are the kinds of event it wants (none: all); `full` asks for the messages themselves.
    """

    endpoint: Slug
    host: Label
    feed: PartyId
    full: bool = False
    types: tuple[Label, ...] = ()


@event
class WebhookRotated(Event):
    """A party had the signing secret of an endpoint replaced."""

    endpoint: Slug


@event
class WebhookDisabled(Event):
    """The platform stopped to send to an endpoint: it is gone, answers nothing, or may not see."""

    endpoint: Slug
    why: GivenUp


@event
class WebhookEnabled(Event):
    """A party had the sending to a disabled endpoint taken up again."""

    endpoint: Slug


@event
class WebhookRemoved(Event):
    """A party took an endpoint away; its URL and secret were destroyed."""

    endpoint: Slug


@event
class LawPackLoaded(Event):
    """The platform computes with these law packs from here on."""

    fingerprint: str
    packs: tuple[str, ...]


# --- any stream --------------------------------------------------------------------------------


@event
class EventCorrected(Event):
    """The writer undid an event of its own that was recorded by mistake; it stays readable."""

    target: UUID
    why: Text


@event
class ContentErased(Event):
    """All free text that a party had written about an incident up to here is erased.

    The reason is a word of a closed list: what was erased must not be told anew beside it. `key`
    names the key that is destroyed, as `domain/ports.Ledger.seal` does.
    """

    party: PartyId
    why: ErasureReason
    key: str
    reference: Label | None = None
