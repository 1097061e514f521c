"""One incident across parties: how far each had come, side by side, and what is not on record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.console.as_of import Looking
from adapters.console.auditor_scope import called
from adapters.console.case import Case, gather
from adapters.console.i18n import mark
from adapters.console.visit import Visitor, not_here
from domain.errors import NotFound

Row = Mapping[str, Any]
RUNNING = ("open", "overdue", "delayed", "undetermined")
STEPS: Mapping[str, tuple[str, tuple[str, ...]]] = {  # label, and the events that tell of it
    "told": (mark("Told"), ("ClientNotified", "VendorReportedLeak")),
    "delivered": (mark("Delivered"), ("NoticeDelivered",)),
    "acknowledged": (mark("Acknowledged"), ("NoticeAcknowledged",)),
    "aware": (mark("Says it knew"), ("AwarenessStated", "ClientRaisedConcern")),
    "assessed": (mark("Risk assessed"), ("RiskAssessed",)),
    "filed": (mark("Authority notified"), ("RegulatorNotified",)),
    "people": (mark("People told"), ("CustomersNotified",)),
}
OF_CLIENTS = ("delivered", "acknowledged", "assessed", "people")  # no step of a vendor's own


@dataclass(frozen=True)
class Gap:
    """Something that the record does not tell; `event` is what makes one ask."""

    message: str
    event: str | None = None
    about: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Side:
    """One party's side of the incident; `before` is what it said while it was but a concern."""

    party: str
    case: Case
    before: Sequence[Row] = ()

    @property
    def is_vendor(self) -> bool:
        """Whether the incident is its own report."""
        return self.case.vendor == self.party

    def step(self, name: str) -> list[Row]:
        """The events that tell of a step of its own, oldest first."""
        kinds = STEPS[name][1]
        living = (one for one in self.before if not one["superseded_by"])
        found = [*(one for one in living if one["type"] in kinds), *self.case.living(*kinds)]
        if name == "told":
            return [one for one in found if self.is_vendor == (one["type"] == "VendorReportedLeak")]
        if name == "delivered":
            return [] if self.is_vendor else found
        return [one for one in found if one["by"] == self.party]

    @property
    def filed_by_others(self) -> list[Row]:
        """What others filed that this party sees; it meets its duty only under a mandate."""
        filed = self.case.living("RegulatorNotified")
        return [] if self.is_vendor else [one for one in filed if one["by"] != self.party]

    def has(self, name: str) -> bool:
        """Whether the step is one of such a party at all."""
        return not (self.is_vendor and name in OF_CLIENTS)

    @property
    def gaps(self) -> list[Gap]:
        """What the record does not tell of this party."""
        return list(_gaps(self))


@dataclass(frozen=True)
class Across:
    """An incident as the parties in scope saw it; `unaware` knew nothing of it at that instant."""

    incident: str
    known: Sequence[Side]
    unaware: Sequence[str]
    entries: Sequence[Row]  # as they are now: what one steps along

    @property
    def title(self) -> str:
        """What people call it."""
        return called([side.case for side in self.known]) or self.incident

    @property
    def vendor(self) -> str:
        """Whose incident it is."""
        return next((side.case.vendor for side in self.known), "")


async def across(visit: Visitor, incident: str, scope: Sequence[str], looking: Looking) -> Across:
    """Everybody's side; raises `NotFound` where nobody in scope has ever heard of it."""
    known: list[Side] = []
    unaware: list[str] = []
    entries: list[Row] = []
    for party in scope:
        try:
            told = await visit.ask("timeline", incident=incident, party=party)
        except NotFound:
            continue
        entries += told
        try:
            case = await gather(visit, incident, party, looking.asked)
            known.append(Side(party, case, await _before(visit, case, looking)))
        except NotFound:  # it learnt of it only later
            unaware.append(party)
    if not entries:
        raise not_here()
    found = str(entries[0]["incident"] or incident)
    known.sort(key=lambda side: (not side.is_vendor, _first(side)))
    return Across(found, known, unaware, entries)


async def _before(visit: Visitor, case: Case, looking: Looking) -> list[Row]:
    """What the party had said of its own concern that the vendor's notice answers."""
    concerns = dict.fromkeys(one["data"].get("answers") for one in case.of("ClientNotified"))
    asked = {"party": case.party, "as_of": looking.asked}
    found = [
        await visit.ask("timeline", incident=concern, **asked)
        for concern in concerns
        if concern and case.vendor != case.party
    ]
    return [entry for entries in found for entry in entries]


def _first(side: Side) -> str:
    return str(side.case.entries[0]["recorded_at"])


def _gaps(side: Side) -> Iterator[Gap]:
    case, told = side.case, side.step("told")
    if told and side.has("acknowledged") and not side.step("acknowledged"):
        yield Gap(mark("The notice was not acknowledged."), told[0]["event"])
    mine = side.step("filed")
    for duty in case.obligations:
        if duty["authority"] and duty["status"] in {"open", "overdue"} and not mine:
            about = {"party": side.party, "authority": str(duty["authority"])}
            said = mark("That %(party)s notified %(authority)s is not on record.")
            yield Gap(said, duty["started_by"], about)
    for one in (*mine, *side.filed_by_others):
        if one["data"].get("capacity") == "not_stated":
            about = {"party": one["by"], "authority": one["data"]["authority"]}
            said = mark("In which capacity %(party)s notified %(authority)s is not told.")
            yield Gap(said, one["event"], about)
    yield from _unsaid(side, told)


def _unsaid(side: Side, told: Sequence[Row]) -> Iterator[Gap]:
    case, why = side.case, told[-1]["event"] if told else None
    if told and side.has("assessed") and not side.step("assessed"):
        yield Gap(mark("The risk to people was not assessed."), why)
    if told and side.has("people") and not side.step("people"):
        yield Gap(mark("That the people concerned were told is not on record."), why)
    if not side.is_vendor and case.facts and case.facts.get("count", "unknown") == "unknown":
        yield Gap(mark("How many of its people are concerned is not known."), why)
    for asked, answer in case.questions:
        if answer is None:
            about = {"question": asked["data"]["question"]}
            yield Gap(mark("The question “%(question)s” was not answered."), asked["event"], about)
