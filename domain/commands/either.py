"""What a vendor and a client may both say."""

from __future__ import annotations

from pydantic import (
    Field,
    model_validator,
)

from domain.commands.base import Claims, Command, CommandId, DutyId, IncidentRef, Labels, PartyIds
from domain.law.terms import FACTS, FactName
from domain.values import (
    Count,
    Label,
    PartyId,
    Slug,
    Text,
    When,
)
from domain.words import (
    Affected,
    Capacity,
    ErasureReason,
    FilingStage,
    MeasureStatus,
    ReplyKind,
    Stage,
    Visibility,
)


class StateAwareness(Command):
    """A party says since when it has known, how far, and how."""

    VERB = "state_awareness"
    incident: IncidentRef
    stage: Stage
    when: When
    how: Label
    why: Text | None = None
    visibility: Visibility = "own"


class StateFact(Command):
    """A party states a fact that its duties turn on; nobody else sees it."""

    VERB = "state_fact"
    incident: IncidentRef
    fact: FactName
    holds: Affected = "yes"
    when: When | None = None
    value: Count | None = None

    @model_validator(mode="after")
    def _a_number_where_one_is_asked_for(self) -> StateFact:
        if self.value is not None and "(value)" not in FACTS[self.fact]:
            msg = f"{self.fact} takes no value: it holds or it does not"
            raise ValueError(msg)
        return self


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
    claims: Claims = ()
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
    event: CommandId
    why: Text


class Erase(Command):
    """A party's free text about an incident is destroyed for good; the operator says whose."""

    VERB = "erase"
    incident: IncidentRef
    party: PartyId | None = None
    why: ErasureReason
    reference: Label | None = None
