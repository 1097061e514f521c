"""What a vendor may say of its incident."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    Field,
    model_validator,
)

from domain.basics import CLIENTS, KINDS, ROWS, AtMost
from domain.commands.base import (
    Claims,
    Command,
    IncidentRef,
    PeopleRows,
    Totals,
    once,
)
from domain.events import Chained
from domain.values import (
    Awareness,
    Count,
    Label,
    PartyId,
    People,
    Slug,
    System,
    Text,
    Value,
    When,
)
from domain.words import (
    Channel,
    Nature,
    RevisionReason,
    Sure,
)


class ReportLeak(Command):
    """A vendor's first report of a leak."""

    VERB = "report_leak"
    incident: Slug
    title: Text | None = None
    happened: When | None = None
    data_period: When | None = None
    discovered_by: Label | None = None
    aware: Awareness | None = None
    nature: Annotated[tuple[Nature, ...], Field(min_length=1), AtMost(KINDS)]
    systems: Annotated[tuple[System, ...], AtMost(ROWS)] = ()
    people: Annotated[tuple[People, ...], Field(min_length=1), AtMost(ROWS)]
    totals: Totals = ()
    claims: Claims = ()
    text: Text | None = None
    answers: IncidentRef | None = None
    upstream: Chained | IncidentRef | None = None


class ReviseFacts(Command):
    """A vendor changes what it says."""

    VERB = "revise_facts"
    incident: IncidentRef
    reason: RevisionReason
    claims: Claims = ()
    people: PeopleRows = ()
    totals: Totals = ()

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
    clients: Annotated[
        tuple[NamedClientIn, ...], Field(min_length=1), AtMost(CLIENTS), AfterValidator(once)
    ]
    complete: bool | None = None


class NotifyClients(Command):
    """A vendor tells clients (naming them first where it had not)."""

    VERB = "notify_clients"
    incident: IncidentRef
    clients: (
        Annotated[tuple[PartyId, ...], Field(min_length=1), AtMost(CLIENTS), AfterValidator(once)]
        | Literal["all"]
    )
    channel: Channel
    given_at: When | None = None


class UpdateClient(Command):
    """A vendor tells one client something new."""

    VERB = "update_client"
    incident: IncidentRef
    client: PartyId
    count: Count | None = None
    people: PeopleRows = ()
    sure: Sure | None = None
    reason: Text


class ClearClient(Command):
    """A vendor tells one client that it is not touched after all."""

    VERB = "clear_client"
    incident: IncidentRef
    client: PartyId
    count: Count | None = None
    people: PeopleRows = ()
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
