"""How grave is it for this client's people, and what was decided in cases like it?"""

from __future__ import annotations

from typing import Any, Literal

from domain.precedents import closest, features_of
from domain.values import Count
from domain.worksheet import Worksheet, worksheet_for
from projections import describe, facts
from projections.rows import Row, Rows


def query(party: str, incident: str, rows: Rows, given: Worksheet | None = None) -> Row:
    """ENISA's severity as an interval, from the worksheet given, else from the facts alone.

    `worksheet` is what was scored: filled in further, it narrows the interval. A level is no
    legal threshold; the precedents say what the EDPB held in cases that share most with this one.
    """
    worksheet = given or prefilled(party, incident, rows)
    return {
        "worksheet": _fillable(worksheet),
        "score": describe.scored(worksheet),
        "precedents": [_precedent(one) for one in closest(features_of(worksheet))],
    }


def _fillable(worksheet: Worksheet) -> Row:
    """A worksheet as it is filled in and sent: the text of a reason is just text."""
    said = worksheet.model_dump(mode="json", exclude_none=True)
    for category in said["categories"]:
        for one in category.get("adjusted", ()):
            if "reason" in one:
                one["reason"] = one["reason"]["plain"]
    return said


def prefilled(party: str, incident: str, rows: Rows) -> Worksheet:
    """What the facts tell of a worksheet; all else is left open."""
    told = facts.known(party, incident, rows)
    row = facts.query(party, incident, rows) or {}
    side: Literal["client", "vendor"] = "vendor" if row.get("vendor") == party else "client"
    count = Count.model_validate(row.get("count", "unknown"))
    return worksheet_for(told.people, told.nature, told.claims, count=count, controller=side)


def _precedent(found: Any) -> Row:
    case = found.case
    return {
        "case": f"EDPB Guidelines 01/2021, case {case.number:02}",
        "title": case.title,
        "decided": {
            "authority": case.authority,
            "people": case.people,
            "documented": case.documented,
        },
        "similarity": found.similarity,
        "also": list(found.also),
        "there": list(found.there),
        "here": list(found.here),
        "reviewed": case.reviewed,
    }
