"""Limits that step over days off: a law's own relief, and periods in business days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from types import MappingProxyType
from zoneinfo import ZoneInfo

from domain.law.periods import Period
from domain.law.reckoning import Counting, Reckoned, at_hour, end_of_day, local
from domain.law.workdays import DAY, Workdays, spoken

EDGAR_CLOSED: Mapping[date, str] = MappingProxyType(
    {
        date(2020, 12, 24): "EDGAR closed by executive order",
        date(2025, 1, 9): "EDGAR closed by executive order",
    }
)
"""Days on which EDGAR was closed by executive order, so no business days.

From secondary sources [S]: cooleypubco.com 2020-12-16, freewritings.law January 2025. Not complete,
and nothing is guessed: an order that comes brings a line. A day missing here makes a limit too
early, never too late. Open: 24 and 26 December 2025, when agencies were closed; was EDGAR?
"""


def edgar(event_zone: ZoneInfo | None = None) -> Counting:
    """How limits of the SEC are counted: its business days, Eastern time, filings until 17:30.

    Reg. S-T Rule 13(a)(2). `event_zone`: where the filer decides, if not in Eastern time.
    """
    return Counting(
        zone=ZoneInfo("America/New_York"),
        workdays=Workdays.of("US", closed=EDGAR_CLOSED),
        closes_at=time(17, 30),
        event_zone=event_zone,
    )


def filed_on(at: datetime, counting: Counting) -> date:
    """The business day that a filing counts for: after hours or on a day off, the next one."""
    there = local(at, counting.zone)
    closes = counting.closes_at
    late = closes is not None and there.replace(tzinfo=None).time() > closes
    return counting.workdays.on_or_after(there.date() + DAY if late else there.date())


def business_days(start: datetime, period: Period, counting: Counting) -> Reckoned:
    """So many business days after the day of the event, to the hour at which they close.

    An event on a day off is the same as one on the next business day's eve (Form 8-K, General
    Instruction B.1). ValueError for a period that is not in days.
    """
    if period.unit != "days":
        msg = f"got {period}; business days are counted in days; expected a period such as P4D"
        raise ValueError(msg)
    event = local(start, counting.event_zone or counting.zone).date()
    last = counting.workdays.after(event, period.amount)
    off = counting.workdays.skipped(event, last)
    besides = f" and {', '.join(off)}" if off else ""
    words = period.words.replace("day", "business day")
    if counting.closes_at is None:
        end, until = end_of_day(last, counting.zone), "the end of that day"
    else:
        end = at_hour(last, counting.closes_at, counting.zone)
        until = f"{counting.closes_at:%H:%M}; what comes later counts for the next business day"
    return Reckoned(
        end,
        (
            f"The day of the event, {spoken(event)}, is not counted.",
            f"Counting {words}, without weekends{besides}: {spoken(last)}.",
            f"The limit is {until}.",
        ),
    )


def relief(limit: Reckoned, counting: Counting) -> Reckoned:
    """A limit that falls on a day off, moved to an hour of the next working day.

    So DORA's Delegated Regulation (EU) 2025/301 Art. 5(4), to noon, for those it does not exclude.
    An end on Sunday moves further than one early on Monday: a later start can be due earlier.
    """
    day = limit.at.date()
    off = counting.workdays.why_off(day)
    if off is None:
        return Reckoned(limit.at, (*limit.steps, f"{spoken(day)} is a working day: no relief."))
    to = counting.workdays.on_or_after(day)
    moved = f"{counting.relief_at:%H:%M} of the next working day, {spoken(to)}"
    return Reckoned(
        at_hour(to, counting.relief_at, counting.zone),
        (*limit.steps, f"Relief: {spoken(day)} is {off}, so the limit moves to {moved}."),
    )
