"""What the API answers, as models: the schemas and examples of the OpenAPI document come of them.

Answers are built by the projections, not by these; `tests/adapters/http` holds the two together.
"""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field

from domain.law.matter import Profile
from domain.law.obligation import Obligation
from domain.severity import Flags, Part
from domain.severity_tables import Level
from domain.statements import Contradiction
from domain.values import Count, DataMatrix, PartyId, People, System, Total, Value, When
from domain.words import ClaimTopic, Holds, Nature

Cursor = str | None
_NEXT = Field(description="The cursor of the next page; null: there is none.", examples=[None])


class Shape(Value):
    """Base of every answer: what is not named here is not in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


class TimelineEntry(Shape):
    """One event as a party may see it. `data` are the event's own fields, texts by reference."""

    event: UUID
    type: str = Field(examples=["ClientNotified"])
    recorded_at: AwareDatetime
    happened: When
    by: str = Field(examples=["zoopit"])
    source: Literal["vendor", "client", "platform"]
    corrects: UUID | None
    superseded_by: UUID | None
    incident: UUID | None
    data: dict[str, Any]
    contradictions: tuple[Contradiction, ...] | None = Field(
        default=None, description="Only beside a statement of the party's own that collides."
    )


class Timeline(Shape):
    """A page of a timeline, oldest first."""

    timeline: tuple[TimelineEntry, ...]
    next: Cursor = _NEXT


class Obligations(Shape):
    """A page of obligations."""

    obligations: tuple[Obligation, ...]
    next: Cursor = _NEXT


class ClaimTold(Shape):
    """A claim among the facts, without the words that it quotes."""

    id: str
    about: ClaimTopic
    holds: Holds | None = None
    value: Count | str | None = None
    data: DataMatrix | None = None
    scope: str | None = None
    source: str | None = None
    provisional: bool = False
    as_of: When | None = None
    supersedes: str | None = None


class FactsTold(Shape):
    """What is said to have happened."""

    happened: When | None = None
    data_period: When | None = None
    discovered_by: str | None = None
    nature: tuple[Nature, ...] = ()
    systems: tuple[System, ...] = ()
    people: tuple[People, ...] = ()
    totals: tuple[Total, ...] = ()
    claims: tuple[ClaimTold, ...] = ()


class Known(Shape):
    """What a party knows of an incident; empty where it was told nothing."""

    vendor: PartyId | None = None
    slug: str | None = Field(default=None, description="The vendor's own name for it.")
    facts: FactsTold | None = None
    count: Count | None = None
    sure: Literal["suspected", "confirmed"] | None = None
    state: Literal["open", "closed", "withdrawn", "cleared"] | None = None
    clients_complete: bool | None = None


class Facts(Shape):
    """What a party was told of an incident."""

    facts: Known


class Act(Value):
    """Something that was done: the event, when it was recorded, by whom, and its own fields."""

    model_config = ConfigDict(extra="allow")

    event: UUID
    at: AwareDatetime
    by: str | None = None


class Breach(Shape):
    """One entry of the record of breaches (GDPR Art. 33(5))."""

    incident: UUID
    vendor: PartyId
    first_known_at: AwareDatetime
    facts: Known
    effects: Act | None
    remedial_action: tuple[Act, ...]
    notifications: tuple[Act, ...]
    people_told: tuple[Act, ...]
    waivers: tuple[Act, ...]
    closed: bool


class Register(Shape):
    """A page of the record of breaches, oldest first."""

    register_: tuple[Breach, ...] = Field(alias="register")
    next: Cursor = _NEXT


class Contradictions(Shape):
    """Where public words collide with facts, notice or themselves."""

    contradictions: tuple[Contradiction, ...]


class BoardLine(Shape):
    """How far one client of an incident has come."""

    client: PartyId
    standing: Literal[
        "named",
        "told",
        "delivered",
        "acknowledged",
        "regulator notified",
        "customers told",
        "cleared",
    ]
    sure: Literal["suspected", "confirmed"]
    count: Count
    named_at: AwareDatetime | None
    named_by: UUID | None
    confirmed_at: AwareDatetime | None
    confirmed_by: UUID | None
    since: When | None
    notified_at: AwareDatetime | None
    notified_by: UUID | None
    given_at: When | None
    channels: tuple[str, ...]
    updates: int
    delivered_at: AwareDatetime | None
    acknowledged_at: AwareDatetime | None
    acknowledged_by: UUID | None
    asked: tuple[str, ...]
    open_questions: tuple[str, ...]
    regulator: tuple[Act, ...]
    customers: tuple[Act, ...]
    cleared_at: AwareDatetime | None
    escalated_at: AwareDatetime | None
    escalated_why: str | None


class BoardPage(Shape):
    """A page of an incident's clients, as far as the asker may see them."""

    incident: UUID
    vendor: PartyId
    clients: tuple[BoardLine, ...]
    contradictions: tuple[Contradiction, ...]
    next: Cursor = _NEXT


class Board(Shape):
    """How far each client of an incident has come."""

    board: BoardPage


class Step(Shape):
    """One step of the reckoning: its points, in words, and where that stands."""

    part: Part
    low: float | None
    high: float | None
    words: str
    citation: str


class Score(Shape):
    """The scores and levels that fit what is known. No level is a legal threshold."""

    low: float
    high: float
    levels: tuple[Level, ...]
    flags: Flags
    steps: tuple[Step, ...]


class Decided(Shape):
    """What the EDPB held: whom to notify, whether to document."""

    authority: str | bool
    people: str | bool
    documented: str | bool


class Precedent(Shape):
    """A case that shares much with this one (EDPB Guidelines 01/2021)."""

    case: str
    title: str
    decided: Decided
    similarity: float
    also: tuple[str, ...]
    there: tuple[str, ...]
    here: tuple[str, ...]
    reviewed: bool | str


class Graded(Shape):
    """A worksheet, its score, and precedents."""

    worksheet: dict[str, Any] = Field(
        description="What was scored: the schema Worksheet. Fill it in further and send it."
    )
    score: Score
    precedents: tuple[Precedent, ...]


class Severity(Shape):
    """How grave an incident is for a party's people, by ENISA's method, as an interval."""

    severity: Graded


class TextAnswer(Shape):
    """Free text, while its key exists."""

    text: str = Field(examples=["We were told by an outsider."])


class Whoami(Shape):
    """For whom the platform takes the caller."""

    whoami: Profile


class Parties(Shape):
    """A page of all parties, by id."""

    parties: tuple[Profile, ...]
    next: Cursor = _NEXT


class FeedPlace(Shape):
    """Where a message stands: in its own feed without gaps, and among all messages."""

    sequence: int
    number: int


class FeedIndex(Shape):
    """The places of messages of a feed, oldest first."""

    feed: tuple[FeedPlace, ...]
