"""What a vendor's first page shows: its incidents with their numbers, and concerns put to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.console import case as cases
from adapters.console import vendor_board as board
from adapters.console.case import Case, Row
from adapters.console.vendor_case import is_own
from adapters.console.visit import Visitor


@dataclass(frozen=True)
class Own:
    """One of a vendor's incidents: its case, how many clients stand where, its state."""

    case: Case
    report: Row
    counted: Mapping[str, int]
    state: str


async def gathered(visit: Visitor) -> dict[str, Any]:
    """All that the page shows."""
    found = await cases.overview(visit)
    mine = [case for case in found if is_own(case.entries, visit.party)]
    concerns = [one for case in found if (one := concern_of(case.entries, visit.party))]
    taken = {case.incident for case in mine} | {str(one["incident"]) for one in concerns}
    answered = answers([one for case in mine for one in case.entries])
    return {
        "own": [await _own(visit, case) for case in mine],
        "concerns": concerns,
        "answered": answered,
        "texts": await visit.texts([one["data"] for one in concerns]),
        "others": [case for case in found if case.incident not in taken],
        "is_client": "client" in visit.me.roles,
        "alarm": cases.alarm,
        "needs": board.NEEDS,
    }


async def _own(visit: Visitor, case: Case) -> Own:
    found = await visit.ask("board", incident=case.incident)
    facts = await visit.ask("facts", incident=case.incident)
    lines = board.lines(found["clients"], case.entries)
    [report] = case.of("VendorReportedLeak")
    return Own(case, report, board.counted(lines), facts.get("state", "open"))


def concern_of(entries: Iterable[Row], party: str) -> Row | None:
    """The concern that was put to this party, where a timeline is of one."""
    for one in entries:
        if one["type"] == "ClientRaisedConcern" and one["data"]["vendor"] == party:
            return one
    return None


def answers(entries: Iterable[Row]) -> dict[str, Row]:
    """By concern: the report that answered it."""
    reports = (one for one in entries if one["type"] == "VendorReportedLeak")
    return {one["data"]["answers"]: one for one in reports if one["data"].get("answers")}


async def open_concerns(visit: Visitor) -> dict[str, str]:
    """By id: concerns that no report answered yet, as a choice shows them."""
    entries = await visit.ask("timeline")
    answered = answers(entries)
    return {
        str(one["incident"]): f"{one['data']['slug']} ({one['by']})"
        for one in entries
        if one["type"] == "ClientRaisedConcern"
        and one["data"]["vendor"] == visit.party
        and one["incident"] not in answered
    }
