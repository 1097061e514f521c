"""When a period ends: exact arithmetic, under a named convention, in a named time zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from domain.law.business import EDGAR_CLOSED, business_days, edgar, filed_on, relief
from domain.law.periods import Period, Unit
from domain.law.r1182 import r1182, with_working_days
from domain.law.reckoning import (
    NOON,
    Clock,
    Counting,
    Reckoned,
    end_of_day,
    instant,
    local,
    strict,
)
from domain.law.workdays import IsHoliday, NoCalendar, Workdays, no_public_holidays

__all__ = [
    "COMPUTED",
    "EDGAR_CLOSED",
    "NOON",
    "Clock",
    "Convention",
    "Counting",
    "Due",
    "IsHoliday",
    "NoCalendar",
    "Period",
    "Unit",
    "Workdays",
    "deadlines",
    "disputed",
    "earliest_of",
    "edgar",
    "end_of_day",
    "explain",
    "explain_disputed",
    "explain_earliest",
    "filed_on",
    "no_public_holidays",
    "year_end",
]

Convention = Literal["strict", "r1182", "relief", "business_days"]

COMPUTED: tuple[Convention, ...] = ("strict", "r1182", "relief", "business_days")
"""The conventions that `deadlines` computes, in the order in which it answers."""

_DISPUTED = (
    "disputed: Art. 3(5) of Reg. 1182/71 would give two working days if it held for hours, as "
    "BayLfD (2019) and LDI NRW (2024) deny; do not rely on it"
)


def _unset(value: Any) -> bool:
    return not value


class Due(BaseModel):
    """One deadline: the last instant in time, under one convention.

    `at` is aware and in the zone asked for. Compare two of them as UTC (`at.astimezone(UTC)`):
    Python compares datetimes of the same zone by their wall clock, wrong when clocks go back.
    `alarm` marks the one deadline that reminders use: the earliest. `disputed` marks a reading
    that some hold and the authorities named in `note` deny: shown, never the alarm. Both are
    written only where they say something.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    convention: Convention
    at: AwareDatetime
    alarm: bool
    disputed: bool = Field(default=False, exclude_if=_unset)
    note: str | None = Field(default=None, exclude_if=_unset)


def deadlines(
    start: datetime,
    period: Period,
    zone: ZoneInfo,
    conventions: Sequence[str],
    is_holiday: IsHoliday = no_public_holidays,
) -> tuple[Due, ...]:
    """When `period`, started by an event at `start`, ends in `zone` under each convention.

    `strict`: hours are elapsed time; longer units run to the end of their last day, wherever it
    falls. `r1182`: Regulation (EEC, Euratom) 1182/71 Art. 3, where Saturdays, Sundays and the
    days `is_holiday` names are not working days (Art. 2). `relief`: as strict, but an end on a
    day off moves to noon of the next working day. `business_days`, only alone: so many working
    days. The order is that of COMPUTED, however asked; exactly one is the alarm, the first if
    several fall together. ValueError for a `start` without offset or outside the years
    1900-8999, for no convention and for an unknown one.

    `Workdays.of("NO").is_holiday` is a holiday calendar (NoCalendar, a ValueError, where a day
    is asked of a year that it does not cover); other hours than noon and midnight, and several
    clocks, are for `earliest_of`.
    """
    counting = Counting(zone, Workdays(is_holiday))
    return earliest_of([Clock(start, period)], conventions, counting)


def earliest_of(
    clocks: Sequence[Clock], conventions: Sequence[str], counting: Counting
) -> tuple[Due, ...]:
    """The deadlines of a duty that several clocks limit, the earliest of them counting.

    So DORA's initial notification: 4 hours from classification, 24 hours from awareness. Each
    convention takes its own earliest end; relief moves the earliest strict one, since what falls
    on a day off is the limit, not a clock. Otherwise as `deadlines`; ValueError for no clock.
    """
    _refuse_unknown(conventions)
    if not clocks:
        msg = "got no clock; expected one or more; a duty whose clocks did not start has no end"
        raise ValueError(msg)
    ends: dict[Convention, datetime] = {
        name: _end(clocks, name, counting).at.astimezone(counting.zone)
        for name in COMPUTED
        if name in conventions
    }
    alarm = min(ends, key=lambda name: ends[name].astimezone(UTC))
    return tuple(Due(convention=name, at=at, alarm=name == alarm) for name, at in ends.items())


