"""Every deadline can be explained, step by step, in words."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from domain.law.calendar import (
    Clock,
    Counting,
    Period,
    Workdays,
    edgar,
    explain,
    explain_disputed,
    explain_earliest,
)

OSLO = ZoneInfo("Europe/Oslo")
EASTERN = ZoneInfo("America/New_York")


def told(start: str, period: str, convention: str) -> list[str]:
    begun = datetime.fromisoformat(start).replace(tzinfo=OSLO)
    holidays = Workdays.of("NO").is_holiday
    return list(explain(begun, Period.parse(period), OSLO, convention, holidays))


def test_hours_across_a_change_of_clocks() -> None:
    assert told("2023-03-24T16:30", "PT72H", "strict") == [
        "The clock starts Fri 2023-03-24 16:30 (UTC+01:00), Europe/Oslo.",
        "Counting 72 hours of elapsed time from there: Mon 2023-03-27 17:30 (UTC+02:00).",
        "The clocks change on the way, from UTC+01:00 to UTC+02:00; the hours run on all the same.",
        "Due Mon 2023-03-27 17:30 (UTC+02:00).",
    ]
    assert len(told("2023-05-02T16:30", "PT1H", "strict")) == 3


def test_hours_by_the_regulation() -> None:
    assert told("2023-05-02T09:00", "PT1H", "r1182") == [
        "The clock starts Tue 2023-05-02 09:00 (UTC+02:00), Europe/Oslo.",
        (
            "Art. 3(1): the hour of the event is not counted; the first hour starts "
            "Tue 2023-05-02 10:00 (UTC+02:00)."
        ),
        "Art. 3(2): counting 1 hour, the last one ends Tue 2023-05-02 11:00 (UTC+02:00).",
        "Art. 3(4) is not for hours, and for 3(5) that is disputed: no day off moves the end.",
        "Due Tue 2023-05-02 11:00 (UTC+02:00).",
    ]


def test_a_month_without_that_date() -> None:
    assert told("2026-08-31T10:00", "P1M", "strict")[1:] == [
        "The day of the event, Mon 2026-08-31, is not counted.",
        "Counting 1 month: Wed 2026-09-30, the month's last day, as it has no day 31.",
        "The limit is the end of that day, whatever day it is.",
        "Due Wed 2026-09-30 23:59:59 (UTC+02:00).",
    ]


def test_days_by_the_regulation_with_both_rules_about_working_days() -> None:
    assert told("2023-04-05T10:00", "P2D", "r1182")[2:] == [
        "Counting 2 days: Fri 2023-04-07.",
        "Art. 3(4): Fri 2023-04-07 is Good Friday, so the period ends Tue 2023-04-11.",
        "Art. 3(5): two days or more hold two working days, Tue 2023-04-11 and Wed 2023-04-12.",
        "Art. 3(2): the period ends with the last hour of Wed 2023-04-12.",
        "Due Wed 2023-04-12 23:59:59 (UTC+02:00).",
    ]
    assert not any("3(4)" in step or "3(5)" in step for step in told("2023-05-10", "P2W", "r1182"))


def test_relief_given_and_not_needed() -> None:
    assert told("2026-01-31T10:00", "P1M", "relief")[-2:] == [
        (
            "Relief: Sat 2026-02-28 is a Saturday, so the limit moves to 12:00 of the next working "
            "day, Mon 2026-03-02."
        ),
        "Due Mon 2026-03-02 12:00 (UTC+01:00).",
    ]
    assert "Mon 2026-06-08 is a working day: no relief." in told(
        "2026-06-05T01:00", "PT72H", "relief"
    )


def test_business_days_until_the_cut_off() -> None:
    decided = Clock(datetime(2026, 11, 20, 12, tzinfo=EASTERN), Period.parse("P4D"))
    assert list(explain_earliest([decided], "business_days", edgar()))[1:] == [
        "The day of the event, Fri 2026-11-20, is not counted.",
        (
            "Counting 4 business days, without weekends and Thu 2026-11-26 (Thanksgiving Day): "
            "Fri 2026-11-27."
        ),
        "The limit is 17:30; what comes later counts for the next business day.",
        "Due Fri 2026-11-27 17:30 (UTC-05:00).",
    ]


def test_business_days_until_the_end_of_the_day() -> None:
    assert told("2026-06-01T10:00", "P1D", "business_days")[2:4] == [
        "Counting 1 business day, without weekends: Tue 2026-06-02.",
        "The limit is the end of that day.",
    ]


def test_the_earliest_of_several_clocks() -> None:
    classified = Clock(datetime(2026, 6, 3, 9, tzinfo=OSLO), Period.parse("PT4H"))
    aware = Clock(datetime(2026, 6, 2, 10, tzinfo=OSLO), Period.parse("PT24H"))
    assert list(explain_earliest([classified, aware], "strict", Counting(OSLO))) == [
        "The clock starts Wed 2026-06-03 09:00 (UTC+02:00), Europe/Oslo.",
        "Counting 4 hours of elapsed time from there: Wed 2026-06-03 13:00 (UTC+02:00).",
        "The clock starts Tue 2026-06-02 10:00 (UTC+02:00), Europe/Oslo.",
        "Counting 24 hours of elapsed time from there: Wed 2026-06-03 10:00 (UTC+02:00).",
        "The earliest of these counts: Wed 2026-06-03 10:00 (UTC+02:00).",
        "Due Wed 2026-06-03 10:00 (UTC+02:00).",
    ]


def test_a_disputed_reading_says_that_it_is_one() -> None:
    start, seventy_two = datetime(2023, 4, 5, 15, 10, tzinfo=OSLO), Period.parse("PT72H")
    steps = explain_disputed(start, seventy_two, OSLO, Workdays.of("NO").is_holiday)
    assert steps[0] == "The clock starts Wed 2023-04-05 15:10 (UTC+02:00), Europe/Oslo."
    assert steps[3] == (
        "Art. 3(5), if it held for hours: two days or more hold two working days, "
        "Tue 2023-04-11 and Wed 2023-04-12, the second to its end."
    )
    assert steps[4].startswith("Disputed: Art. 3(5) of Reg. 1182/71 would give")
    assert explain_disputed(start, Period.parse("PT24H"), OSLO) == ()


def test_an_unknown_convention_is_not_explained() -> None:
    with pytest.raises(ValueError, match="expected one or more of strict, r1182"):
        told("2026-06-05T01:00", "PT72H", "lenient")
