"""Which days are working days, where, and that nobody guesses."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.errors import Invalid
from domain.law.calendar import EDGAR_CLOSED, NoCalendar, Workdays


def test_saturdays_and_sundays_are_days_off_everywhere() -> None:
    days = [date(2026, 6, 1) + timedelta(days=n) for n in range(7)]
    assert [day in Workdays() for day in days] == [True] * 5 + [False] * 2
    assert [Workdays().why_off(day) for day in days[4:]] == [None, "a Saturday", "a Sunday"]


@pytest.mark.parametrize(
    ("place", "day", "why"),
    [
        (("NO",), "2026-05-14", "Ascension Day"),
        (("NO",), "2023-04-06", "Maundy Thursday"),
        (("SE",), "2023-04-06", None),  # Norway's Maundy Thursday is a working day in Sweden
        (("FI",), "2026-06-19", "Midsummer Eve"),
        (("SE",), "2023-06-06", "National Day"),
        (("DE",), "2026-06-04", None),  # Corpus Christi, kept by some Länder only
        (("DE", "BY"), "2026-06-04", "Corpus Christi"),
        (("DE", "BE"), "2026-06-04", None),
        (("GB",), "2026-11-30", None),
        (("GB", "SCT"), "2026-11-30", "Saint Andrew's Day"),
        (("US",), "2026-11-26", "Thanksgiving Day"),
        (("US",), "2026-07-03", "Independence Day (observed)"),
        (("US",), "2027-12-31", "New Year's Day (observed)"),  # next year's holiday
        (("US",), "2026-11-27", None),
        (("US", "CA"), "2026-11-27", "Day After Thanksgiving"),
        (("DK",), "2023-05-05", "Great Prayer Day"),
        (("DK",), "2024-04-26", None),  # abolished
    ],
)
def test_public_holidays_are_those_of_the_place(
    place: tuple[str, ...], day: str, why: str | None
) -> None:
    assert Workdays.of(*place).why_off(date.fromisoformat(day)) == why


def test_a_calendar_that_only_says_yes_gives_no_name() -> None:
    assert Workdays({date(2026, 6, 3)}.__contains__).why_off(date(2026, 6, 3)) == "a public holiday"


def test_further_days_off_come_with_their_reason() -> None:
    closed, day = Workdays.of("US", closed=EDGAR_CLOSED), date(2025, 1, 9)
    assert day in Workdays.of("US")
    assert closed.why_off(day) == "EDGAR closed by executive order"
    assert date(2020, 12, 24) not in closed
    assert date(2026, 11, 26) not in closed


def test_the_next_working_day_and_the_nth_after_a_day() -> None:
    norway = Workdays.of("NO")
    assert norway.on_or_after(date(2023, 4, 5)) == date(2023, 4, 5)
    assert norway.on_or_after(date(2023, 4, 6)) == date(2023, 4, 11)
    assert norway.after(date(2023, 4, 5), 2) == date(2023, 4, 12)
    assert norway.after(date(2023, 4, 8), 1) == date(2023, 4, 11)


@pytest.mark.parametrize(
    ("place", "hint"),
    [
        (("norway",), "did you mean NO?"),
        (("no",), "did you mean NO?"),
        (("NOR",), "did you mean NO?"),
        (("United  Kingdom",), "did you mean GB?"),
        (("UK",), "did you mean GB?"),
        (("XX",), "did you mean "),
        (("",), "known: "),
        (("DE", "BX"), "BY"),
        (("DE", "Bayern"), "known: BB, BE"),
        (("SE", "AB"), "leave the subdivision out"),
        (("SA",), "holidays are not guessed"),
    ],
)
def test_a_place_without_a_calendar_says_so_with_near_names(
    place: tuple[str, ...], hint: str
) -> None:
    with pytest.raises(NoCalendar) as refused:
        Workdays.of(*place)
    assert isinstance(refused.value, Invalid)
    problem = refused.value.problem()
    assert hint in problem["next"]
    assert problem["got"] in {*place, "''"}


def test_a_year_without_a_calendar_says_so() -> None:
    germany = Workdays.of("DE")
    with pytest.raises(NoCalendar, match="1991 to 2100") as refused:
        germany.on_or_after(date(1985, 5, 1))
    assert refused.value.got == 1985
    with pytest.raises(ValueError, match="2101"):
        germany.after(date(2100, 12, 30), 2)


def test_a_weekend_needs_no_calendar() -> None:
    assert date(1985, 5, 4) not in Workdays.of("DE")
