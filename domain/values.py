"""Values that events are made of: people, claims, facts; and, from their own pages, the rest."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from domain.basics import (
    KINDS,
    STORED,
    AtMost,
    Country,
    Label,
    PartyId,
    Slug,
    Text,
    Value,
    Zone,
)
from domain.count import Count, Natural
from domain.when import Point, When, first_instant, instant, last_instant
from domain.words import Affected, ClaimTopic, DataKind, Exposure, Holds, Nature, Stage

__all__ = [
    "STORED",
    "Awareness",
    "Claim",
    "Count",
    "Country",
    "DataMatrix",
    "Facts",
    "Label",
    "Natural",
    "PartyId",
    "People",
    "Point",
    "Slug",
    "System",
    "Text",
    "Total",
    "Value",
    "When",
    "Zone",
    "first_instant",
    "instant",
    "last_instant",
]


class DataMatrix(Value):
    """Which kinds of data: known to be there, known not to be, and whether the list is whole."""

    present: Annotated[tuple[DataKind, ...], AtMost(KINDS)] = ()
    absent: Annotated[tuple[DataKind, ...], AtMost(KINDS)] = ()
    complete: bool | None = None

    @model_validator(mode="after")
    def _not_both(self) -> DataMatrix:
        both = sorted(set(self.present) & set(self.absent))
        if both:
            msg = f"{', '.join(both)} said to be present and absent at once"
            raise ValueError(msg)
        return self


class People(Value):
    """One row of the people matrix: who they are, how they were touched, how many, what data."""

    group: Label
    role: Exposure
    count: Count = Count()
    country: Country | None = None
    controller: str = Field(default="client", pattern="^(client|vendor)$")
    data: DataMatrix = DataMatrix()


class Total(Value):
    """A number over several roles; `overlap` says how many are counted in more than one."""

    count: Count
    of: Annotated[tuple[Exposure, ...], Field(min_length=1), AtMost(KINDS)]
    overlap: Count | Annotated[str, StringConstraints(pattern="^none$")] = Field(
        default=Count(), union_mode="left_to_right"
    )
    client: PartyId | None = None
    source: Label | None = None


class Claim(Value):
    """What somebody says is so: about what, whether it holds, says who, as of when."""

    id: Slug
    about: ClaimTopic
    holds: Holds | None = None
    value: Count | Label | None = Field(default=None, union_mode="left_to_right")
    data: DataMatrix | None = None
    scope: Label | None = None
    source: Label | None = None
    provisional: bool = False
    as_of: When | None = None
    supersedes: Slug | None = None
    words: Text | None = None


class System(Value):
    """A system named in a report, and whether it was touched."""

    name: Label
    owner: Label | None = None
    affected: Affected


class Awareness(Value):
    """A stage of knowing: since when, and how it came about."""

    stage: Stage
    when: When
    how: Label | None = None


class Facts(Value):
    """What is said of an incident; `revised` lays newer statements over older ones."""

    happened: When | None = None
    data_period: When | None = None
    discovered_by: Label | None = None
    nature: tuple[Nature, ...] = ()
    systems: tuple[System, ...] = ()
    people: tuple[People, ...] = ()
    totals: tuple[Total, ...] = ()
    claims: tuple[Claim, ...] = ()

    def revised(
        self,
        people: tuple[People, ...] = (),
        totals: tuple[Total, ...] = (),
        claims: tuple[Claim, ...] = (),
    ) -> Facts:
        """The facts after a revision.

        People given anew restate their whole group (all its rows of that role and country); a
        total replaces the one over the same roles for the same client; a claim replaces the one
        it supersedes, or its own earlier form.
        """
        restated = {(p.group, p.role, p.country) for p in people}
        recounted = {(frozenset(t.of), t.client) for t in totals}
        replaced = {name for c in claims for name in (c.id, c.supersedes)}
        return self.model_copy(
            update={
                "people": (
                    *(p for p in self.people if (p.group, p.role, p.country) not in restated),
                    *people,
                ),
                "totals": (
                    *(t for t in self.totals if (frozenset(t.of), t.client) not in recounted),
                    *totals,
                ),
                "claims": (*(c for c in self.claims if c.id not in replaced), *claims),
            }
        )
