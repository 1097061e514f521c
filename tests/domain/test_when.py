"""Imprecise time: every form, both of its ends in any zone, and what is no time."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.values import When, instant

OSLO = ZoneInfo("Europe/Oslo")


def when(value: Any) -> When:
    return When.model_validate(value)


def utc(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


FORMS: list[tuple[Any, str | None, str | None]] = [
    ("2023-02-28T12:00+01:00", "2023-02-28T11:00Z", "2023-02-28T11:00Z"),
    ("2023-02-28T12:00Z", "2023-02-28T12:00Z", "2023-02-28T12:00Z"),
    ("2023-02-27", "2023-02-26T23:00Z", "2023-02-27T22:59:59Z"),
    ("2023-02", "2023-01-31T23:00Z", "2023-02-28T22:59:59Z"),
    ("2023-12", "2023-11-30T23:00Z", "2023-12-31T22:59:59Z"),
    ("2023", "2022-12-31T23:00Z", "2023-12-31T22:59:59Z"),
    ({"from": "2019", "to": "2022-09"}, "2018-12-31T23:00Z", "2022-09-30T21:59:59Z"),
    ({"before": "2023-02-27"}, None, "2023-02-26T23:00Z"),
    ({"before": "2023-02-27T12:00Z"}, None, "2023-02-27T12:00Z"),
    ({"after": "2023-02-27"}, "2023-02-26T23:00Z", None),
    ({"at": "2023-02-27", "estimated": True}, "2023-02-26T23:00Z", "2023-02-27T22:59:59Z"),
    ({"estimated": True}, None, None),
    ("unknown", None, None),
    ({}, None, None),
]


@pytest.mark.parametrize(("form", "first", "last"), FORMS, ids=str)
def test_a_time_has_an_earliest_and_a_latest_instant(
    form: Any, first: str | None, last: str | None
) -> None:
    assert when(form).earliest(OSLO) == utc(first)
    assert when(form).latest(OSLO) == utc(last)


@pytest.mark.parametrize("form", [form for form, *_ in FORMS], ids=str)
def test_a_time_is_written_as_people_write_it_and_read_again(form: Any) -> None:
    written = when(form).model_dump(mode="json")
    assert when(json.loads(json.dumps(written))) == when(form)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("2023-02-28T12:00+01:00", "2023-02-28T12:00:00+01:00"),
        (" 2023-02 ", "2023-02"),
        (datetime(2023, 2, 28, 12, tzinfo=UTC), "2023-02-28T12:00:00+00:00"),
        ({"from": "2019", "to": "2022-09"}, {"from": "2019", "to": "2022-09"}),
        ({"at": "2023", "estimated": "yes"}, {"at": "2023", "estimated": True}),
        ("unknown", "unknown"),
        ({"estimated": True}, {"estimated": True}),
    ],
    ids=str,
)
def test_a_time_is_stored_in_its_shortest_form(form: Any, written: Any) -> None:
    assert when(form).model_dump(mode="json") == written


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2023-03-26", 23), ("2023-10-29", 25), ("2023-06-01", 24)],
    ids=["clocks go forward", "clocks go back", "an ordinary day"],
)
def test_a_day_is_as_long_as_its_zone_makes_it(day: str, hours: int) -> None:
    first, last = when(day).earliest(OSLO), when(day).latest(OSLO)
    assert first is not None
    assert last is not None
    assert (last - first).total_seconds() + 1 == hours * 3600


@pytest.mark.parametrize(
    ("zone", "day", "first"),
    [
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00Z"),  # 00:00 was skipped
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00Z"),  # 30 December was skipped
        ("America/Havana", "2023-11-05", "2023-11-05T04:00Z"),  # 00:00 came twice
        ("Asia/Kolkata", "2023-02-27", "2023-02-26T18:30Z"),
    ],
)
def test_a_day_starts_where_its_zone_starts_it(zone: str, day: str, first: str) -> None:
    assert when(day).earliest(ZoneInfo(zone)) == utc(first)


NO_TIME: list[tuple[Any, str]] = [
    ("2023-02-28T12:00", "has no zone; add one, for instance 2023-02-28T12:00\\+01:00"),
    ("yesterday", "'yesterday' is no time"),
    ("", "is no time"),
    ("12:30", "is no time"),
    ("2023-02-30", "day is out of range"),
    ("2023-13", "month must be in"),
    ("23-02-27", "is no time"),
    ("\uff12\uff10\uff12\uff13", "is no time"),  # full-width digits
    ("2023-W09-2", "has no zone"),
    ("0999", "expected 1901 to 8998"),
    ("9999-12-31", "expected 1901 to 8998"),
    ("0001-01-01T00:00+14:00", "expected 1901 to 8998"),
    (datetime(2023, 2, 28), "has no zone"),  # noqa: DTZ001 - that is what is refused
    (date(2023, 2, 28), "expected one of: a point in time"),
    (2023, "expected one of: a point in time"),
    (True, "expected one of"),
    (None, "expected one of"),
    (["2023"], "expected one of"),
    ({"at": 2023}, "an instant with its zone, or a date"),
    ({"from": "2023"}, "expected one of"),
    ({"to": "2023"}, "expected one of"),
    ({"before": "2023", "after": "2022"}, "expected one of"),
    ({"at": "2023", "before": "2024"}, "expected one of"),
    ({"since": "2023"}, "Extra inputs"),
]


@pytest.mark.parametrize(("form", "match"), NO_TIME, ids=[str(form) for form, _ in NO_TIME])
def test_what_is_no_time_is_refused(form: Any, match: str) -> None:
    with pytest.raises(ValidationError, match=match):
        when(form)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2023-02-28", "2023-02-27"),
        ("2023", "2022-12"),
        ("2023-02-28T12:00+01:00", "2023-02-28T10:59Z"),
        ("2023-02-28T00:30+01:00", "2023-02-27"),
    ],
)
def test_a_period_does_not_end_before_it_starts(start: str, end: str) -> None:
    with pytest.raises(ValidationError, match=r"ends .* before it starts"):
        when({"from": start, "to": end})


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2023-02-27", "2023-02-27"),
        ("2023-02-27", "2023"),
        ("2023-02-28T12:00+01:00", "2023-02-28T11:00Z"),
        ("2023-02-27T20:00-05:00", "2023-02-27"),
        ("2023-02-28", "2023-02-28T06:00+09:00"),
    ],
)
def test_a_period_may_be_short_and_its_days_are_those_of_its_hours(start: str, end: str) -> None:
    period = when({"from": start, "to": end})
    for zone in ("Europe/Oslo", "America/New_York", "Asia/Tokyo"):
        first, last = period.earliest(ZoneInfo(zone)), period.latest(ZoneInfo(zone))
        assert first is not None
        assert last is not None
        assert first <= last


def test_an_instant_is_a_time_known_exactly() -> None:
    at = datetime(2023, 2, 28, 12, tzinfo=UTC)
    assert instant(at).earliest(OSLO) == instant(at).latest(OSLO) == at


# --- properties --------------------------------------------------------------------------------

zones = st.sampled_from(
    ["UTC", "Europe/Oslo", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Africa/Cairo"]
).map(ZoneInfo)
days = st.dates(date(1901, 1, 2), date(8998, 12, 30))
instants = st.datetimes(
    datetime(1902, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=zones,
)
points = st.one_of(
    days.map(str),
    days.map(lambda day: str(day)[:7]),
    days.map(lambda day: str(day)[:4]),
    instants.map(datetime.isoformat),
)


def _ordered(start: str, end: str) -> bool:
    try:
        when({"from": start, "to": end})
    except ValidationError:
        return False
    return True


times = st.one_of(
    points,
    points.map(lambda point: {"before": point}),
    points.map(lambda point: {"after": point}),
    st.builds(lambda point, sure: {"at": point, "estimated": sure}, points, st.booleans()),
    st.tuples(points, points)
    .map(lambda pair: pair if _ordered(*pair) else pair[::-1])
    .filter(lambda pair: _ordered(*pair))
    .map(lambda pair: {"from": pair[0], "to": pair[1]}),
    st.just("unknown"),
).map(when)


@given(times)
def test_writing_and_reading_a_time_changes_nothing(time: When) -> None:
    assert When.model_validate_json(time.model_dump_json()) == time
    assert when(json.loads(time.model_dump_json())) == time


@given(times, zones)
def test_the_earliest_is_never_after_the_latest(time: When, zone: ZoneInfo) -> None:
    first, last = time.earliest(zone), time.latest(zone)
    if first is not None and last is not None:
        assert first <= last


@given(times, zones)
def test_the_ends_of_a_time_are_in_utc(time: When, zone: ZoneInfo) -> None:
    assert all(end is None or end.tzinfo is UTC for end in (time.earliest(zone), time.latest(zone)))
