"""What stands in an auditor's scope: each incident of each party, counted and listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.console import case as cases
from adapters.console.as_of import Looking
from adapters.console.case import Case
from adapters.console.visit import Visitor, not_here
from projections import parties

Row = Mapping[str, Any]
COUNTED = ("met", "met_late", "open", "overdue", "undetermined")
RUNNING = ("overdue", "open", "delayed", "undetermined")


@dataclass(frozen=True)
class Wanted:
    """What an auditor filters by; None is all of it."""

    party: str | None = None
    incident: str | None = None
    duty: str | None = None
    status: str | None = None

    def takes(self, obligation: Row) -> bool:
        """Whether an obligation is among what is wanted."""
        if self.duty and obligation["duty"] != self.duty:
            return False
        if self.status == "other":
            return obligation["status"] not in COUNTED
        return self.status in {None, "", obligation["status"]}


@dataclass(frozen=True)
class Standing:
    """One incident of one party, with those of its obligations that are wanted."""

    case: Case
    duties: Sequence[Row]
    title: str

    def count(self, status: str) -> int:
        """How many obligations stand so."""
        return sum(one["status"] == status for one in self.duties)

    @property
    def other(self) -> int:
        """How many stand in none of the ways that have a column."""
        return sum(one["status"] not in COUNTED for one in self.duties)

    @property
    def first(self) -> Row | None:
        """The most urgent one, while it runs."""
        return next((one for one in self.duties if one["status"] in RUNNING), None)


def scope_of(visit: Visitor) -> list[str]:
    """The parties that an auditor may look at, by id; for anybody else there is no such page."""
    if "auditor" not in visit.me.roles:
        raise not_here()
    rows = visit.house.rows()
    return sorted(one for one in visit.me.scope if parties.profile(one, rows))


def chosen(visit: Visitor, party: str | None) -> list[str]:
    """All of the scope, or one party of it."""
    scope = scope_of(visit)
    if party and party not in scope:
        raise not_here()
    return [party] if party else scope


def wanted(visit: Visitor) -> Wanted:
    """What the address filters by."""
    asked = visit.request.query_params
    return Wanted(*(asked.get(name) or None for name in ("party", "incident", "duty", "status")))


async def survey(visit: Visitor, what: Wanted, looking: Looking) -> list[Standing]:
    """Every incident of every party that is wanted, the most urgent first."""
    seen = [
        case
        for party in chosen(visit, what.party)
        for case in await cases.overview(visit, party, looking.asked)
        if what.incident in {None, case.incident}
    ]
    found = [Standing(case, _of(case, what), _name(case, seen)) for case in seen]
    return sorted(found, key=_urgency)


def _of(case: Case, what: Wanted) -> list[Row]:
    return [one for one in case.clocks if what.takes(one)]


def _name(case: Case, seen: Iterable[Case]) -> str:
    return called([one for one in seen if one.incident == case.incident])


def called(alike: Sequence[Case]) -> str:
    """What an incident is called: not every party is told its title. "" for no case at all."""
    titles = [one.title for one in alike if one.title != one.vendor]
    return next(iter([*titles, *(one.title for one in alike)]), "")


def _urgency(standing: Standing) -> Any:
    urgent = [cases.urgency(one) for one in standing.duties]
    return (not urgent, min(urgent, default=()), standing.case.party)


def duties_in(found: Iterable[Standing]) -> list[str]:
    """The names of the duties that stand here."""
    return sorted({one["duty"] for standing in found for one in standing.case.obligations})


async def entries_of(visit: Visitor, party: str | None) -> list[Row]:
    """All that is on the timelines as they are now: what an auditor steps along."""
    found = [await visit.ask("timeline", party=one) for one in chosen(visit, party)]
    return [entry for entries in found for entry in entries]
