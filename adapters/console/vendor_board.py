"""The board of a vendor's clients: six stages each, the silent ones first, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.console.i18n import mark
from adapters.paging import page

Row = Mapping[str, Any]
PAGE = 50  # clients on one page
STAGES = {  # from told to settled, as they are headed
    "told": mark("told"),
    "delivered": mark("delivered"),
    "acknowledged": mark("acknowledged"),
    "asked": mark("asked"),
    "regulator": mark("notified its authority"),
    "customers": mark("told its people"),
}
NEEDS = {  # who waits for the vendor, the most pressing first
    "answer": mark("waits for an answer"),
    "untold": mark("named, but not told"),
    "undelivered": mark("told, but not delivered"),
    "unacknowledged": mark("delivered, but not acknowledged"),
}
_ORDER = (*NEEDS, "")


@dataclass(frozen=True)
class Mark:
    """A stage that was reached: when, and the event that says so."""

    at: str
    event: str | None


@dataclass(frozen=True)
class Line:
    """One client: its row, the stages it has reached, what it waits for ("" for nothing)."""

    row: Row
    stages: Mapping[str, Mark | None]
    need: str

    @property
    def client(self) -> str:
        """Its id."""
        return str(self.row["client"])

    @property
    def is_cleared(self) -> bool:
        """Whether it was told that it is not touched after all."""
        return bool(self.row["cleared_at"])


@dataclass(frozen=True)
class Part:
    """One page of the board, and the cursor of the next (None: no more)."""

    lines: Sequence[Line]
    next: str | None


def lines(rows: Iterable[Row], entries: Iterable[Row]) -> list[Line]:
    """The board's rows with their events, those that need attention first."""
    events = _events(entries)
    found = [Line(row, _stages(row, events), _need(row)) for row in rows]
    return sorted(found, key=_urgency)


def _urgency(line: Line) -> tuple[bool, int, bool, str, str]:
    """By what they wait for; then those brought up, and those who wait longest. Cleared last."""
    row = line.row
    since = row["delivered_at"] or row["notified_at"] or row["named_at"] or ""
    place = _ORDER.index(line.need)
    return line.is_cleared, place, not row["escalated_at"], str(since), line.client


def _need(row: Row) -> str:
    if row["cleared_at"]:
        return ""
    if row["open_questions"]:
        return "answer"
    if not row["notified_at"]:
        return "untold"
    if row["acknowledged_at"]:
        return ""
    return "unacknowledged" if row["delivered_at"] else "undelivered"


def _stages(row: Row, events: Mapping[Any, str]) -> dict[str, Mark | None]:
    """Each stage with its first event; a delivery's stands in the timeline, under its notice."""
    delivered = events.get(row["notified_by"]) or events.get(_second(row["delivered_at"]))
    asked = [events.get((row["client"], name)) for name in row["asked"]]
    first = next((one for one in asked if one), None)
    return {
        "told": _mark(row["notified_at"], row["notified_by"]),
        "delivered": _mark(row["delivered_at"], delivered),
        "acknowledged": _mark(row["acknowledged_at"], row["acknowledged_by"]),
        "asked": _mark(events.get(("at", first)), first),
        **{name: _first(row[name]) for name in ("regulator", "customers")},
    }


def _mark(at: Any, event: Any) -> Mark | None:
    return Mark(str(at), str(event) if event else None) if at else None


def _first(acts: Sequence[Row]) -> Mark | None:
    return Mark(str(acts[0]["at"]), str(acts[0]["event"])) if acts else None


def _events(entries: Iterable[Row]) -> dict[Any, str]:
    """Deliveries by notice and by instant, questions by client and name, and when each was."""
    found: dict[Any, str] = {}
    for one in entries:
        data, event = one["data"], str(one["event"])
        if one["type"] == "NoticeDelivered":
            found.setdefault(data["notice"], event)
            found.setdefault(_second(data["delivered_at"]), event)
        elif one["type"] == "QuestionAsked":
            found[one["by"], data["question"]] = event
            found["at", event] = str(one["recorded_at"])
    return found


def _second(instant: Any) -> str:
    return str(instant or "")[:19]


# --- which of them ---------------------------------------------------------------------------

Test = Callable[[Line], bool]


def _reached(stage: str) -> Test:
    return lambda line: not line.is_cleared and line.stages[stage] is not None


def _missing(stage: str) -> Test:
    return lambda line: not line.is_cleared and line.stages[stage] is None


def _needs(need: str) -> Test:
    return lambda line: line.need == need


FILTERS: Mapping[str, Test] = {
    "all": lambda _: True,
    "touched": lambda line: not line.is_cleared,
    "cleared": lambda line: line.is_cleared,
    **{stage: _reached(stage) for stage in STAGES},
    **{f"not-{stage}": _missing(stage) for stage in STAGES},
    **{need: _needs(need) for need in NEEDS},
}


def counted(all_lines: Sequence[Line]) -> dict[str, int]:
    """How many clients each filter shows."""
    return {name: sum(map(test, all_lines)) for name, test in FILTERS.items()}


def part(all_lines: Sequence[Line], show: str, after: str | None) -> Part:
    """A page of those that a filter shows; raises `Invalid` for a cursor that leads nowhere."""
    chosen = [line for line in all_lines if FILTERS[show](line)]
    found, cursor = page(chosen, lambda line: line.client, after, PAGE, show)
    return Part(found, cursor)
