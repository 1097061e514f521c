"""A scenario: parties, engagements, steps in the order of time; checked whole before it plays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import Field, ValidationError, field_validator

from adapters.reading import Document, Where, read
from domain.commands import VERBS, AgreeEngagement, ContractNoticeIn, RegisterParty
from domain.desk import explain, parse
from domain.errors import Invalid, VarselError
from domain.values import Label, PartyId, Point, Value
from domain.words import EngagementRole, MandateScope, near

OPERATORS = frozenset({RegisterParty.VERB, AgreeEngagement.VERB})


class PartySpec(RegisterParty):
    """A party of the scenario; one that does not follow its feed gets nothing delivered."""

    follows: bool = True

    def registration(self) -> dict[str, Any]:
        """What the operator is told."""
        said = self.model_dump(mode="json", exclude={"follows"}, exclude_none=True)
        return {**said, "name": self.name or self.id}


class EngagementSpec(Value):
    """Who works for whom, and whether the vendor may file for the client from the start."""

    vendor: PartyId
    client: PartyId
    role: EngagementRole = "processor"
    service: Label | None = None
    contract_notice: ContractNoticeIn | None = None
    mandate: str | MandateScope | None = None

    @field_validator("mandate")
    @classmethod
    def _known(cls, mandate: str | None) -> str | None:
        if mandate not in {None, "none", "first_report", "full"}:
            msg = f"unknown mandate {mandate!r}; expected none, first_report or full"
            raise ValueError(msg)
        return None if mandate == "none" else mandate

    def agreement(self) -> dict[str, Any]:
        """What the operator is told."""
        return self.model_dump(mode="json", exclude={"mandate"}, exclude_none=True)


class Step(Value):
    """Something that a party does at a time on the platform's clock."""

    at: Point
    by: PartyId
    do: str
    with_: dict[str, Any] = Field(alias="with")
    happened: Any = None
    id: str | None = None
    line: int | None = None
    number: int = 0
    source: str = ""

    @property
    def instant(self) -> datetime:
        """When the platform records it (UTC)."""
        return datetime.fromisoformat(self.at).astimezone(UTC)

    @property
    def place(self) -> str:
        """Where it stands, for a person."""
        line = f", line {self.line}" if self.line else ""
        return f"{self.source} step {self.number}{line}"

    @field_validator("at")
    @classmethod
    def _an_instant(cls, at: str) -> str:
        if "T" not in at:
            msg = f"{at!r} is no instant; expected a time with its zone, 2023-02-28T12:00+01:00"
            raise ValueError(msg)
        return at


class Scenario(Value):
    """A whole scenario."""

    scenario: Label
    parties: tuple[PartySpec, ...] = Field(min_length=1)
    engagements: tuple[EngagementSpec, ...] = ()
    steps: tuple[Step, ...] = Field(min_length=1)

    @property
    def starts(self) -> datetime:
        """When its clock starts (UTC)."""
        return self.steps[0].instant


def load(path: str) -> Scenario:
    """The scenario in a file; raises `Invalid` naming step and line of the first mistake."""
    document = read(path)
    content = document.content
    if not isinstance(content, Mapping):
        raise Invalid(f"{path} holds no scenario", got=content, expected="scenario, parties, steps")
    numbered = {**content, "steps": _numbered(content.get("steps"), document, path)}
    try:
        scenario = Scenario.model_validate(numbered)
    except ValidationError as wrong:
        first = tuple(wrong.errors()[0]["loc"])
        raise _placed(explain(wrong, tuple(Scenario.model_fields)), document, first, path) from None
    _check(scenario)
    return scenario


def merged(scenarios: Iterable[Scenario]) -> Scenario:
    """Several scenarios as one, their steps in the order of time."""
    every = list(scenarios)
    steps = sorted((step for one in every for step in one.steps), key=lambda step: step.instant)
    return Scenario(
        scenario="; ".join(one.scenario for one in every)[:120],
        parties=tuple(party for one in every for party in one.parties),
        engagements=tuple(each for one in every for each in one.engagements),
        steps=tuple(steps),
    )


def _numbered(steps: Any, document: Document, path: str) -> Any:
    if not isinstance(steps, list):
        return steps
    items: list[Any] = steps
    return [
        {**step, "number": n, "line": document.line(("steps", n - 1)), "source": path}
        if isinstance(step, dict)
        else step
        for n, step in enumerate(items, start=1)
    ]


def _placed(error: Invalid, document: Document, where: Where, path: str) -> Invalid:
    line = document.line(where)
    step = f" step {int(where[1]) + 1}" if where[:1] == ("steps",) and len(where) > 1 else ""
    error.message = f"{path}{step}, line {line}: {error.message}"
    return error


def _check(scenario: Scenario) -> None:
    """What no single field can show: time order, known parties, steps that could be understood."""
    ids = [party.id for party in scenario.parties]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise Invalid("a party is there twice", field="parties", got=twice[0])
    earlier: Step | None = None
    for step in scenario.steps:
        if earlier and step.instant < earlier.instant:
            raise Invalid(
                f"{step.place}: comes before the step it follows",
                field="at",
                got=step.at,
                expected=f"a time not before {earlier.at}",
                next_step="put the steps in the order of time",
            )
        earlier = step
        _check_step(step, ids)


def _check_step(step: Step, ids: list[str]) -> None:
    try:
        if step.by not in ids:
            raise Invalid("unknown party", field="by", got=step.by, expected=near(step.by, ids))
        if step.do not in VERBS or step.do in OPERATORS:
            known = sorted(set(VERBS) - OPERATORS)
            raise Invalid(
                "there is no such verb", field="do", got=step.do, expected=near(step.do, known)
            )
        parse(VERBS[step.do], step.with_)
    except VarselError as error:
        error.message = f"{step.place}: {error.message}"
        raise
