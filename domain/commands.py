"""What each verb takes: these models are the published schema of every door.

A command names what its writer wants; who writes, when, and under which command id come beside
it. `Command.VERB` is its public name.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    model_validator,
)

from domain.events import Chained, Consequence, Contact
from domain.law.rules import LAWS
from domain.values import (
    Awareness,
    Claim,
    Count,
    Country,
    Label,
    PartyId,
    People,
    Slug,
    System,
    Text,
    Total,
    Value,
    When,
    Zone,
)
from domain.words import (
    Capacity,
    Channel,
    EngagementRole,
    FilingStage,
    MandateScope,
    MeasureStatus,
    Nature,
    NoticeFrom,
    Outcome,
    ReplyKind,
    RevisionReason,
    Role,
    Stage,
    Sure,
    Visibility,
    WaiverGround,
    one_of,
)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Labels = Annotated[tuple[Label, ...], BeforeValidator(_as_list)]
IncidentRef = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Duration = Annotated[str, StringConstraints(pattern=r"^P(\d+[YMWD]|T\d+H)$")]
DutyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+\.[a-z0-9.-]+$")]
Law = Annotated[str, AfterValidator(one_of(LAWS, "law"))]


class Command(Value):
    """Base of every command."""

    VERB: ClassVar[str]


def _once(clients: Any) -> Any:
    names = [c.client if isinstance(c, NamedClientIn) else c for c in clients]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"names {', '.join(twice)} twice; name each client once"
        raise ValueError(msg)
    return clients


PartyIds = Annotated[tuple[PartyId, ...], AfterValidator(_once)]

# --- vendor ------------------------------------------------------------------------------------


class ReportLeak(Command):
    """A vendor's first report of a leak."""

    VERB = "report_leak"
    incident: Slug
    title: Text | None = None
    happened: When | None = None
    data_period: When | None = None
    discovered_by: Label | None = None
    aware: Awareness | None = None
    nature: tuple[Nature, ...] = Field(min_length=1)
    systems: tuple[System, ...] = ()
    people: tuple[People, ...] = Field(min_length=1)
    totals: tuple[Total, ...] = ()
    claims: tuple[Claim, ...] = ()
    text: Text | None = None
    answers: IncidentRef | None = None
    upstream: Chained | UUID | None = None


