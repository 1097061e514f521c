"""What holds for every start, period, zone and calendar of holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.law.calendar import COMPUTED, Period, deadlines, end_of_day

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
holidays = st.sets(st.dates(date(2000, 1, 1), date(2080, 1, 1)), max_size=60)


def ends(start: datetime, period: Period, zone: ZoneInfo, off: set[date]) -> list[datetime]:
    found = deadlines(start, period, zone, COMPUTED, off.__contains__)
    return [each.at.astimezone(UTC) for each in found]


@given(instants, periods, zones, holidays)
def test_no_deadline_comes_before_its_start(
    start: datetime, period: Period, zone: ZoneInfo, off: set[date]
) -> None:
    assert all(end > start for end in ends(start, period, zone, off))


@given(instants, st.timedeltas(timedelta(0), timedelta(days=40)), periods, zones, holidays)
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
    found = deadlines(start, period, zone, COMPUTED, off.__contains__)
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
