"""What the calendar promises: the published vectors and the Regulation's rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, ValidationError

from domain.law.calendar import (
    Clock,
    Counting,
    Due,
    Period,
    deadlines,
    disputed,
    earliest_of,
    end_of_day,
    year_end,
)

OSLO = ZoneInfo("Europe/Oslo")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
SANTIAGO = ZoneInfo("America/Santiago")  # clocks change at midnight
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # +05:45, no DST

BOTH = ("strict", "r1182")
EASTER_2023 = {date(2023, 4, 6), date(2023, 4, 7), date(2023, 4, 10)}  # Norway's weekdays off


def due(start: datetime, period: str, **given: Any) -> dict[str, str]:
    """Each convention's deadline as local text, the alarm marked by `!`."""
    zone = given.pop("zone", OSLO)
    conventions = given.pop("conventions", BOTH)
    found = deadlines(start, Period.parse(period), zone, conventions, **given)
    return {d.convention: f"{d.at:%Y-%m-%d %H:%M:%S}{'!' * d.alarm}" for d in found}


def local(text: str, zone: ZoneInfo = OSLO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# --- periods -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("PT72H", "hours", 72),
        ("P14D", "days", 14),
        ("P2W", "weeks", 2),
        ("P1M", "months", 1),
        ("P1Y", "years", 1),
    ],
)
def test_a_period_is_read_from_iso_8601_and_written_back(text: str, unit: str, amount: int) -> None:
    period = Period.parse(text)
    assert (period.unit, period.amount) == (unit, amount)
    assert (period.iso, str(period), period.model_dump_json()) == (text, text, f'"{text}"')


@pytest.mark.parametrize(
    "text",
    [
        *("", "72", "72 hours", "P", "PT", "P72H", "PT5M", "P1DT2H", "PT0H", "P0D", "P-1D"),
        *("P1.5D", "p1d", "P01D", "PT72H ", "P٣D"),
    ],
)
def test_anything_but_one_whole_unit_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected an ISO 8601 duration of one unit.* PT72H"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["PT876601H", "P36526D", "P5219W", "P1201M", "P101Y"])
def test_a_period_longer_than_a_century_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a century at most"):
        Period.parse(text)


def test_a_period_is_also_made_from_unit_and_amount_but_never_from_a_wrong_one() -> None:
    assert Period(unit="hours", amount=24) == Period.parse("PT24H")
    with pytest.raises(ValidationError, match="unit"):
        Period.model_validate({"unit": "minutes", "amount": 5})


def test_a_period_as_a_field_of_a_model_survives_json() -> None:
    class Clause(BaseModel):
        within: Period

    clause = Clause.model_validate({"within": "PT24H"})
    assert clause.model_dump(mode="json") == {"within": "PT24H"}
    assert Clause.model_validate_json(clause.model_dump_json()) == clause


# --- hours -------------------------------------------------------------------------------------


def test_seventy_two_hours_at_christmas_in_berlin_as_mkm_published_them() -> None:
    assert due(local("2020-12-22T12:17", BERLIN), "PT72H", zone=BERLIN) == {
        "strict": "2020-12-25 12:17:00!",
        "r1182": "2020-12-25 13:00:00",
    }


def test_hours_are_elapsed_time_when_clocks_go_forward() -> None:
    assert due(local("2023-03-24T16:30"), "PT72H") == {
        "strict": "2023-03-27 17:30:00!",
        "r1182": "2023-03-27 18:00:00",
    }


def test_hours_are_elapsed_time_when_clocks_go_back() -> None:
    assert due(local("2023-10-27T16:30"), "PT72H") == {
        "strict": "2023-10-30 15:30:00!",
        "r1182": "2023-10-30 16:00:00",
    }


def test_the_repeated_hour_is_two_different_hours() -> None:
    first, second = local("2023-10-29T02:30"), local("2023-10-29T02:30").replace(fold=1)
    assert due(first, "PT1H")["strict"] == "2023-10-29 02:30:00!"
    assert due(second, "PT1H")["strict"] == "2023-10-29 03:30:00!"


