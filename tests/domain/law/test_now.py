"""The asker's instant: which limits are past, and until when that stays as it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.law.facts import Now

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")
limits = st.lists(st.integers(-5, 5).map(lambda hours: NOON + timedelta(hours=hours)), max_size=4)
later = st.integers(0, 400).map(lambda minutes: timedelta(minutes=minutes))


def test_a_limit_is_past_the_instant_after_it() -> None:
    assert not Now(NOON).past(NOON)
    assert Now(NOON + timedelta(microseconds=1)).past(NOON)


def test_what_is_asked_of_nothing_stands_for_ever_and_so_does_what_is_past() -> None:
    now = Now(NOON)
    assert now.until is None
    assert now.past(NOON - timedelta(days=1))
    assert now.until is None


@given(limits, later)
def test_until_the_first_limit_ahead_every_answer_is_the_same_and_then_it_is_not(
    every: list[datetime], after: timedelta
) -> None:
    now = Now(NOON)
    found = [now.past(one) for one in every]
    then = NOON + after
    again = [Now(then).past(one) for one in every]
    assert (again == found) == (now.until is None or then <= now.until)


def test_in_the_hour_that_clocks_go_back_limits_are_told_apart_as_instants() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=OSLO)
    second = datetime(2026, 10, 25, 2, 10, tzinfo=OSLO, fold=1)
    between = Now(datetime(2026, 10, 25, 2, 5, tzinfo=OSLO, fold=1))
    assert (between.past(first), between.past(second)) == (True, False)
    before = Now(datetime(2026, 10, 25, 2, 0, tzinfo=OSLO))
    assert not before.past(second)
    assert not before.past(first)
    assert before.until == first.astimezone(UTC)
