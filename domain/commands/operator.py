"""What the operator may say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    Field,
    StringConstraints,
)

from domain.basics import CLIENTS, KINDS, AtMost
from domain.commands.base import Command, Duration, Law, PartyIds
from domain.expiry import Expiry
from domain.law.terms import EntityKind, Establishment, State
from domain.values import (
    Country,
    Label,
    PartyId,
    Value,
    Zone,
)
from domain.words import (
    EngagementRole,
    NoticeFrom,
    Role,
)

LAST = 2**53 - 1  # the largest whole number that every JSON reader keeps
FoundId = Annotated[int, Field(ge=0, le=LAST)]


class RegisterParty(Command):
    """The operator lets a party in."""

    VERB = "register_party"
    id: PartyId
    roles: Annotated[tuple[Role, ...], Field(min_length=1), AtMost(KINDS)]
    name: Label | None = None
    country: Country | None = None
    zone: Zone = "UTC"
    laws: Annotated[tuple[Law, ...], AtMost(KINDS)] | None = None
    group: Label | None = None
    scope: Annotated[tuple[PartyId, ...], AtMost(CLIENTS)] = ()
    sector: Label | None = None
    entity: Annotated[tuple[EntityKind, ...], AtMost(KINDS)] = ()
    states: Annotated[tuple[State, ...], AtMost(KINDS)] = ()
    establishment: Establishment | None = None
    second_contact: PartyId | None = None


class SetScope(Command):
    """The operator says anew whom an auditor may look at; an empty list is nobody."""

    VERB = "set_scope"
    party: PartyId
    scope: PartyIds


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


# --- what comes with secrets, which the desk never sees: no verbs of `varsel do` ---------------


class AdmitParty(RegisterParty):
    """The operator lets a party in and gives it its first credentials."""

    VERB = "party_add"
    expires: Expiry | None = None


class IssueCredentials(Command):
    """The operator gives a party more credentials; those it has stay."""

    VERB = "party_issue"
    id: PartyId
    only: Literal["nats", "api-key"] | None = None
    expires: Expiry | None = None


class AdmitPerson(Command):
    """The operator lets a person log in for a party, as an identity provider knows that person."""

    VERB = "party_person"
    id: PartyId
    issuer: Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=500)]
    subject: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,255}$")]
    expires: Expiry | None = None


class RotateCredentials(IssueCredentials):
    """The operator gives a party new credentials; the old ones of the same kind are cut off."""

    VERB = "party_rotate"


class RevokeCredentials(Command):
    """The operator cuts a party's credentials off: one, by how its name begins, or all."""

    VERB = "party_revoke"
    id: PartyId
    credential: Annotated[str, StringConstraints(min_length=6, max_length=100)] | None = None


class SettleForeign(Command):
    """The operator has dealt with what FEED held and the ledger does not know, up to an id."""

    VERB = "foreign_settle"
    through: FoundId