def test_hours_never_move_to_a_working_day_nor_gain_working_days() -> None:
    easter = {"is_holiday": EASTER_2023.__contains__}
    assert due(local("2023-04-05T15:10"), "PT72H", **easter) == {
        "strict": "2023-04-08 15:10:00!",
        "r1182": "2023-04-08 16:00:00",
    }


def test_r1182_does_not_count_an_hour_that_the_event_opens() -> None:
    assert due(local("2023-05-02T09:00"), "PT24H") == {
        "strict": "2023-05-03 09:00:00!",
        "r1182": "2023-05-03 10:00:00",
    }


def test_r1182_starts_at_the_full_hour_of_the_zones_own_clock() -> None:
    start = datetime(2023, 5, 2, 9, 20, tzinfo=UTC)  # 15:05 in Kathmandu
    assert due(start, "PT24H", zone=KATHMANDU)["r1182"] == "2023-05-03 16:00:00"


# --- days, weeks, months, years ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "period", "strict", "r1182"),
    [
        ("2026-08-31T10:00", "P1M", "2026-09-30", "2026-09-30"),  # NIS2 final: no 31st
        ("2026-01-31T10:00", "P1M", "2026-02-28", "2026-03-02"),  # DORA final: Saturday to Monday
        ("2024-01-31T10:00", "P1M", "2024-02-29", "2024-02-29"),
        ("2024-02-29T10:00", "P1Y", "2025-02-28", "2025-02-28"),
        ("2025-11-30T10:00", "P3M", "2026-02-28", "2026-03-02"),
        ("2026-01-31T10:00", "P30D", "2026-03-02", "2026-03-02"),  # California
        ("2023-05-03T10:00", "P14D", "2023-05-17", "2023-05-17"),  # CRA final
        ("2023-05-03T10:00", "P2W", "2023-05-17", "2023-05-17"),
        ("2023-05-06T10:00", "P1W", "2023-05-13", "2023-05-15"),
        ("2023-05-03T00:00", "P1D", "2023-05-04", "2023-05-04"),
    ],
)
def test_longer_periods_run_to_the_end_of_their_last_day(
    start: str, period: str, strict: str, r1182: str
) -> None:
    found = {name: at.rstrip("!") for name, at in due(local(start), period).items()}
    assert found == {"strict": f"{strict} 23:59:59", "r1182": f"{r1182} 23:59:59"}


def test_the_day_of_the_event_is_the_day_it_has_in_the_zone() -> None:
    start = datetime(2023, 5, 2, 22, 30, tzinfo=UTC)  # 3 May in Oslo
    assert due(start, "P1D")["strict"] == "2023-05-04 23:59:59!"
    assert due(start, "P1D", zone=NEW_YORK)["strict"] == "2023-05-03 23:59:59!"


def test_a_last_day_on_a_holiday_moves_to_the_next_working_day_only_under_r1182() -> None:
    assert due(local("2023-04-03T10:00"), "P3D", is_holiday=EASTER_2023.__contains__) == {
        "strict": "2023-04-06 23:59:59!",
        "r1182": "2023-04-11 23:59:59",
    }


def test_two_days_or_more_hold_two_working_days_under_r1182() -> None:
    easter = {"is_holiday": EASTER_2023.__contains__}
    assert due(local("2023-04-05T10:00"), "P2D", **easter)["r1182"] == "2023-04-12 23:59:59"
    assert due(local("2023-04-05T10:00"), "P1W", **easter)["r1182"] == "2023-04-12 23:59:59"


def test_one_day_needs_no_two_working_days() -> None:
    easter = {"is_holiday": EASTER_2023.__contains__}
    assert due(local("2023-04-05T10:00"), "P1D", **easter)["r1182"] == "2023-04-11 23:59:59"


def test_weekends_alone_are_no_working_days_where_no_calendar_is_given() -> None:
    assert due(local("2023-05-05T10:00"), "P2D")["r1182"] == "2023-05-09 23:59:59"


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="without a working day"):
        due(local("2023-05-05T10:00"), "P2D", is_holiday=lambda _: True)


