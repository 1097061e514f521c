"""Measuring against a floor: product and floor in turn, in one run, and the median of the rounds.

A machine is never quiet, and no two are alike: what counts is the ratio of two measurements made
right after one another. Where nothing honest can stand below a figure, it stands alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

ROUNDS: Final = 3
Measure = Callable[[], float]
"""Does it once; gives what came of it, in the figure's unit."""


@dataclass(frozen=True)
class Target:
    """What a figure must come to: `at_most` or `at_least`; of `ratio` or of the value itself."""

    bound: float
    at_most: bool
    ratio: bool = True

    def met(self, found: float) -> bool:
        """Whether what was found is good enough."""
        return found <= self.bound if self.at_most else found >= self.bound

    def margin(self, found: float) -> float:
        """How many times better than it must be: 1 just meets it, less misses it."""
        return self.bound / found if self.at_most else found / self.bound

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.bound:g}{' floor' if self.ratio else ''}"


def at_most(bound: float) -> Target:
    """The value is at most so many times its floor."""
    return Target(bound, at_most=True)


def at_least(bound: float) -> Target:
    """The value is at least so many times its floor."""
    return Target(bound, at_most=False)


def no_more_than(bound: float) -> Target:
    """The value itself is at most that, in its own unit."""
    return Target(bound, at_most=True, ratio=False)


@dataclass(frozen=True)
class Figure:
    """What was measured: medians over the rounds, and each round as (value, floor)."""

    figure: str
    unit: str
    target: Target
    rounds: Sequence[tuple[float, float | None]]

    @property
    def value(self) -> float:
        """The product's median."""
        return median(value for value, _ in self.rounds)

    @property
    def floor(self) -> float | None:
        """The floor's median; None where the figure stands alone."""
        floors = [floor for _, floor in self.rounds if floor is not None]
        return median(floors) if floors else None

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' own ratios: what troubles one round troubles both its sides."""
        ratios = [value / floor for value, floor in self.rounds if floor]
        return median(ratios) if ratios else None

    @property
    def judged(self) -> float | None:
        """What the target speaks of: the ratio, or the value itself."""
        return self.ratio if self.target.ratio else self.value

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.judged is not None and self.target.met(self.judged)

    def line(self) -> dict[str, Any]:
        """As it is printed."""
        return {
            "figure": self.figure,
            "unit": self.unit,
            "value": _short(self.value),
            "floor": _short(self.floor),
            "ratio": _short(self.ratio),
            "target": str(self.target),
            "met": self.met,
            "margin": _short(self.target.margin(self.judged)) if self.judged else None,
            "rounds": [[_short(part) for part in each] for each in self.rounds],
        }


def against(  # noqa: PLR0913, PLR0917 - each is a part of the figure
    figure: str,
    unit: str,
    product: Measure,
    floor: Measure,
    target: Target,
    rounds: int = ROUNDS,
) -> Figure:
    """Product and floor in turn; which goes first changes from round to round."""
    found: list[tuple[float, float | None]] = []
    for number in range(rounds):
        if number % 2:
            below = floor()
            found.append((product(), below))
        else:
            value = product()
            found.append((value, floor()))
    return Figure(figure, unit, target, found)


def alone(figure: str, unit: str, product: Measure, target: Target, rounds: int = ROUNDS) -> Figure:
    """A figure that has no floor."""
    return Figure(figure, unit, target, [(product(), None) for _ in range(rounds)])


def tell(*figures: Figure) -> None:
    """One JSON line for each."""
    for one in figures:
        sys.stdout.write(json.dumps(one.line(), ensure_ascii=False) + "\n")
        sys.stdout.flush()


def tell_missing(figure: str, unit: str, target: Target, install: str) -> None:
    """The line of a figure that needs what is not installed here; `install` is the command."""
    nothing = dict.fromkeys(("value", "floor", "ratio"))
    line = {"figure": figure, "unit": unit, **nothing, "target": str(target), "met": None}
    line |= {"margin": None, "rounds": [], "not_installed": install}
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share (0 to 1) of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