def disputed(
    start: datetime,
    period: Period,
    zone: ZoneInfo,
    is_holiday: IsHoliday = no_public_holidays,
) -> tuple[Due, ...]:
    """What Art. 3(5) would give if it held for hours: one `disputed` deadline, or none.

    None where it changes nothing, for less than 48 hours and for other units. It is to be shown
    beside `deadlines(…)` where the law counts by 1182/71, never instead: it is no alarm.
    """
    counting = Counting(zone, Workdays(is_holiday))
    end = with_working_days(local(start, zone), period, counting)
    if end is None:
        return ()
    return (Due(convention="r1182", at=end.at, alarm=False, disputed=True, note=_DISPUTED),)


def explain(
    start: datetime,
    period: Period,
    zone: ZoneInfo,
    convention: str,
    is_holiday: IsHoliday = no_public_holidays,
) -> tuple[str, ...]:
    """The steps to the deadline that `deadlines` gives under one convention, in sentences."""
    counting = Counting(zone, Workdays(is_holiday))
    return explain_earliest([Clock(start, period)], convention, counting)


def explain_disputed(
    start: datetime,
    period: Period,
    zone: ZoneInfo,
    is_holiday: IsHoliday = no_public_holidays,
) -> tuple[str, ...]:
    """The steps to the deadline that `disputed` gives, in sentences; none where it gives none."""
    event = local(start, zone)
    end = with_working_days(event, period, Counting(zone, Workdays(is_holiday)))
    return (_starts(event), *end.steps, f"{_DISPUTED[0].upper()}{_DISPUTED[1:]}.") if end else ()


def explain_earliest(
    clocks: Sequence[Clock], convention: str, counting: Counting
) -> tuple[str, ...]:
    """The steps to the deadline that `earliest_of` gives under one convention, in sentences."""
    (due,) = earliest_of(clocks, [convention], counting)
    return (*_end(clocks, due.convention, counting).steps, f"Due {instant(due.at)}.")


def year_end(at: datetime, zone: ZoneInfo) -> datetime:
    """The last second of the calendar year in which the event falls, there.

    HIPAA's rule for breaches of fewer than 500 people starts there: 60 days after the end of
    the year of discovery (45 CFR 164.408(c)), 1 March, or 29 February in leap years.
    """
    return end_of_day(date(local(at, zone).year, 12, 31), zone)


def _refuse_unknown(conventions: Sequence[str]) -> None:
    unknown = [name for name in conventions if name not in COMPUTED]
    if unknown or not conventions:
        msg = f"got conventions {list(conventions)}; expected one or more of {', '.join(COMPUTED)}"
        raise ValueError(msg)
    if "business_days" in conventions and set(conventions) != {"business_days"}:
        msg = f"got conventions {list(conventions)}; business days are other days; ask for one kind"
        raise ValueError(msg)


def _end(clocks: Sequence[Clock], name: Convention, counting: Counting) -> Reckoned:
    if name == "relief":
        return relief(_end(clocks, "strict", counting), counting)
    return _earliest([_one_end(clock, name, counting) for clock in clocks])


def _one_end(clock: Clock, name: Convention, counting: Counting) -> Reckoned:
    start, period = clock
    event = local(start, counting.zone)
    found = _CONVENTIONS[name](event, period, counting)
    return Reckoned(found.at, (_starts(event), *found.steps))


def _starts(event: datetime) -> str:
    return f"The clock starts {instant(event)}, {event.tzinfo}."


def _earliest(ends: Sequence[Reckoned]) -> Reckoned:
    first = min(ends, key=lambda end: end.at.astimezone(UTC))
    if len(ends) == 1:
        return first
    steps = [step for end in ends for step in end.steps]
    return Reckoned(first.at, (*steps, f"The earliest of these counts: {instant(first.at)}."))


_CONVENTIONS: Mapping[Convention, Callable[[datetime, Period, Counting], Reckoned]] = {
    "strict": strict,
    "r1182": r1182,
    "business_days": business_days,
}