def test_a_day_ends_at_its_last_second_so_that_the_right_date_is_shown() -> None:
    assert end_of_day(date(2023, 3, 26), OSLO).isoformat() == "2023-03-26T23:59:59+02:00"


def test_a_day_that_lives_its_last_hour_twice_ends_with_the_second_one() -> None:
    assert end_of_day(date(2023, 4, 1), SANTIAGO).isoformat() == "2023-04-01T23:59:59-04:00"


def test_a_day_the_zone_left_out_ends_with_the_day_before() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert end_of_day(date(2011, 12, 30), apia).isoformat() == "2011-12-29T23:59:59-10:00"


# --- conventions -------------------------------------------------------------------------------


def test_the_alarm_is_on_the_earliest_and_on_strict_when_both_fall_together() -> None:
    assert due(local("2023-05-03T10:00"), "P14D") == {
        "strict": "2023-05-17 23:59:59!",
        "r1182": "2023-05-17 23:59:59",
    }


def test_only_the_conventions_asked_for_are_computed_in_one_order() -> None:
    start = local("2023-05-03T10:00")
    assert due(start, "PT24H", conventions=["r1182"]) == {"r1182": "2023-05-04 11:00:00!"}
    asked = ["relief", "r1182", "strict"]
    assert list(due(start, "PT24H", conventions=asked)) == ["strict", "r1182", "relief"]


def test_business_days_are_other_days_and_asked_for_alone() -> None:
    start = local("2023-05-03T10:00")
    assert due(start, "P4D", conventions=["business_days"]) == {
        "business_days": "2023-05-09 23:59:59!"
    }
    with pytest.raises(ValueError, match="ask for one kind"):
        due(start, "P4D", conventions=["strict", "business_days"])


@pytest.mark.parametrize("conventions", [[], ["strict", "lenient"], ["R1182"]])
def test_no_convention_or_one_not_computed_is_refused(conventions: list[str]) -> None:
    with pytest.raises(ValueError, match="expected one or more of strict, r1182"):
        due(local("2023-05-03T10:00"), "PT24H", conventions=conventions)


def test_a_start_without_an_offset_is_refused() -> None:
    naive = local("2023-05-03T10:00").replace(tzinfo=None)
    with pytest.raises(ValueError, match="without an offset"):
        due(naive, "PT24H")


@pytest.mark.parametrize("year", [1, 1899, 9000, 9999])
def test_a_year_nobody_means_is_refused(year: int) -> None:
    with pytest.raises(ValueError, match="expected 1900 to 8999"):
        due(datetime(year, 6, 1, tzinfo=UTC), "PT24H")


def test_a_deadline_keeps_its_zone_and_is_never_naive() -> None:
    (one,) = deadlines(local("2023-05-03T10:00"), Period.parse("PT1H"), OSLO, ["strict"])
    assert one.at.tzinfo is OSLO
    with pytest.raises(ValidationError, match="timezone"):
        Due(convention="strict", at=one.at.replace(tzinfo=None), alarm=True)


def test_a_deadline_as_json_has_three_keys_unless_there_is_more_to_say() -> None:
    (one,) = deadlines(local("2023-05-03T10:00"), Period.parse("PT1H"), OSLO, ["strict"])
    assert one.model_dump(mode="json") == {
        "convention": "strict",
        "at": "2023-05-03T11:00:00+02:00",
        "alarm": True,
    }
    more = one.model_copy(update={"alarm": False, "disputed": True, "note": "says one author"})
    assert list(more.model_dump()) == ["convention", "at", "alarm", "disputed", "note"]
    assert Due.model_validate_json(more.model_dump_json()) == more


# --- 3(5) for hours: shown, never applied -------------------------------------------------------


