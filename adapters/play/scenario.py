"""A scenario: parties, engagements, steps in the order of time; checked whole before it plays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, cast

from pydantic import Field, InstanceOf, StringConstraints, ValidationError, field_validator

from adapters.play.checks import AGAIN, Checks, Written
from adapters.reading import called, read
from domain.commands import ContractNoticeIn, RegisterParty
from domain.errors import Invalid
from domain.parsing import explain, first_of
from domain.values import Label, PartyId, Point, Value, When
from domain.words import EngagementRole, MandateScope, near

Fields = dict[str, Any]


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


@dataclass(frozen=True)
class Place:
    """Where a step stands in its file."""

    source: str
    number: int
    line: int | None = None

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line else ""
        return f"{self.source} step {self.number}{line}"


class Step(Value):
    """Something that a party does at a time on the platform's clock."""

    at: Point
    by: PartyId
    do: str
    with_: dict[str, Any] = Field(alias="with")
    happened: When | None = None
    id: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    place: InstanceOf[Place]  # from the loader alone: no file can write one

    @property
    def instant(self) -> datetime:
        """When the platform records it (UTC)."""
        return datetime.fromisoformat(self.at).astimezone(UTC)

    @property
    def command(self) -> str:
        """The id that its command goes by, and that `correct` may cite."""
        return self.id or f"step-{self.place.number}"

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


PARTS: dict[str, type[Value]] = {
    "parties": PartySpec,
    "engagements": EngagementSpec,
    "steps": Step,
}


def load(path: str) -> Scenario:
    """The scenario in a file; raises `Invalid` naming step and line of the first mistake."""
    written = Written(called(path), read(path))
    content: Any = written.document.content
    if not isinstance(content, dict):
        raise Invalid(
            f"{written.name} holds no scenario",
            got=content or "nothing",
            expected="scenario, parties, steps",
            next_step="look at one in scenarios/",
        )
    try:
        scenario = Scenario.model_validate(_numbered(cast("Fields", content), written))
    except ValidationError as wrong:
        raise written.placed(_explained(wrong), tuple(first_of(wrong)["loc"])) from None
    Checks(scenario, written).run()
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


def _numbered(content: Fields, written: Written) -> Fields:
    """The content, each step with its place."""
    if not isinstance(content.get("steps"), list):
        return content
    steps = [_placed(n, one, written) for n, one in enumerate(content["steps"])]
    return {**content, "steps": steps}


def _placed(index: int, step: Any, written: Written) -> Any:
    if not isinstance(step, dict):
        return step
    line = written.document.line(("steps", index))
    return {"place": Place(written.name, index + 1, line), **cast("Fields", step)}


def _explained(wrong: ValidationError) -> Invalid:
    """As the desk explains it; a field that is not there names its neighbours in each part."""
    error, first = explain(wrong, tuple(Scenario.model_fields)), first_of(wrong)
    part, *rest = first["loc"]
    model = PARTS.get(str(part))
    if first["type"] == "extra_forbidden" and model and len(rest) == len(("index", "field")):
        known = [field.alias or name for name, field in model.model_fields.items()]
        error.expected = near(str(rest[-1]), [name for name in known if name != "place"])
    error.next_step = AGAIN
    return error
