"""Working days: which days are days off, why, and counting without them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Self

from domain.errors import Invalid

IsHoliday = Callable[[date], bool | str | None]
"""Whether a day is a public holiday; one that knows its name answers with the name."""

DAY = timedelta(days=1)
_WEEKDAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
_SATURDAY = 5
_NONE: Mapping[date, str] = MappingProxyType({})


def no_public_holidays(day: date) -> bool:  # noqa: ARG001 - the shape of every holiday calendar
    """A calendar without public holidays: Saturdays and Sundays alone are not working days."""
    return False


class NoCalendar(Invalid, ValueError):
    """No calendar of public holidays is known for that place, or for that year."""


@dataclass(frozen=True)
class Workdays:
    """The working days of a place: all but its public holidays, Saturdays and Sundays.

    So Reg. 1182/71 Art. 2 defines them; what the SEC calls business days is the same, with the
    federal holidays and the days that `closed` adds.
    """

    is_holiday: IsHoliday = no_public_holidays

    @classmethod
    def of(
        cls, country: str, subdivision: str | None = None, *, closed: Mapping[date, str] = _NONE
    ) -> Self:
        """The working days of a country, or of a part of it: `of("NO")`, `of("DE", "BY")`.

        Without a subdivision only what the whole country keeps is a holiday; `of("US")` is
        federal. `closed` names further days off and why. NoCalendar, with near names, for a
        place whose holidays are not known; asking for a day in a year without a calendar
        raises it, too.
        """
        from domain.law import public_holidays  # noqa: PLC0415 - slow to load, asked by few

        public_holidays.known(country, subdivision)

        def is_holiday(day: date) -> str | None:
            return closed.get(day) or public_holidays.named(country, subdivision, day)

        return cls(is_holiday)

    def __contains__(self, day: date) -> bool:
        return self.why_off(day) is None

    def why_off(self, day: date) -> str | None:
        """Why that day is no working day, `a Saturday` or `Thanksgiving Day`; None if it is one."""
        if day.weekday() >= _SATURDAY:
            return f"a {weekday(day)}"
        holiday = self.is_holiday(day)
        return holiday if isinstance(holiday, str) else "a public holiday" if holiday else None

    def on_or_after(self, day: date) -> date:
        """The first working day on or after `day`; ValueError if a year has none."""
        for ahead in range(366):
            if day + ahead * DAY in self:
                return day + ahead * DAY
        msg = f"got a calendar without a working day in the year after {day}; check the holidays"
        raise ValueError(msg)

    def after(self, day: date, amount: int) -> date:
        """The working day that is the `amount`-th after `day`, which is not counted itself."""
        for _ in range(amount):
            day = self.on_or_after(day + DAY)
        return day

    def skipped(self, day: date, until: date) -> tuple[str, ...]:
        """The holidays, weekends aside, after `day` and before `until`, each with its name."""
        between = (day + n * DAY for n in range(1, (until - day).days))
        return tuple(
            f"{spoken(off)} ({self.why_off(off)})"
            for off in between
            if off.weekday() < _SATURDAY and off not in self
        )


def weekday(day: date) -> str:
    """The English name of the day of the week, whatever the locale."""
    return _WEEKDAYS[day.weekday()]


def spoken(day: date) -> str:
    """A date as an explanation says it: `Fri 2026-11-27`."""
    return f"{weekday(day)[:3]} {day.isoformat()}"
