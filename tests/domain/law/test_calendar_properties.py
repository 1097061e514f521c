"""What holds for every start, period, zone and calendar of holidays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.law.calendar import (
    Clock,
    Counting,
    Period,
    Workdays,
    deadlines,
    disputed,
    earliest_of,
    edgar,
    end_of_day,
    explain,
    filed_on,
)

BOTH = ("strict", "r1182")
FIVE_ZONES = [
    ZoneInfo("Europe/Oslo"),
    ZoneInfo("America/New_York"),
    ZoneInfo("America/Santiago"),  # clocks change at midnight
    ZoneInfo("Asia/Kathmandu"),  # +05:45, no DST
    ZoneInfo("Pacific/Chatham"),  # +12:45 and DST
]

instants = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone itself
    max_value=datetime(2037, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
zones = st.sampled_from(FIVE_ZONES)
hours = st.integers(1, 2000).map(lambda amount: Period(unit="hours", amount=amount))
periods = hours | st.builds(
    Period, unit=st.sampled_from(["days", "weeks", "months", "years"]), amount=st.integers(1, 40)
)
business = st.integers(1, 60).map(lambda amount: Period(unit="days", amount=amount))
hours_of_day = st.times().map(lambda hour: hour.replace(microsecond=0))
holidays = st.sets(st.dates(date(2000, 1, 1), date(2080, 1, 1)), max_size=60)
later = st.timedeltas(timedelta(0), timedelta(days=40))
countings = st.builds(
    Counting,
    zone=zones,
    workdays=holidays.map(lambda off: Workdays(off.__contains__)),
    relief_at=hours_of_day,
    closes_at=st.none() | hours_of_day,
    event_zone=st.none() | zones,
)


def ends(start: datetime, period: Period, zone: ZoneInfo, off: set[date]) -> list[datetime]:
    found = deadlines(start, period, zone, BOTH, off.__contains__)
    return [each.at.astimezone(UTC) for each in found]


@given(instants, periods, zones, holidays)
def test_no_deadline_comes_before_its_start(
    start: datetime, period: Period, zone: ZoneInfo, off: set[date]
) -> None:
    assert all(end > start for end in ends(start, period, zone, off))


@given(instants, later, periods, zones, holidays)
def test_a_later_start_never_gives_an_earlier_deadline(
    start: datetime, later: timedelta, period: Period, zone: ZoneInfo, off: set[date]
) -> None:
    before, after = ends(start, period, zone, off), ends(start + later, period, zone, off)
    assert all(first <= second for first, second in zip(before, after, strict=True))


@given(instants, periods, zones, holidays)
def test_r1182_never_ends_before_strict_and_for_hours_ends_within_an_hour_of_it(
    start: datetime, period: Period, zone: ZoneInfo, off: set[date]
) -> None:
    strict, r1182 = ends(start, period, zone, off)
    assert strict <= r1182
    if period.unit == "hours":
        assert timedelta(0) < r1182 - strict <= timedelta(hours=1)


@given(instants, periods, zones, holidays)
def test_exactly_one_alarm_and_it_is_on_the_earliest(
    start: datetime, period: Period, zone: ZoneInfo, off: set[date]
) -> None:
    found = deadlines(start, period, zone, BOTH, off.__contains__)
    (alarm,) = [each.at.astimezone(UTC) for each in found if each.alarm]
    assert alarm == min(each.at.astimezone(UTC) for each in found)


@given(instants, periods.filter(lambda period: period.unit != "hours"), zones, holidays)
def test_r1182_ends_on_a_working_day_and_holds_two_of_them(
    start: datetime, period: Period, zone: ZoneInfo, off: set[date]
) -> None:
    strict, r1182 = (at.astimezone(zone).date() for at in ends(start, period, zone, off))
    event = start.astimezone(zone).date()
    days = [event + timedelta(days=n) for n in range(1, (r1182 - event).days + 1)]
    working = [day for day in days if day.isoweekday() <= 5 and day not in off]
    needed = 1 if period.iso == "P1D" else 2
    assert working[-1] == r1182
    assert len(working) >= needed
    assert not [day for day in working[needed - 1 : -1] if day >= strict]  # not a day too long


@given(instants, hours, zones)
def test_hours_agree_with_an_independent_count_of_epoch_seconds_across_dst(
    start: datetime, period: Period, zone: ZoneInfo
) -> None:
    strict, r1182 = ends(start, period, zone, set())
    seconds = 3600 * period.amount
    assert strict.timestamp() == pytest.approx(start.timestamp() + seconds, abs=1e-5)
    quarter = int(start.timestamp()) // 900 * 900 + 900  # every offset here is whole quarters
    while datetime.fromtimestamp(quarter, zone).minute != 0:
        quarter += 900
    assert r1182.timestamp() == quarter + seconds


@given(st.dates(date(2000, 1, 1), date(2037, 12, 31)), zones)
def test_the_end_of_a_day_is_one_second_before_the_next_day_in_epoch_seconds(
    day: date, zone: ZoneInfo
) -> None:
    last = int(end_of_day(day, zone).timestamp())
    assert datetime.fromtimestamp(last, zone).date() == day
    assert datetime.fromtimestamp(last + 1, zone).date() == day + timedelta(days=1)


# --- relief, business days, several clocks, disputed readings -------------------------------------


@given(instants, periods, countings)
def test_relief_never_comes_before_strict_and_ends_on_a_working_day(
    start: datetime, period: Period, counting: Counting
) -> None:
    strict, relief = earliest_of([Clock(start, period)], ["strict", "relief"], counting)
    assert start < strict.at.astimezone(UTC) <= relief.at.astimezone(UTC)
    assert relief.at.date() in counting.workdays
    if strict.at.date() in counting.workdays:
        assert relief.at == strict.at


def test_under_relief_a_later_start_can_be_due_earlier() -> None:
    oslo, hours72 = FIVE_ZONES[0], Period.parse("PT72H")
    thursday, friday = datetime(2026, 6, 4, 23, tzinfo=oslo), datetime(2026, 6, 5, 1, tzinfo=oslo)
    (first,) = deadlines(thursday, hours72, oslo, ["relief"])
    (second,) = deadlines(friday, hours72, oslo, ["relief"])
    assert f"{first.at:%A %H:%M}" == "Monday 12:00"
    assert f"{second.at:%A %H:%M}" == "Monday 01:00"


def in_business_days(start: datetime, period: Period, counting: Counting) -> datetime:
    (due,) = earliest_of([Clock(start, period)], ["business_days"], counting)
    return due.at.astimezone(UTC)


@given(instants, later, business, countings)
def test_business_days_never_end_earlier_for_a_later_start(
    start: datetime, later: timedelta, period: Period, counting: Counting
) -> None:
    first, second = (in_business_days(at, period, counting) for at in (start, start + later))
    assert first <= second


@given(instants, business, countings)
def test_business_days_never_end_before_an_event_that_is_dated_where_they_are_counted(
    start: datetime, period: Period, counting: Counting
) -> None:
    assert start < in_business_days(start, period, replace(counting, event_zone=None))


@settings(deadline=None)  # the first look at a year reads its holidays
@given(instants, zones)
def test_four_business_days_end_after_the_event_wherever_it_is_dated(
    start: datetime, zone: ZoneInfo
) -> None:
    assert start < in_business_days(start, Period.parse("P4D"), edgar(event_zone=zone))


@settings(deadline=None)  # the first look at a year reads its holidays
@given(instants, later, business)
def test_a_filing_in_time_by_the_clock_is_one_in_time_by_its_filing_date(
    decided: datetime, later: timedelta, period: Period
) -> None:
    counting, filed = edgar(), decided + later
    (due,) = earliest_of([Clock(decided, period)], ["business_days"], counting)
    in_time = filed <= due.at.astimezone(UTC)
    assert in_time == (filed_on(filed, counting) <= due.at.date())


@given(st.lists(st.tuples(instants, periods), min_size=1, max_size=4), zones, holidays)
def test_the_earliest_of_clocks_is_the_earliest_under_each_convention(
    clocks: list[tuple[datetime, Period]], zone: ZoneInfo, off: set[date]
) -> None:
    counting = Counting(zone, Workdays(off.__contains__))
    found = earliest_of([Clock(*each) for each in clocks], BOTH, counting)
    alone = [ends(start, period, zone, off) for start, period in clocks]
    assert [each.at.astimezone(UTC) for each in found] == [
        min(each) for each in zip(*alone, strict=True)
    ]


@given(instants, periods, zones, holidays)
def test_a_disputed_reading_is_later_than_both_and_holds_two_working_days(
    start: datetime, period: Period, zone: ZoneInfo, off: set[date]
) -> None:
    for shown in disputed(start, period, zone, off.__contains__):
        assert shown.at.astimezone(UTC) > max(ends(start, period, zone, off))
        day = start.astimezone(zone).date() + timedelta(days=1)
        days = [day + timedelta(days=n) for n in range((shown.at.date() - day).days + 1)]
        assert len([one for one in days if one.isoweekday() <= 5 and one not in off]) == 2


@given(instants, periods, zones, holidays, st.sampled_from(["strict", "r1182", "relief"]))
def test_an_explanation_begins_with_the_start_and_ends_with_the_deadline(
    start: datetime, period: Period, zone: ZoneInfo, off: set[date], convention: str
) -> None:
    steps = explain(start, period, zone, convention, off.__contains__)
    (due,) = deadlines(start, period, zone, [convention], off.__contains__)
    assert steps[0].startswith("The clock starts ")
    assert f"{due.at:%Y-%m-%d %H:%M}" in steps[-1]
    assert len(set(steps)) == len(steps)
