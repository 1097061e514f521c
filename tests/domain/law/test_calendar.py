"""What the calendar promises: the published vectors and the Regulation's rules."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import BaseModel, ValidationError

from domain.law.calendar import COMPUTED, Due, Period, deadlines, end_of_day

OSLO = ZoneInfo("Europe/Oslo")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
SANTIAGO = ZoneInfo("America/Santiago")  # clocks change at midnight
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # +05:45, no DST

EASTER_2023 = {date(2023, 4, 6), date(2023, 4, 7), date(2023, 4, 10)}  # Norway's weekdays off


def due(start: datetime, period: str, **given: Any) -> dict[str, str]:
    """Each convention's deadline as local text, the alarm marked by `!`."""
    zone = given.pop("zone", OSLO)
    conventions = given.pop("conventions", COMPUTED)
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
    assert list(due(start, "PT24H", conventions=["r1182", "strict"])) == ["strict", "r1182"]


@pytest.mark.parametrize("conventions", [[], ["strict", "lenient"], ["relief"]])
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
