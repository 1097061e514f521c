"""A year of starts in five countries against a naive count, day by day, with holidays by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.law.calendar import Period, Workdays, deadlines

# The weekdays off in 2026 and until February 2027, from the countries' own lists, not a library's.
PLACES = {
    ("NO",): ("Europe/Oslo", "0101 0402 0403 0406 0501 0514 0525 1225"),
    ("FI",): ("Europe/Helsinki", "0101 0106 0403 0406 0501 0514 0619 1224 1225"),
    ("DE", "BY"): ("Europe/Berlin", "0101 0106 0403 0406 0501 0514 0525 0604 1225"),
    ("GB", "ENG"): ("Europe/London", "0101 0403 0406 0504 0525 0831 1225 1228"),
    ("US",): (
        "America/New_York",
        "0101 0119 0216 0525 0619 0703 0907 1012 1111 1126 1225",
    ),
}
NEXT_YEAR = {"FI": "0101 0106", "DE": "0101 0106", "US": "0101 0118 0215"}

Answers = dict[tuple[str, str], str]


def days_off(place: tuple[str, ...]) -> set[date]:
    this = {date(2026, int(day[:2]), int(day[2:])) for day in PLACES[place][1].split()}
    later = NEXT_YEAR.get(place[0], "0101").split()
    return this | {date(2027, int(day[:2]), int(day[2:])) for day in later}


def starts() -> Iterator[datetime]:
    at = datetime(2025, 12, 31, 22, 59, 59, tzinfo=UTC)
    while at.year < 2027:
        yield at
        at += timedelta(hours=16, minutes=55, seconds=1)


class Clerk:
    """Counts one by one, with a wall calendar and a stopwatch."""

    def __init__(self, start: datetime, zone: ZoneInfo, off: set[date]) -> None:
        self.start, self.zone, self.off = start, zone, off
        self.event = start.astimezone(zone).date()

    def answers(self) -> Answers:
        found: Answers = {("P4D", "business_days"): f"{self.until(4)} 23:59:59"}
        for hours in (4, 24, 72):
            found |= self.hours(hours)
        lasts = {"P1M": self.same_date_next_month()}
        lasts |= {f"P{days}D": self.event + timedelta(days=days) for days in (1, 2, 14, 60)}
        for period, last in lasts.items():
            found[period, "strict"] = f"{last} 23:59:59"
            found[period, "relief"] = self.relieved(last, f"{last} 23:59:59")
            needed = 1 if period == "P1D" else 2
            found[period, "r1182"] = f"{self.until(needed, last)} 23:59:59"
        return found

    def hours(self, hours: int) -> Answers:
        end, full = self.start, self.start.replace(minute=0, second=0)  # in UTC: whole hours apart
        for _ in range(hours):
            end += timedelta(minutes=60)
        for _ in range(hours + 1):
            full += timedelta(minutes=60)
        day = end.astimezone(self.zone).date()
        return {
            (f"PT{hours}H", "strict"): self.wall(end),
            (f"PT{hours}H", "r1182"): self.wall(full),
            (f"PT{hours}H", "relief"): self.relieved(day, self.wall(end)),
        }

    def relieved(self, day: date, otherwise: str) -> str:
        moved = day
        while not self.working(moved):
            moved += timedelta(days=1)
        return otherwise if moved == day else f"{moved} 12:00:00"

    def until(self, needed: int, last: date = date.min) -> date:
        """The first working day from `last` on by which so many have passed."""
        day, seen = self.event, 0
        while seen < needed or day < last or not self.working(day):
            day += timedelta(days=1)
            seen += self.working(day)
        return day

    def same_date_next_month(self) -> date:
        day = self.event
        while day.month == self.event.month:
            day += timedelta(days=1)
        while day.day != self.event.day and (day + timedelta(days=1)).day != 1:
            day += timedelta(days=1)
        return day

    def working(self, day: date) -> bool:
        return day.isoweekday() < 6 and day not in self.off

    def wall(self, at: datetime) -> str:
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize("place", PLACES, ids="-".join)
def test_a_year_of_starts_agrees_with_counting_one_by_one(place: tuple[str, ...]) -> None:
    zone, off = ZoneInfo(PLACES[place][0]), days_off(place)
    holidays = Workdays.of(*place).is_holiday
    for start in starts():
        expected = Clerk(start, zone, off).answers()
        found: Answers = {}
        for period in {period for period, _ in expected}:
            conventions = [name for one, name in expected if one == period]
            for due in deadlines(start, Period.parse(period), zone, conventions, holidays):
                found[period, due.convention] = due.at.strftime("%Y-%m-%d %H:%M:%S")
        assert found == expected, start.isoformat()
