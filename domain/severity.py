"""How severe a breach is for a client's people, by ENISA's method: SE = DPC x EI + CB.

What is not known is not guessed: the result is the interval of all values that fit what is known.
It informs an assessment of risk and decides nothing. The method is older than the GDPR and sets no
threshold (section 4.1.2 leaves the level of notification to the authorities), so no function here
says whether anybody has to be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from domain import severity_tables as tables
from domain.numbers import allowed
from domain.severity_tables import METHOD, Level, Row
from domain.values import Count, Text, Value
from domain.words import Affected
from domain.worksheet import (
    Adjustment,
    Category,
    Circumstances,
    Identifier,
    Worksheet,
    worksheet_for,
)

__all__ = [
    "Adjustment",
    "Category",
    "Circumstances",
    "Flags",
    "Identifier",
    "Severity",
    "Step",
    "Worksheet",
    "over_100_people",
    "score",
    "worksheet_for",
]

Part = Literal["DPC", "EI", "CB", "SE", "flag", "caution"]
Span = tuple[float, float]

_DPC = f"{METHOD}, section 3.1.1 and Annex 1"
_EI = f"{METHOD}, section 3.1.2 and Annex 2"
_CB = f"{METHOD}, section 3.1.3 and Annex 3"


class Step(Value):
    """One step of the reckoning: its points, if it has any, in words, and where that stands.

    `reasons` are what people wrote for adjusting a score; the words themselves are closed ones.
    """

    part: Part
    low: float | None = None
    high: float | None = None
    words: str
    reasons: tuple[Text, ...] = ()
    citation: str


Scored = tuple[Span, Step]


class Flags(Value):
    """What the score leaves out and a reader should know (section 3.3)."""

    over_100_people: Literal["yes", "no", "possible"]
    unintelligible: Affected


class Severity(Value):
    """The scores and levels that fit what is known, from `low` to `high`, and how they arose.

    A description for an assessment of risk: no level is a legal threshold.
    """

    low: float
    high: float
    levels: tuple[Level, ...]
    flags: Flags
    steps: tuple[Step, ...]


def score(worksheet: Worksheet) -> Severity:
    """The severity that a worksheet leaves possible, explained step by step."""
    dpc, context = _context(worksheet)
    ei, identification = _identification(worksheet)
    cb, circumstances = _circumstances(worksheet.circumstances)
    low, high = dpc[0] * ei[0] + cb[0], dpc[1] * ei[1] + cb[1]
    levels = _levels(low, high)
    many = over_100_people(worksheet.people)
    flags = Flags(over_100_people=many, unintelligible=worksheet.unintelligible)
    return Severity(
        low=low,
        high=high,
        levels=levels,
        flags=flags,
        steps=(
            *context,
            *identification,
            *circumstances,
            _total(dpc, ei, cb, (low, high), levels),
            *_flagged(flags),
            _CAUTION,
        ),
    )


# --- data processing context: every category is scored, the highest counts ---------------------


def _context(worksheet: Worksheet) -> tuple[Span, list[Step]]:
    scored = [_category(one) for one in worksheet.categories]
    span = _highest(scored, (tables.LEAST_DPC, tables.MOST_DPC), whole=bool(worksheet.complete))
    words = f"data processing context: {_points(span)}, {_chosen(worksheet, 'category')}"
    return span, [*(step for _, step in scored), _step("DPC", span, words, _DPC)]


def _category(one: Category) -> Scored:
    kinds = f" ({', '.join(one.kinds)})" if one.kinds else ""
    if one.name is None:
        span = (tables.LEAST_DPC, tables.MOST_DPC)
        words = f"data of an open category{kinds}: {_points(span)}; credentials are what they open"
        return span, _step("DPC", span, words, _DPC)
    base, table = tables.BASE[one.name], tables.ADJUSTMENTS[one.name]
    points = list(table) if one.adjusted is None else [each.points for each in one.adjusted]
    span = (base + min(points), base + max(points))
    why = _judged(one.adjusted, table)
    words = f"{one.name} data{kinds}: base {base:g}, {why}: {_points(span)}"
    return span, _step("DPC", span, words, _DPC, one.adjusted or ())


def _judged(adjusted: tuple[Adjustment, ...] | None, table: Mapping[int, str]) -> str:
    if adjusted is None:
        return "not judged yet, so all that the table allows"
    return " or ".join(
        f"{one.points:+d}, {table[one.points]}" if one.points else f"unchanged, {table[0]}"
        for one in adjusted
    )


# --- ease of identification: the highest counts ------------------------------------------------


def _identification(worksheet: Worksheet) -> tuple[Span, list[Step]]:
    scored = [
        _read("EI", one.name.replace("_", " "), one.situation, tables.SITUATIONS[one.name])
        for one in worksheet.identifiers
    ]
    span = _highest(scored, (tables.LEAST_EI, tables.MOST_EI), whole=bool(worksheet.complete))
    words = f"ease of identification: {_points(span)}, {_chosen(worksheet, 'identifier')}"
    return span, [*(step for _, step in scored), _step("EI", span, words, _EI)]


# --- circumstances of the breach: all are added ------------------------------------------------


def _circumstances(given: Circumstances) -> tuple[Span, list[Step]]:
    scored = [
        _read("CB", tables.ELEMENTS[name], getattr(given, name), table)
        for name, table in tables.CIRCUMSTANCES.items()
    ]
    span = (sum(low for (low, _), _ in scored), sum(high for (_, high), _ in scored))
    words = f"circumstances of the breach: {_points(span)}, all added"
    return span, [*(step for _, step in scored), _step("CB", span, words, _CB)]


# --- the whole, and what it does not say -------------------------------------------------------


def _total(dpc: Span, ei: Span, cb: Span, span: Span, levels: Sequence[Level]) -> Step:
    ends = [levels[0]] if len(levels) == 1 else [levels[0], levels[-1]]
    level = " to ".join(end.replace("_", " ") for end in ends)
    sums = f"DPC {_points(dpc)} times EI {_points(ei)} plus CB {_points(cb)}"
    words = f"severity: {sums} is {_points(span)}: {level}"
    return _step("SE", span, words, f"{METHOD}, sections 2.2 and 3.2")


def _levels(low: float, high: float) -> tuple[Level, ...]:
    """Every level that the interval touches; each starts at its limit (2 is medium)."""
    starts = [start for start, _ in tables.LEVELS[1:]]
    ends = [*starts, float("inf")]
    return tuple(
        level
        for (start, level), end in zip(tables.LEVELS, ends, strict=True)
        if start <= high and low < end
    )


def over_100_people(people: Count) -> Literal["yes", "no", "possible"]:
    """Whether there are more than a hundred people; records say nothing about that."""
    number = allowed(people if people.unit == "people" else Count())
    if number.low > tables.MANY:
        return "yes"
    return "no" if number.high <= tables.MANY else "possible"


def _flagged(flags: Flags) -> tuple[Step, Step]:
    where = f"{METHOD}, section 3.3"
    many = f"more than {tables.MANY} people: {flags.over_100_people}"
    readable = f"unintelligible to whoever has the data: {flags.unintelligible}"
    return (
        Step(part="flag", words=many, citation=where),
        Step(part="flag", words=readable, citation=where),
    )


_CAUTION = Step(
    part="caution",
    words=(
        "this method is older than the GDPR and sets no legal threshold: whom to tell follows from"
        " the client's own assessment of the risk"
    ),
    citation=f"{METHOD}, section 4.1.2",
)


# --- spans -------------------------------------------------------------------------------------


def _highest(scored: Sequence[Scored], most: Span, *, whole: bool) -> Span:
    """The highest of several: none listed may be anything; what is not listed may be higher."""
    if not scored:
        return most
    low, high = max(low for (low, _), _ in scored), max(high for (_, high), _ in scored)
    return (low, high if whole else most[1])


def _read(
    part: Literal["EI", "CB"],
    what: str,
    possible: tuple[str, ...] | None,
    table: Mapping[str, Row],
) -> Scored:
    """The points of the rows of a table that are possible, and those rows in words."""
    rows = [row for word, row in table.items() if possible is None or word in possible]
    span = (min(row.points for row in rows), max(row.points for row in rows))
    why = "not known" if possible is None else " or ".join(row.words for row in rows)
    return span, _step(part, span, f"{what}, {why}: {_points(span)}", _EI if part == "EI" else _CB)


def _chosen(worksheet: Worksheet, what: str) -> str:
    listed = f"the highest {what} counts"
    return listed if worksheet.complete else f"{listed}; the list of data may not be complete"


def _step(
    part: Part, span: Span, words: str, citation: str, adjusted: Iterable[Adjustment] = ()
) -> Step:
    reasons = tuple(one.reason for one in adjusted if one.reason is not None)
    return Step(
        part=part, low=span[0], high=span[1], words=words, reasons=reasons, citation=citation
    )


def _points(span: Span) -> str:
    low, high = span
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
