"""One incident as its vendor knows it: facts, board, own duties, and whose mandates it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.console.case import Case, Row
from adapters.console.visit import Visitor
from domain.events import MandateGranted
from domain.party import Mandate, granted_mandate

SAID = ("VendorReportedLeak", "FactsRevised")  # what a vendor says of the whole, not to one client
WORDED = (*SAID, "StatementMade", "MeasureTaken", "IncidentClosed", "IncidentWithdrawn")


@dataclass(frozen=True)
class VendorCase(Case):
    """A vendor's own incident: its clients as well, and the mandates that clients gave it."""

    clients: Sequence[Row]
    mandates: Mapping[str, Mandate]

    @property
    def reported(self) -> Row:
        """The first report."""
        return self.of("VendorReportedLeak")[0]

    @property
    def is_open(self) -> bool:
        """Whether the vendor still holds it to be going on."""
        return bool(self.facts.get("state", "open") == "open")

    @property
    def untold(self) -> list[str]:
        """Who is named and was not told yet."""
        return [
            str(one["client"])
            for one in self.clients
            if not (one["notified_at"] or one["cleared_at"])
        ]

    @property
    def reachable(self) -> list[str]:
        """Who was told and not cleared since."""
        return [
            str(one["client"])
            for one in self.clients
            if one["notified_at"] and not one["cleared_at"]
        ]


async def own(visit: Visitor, incident: str) -> VendorCase | None:
    """The vendor's own incident with all that belongs to it; None where it is another's."""
    entries = await visit.ask("timeline", incident=incident)
    if not is_own(entries, visit.party):
        return None
    found = entries[0]["incident"]
    board = await visit.ask("board", incident=found)
    bare = VendorCase(
        incident=found,
        party=visit.party,
        facts=await visit.ask("facts", incident=found),
        entries=entries,
        obligations=await visit.ask("obligations", incident=found),
        contradictions=board["contradictions"],
        texts={},
        clients=board["clients"],
        mandates=in_force(await visit.ask("timeline"), visit.me.clock, visit.now),
    )
    texts = await visit.texts([one["data"] for one in bare.of(*WORDED) if one["by"] == bare.party])
    for one in bare.contradictions:
        texts.setdefault(one["words"], await _text(visit, one["words"]))
    return replace(bare, texts=texts)


async def _text(visit: Visitor, words: str) -> str | None:
    """What a collision quotes: a reference, or a sentence as it is."""
    return await visit.text(words) if "/" in words else None


def is_own(entries: Iterable[Row], party: str) -> bool:
    """Whether a timeline is of an incident that this party reported."""
    return any(one["type"] == "VendorReportedLeak" and one["by"] == party for one in entries)


def in_force(entries: Iterable[Row], zone: ZoneInfo, now: datetime) -> dict[str, Mandate]:
    """By client: the mandate in force now. The platform judges anew when something is filed."""
    found: dict[str, Mandate] = {}
    for one in entries:
        if one["type"] == "MandateGranted" and not one["superseded_by"]:
            granted = MandateGranted.model_validate(one["data"])
            at = datetime.fromisoformat(one["recorded_at"])
            found[one["by"]] = granted_mandate(granted, at, zone)
        elif one["type"] == "MandateRevoked" and not one["superseded_by"]:
            found.pop(one["by"], None)
    return {client: mandate for client, mandate in found.items() if mandate.in_force(now)}


# --- what was said to whom ---------------------------------------------------------------------

NOTICE = {  # what the incident calls an act, and the event that each client gets
    "notified": "ClientNotified",
    "updated": "ClientUpdated",
    "cleared": "ClientCleared",
    "answered": "QuestionAnswered",
}


@dataclass(frozen=True)
class Told:
    """An entry of the vendor's timeline, and to which clients it was said."""

    entry: Row
    to: Sequence[str] = ()


# What a vendor says of the whole: each client that it concerns hears its part at the same instant.
CAUSES = (
    *("FactsRevised", "IncidentClosed", "IncidentWithdrawn", "StatementMade", "MeasureTaken"),
    *("OthersInformed", "RegulatorNotified", "AuthorityReplied", "DelayRecorded"),
    "AwarenessStated",
)


def told(entries: Sequence[Row]) -> list[Told]:
    """A vendor's timeline without repetitions.

    What was said of the whole stands there once, with the clients that heard of it; what was said
    to one client under its own kind; what was said to many at once is one line that counts them.
    """
    said = _together(entries, (*NOTICE.values(), *CAUSES))
    found: dict[str, Told] = {}
    for one in entries:
        if one["type"] == "NoticesIssued":
            clients = one["data"]["clients"]
            entry = _what(one, said)
            found[entry["event"]] = Told(entry, clients)
        elif one["type"] not in NOTICE.values() or one["source"] != "vendor":
            found.setdefault(one["event"], Told(one))
    places = {one["event"]: place for place, one in enumerate(entries)}
    return sorted(found.values(), key=lambda one: places[one.entry["event"]])


def _together(entries: Sequence[Row], kinds: Sequence[str]) -> dict[tuple[str, str], list[Row]]:
    """The vendor's own events of these kinds, by the instant and the kind."""
    found: dict[tuple[str, str], list[Row]] = {}
    for one in entries:
        if one["type"] in kinds and one["source"] == "vendor":
            found.setdefault((one["recorded_at"], one["type"]), []).append(one)
    return found


def _what(issued: Row, said: Mapping[tuple[str, str], Sequence[Row]]) -> Row:
    """The event that tells best what was said; where several might, the count of notices itself."""
    at, act = issued["recorded_at"], issued["data"]["act"]
    if act in {"updated", "shared"}:
        causes = [one for kind in CAUSES for one in said.get((at, kind), ())]
        if len(causes) == 1:
            return causes[0]
    notices = said.get((at, NOTICE.get(act, "")), ())
    return notices[0] if len(notices) == len(issued["data"]["clients"]) == 1 else issued


async def questions(visit: Visitor, case: VendorCase, most: int) -> list[dict[str, Any]]:
    """What clients asked and nobody answered yet, oldest first: the entry, the client, the text."""
    waiting = {(one["client"], name) for one in case.clients for name in one["open_questions"]}
    asked = [
        one
        for one in case.living("QuestionAsked")
        if (one["by"], one["data"]["question"]) in waiting
    ][:most]
    texts = await visit.texts([one["data"] for one in asked])
    return [{"entry": one, "text": texts.get(one["data"]["text"]["text"])} for one in asked]
