"""What is said to have happened, strand by strand: the newest word, and every earlier one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
SAYING = ("VendorReportedLeak", "ClientNotified", "FactsRevised", "ClientUpdated", "ClientCleared")
PLAIN = ("happened", "data_period", "discovered_by", "nature")
OWN = ("count", "sure")


@dataclass(frozen=True)
class Said:
    """One value, in one event: of which kind, under which key."""

    kind: str
    key: tuple[Any, ...]
    value: Any
    event: str
    by: str
    at: str


@dataclass(frozen=True)
class Strand:
    """All that was said of one thing, oldest first; the last word holds."""

    said: Sequence[Said]

    @property
    def now(self) -> Said:
        """The last word."""
        return self.said[-1]

    @property
    def before(self) -> Sequence[Said]:
        """What was said before, each other than the next."""
        return self.said[:-1]


def strands(entries: Iterable[Row]) -> list[Strand]:
    """The strands of a party's timeline, in the order in which they began."""
    found: dict[tuple[Any, ...], list[Said]] = {}
    became: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    corrected = {one["corrects"] for one in entries if one["corrects"]}
    for entry in entries:
        if entry["type"] not in SAYING or entry["event"] in corrected:
            continue
        for one in _said(entry):
            older = one.value.get("supersedes") if one.kind == "claims" else None
            root = became.get(("claims", older), ("claims", older)) if older else None
            key = root if root in found else became.get(one.key, one.key)
            became[one.key] = key
            strand = found.setdefault(key, [])
            if not strand or strand[-1].value != one.value:
                strand.append(one)
    return [Strand(tuple(said)) for said in found.values()]


def of(found: Iterable[Strand], *kinds: str) -> list[Strand]:
    """The strands of these kinds."""
    return [strand for strand in found if strand.now.kind in kinds]


def _said(entry: Row) -> Iterator[Said]:
    data: Row = entry["data"]
    facts: Row = {**data.get("facts", {}), **data}
    where = (entry["event"], entry["by"], entry["recorded_at"])
    for name in (*PLAIN, *OWN):
        if facts.get(name):
            yield Said(name, (name,), facts[name], *where)
    for row in facts.get("systems", ()):
        yield Said("systems", ("systems", row["name"]), row, *where)
    for row in facts.get("people", ()):
        key = ("people", row["group"], row["role"], row.get("country"), str(row.get("scope")))
        yield Said("people", (*key, _place(facts["people"], row)), row, *where)
    for row in facts.get("totals", ()):
        yield Said("totals", ("totals", tuple(sorted(row["of"])), row.get("client")), row, *where)
    for row in facts.get("claims", ()):
        yield Said("claims", ("claims", row["id"]), row, *where)


def _place(rows: Sequence[Row], row: Row) -> int:
    """Which of several rows of the same people this is: each tells of other data."""
    alike = [
        one
        for one in rows
        if (one["group"], one["role"], one.get("country"))
        == (row["group"], row["role"], row.get("country"))
    ]
    return next(n for n, one in enumerate(alike) if one is row)
