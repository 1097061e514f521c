"""Imprecise numbers of people held against each other: at odds only if no number fits both."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from domain.values import Claim, Count, People

TENTH = 10  # our own convention: "about n" allows a tenth more or less, rounded outwards


@dataclass(frozen=True)
class Range:
    """The numbers that somebody's words allow, and where they stand."""

    low: float
    high: float
    where: str = ""

    def misses(self, other: Range) -> bool:
        """Whether no number lies in both."""
        return self.high < other.low or other.high < self.low


def allowed(count: Count, where: str = "") -> Range:
    """The numbers that a count allows; any number where it is unknown."""
    if count.exact is not None:
        return Range(count.exact, count.exact, where)
    if count.about is not None:
        margin = -(-count.about // TENTH)
        return Range(count.about - margin, count.about + margin, where)
    low, high = count.between or (0, math.inf)
    return Range(low, high, where)


def claimed(claim: Claim) -> Count | None:
    """The number that a claim on the number of people says, if it says one."""
    says = claim.about == "number_of_people" and claim.holds in {"yes", "possible", None}
    value = claim.value if says and isinstance(claim.value, Count) else Count()
    return value if value.known else None


def bounds(rows: Iterable[People], unit: str, where: str, *, whole: bool) -> Range | None:
    """What rows of people allow for all of them: no more than their sum, for rows may overlap.

    `whole` says that the rows tell of nobody else's people: then there are at least as many as
    in the largest row of exposed ones. None where the rows set no bound.
    """
    counted = [(row.role, _in(unit, row.count)) for row in rows]
    exposed = [one.low for role, one in counted if role == "exposed"]
    low = max(exposed, default=0) if whole else 0
    high = sum(one.high for _, one in counted) if counted else math.inf
    return Range(low, high, where) if low > 0 or high < math.inf else None


def _in(unit: str, count: Count) -> Range:
    """A count in another unit says nothing: one person may have many records."""
    return allowed(count if count.unit == unit else Count())
