"""The SEC's business days and cut-off, and DORA's relief, with real holidays."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.law.calendar import (
    Clock,
    Counting,
    Period,
    Workdays,
    deadlines,
    earliest_of,
    edgar,
    filed_on,
)

OSLO = ZoneInfo("Europe/Oslo")
EASTERN = ZoneInfo("America/New_York")
PACIFIC = ZoneInfo("America/Los_Angeles")
FOUR_DAYS = Period.parse("P4D")


def item_1_05(decided: str, zone: ZoneInfo = EASTERN) -> str:
    """When Form 8-K Item 1.05 is due after the decision that the incident is material."""
    start = datetime.fromisoformat(decided).replace(tzinfo=zone)
    (due,) = earliest_of([Clock(start, FOUR_DAYS)], ["business_days"], edgar(zone))
    return due.at.isoformat()


@pytest.mark.parametrize(
    ("decided", "due_at"),
    [
        ("2026-11-20T09:00", "2026-11-27T17:30:00-05:00"),  # Thanksgiving is left out
        ("2026-11-20T23:59", "2026-11-27T17:30:00-05:00"),
        ("2026-03-05T12:00", "2026-03-11T17:30:00-04:00"),  # clocks go forward on the 8th
        ("2026-10-28T12:00", "2026-11-03T17:30:00-05:00"),  # and back on 1 November
        ("2026-11-21T12:00", "2026-11-27T17:30:00-05:00"),  # on a Saturday: Monday is the first
        ("2026-11-26T12:00", "2026-12-02T17:30:00-05:00"),  # on Thanksgiving: Friday is
        ("2020-12-18T12:00", "2020-12-28T17:30:00-05:00"),  # closed on Christmas Eve by order
        ("2025-01-06T12:00", "2025-01-13T17:30:00-05:00"),  # closed on 9 January by order
    ],
)
def test_four_business_days_after_the_decision_until_half_past_five(
    decided: str, due_at: str
) -> None:
    assert item_1_05(decided) == due_at


def test_the_day_of_the_decision_is_the_one_where_it_was_taken() -> None:
    assert item_1_05("2026-06-01T22:00", PACIFIC) == "2026-06-05T17:30:00-04:00"
    late = datetime(2026, 6, 1, 22, tzinfo=PACIFIC)  # 2 June in the East
    (eastern,) = earliest_of([Clock(late, FOUR_DAYS)], ["business_days"], edgar())
    assert eastern.at.date() == date(2026, 6, 8)


@pytest.mark.parametrize(
    ("filed", "counts_for"),
    [
        ("2026-11-25T17:30:00", "2026-11-25"),
        ("2026-11-25T17:30:01", "2026-11-27"),  # Thanksgiving lies between
        ("2026-11-27T06:00:00", "2026-11-27"),
        ("2026-11-27T21:00:00", "2026-11-30"),
        ("2026-11-28T10:00:00", "2026-11-30"),
        ("2025-01-09T10:00:00", "2025-01-10"),
    ],
)
def test_a_filing_after_half_past_five_counts_for_the_next_business_day(
    filed: str, counts_for: str
) -> None:
    at = datetime.fromisoformat(filed).replace(tzinfo=EASTERN)
    assert filed_on(at, edgar()).isoformat() == counts_for


def test_where_nothing_closes_a_filing_counts_for_its_day_until_midnight() -> None:
    late = datetime(2026, 5, 13, 23, 59, 59, tzinfo=OSLO)
    assert filed_on(late, Counting(OSLO, Workdays.of("NO"))) == date(2026, 5, 13)


@pytest.mark.parametrize("period", ["PT96H", "P2W", "P1M"])
def test_business_days_are_counted_in_days_only(period: str) -> None:
    start = datetime(2026, 11, 20, tzinfo=EASTERN)
    with pytest.raises(ValueError, match="expected a period such as P4D"):
        deadlines(start, Period.parse(period), EASTERN, ["business_days"])


def test_business_days_of_other_countries_end_with_the_day() -> None:
    start = datetime(2023, 4, 3, 10, tzinfo=OSLO)
    (due,) = deadlines(start, FOUR_DAYS, OSLO, ["business_days"], Workdays.of("NO").is_holiday)
    assert due.at.isoformat() == "2023-04-12T23:59:59+02:00"


@pytest.mark.parametrize(
    ("start", "period", "strict", "relief"),
    [
        # the final report, a month after the intermediate one: the month ends on a Saturday
        ("2026-01-31T10:00", "P1M", "2026-02-28T23:59:59+01:00", "2026-03-02T12:00:00+01:00"),
        ("2026-06-04T23:00", "PT72H", "2026-06-07T23:00:00+02:00", "2026-06-08T12:00:00+02:00"),
        ("2026-06-05T01:00", "PT72H", "2026-06-08T01:00:00+02:00", "2026-06-08T01:00:00+02:00"),
        # Maundy Thursday to Easter Monday are days off in Norway
        ("2023-04-03T10:00", "PT72H", "2023-04-06T10:00:00+02:00", "2023-04-11T12:00:00+02:00"),
    ],
)
def test_relief_moves_an_end_on_a_day_off_to_noon_of_the_next_working_day(
    start: str, period: str, strict: str, relief: str
) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=OSLO)
    found = deadlines(
        begun,
        Period.parse(period),
        OSLO,
        ["strict", "relief"],
        Workdays.of("NO").is_holiday,
    )
    assert [each.at.isoformat() for each in found] == [strict, relief]
    assert [each.alarm for each in found] == [True, False]
