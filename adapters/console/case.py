"""One incident as one party knows it, gathered: what the client's and the auditor's pages show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from adapters.console.visit import Visitor

Row = Mapping[str, Any]
NOTICES = ("ClientNotified", "ClientUpdated", "ClientCleared")
ENDED = ("met", "met_late", "waived", "not_required", "superseded")
_ORDER = (
    *("overdue", "open", "delayed", "undetermined", "not_started"),
    *("met_late", "met", "waived", "not_required", "superseded"),
)


@dataclass(frozen=True)
class Case:
    """What a party knows of an incident, owes because of it, and said about it."""

    incident: str
    party: str
    facts: Row
    entries: Sequence[Row]
    obligations: Sequence[Row]
    contradictions: Sequence[Row]
    texts: Mapping[str, str | None]

    @property
    def vendor(self) -> str:
        """Whose incident it is."""
        told = self.facts.get("vendor") or next(
            (one["data"].get("vendor") for one in self.of("ClientRaisedConcern")), None
        )
        said = (one["by"] for one in self.entries if one["source"] == "vendor")
        return str(told or next(said, ""))

    @property
    def title(self) -> str:
        """What people call it: its title, else the vendor's name for it."""
        title = next((self.texts.get(ref) for ref in self.titles()), None)
        slugs = (one["data"]["slug"] for one in self.entries if "slug" in one["data"])
        return str(title or self.facts.get("slug") or next(slugs, None) or self.vendor)

    def titles(self) -> list[str]:
        """References to the report's title."""
        return [f"{report}/title" for report in self.reports()]

    def reports(self) -> list[str]:
        """The vendor's reports that a notice lets this party read."""
        own = [one["event"] for one in self.of("VendorReportedLeak")]
        told = (one["data"].get("report") for one in self.of("ClientNotified"))
        return list(dict.fromkeys([*own, *(str(report) for report in told if report)]))

    def of(self, *kinds: str) -> list[Row]:
        """The entries of these kinds, oldest first."""
        return [one for one in self.entries if one["type"] in kinds]

    def living(self, *kinds: str) -> list[Row]:
        """Those that nothing superseded."""
        return [one for one in self.of(*kinds) if not one["superseded_by"]]

    def own(self, *kinds: str) -> list[Row]:
        """Those of them that the party itself wrote."""
        return [one for one in self.living(*kinds) if one["by"] == self.party]

    def entry(self, event: str | None) -> Row | None:
        """The entry of an event, where the party sees it."""
        return next((one for one in self.entries if one["event"] == event), None)

    @property
    def is_closed(self) -> bool:
        """Whether the party holds its case to be over."""
        last = [one["type"] for one in self.living("CaseClosed", "CaseReopened")]
        return bool(last) and last[-1] == "CaseClosed"

    @property
    def questions(self) -> list[tuple[Row, Row | None]]:
        """Each question with its answer."""
        answers = {one["data"]["question"]: one for one in self.living("QuestionAnswered")}
        asked = self.living("QuestionAsked")
        return [(one, answers.get(one["data"]["question"])) for one in asked]

    @property
    def clocks(self) -> list[Row]:
        """The obligations, the most urgent first."""
        return sorted(self.obligations, key=urgency)


def urgency(obligation: Row) -> tuple[int, datetime]:
    """What to sort obligations by: what is late, then what ends first."""
    far = datetime.max.replace(tzinfo=UTC)
    status = obligation["status"]
    place = _ORDER.index(status) if status in _ORDER else len(_ORDER)
    if status == "open" and not obligation["due"]:
        place += 1
    return place, next((_at(one["at"]) for one in obligation["due"] if one["alarm"]), far)


def alarm(obligation: Row) -> Row | None:
    """The deadline that reminders use; None where the law gives no number."""
    return next((one for one in obligation["due"] if one["alarm"]), None)


def _at(instant: str) -> datetime:
    return datetime.fromisoformat(instant)


async def gather(
    visit: Visitor, incident: str, party: str | None = None, as_of: str | None = None
) -> Case:
    """A case, for the party itself or one in its scope, now or as of an earlier instant."""
    asked = {"incident": incident, "party": party, "as_of": as_of}
    entries = await visit.ask("timeline", **asked)
    found = entries[0]["incident"] or incident
    bare = Case(
        incident=found,
        party=party or visit.party,
        facts=await visit.ask("facts", **asked),
        entries=entries,
        obligations=await visit.ask("obligations", **asked),
        contradictions=await visit.ask("contradictions", **asked),
        texts={},
    )
    texts = await visit.texts([one["data"] for one in entries], bare.contradictions)
    for report in bare.reports():
        for part in ("title", "text"):
            texts[f"{report}/{part}"] = await visit.text(f"{report}/{part}")
    return replace(bare, texts=texts)


async def overview(
    visit: Visitor, party: str | None = None, as_of: str | None = None
) -> list[Case]:
    """All cases of a party, those with the most urgent clock first; only titles are fetched."""
    asked = {"party": party, "as_of": as_of}
    entries = await visit.ask("timeline", **asked)
    obligations = await visit.ask("obligations", **asked)
    collisions = await visit.ask("contradictions", **asked)
    cases: list[Case] = []
    for incident in dict.fromkeys(one["incident"] for one in entries if one["incident"]):
        mine = [one for one in entries if one["incident"] == incident]
        said = {one["data"].get("statement") for one in mine} | {one["event"] for one in mine}
        bare = Case(
            incident=incident,
            party=party or visit.party,
            facts={"vendor": _vendor(mine)},
            entries=mine,
            obligations=[one for one in obligations if one["incident"] == incident],
            contradictions=[one for one in collisions if one["statement"] in said],
            texts={},
        )
        titles = {ref: await visit.text(ref) for ref in bare.titles()}
        cases.append(replace(bare, texts=titles))
    return sorted(cases, key=_first_urgency)


def _vendor(entries: Iterable[Row]) -> str | None:
    for one in entries:
        if one["source"] == "vendor":
            return str(one["by"])
        if one["type"] == "ClientRaisedConcern":
            return str(one["data"]["vendor"])
    return None


def _first_urgency(case: Case) -> tuple[int, datetime]:
    last = (len(_ORDER), datetime.max.replace(tzinfo=UTC))
    return min(map(urgency, case.obligations), default=last)