def test_two_working_days_in_seventy_two_hours_are_shown_as_disputed_and_are_no_alarm() -> None:
    start, easter = local("2023-04-05T15:10"), EASTER_2023.__contains__
    (shown,) = disputed(start, Period.parse("PT72H"), OSLO, easter)
    assert (shown.convention, shown.disputed, shown.alarm) == ("r1182", True, False)
    assert f"{shown.at:%Y-%m-%d %H:%M:%S}" == "2023-04-12 23:59:59"
    assert "BayLfD" in (shown.note or "")


@pytest.mark.parametrize(
    ("start", "period"),
    [
        ("2023-05-02T10:00", "PT72H"),  # Tuesday: Wednesday and Thursday are in it
        ("2023-05-05T10:00", "PT47H"),  # less than two days
        ("2023-05-05T10:00", "P2D"),  # for days it is the law, not a dispute
    ],
)
def test_where_two_working_days_change_nothing_there_is_no_dispute(start: str, period: str) -> None:
    assert disputed(local(start), Period.parse(period), OSLO) == ()


def test_forty_eight_hours_over_a_weekend_are_disputed_too() -> None:
    (shown,) = disputed(local("2023-05-05T10:00"), Period.parse("PT48H"), OSLO)
    assert f"{shown.at:%Y-%m-%d %H:%M:%S}" == "2023-05-09 23:59:59"


# --- several clocks, and years' ends -------------------------------------------------------------


def first_of(clocks: list[tuple[str, str]], *conventions: str, **given: Any) -> dict[str, str]:
    found = earliest_of(
        [Clock(local(start), Period.parse(period)) for start, period in clocks],
        conventions,
        Counting(OSLO, **given),
    )
    return {d.convention: f"{d.at:%Y-%m-%d %H:%M:%S}{'!' * d.alarm}" for d in found}


@pytest.mark.parametrize(
    ("classified", "aware", "due_at"),
    [
        ("2026-06-02T12:00", "2026-06-02T10:00", "2026-06-02 16:00:00!"),
        ("2026-06-03T09:00", "2026-06-02T10:00", "2026-06-03 10:00:00!"),
        ("2026-06-03T06:00", "2026-06-02T10:00", "2026-06-03 10:00:00!"),
    ],
)
def test_the_earliest_of_several_clocks_counts(classified: str, aware: str, due_at: str) -> None:
    assert first_of([(classified, "PT4H"), (aware, "PT24H")], "strict") == {"strict": due_at}


def test_relief_moves_the_limit_not_one_of_its_clocks() -> None:
    sunday, monday = ("2026-06-07T19:00", "PT4H"), ("2026-06-07T01:00", "PT24H")
    assert first_of([sunday, monday], "strict", "r1182", "relief") == {
        "strict": "2026-06-07 23:00:00!",
        "r1182": "2026-06-08 00:00:00",
        "relief": "2026-06-08 12:00:00",
    }


def test_the_hour_of_relief_is_the_laws_own() -> None:
    assert first_of([("2026-06-04T23:00", "PT72H")], "relief", relief_at=time(9, 30)) == {
        "relief": "2026-06-08 09:30:00!"
    }


def test_without_a_clock_there_is_no_limit() -> None:
    with pytest.raises(ValueError, match="got no clock"):
        first_of([], "strict")


@pytest.mark.parametrize(
    ("discovered", "due_at"),
    [
        ("2026-01-01T00:00", "2027-03-01"),
        ("2026-12-31T23:59", "2027-03-01"),
        ("2027-07-01T12:00", "2028-02-29"),  # 2028 is a leap year
        ("2099-07-01T12:00", "2100-03-01"),  # 2100 is none
    ],
)
def test_sixty_days_after_the_years_end_are_1_march_or_29_february(
    discovered: str, due_at: str
) -> None:
    start = year_end(local(discovered, NEW_YORK), NEW_YORK)
    assert due(start, "P60D", zone=NEW_YORK, conventions=["strict"]) == {
        "strict": f"{due_at} 23:59:59!"
    }


def test_the_year_is_that_of_the_zone() -> None:
    late = datetime(2027, 1, 1, 3, 0, tzinfo=UTC)  # still 2026 in New York
    assert year_end(late, NEW_YORK).isoformat() == "2026-12-31T23:59:59-05:00"
