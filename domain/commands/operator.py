"""What the operator may say."""

from __future__ import annotations

from pydantic import (
    Field,
)

from domain.commands.base import Command, Duration, Law
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
    sector: Label | None = None
    entity: tuple[EntityKind, ...] = ()
    states: tuple[State, ...] = ()
    establishment: Establishment | None = None
    second_contact: PartyId | None = None


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
