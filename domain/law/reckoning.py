"""What every convention of counting shares: where it counts, and an answer with its steps."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.law.periods import Period
from domain.law.workdays import DAY, Workdays, spoken

HOUR = timedelta(hours=1)
NOON = time(12)
_YEARS = range(1900, 9000)


@dataclass(frozen=True)
class Counting:
    """Where a limit is counted, and what a law says about counting there.

    `zone` and `workdays` are those of the place where the act is due. `relief_at` is the hour to
    which a law's own relief moves a limit. `closes_at` is the hour until which a business day
    takes filings, None for its whole length. `event_zone` is where the event has its date when
    that is another place: a board in California decides on a California date.
    """

    zone: ZoneInfo
    workdays: Workdays = Workdays()  # noqa: RUF009 - frozen
    relief_at: time = NOON
    closes_at: time | None = None
    event_zone: ZoneInfo | None = None


class Clock(NamedTuple):
    """What runs: a period, and the event that starts it."""

    start: datetime
    period: Period


class Reckoned(NamedTuple):
    """An end, in the zone where it is counted, and the steps that lead there, in words."""

    at: datetime
    steps: tuple[str, ...]


def local(start: datetime, zone: ZoneInfo) -> datetime:
    """The event in local time; ValueError without an offset or outside the years 1900-8999."""
    if start.utcoffset() is None:
        msg = f"got {start.isoformat()} without an offset; expected an aware instant; add its zone"
        raise ValueError(msg)
    if start.year not in _YEARS:
        msg = f"got the year {start.year}; expected 1900 to 8999; check the date"
        raise ValueError(msg)
    return start.astimezone(zone)


def at_hour(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """That hour of a local day, brought to a time that exists if the zone leaves it out."""
    return datetime.combine(day, hour, zone).astimezone(UTC).astimezone(zone)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last second of a local day, 23:59:59.

    The law says "the expiry of the last hour" (1182/71 Art. 3(2)), which is 24:00; a datetime
    can show that only as 00:00 of the day after, and people would read the wrong date. So the
    last full second stands for it. When clocks go back over midnight it is the second 23:59:59;
    a day the zone leaves out (Apia, 30 December 2011) ends when the day before it does.
    """
    return at_hour(day, time(23, 59, 59, fold=1), zone)


def last_day(event: date, period: Period) -> date:
    """The day a period of days or longer ends on; the day of the event is not counted (3(1)).

    Weeks, months and years end on the weekday or date of the event itself (3(2)(c); CJEU
    C-171/03, Toeters); a date the month does not have becomes its last day.
    """
    match period.unit:
        case "months":
            return _months_later(event, period.amount)
        case "years":
            return _months_later(event, 12 * period.amount)
        case "weeks":
            return event + 7 * period.amount * DAY
        case _:
            return event + period.amount * DAY


def strict(event: datetime, period: Period, counting: Counting) -> Reckoned:
    """Hours as elapsed time; longer units to the end of their last day, wherever it falls."""
    if period.unit != "hours":
        steps = to_last_day(event.date(), period)
        end = end_of_day(last_day(event.date(), period), counting.zone)
        return Reckoned(end, (*steps, "The limit is the end of that day, whatever day it is."))
    end = (event.astimezone(UTC) + period.amount * HOUR).astimezone(counting.zone)
    steps = (f"Counting {period.words} of elapsed time from there: {instant(end)}.",)
    if end.utcoffset() != event.utcoffset():
        changed = f"from {_offset(event)} to {_offset(end)}"
        steps += (f"The clocks change on the way, {changed}; the hours run on all the same.",)
    return Reckoned(end, steps)


def to_last_day(event: date, period: Period) -> tuple[str, ...]:
    """The steps from the day of the event to the last day of a period of days or longer."""
    last = last_day(event, period)
    missing = period.unit in {"months", "years"} and last.day != event.day
    why = f", the month's last day, as it has no day {event.day}" if missing else ""
    return (
        f"The day of the event, {spoken(event)}, is not counted.",
        f"Counting {period.words}: {spoken(last)}{why}.",
    )


def instant(at: datetime) -> str:
    """An instant as an explanation says it: `Fri 2026-11-27 17:30 (UTC-05:00)`."""
    clock = at.strftime("%H:%M:%S" if at.second else "%H:%M")
    return f"{spoken(at.date())} {clock} ({_offset(at)})"


def _offset(at: datetime) -> str:
    return f"UTC{at.isoformat(timespec='seconds')[19:]}"


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
