"""What `knowledge` answers, as models; see `adapters/http/shapes.py`."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from adapters.http.shapes import Shape
from domain.law.starts import Start
from domain.values import PartyId, When


class Reached(Shape):
    """One client it was told to. `knew`: had it arrived by then; null: nobody looks."""

    client: PartyId
    event: UUID
    recorded_at: AwareDatetime
    arrived_at: AwareDatetime | None
    door: str | None = Field(examples=["stream"])
    knew: bool | None


class Since(Shape):
    """What superseded it after that instant; `says` is null where it was only taken back."""

    event: UUID
    type: str = Field(examples=["ClientUpdated"])
    by: str
    recorded_at: AwareDatetime
    why: str | None
    says: Any


class Item(Shape):
    """One fact as it was said: by which event, whose word it is, to whom, what came after."""

    what: Literal[
        "claims",
        "people",
        "totals",
        "happened",
        "data_period",
        "discovered_by",
        "nature",
        "systems",
        "count",
        "sure",
        "state",
    ]
    says: Any
    event: UUID
    type: str = Field(examples=["ClientNotified"])
    by: str
    recorded_at: AwareDatetime
    source: str = Field(examples=["expert"])
    to: tuple[Reached, ...]
    since: tuple[Since, ...]


class Done(Shape):
    """Something else that was said or done, with the event's own fields as `data`."""

    event: UUID
    type: str = Field(examples=["StatementMade"])
    by: str
    recorded_at: AwareDatetime
    happened: When
    data: dict[str, Any]
    to: tuple[Reached, ...]
    since: tuple[Since, ...]


class Knew(Shape):
    """What a party knew (a vendor: claimed) at an instant, and what superseded it since."""

    party: PartyId
    incident: UUID
    at: AwareDatetime
    role: Literal["vendor", "client"]
    items: tuple[Item, ...]
    heard: tuple[Done, ...]
    said: tuple[Done, ...]
    aware: tuple[Start, ...]


class Knowledge(Shape):
    """What a party knew at an instant."""

    knowledge: Knew
