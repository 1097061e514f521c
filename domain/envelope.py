"""What every event is stored in: who wrote it, when it was recorded, who may see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, SerializeAsAny, StringConstraints

from domain.basics import one_line
from domain.events import Event
from domain.values import PartyId, Value, When

PLATFORM = "platform"


Mark = Annotated[str, StringConstraints(max_length=100), AfterValidator(one_line)]


class Actor(Value):
    """The person or machine behind a command, as an opaque id: no name, no address."""

    user: Mark
    role: Mark | None = None
    on_behalf_of: Mark | None = None


class Context(Value):
    """What an event is about: routing needs no look-up."""

    incident: UUID | None = None
    vendor: PartyId | None = None
    client: PartyId | None = None


class Draft(Value):
    """An event decided but not yet recorded.

    `id` is given only where another event of the same command refers to this one.
    """

    event: SerializeAsAny[Event]
    about: Context
    visibility: tuple[PartyId, ...]
    happened: When | None = None
    corrects: UUID | None = None
    id: UUID | None = None


class Envelope(Value):
    """The envelope of a recorded event.

    `recorded_at` is the platform's time (UTC) and never decreases along the log. `visibility`
    lists the parties that may see the event: feeds, timelines and access checks go by it alone.
    `salt` (16 random bytes, hex) keeps a hash of the stored bytes from being guessed.
    """

    id: UUID
    party: PartyId
    command: str
    actor: Actor | None = None
    recorded_at: AwareDatetime
    happened: When | None = None
    about: Context
    corrects: UUID | None = None
    visibility: tuple[PartyId, ...]
    release_at: datetime | None = None
    salt: str


@dataclass(frozen=True)
class Recorded:
    """An event as it stands in the ledger: its stream, version, and position in the log.

    `position` is 0 where a stream was read rather than the log: decisions do not need it.
    """

    stream: UUID
    version: int
    envelope: Envelope
    event: Event
    position: int = 0

    @property
    def id(self) -> UUID:
        """The event's id."""
        return self.envelope.id

    @property
    def kind(self) -> type[Event]:
        """Of which kind the event is; known before anybody looks into it."""
        return type(self.event)

    @cached_property
    def said(self) -> dict[str, Any]:
        """The event as JSON data, just as it was stored: nobody changes it.

        `exclude_unset`: a field that a later program adds was not said.
        """
        return self.event.model_dump(mode="json", exclude_unset=True)

    @cached_property
    def id_text(self) -> str:
        """The event's id as it is written."""
        return str(self.envelope.id)

    @cached_property
    def incident_text(self) -> str | None:
        """The id of the incident (or concern) that it is about, as it is written."""
        incident = self.envelope.about.incident
        return None if incident is None else str(incident)

    @cached_property
    def happened_text(self) -> Any:
        """`happened_or_recorded`, as it is written."""
        happened = self.envelope.happened
        return happened.model_dump(mode="json") if happened else self.recorded_text

    @cached_property
    def recorded_text(self) -> str:
        """When it was recorded, as it is written (ISO 8601)."""
        return self.envelope.recorded_at.isoformat()

    @cached_property
    def notes(self) -> dict[str, Any]:
        """What its readers have made of it, by their names: worked out once, changed by nobody."""
        return {}

    def shown_to(self, parties: tuple[str, ...]) -> Recorded:
        """The same as if only these parties might see it."""
        return replace(self, envelope=self.envelope.model_copy(update={"visibility": parties}))

    @property
    def happened_or_recorded(self) -> When:
        """When it happened, as its writer says; failing that, when it was recorded."""
        return self.envelope.happened or When(at=self.envelope.recorded_at.isoformat())


def living(events: list[Recorded]) -> list[Recorded]:
    """The events that still count: corrected ones and the corrections themselves left out."""
    undone = {e.envelope.corrects for e in events if e.envelope.corrects is not None}
    return [e for e in events if e.id not in undone and e.envelope.corrects is None]


def plain(value: Any) -> Any:
    """A value as JSON-ready data."""
    return value.model_dump(mode="json") if isinstance(value, Value | Event) else value
