"""Regulation (EEC, Euratom) No 1182/71 Art. 3: how acts of the EU, the EEA and the UK count.

https://eur-lex.europa.eu/eli/reg/1971/1182/oj
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from domain.law.periods import Period
from domain.law.reckoning import (
    HOUR,
    Counting,
    Reckoned,
    end_of_day,
    instant,
    last_day,
    to_last_day,
)
from domain.law.workdays import DAY, Workdays, spoken

_TWO_DAYS_IN_HOURS = 48


def r1182(event: datetime, period: Period, counting: Counting) -> Reckoned:
    """The end of a period by Art. 3, with the working days (Art. 2) where the act is due.

    Art. 3(4) moves the end of days, weeks, months and years to a working day; 3(5) puts two
    working days into two days or more. Neither is for hours: 3(4) says so, and for 3(5) two
    authorities read it so (BayLfD 2019, LDI NRW 2024); others dispute that (`with_working_days`),
    and a safe answer is the earlier one.
    """
    if period.unit == "hours":
        return _hours(event, period, counting)
    day, workdays = event.date(), counting.workdays
    last = last_day(day, period)
    moved = workdays.on_or_after(last)
    needed = 1 if period.iso == "P1D" else 2
    end = max(moved, workdays.after(day, needed))
    steps = to_last_day(day, period)
    if moved != last:
        why = f"{spoken(last)} is {workdays.why_off(last)}, so the period ends {spoken(moved)}"
        steps += (f"Art. 3(4): {why}.",)
    if end != moved:
        why = f"two days or more hold two working days, {_two(day, workdays)}"
        steps += (f"Art. 3(5): {why}.",)
    ends = f"Art. 3(2): the period ends with the last hour of {spoken(end)}."
    return Reckoned(end_of_day(end, counting.zone), (*steps, ends))


def with_working_days(event: datetime, period: Period, counting: Counting) -> Reckoned | None:
    """Where a period of hours would end if 3(5) held for hours, which is disputed.

    None where that changes nothing, for less than 48 hours and for other units. The two working
    days are whole ones after the day of the event, as for periods in days.
    """
    if period.unit != "hours" or period.amount < _TWO_DAYS_IN_HOURS:
        return None
    plain = _hours(event, period, counting)
    end = end_of_day(counting.workdays.after(event.date(), 2), counting.zone)
    if end.astimezone(UTC) <= plain.at.astimezone(UTC):
        return None
    two = f"two working days, {_two(event.date(), counting.workdays)}"
    step = f"Art. 3(5), if it held for hours: two days or more hold {two}, the second to its end."
    return Reckoned(end, (*plain.steps[:-1], step))


def _hours(event: datetime, period: Period, counting: Counting) -> Reckoned:
    first = _next_full_hour(event)
    end = (first + period.amount * HOUR).astimezone(counting.zone)
    starts = instant(first.astimezone(counting.zone))
    return Reckoned(
        end,
        (
            f"Art. 3(1): the hour of the event is not counted; the first hour starts {starts}.",
            f"Art. 3(2): counting {period.words}, the last one ends {instant(end)}.",
            "Art. 3(4) is not for hours, and for 3(5) that is disputed: no day off moves the end.",
        ),
    )


def _next_full_hour(event: datetime) -> datetime:
    """Art. 3(1): the hour of the event is not counted, so 09:00 sharp starts at 10:00 (in UTC)."""
    into = timedelta(minutes=event.minute, seconds=event.second, microseconds=event.microsecond)
    return event.astimezone(UTC) - into + HOUR


def _two(event: date, workdays: Workdays) -> str:
    first = workdays.on_or_after(event + DAY)
    return f"{spoken(first)} and {spoken(workdays.after(first, 1))}"
