"""The closed lists that a law's conditions are written in: facts to state, kinds of entity."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from domain.law.periods import Period
from domain.words import DataKind, Folded, Short, one_of

Sentence = Annotated[str, StringConstraints(min_length=1, max_length=400)]

FACTS: Mapping[str, str] = MappingProxyType(
    {
        "agent": "the associate that found it is this party's agent; when: its discovery",
        "classified_major": "the incident was classified as major; when: the classification",
        "customers_affected": "how many customers are involved (value)",
        "determined": "it was determined that a breach occurred; when",
        "discovered": "the breach was discovered; when",
        "financial_interests": "the incident touches the financial interests of clients",
        "fix_available": "a corrective or mitigating measure is available; when",
        "handled": "the incident was handled; when",
        "low_probability": "a low probability that the information was compromised was shown",
        "material": "the incident was determined to be material; when",
        "ongoing": "the incident is still ongoing",
        "people_affected": "how many people are affected (value)",
        "recipients_affected": "recipients of the service are likely to be affected",
        "residents_of_one_state": "how many people are affected in the state with most (value)",
        "residents_us_ca": "how many residents of California are affected (value)",
        "residents_us_ny": "how many residents of New York are affected (value)",
        "residents_us_tx": "how many residents of Texas are affected (value)",
        "severe_incident": "the incident is severe for the security of the product",
        "significant": "the incident is significant",
        "vulnerability_exploited": "a vulnerability in the product is actively exploited",
    }
)
"""Facts that a party may state and duties turn on: what each says."""

ENTITY_KINDS = (
    "credit_institution",
    "central_counterparty",
    "trading_venue",
    "nis2_entity",
    "trust_service",
    "essential_service",
)
"""Kinds of entity that the laws here tell apart."""


def _upper(code: Any) -> Any:
    return code.strip().upper() if isinstance(code, str) else code


def _establishment(said: Any) -> Any:
    code = _upper(said)
    return "none" if code == "NONE" else code


FactName = Annotated[str, Short, Folded, AfterValidator(one_of(tuple(FACTS), "fact"))]
EntityKind = Annotated[str, Short, Folded, AfterValidator(one_of(ENTITY_KINDS, "kind of entity"))]
State = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$"), BeforeValidator(_upper)
]
Establishment = Annotated[
    str, StringConstraints(pattern=r"^([A-Z]{2}|none)$"), BeforeValidator(_establishment)
]
"""Where the main establishment in the EU is, by country; `none` where there is none."""


class Entry(BaseModel):
    """Base of everything a pack file may hold: closed, and never changed once read."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Need(Entry):
    """A condition of a duty, one of: what must hold besides its start for it to bind.

    `any_fact`: one of these stated facts holds. `unless`: it binds until this fact holds.
    `entity`: the debtor is one of these. `not_in`: it is established elsewhere. `data`: one of
    these kinds is touched. `people`: the number in this fact is at least, or at most, so many.
    `risk`: the debtor assessed the risk so.
    """

    any_fact: tuple[FactName, ...] = ()
    unless: FactName | None = None
    entity: tuple[EntityKind, ...] = ()
    not_in: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")], ...] = ()
    data: tuple[DataKind, ...] = ()
    people: FactName | None = None
    at_least: int = Field(default=1, ge=1, strict=True)
    at_most: int | None = Field(default=None, ge=1, strict=True)
    risk: Literal["high"] | None = None

    @property
    def kind(self) -> str:
        """Which of the conditions it is."""
        return next(name for name in _KINDS if getattr(self, name))

    @property
    def words(self) -> str:
        """The condition as people say it."""
        most = f" and at most {self.at_most}" if self.at_most else ""
        return {
            "any_fact": "holds: " + " or ".join(self.any_fact),
            "unless": f"unless {self.unless}",
            "entity": "for " + ", ".join(self.entity),
            "not_in": "not established in " + ", ".join(self.not_in),
            "data": "data of one of these kinds: " + ", ".join(self.data),
            "people": f"{self.people} at least {self.at_least}{most}",
            "risk": f"risk assessed as {self.risk}",
        }[self.kind]

    @model_validator(mode="after")
    def _one_kind(self) -> Need:
        given = [name for name in _KINDS if getattr(self, name)]
        if len(given) != 1:
            msg = f"got {given or 'none'}; expected exactly one of {', '.join(_KINDS)}"
            raise ValueError(msg)
        return self


_KINDS = ("any_fact", "unless", "entity", "not_in", "data", "people", "risk")


class Cap(Entry):
    """A second clock that limits a duty: so long from awareness, unless the start came later."""

    starts: Literal["aware"]
    period: Period


class Restart(Entry):
    """While one fact holds the clock waits, and starts from another: an incident still ongoing."""

    when: FactName
    from_: FactName = Field(alias="from")


class PeriodFor(Entry):
    """A period of its own for some kinds of entity."""

    entity: tuple[EntityKind, ...] = Field(min_length=1)
    period: Period
