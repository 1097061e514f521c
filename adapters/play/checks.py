"""What no single field of a scenario shows: parties known, time in order, steps possible."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapters.reading import Document, Where
from domain import access
from domain.commands import VERBS, AgreeEngagement, RegisterParty, SetScope
from domain.errors import Forbidden, Invalid, NotFound, VarselError
from domain.parsing import parse
from domain.words import near

if TYPE_CHECKING:
    from adapters.play.scenario import EngagementSpec, Scenario, Step

OPERATORS = frozenset({RegisterParty.VERB, SetScope.VERB, AgreeEngagement.VERB})
AGAIN = "correct it and play again; nothing was played"


class Written:
    """A scenario's file: an error gets file, step and line of its cause."""

    def __init__(self, name: str, document: Document) -> None:
        self.name = name
        self.document = document

    def placed(self, error: VarselError, where: Where) -> VarselError:
        """The error, saying where its cause stands: as deep as its field is known."""
        line = self.document.line((*where, *_parts(error.field or "")))
        step = ""
        if where[:1] == ("steps",) and len(where) > 1:
            step = f" step {int(where[1]) + 1}"
            error.field = (error.field or "").removeprefix(f"steps.{where[1]}.") or None
        error.message = f"{self.name}{step}{f', line {line}' if line else ''}: {error.message}"
        return error


def _parts(field: str) -> Where:
    return tuple(int(part) if part.isdigit() else part for part in field.split("."))


class Checks:
    """Checks a scenario before anything of it is played; raises the first mistake, placed."""

    def __init__(self, scenario: Scenario, written: Written) -> None:
        self._scenario = scenario
        self._written = written
        self._roles: dict[str, frozenset[str]] = {}

    def run(self) -> None:
        """All of them, in the order of the file."""
        for n, party in enumerate(self._scenario.parties):
            with self._at("parties", n, "id"):
                if party.id in self._roles:
                    raise _twice("a party is there twice", "id", party.id)
            self._roles[party.id] = frozenset(party.roles)
        self._scopes()
        for n, engagement in enumerate(self._scenario.engagements):
            with self._at("engagements", n):
                self._engagement(engagement)
        self._steps()

    def _scopes(self) -> None:
        for n, party in enumerate(self._scenario.parties):
            for k, target in enumerate(party.scope):
                with self._at("parties", n, "scope", k):
                    self._known("scope", target)

    def _engagement(self, engagement: EngagementSpec) -> None:
        for role, party in (("vendor", engagement.vendor), ("client", engagement.client)):
            self._known(role, party)
            if role not in self._roles[party]:
                raise Invalid(
                    f"this party is no {role}",
                    field=role,
                    got=party,
                    expected=f"a party with the role {role}",
                    next_step=f"add {role} to its roles, or name another party",
                )

    def _steps(self) -> None:
        earlier: Step | None = None
        ids: set[str] = set()
        for n, step in enumerate(self._scenario.steps):
            with self._at("steps", n, "at"):
                _require_order(step, earlier)
            with self._at("steps", n, "id"):
                if step.command in ids:
                    raise _twice("a step is there twice", "id", step.command)
            self._step(n, step)
            ids.add(step.command)
            earlier = step

    def _step(self, n: int, step: Step) -> None:
        with self._at("steps", n, "by"):
            self._known("by", step.by)
        with self._at("steps", n, "do"):
            _require_verb(step.do)
            access.require_role(step.by, self._roles[step.by], step.do)
        with self._at("steps", n, "with"):
            _require_understood(step)

    def _known(self, field: str, party: str) -> None:
        if party not in self._roles:
            raise NotFound(
                "unknown party",
                field=field,
                got=party,
                expected=near(party, [*self._roles]),
                next_step="add it to parties, or correct its id",
            )

    @contextmanager
    def _at(self, *where: str | int) -> Generator[None, None, None]:
        try:
            yield
        except VarselError as error:
            raise self._written.placed(error, where) from None


def _require_order(step: Step, earlier: Step | None) -> None:
    if earlier and step.instant < earlier.instant:
        raise Invalid(
            "comes before the step it follows",
            field="at",
            got=step.at,
            expected=f"a time not before {earlier.at}",
            next_step="put the steps in the order of time",
        )


def _require_understood(step: Step) -> None:
    try:
        parse(VERBS[step.do], step.with_)
    except Invalid as error:
        error.next_step = AGAIN
        raise


def _require_verb(verb: str) -> None:
    if verb in OPERATORS:
        raise Forbidden(
            f"{verb} is the operator's, before the first step",
            field="do",
            got=verb,
            expected="parties and engagements at the head of the scenario",
            next_step="write it there",
        )
    known = sorted(set(VERBS) - OPERATORS)
    if verb not in known:
        raise Invalid(
            "there is no such verb",
            field="do",
            got=verb,
            expected=near(verb, known),
            next_step="see varsel template for all of them",
        )


def _twice(message: str, field: str, name: str) -> Invalid:
    return Invalid(
        message,
        field=field,
        got=name,
        expected="each id once",
        next_step="take one of them out, or give it an id of its own",
    )
