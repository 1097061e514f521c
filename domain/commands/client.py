"""What a client may say of its case, its concerns and its mandates."""

from __future__ import annotations

from typing import Annotated

from pydantic import (
    Field,
)

from domain.basics import LABELS, AtMost
from domain.commands.base import Claims, Command, DutyId, IncidentRef, Labels
from domain.events import Consequence, Contact
from domain.values import (
    Awareness,
    Count,
    Label,
    PartyId,
    Slug,
    Text,
    When,
)
from domain.words import (
    MandateScope,
    Outcome,
    WaiverGround,
)
from domain.worksheet import Worksheet


class RaiseConcern(Command):
    """A client asks a vendor about something it noticed."""

    VERB = "raise_concern"
    vendor: PartyId
    concern: Slug
    aware: Awareness | None = None
    claims: Claims = ()
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
    worksheet: Worksheet | None = None
    consequences: Annotated[tuple[Consequence, ...], AtMost(LABELS)] = ()
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
    claims: Claims = ()
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