class ReviseFacts(Command):
    """A vendor changes what it says."""

    VERB = "revise_facts"
    incident: IncidentRef
    reason: RevisionReason
    claims: tuple[Claim, ...] = ()
    people: tuple[People, ...] = ()
    totals: tuple[Total, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> ReviseFacts:
        if not (self.claims or self.people or self.totals):
            msg = "revises nothing; give at least one of claims, people, totals"
            raise ValueError(msg)
        return self


class NamedClientIn(Value):
    """A client to be named."""

    client: PartyId
    sure: Sure
    count: Count = Count()
    since: When | None = None


class NameClients(Command):
    """A vendor names clients it holds to be touched."""

    VERB = "name_clients"
    incident: IncidentRef
    clients: Annotated[tuple[NamedClientIn, ...], Field(min_length=1), AfterValidator(_once)]
    complete: bool | None = None


class NotifyClients(Command):
    """A vendor tells clients (naming them first where it had not)."""

    VERB = "notify_clients"
    incident: IncidentRef
    clients: Annotated[PartyIds, Field(min_length=1)] | Literal["all"]
    channel: Channel
    given_at: When | None = None


class UpdateClient(Command):
    """A vendor tells one client something new."""

    VERB = "update_client"
    incident: IncidentRef
    client: PartyId
    count: Count | None = None
    people: tuple[People, ...] = ()
    sure: Sure | None = None
    reason: Text


class ClearClient(Command):
    """A vendor tells one client that it is not touched after all."""

    VERB = "clear_client"
    incident: IncidentRef
    client: PartyId
    count: Count | None = None
    people: tuple[People, ...] = ()
    sure: Sure | None = None
    reason: Text


class CloseIncident(Command):
    """A vendor holds the incident to be over."""

    VERB = "close_incident"
    incident: IncidentRef
    reason: Text | None = None


class Withdraw(Command):
    """A vendor takes its report back."""

    VERB = "withdraw"
    incident: IncidentRef
    reason: Text | None = None


class Answer(Command):
    """A vendor answers a client's question."""

    VERB = "answer"
    incident: IncidentRef
    client: PartyId
    question: Slug
    text: Text


# --- vendor or client --------------------------------------------------------------------------


class StateAwareness(Command):
    """A party says since when it has known, how far, and how."""

    VERB = "state_awareness"
    incident: IncidentRef
    stage: Stage
    when: When
    how: Label
    why: Text | None = None
    visibility: Visibility = "own"


class TakeMeasure(Command):
    """A party did, does or will do something about it."""

    VERB = "take_measure"
    incident: IncidentRef
    kind: Label
    status: MeasureStatus
    when: When | None = None
    helped_by: Label | None = None
    text: Text | None = None
    visibility: Visibility = "own"


class MakeStatement(Command):
    """A party said something in public or to a group."""

    VERB = "make_statement"
    incident: IncidentRef
    id: Slug
    audience: Labels = Field(min_length=1)
    channel: Label
    claims: tuple[Claim, ...] = ()
    words: Text | None = None
    quotes: Label | None = None
    corrects: Slug | None = None
    advice: Labels = ()
    visibility: Visibility = "own"


class InformOthers(Command):
    """A party told police, a CSIRT, an insurer, partners and the like."""

    VERB = "inform_others"
    incident: IncidentRef
    who: Label
    when: When | None = None
    visibility: Visibility = "own"


class NotifyRegulator(Command):
    """A party filed with a supervisory authority."""

    VERB = "notify_regulator"
    incident: IncidentRef
    authority: Label
    stage: FilingStage
    capacity: Capacity
    controllers: PartyIds = ()
    reference: Label | None = None
    prompted_by: Label | None = None
    late_reasons: Text | None = None

    @model_validator(mode="after")
    def _controllers_fit(self) -> NotifyRegulator:
        if (self.capacity == "for_controllers") != bool(self.controllers):
            msg = (
                "controllers go with capacity for_controllers, and with it alone; "
                f"got capacity {self.capacity} and {len(self.controllers)} controllers"
            )
            raise ValueError(msg)
        return self


class RecordReply(Command):
    """A supervisory authority answered."""

    VERB = "record_reply"
    incident: IncidentRef
    authority: Label
    kind: ReplyKind
    reference: Label | None = None
    due: When | None = None
    visibility: Visibility = "own"


class RecordDelay(Command):
    """A duty is lawfully done later."""

    VERB = "record_delay"
    incident: IncidentRef
    duty: DutyId
    ground: Label
    asked_by: Label | None = None
    until: When | None = None
    visibility: Visibility = "own"


class Correct(Command):
    """The writer undoes an event of its own (its id, or the id of the command that made it)."""

    VERB = "correct"
    event: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    why: Text


# --- client ------------------------------------------------------------------------------------


class RaiseConcern(Command):
    """A client asks a vendor about something it noticed."""

    VERB = "raise_concern"
    vendor: PartyId
    concern: Slug
    aware: Awareness | None = None
    claims: tuple[Claim, ...] = ()
    text: Text | None = None


class Acknowledge(Command):
    """A client confirms that it has read the vendor's word."""

    VERB = "acknowledge"
    incident: IncidentRef


class CloseCase(Command):
    """A client holds its own case to be over."""

    VERB = "close_case"
    incident: IncidentRef


class AssessRisk(Command):
    """A client judges the risk to people's rights and freedoms."""

    VERB = "assess_risk"
    incident: IncidentRef
    outcome: Outcome
    severity: Label | None = None
    consequences: tuple[Consequence, ...] = ()
    why: Text


class Waive(Command):
    """A client decides that a duty to notify does not bind it."""

    VERB = "waive"
    incident: IncidentRef
    duty: DutyId
    ground: WaiverGround
    why: Text


class NotifyCustomers(Command):
    """A client told the people concerned."""

    VERB = "notify_customers"
    incident: IncidentRef
    audience: Labels = Field(min_length=1)
    channel: Label
    count: Count
    statement: Slug | None = None
    claims: tuple[Claim, ...] = ()
    words: Text | None = None
    quotes: Label | None = None
    advice: Labels = ()
    contact: Contact | None = None


class Ask(Command):
    """A client asks the vendor."""

    VERB = "ask"
    incident: IncidentRef
    question: Slug
    text: Text


class GrantMandate(Command):
    """A client lets a vendor file on its behalf."""

    VERB = "grant_mandate"
    vendor: PartyId
    scope: MandateScope
    since: When | None = Field(default=None, alias="from")
    until: When | None = None


class RevokeMandate(Command):
    """A client takes a mandate back."""

    VERB = "revoke_mandate"
    vendor: PartyId


# --- operator ----------------------------------------------------------------------------------


class RegisterParty(Command):
    """The operator lets a party in."""

    VERB = "register_party"
    id: PartyId
    roles: tuple[Role, ...] = Field(min_length=1)
    name: Label | None = None
    country: Country | None = None
    zone: Zone = "UTC"
    laws: tuple[Law, ...] | None = None
    group: Label | None = None
    scope: tuple[PartyId, ...] = ()


class ContractNoticeIn(Value):
    """How soon the vendor must tell the client by contract."""

    within: Duration
    from_: NoticeFrom = Field(alias="from")


class AgreeEngagement(Command):
    """The operator records that a client and a vendor work together."""

    VERB = "agree_engagement"
    vendor: PartyId
    client: PartyId
    role: EngagementRole = "processor"
    service: Label | None = None
    contract_notice: ContractNoticeIn | None = None


ALL: tuple[type[Command], ...] = (
    ReportLeak,
    ReviseFacts,
    NameClients,
    NotifyClients,
    UpdateClient,
    ClearClient,
    CloseIncident,
    Withdraw,
    Answer,
    StateAwareness,
    TakeMeasure,
    MakeStatement,
    InformOthers,
    NotifyRegulator,
    RecordReply,
    RecordDelay,
    Correct,
    RaiseConcern,
    Acknowledge,
    CloseCase,
    AssessRisk,
    Waive,
    NotifyCustomers,
    Ask,
    GrantMandate,
    RevokeMandate,
    RegisterParty,
    AgreeEngagement,
)
VERBS: dict[str, type[Command]] = {command.VERB: command for command in ALL}
