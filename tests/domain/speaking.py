"""Given what a party was told, when it says this in public, then that is flagged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from domain.known import Known
from domain.statements import Contradiction, Statement, contradictions
from domain.values import Claim, Facts, People, System, Total

EXPOSED = "fact:people/customers/exposed"


def claim(about: str, holds: str | None = None, name: str = "c", **more: Any) -> Claim:
    return Claim.model_validate({"id": name, "about": about, "holds": holds, **more})


def lists(
    *present: str, absent: Iterable[str] = (), complete: bool | None = None
) -> dict[str, Any]:
    return {"present": list(present), "absent": list(absent), "complete": complete}


def people(*present: str, absent: Iterable[str] = (), **more: Any) -> People:
    """Exposed customers with this data, unless told otherwise."""
    data = lists(*present, absent=absent, complete=more.pop("complete", None))
    usual: dict[str, Any] = {"group": "customers", "role": "exposed"}
    return People.model_validate({**usual, **more, "data": data})


def system(name: str, affected: str) -> System:
    return System.model_validate({"name": name, "affected": affected})


def total(count: Any, client: str | None = None) -> Total:
    of = ["exposed", "wrong_recipient"]
    return Total.model_validate({"count": count, "of": of, "client": client})


@dataclass(frozen=True)
class Told:
    """What a client was told, before a statement and since."""

    then: Known
    now: Known

    def since_revised(self, *rows: People | Claim | Total) -> Told:
        return replace(self, now=replace(self.now, facts=facts_of(*rows)))

    def since(self, state: str) -> Told:
        return replace(self, now=replace(self.now, state=state))

    def when_said(self, *claims: Claim, **more: Any) -> Found:
        return Found(contradictions(Statement("warning", claims, **more), self.then, self.now))


@dataclass(frozen=True)
class Found:
    all: list[Contradiction]

    def then(self, *expected: tuple[str, str, str]) -> None:
        """Exactly these: claim, kind, what it collides with."""
        assert sorted((one.claim, one.kind, one.against) for one in self.all) == sorted(expected)

    def then_nothing(self) -> None:
        self.then()


def facts_of(*rows: People | Claim | Total | System) -> Facts:
    def some(kind: type[Any]) -> tuple[Any, ...]:
        return tuple(row for row in rows if isinstance(row, kind))

    return Facts(people=some(People), claims=some(Claim), totals=some(Total), systems=some(System))


def told(*rows: People | Claim | Total | System, **more: Any) -> Told:
    """A client that was told these facts, by a notice that says no more than they do."""
    usual: dict[str, Any] = {"party": "joker", "facts": facts_of(*rows), "notice": ()}
    known = Known(**{**usual, **more})
    return Told(known, known)


def reported(*rows: People | Claim | Total | System) -> Told:
    """A vendor that reported these facts."""
    return told(*rows, party="zoopit", vendor=True, notice=None)
