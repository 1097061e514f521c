"""Two answers on one topic, and two numbers of people: which of them leave room for each other?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.numbers import allowed
from domain.values import Claim, Count
from tests.domain.speaking import claim, lists, people, reported, told, total

# --- whether it holds ----------------------------------------------------------------------------

TOPICS = [
    "copy_taken",
    "exfiltration",
    "live_systems_accessed",
    "ongoing",
    "recurrence",
    "other_clients_affected",
    "misuse",
    "cause_fixed",
    "personal_data_safe",
]
AT_ODDS = [("yes", "no"), ("no", "possible"), ("yes", "no_sign")]
IN_TUNE = [
    ("yes", "yes"),
    ("no", "no"),
    ("no", "no_sign"),
    ("possible", "no_sign"),
    ("yes", "possible"),
    ("unknown", "yes"),
    ("unknown", "no"),
    (None, "no"),
]


@pytest.mark.parametrize("about", TOPICS)
@pytest.mark.parametrize(("one", "other"), [*AT_ODDS, *((b, a) for a, b in AT_ODDS)])
def test_opposite_answers_contradict(about: str, one: str, other: str) -> None:
    told(claim(about, other, "f")).when_said(claim(about, one)).then(
        ("c", "contradicts", "fact:claims/f")
    )


@pytest.mark.parametrize("about", TOPICS)
@pytest.mark.parametrize(("one", "other"), IN_TUNE)
def test_answers_that_leave_room_for_each_other_do_not(
    about: str, one: str | None, other: str
) -> None:
    told(claim(about, other, "f")).when_said(claim(about, one)).then_nothing()
    told(claim(about, one, "f")).when_said(claim(about, other)).then_nothing()


def test_a_collision_with_a_provisional_fact_says_so() -> None:
    told(claim("misuse", "no", "f", provisional=True)).when_said(claim("misuse", "yes")).then(
        ("c", "contradicts", "fact:claims/f/provisional")
    )


def test_two_causes_may_both_be_so() -> None:
    told(claim("cause", "yes", "f", value="a hole")).when_said(
        claim("cause", "no", "other", value="an insider"),
        claim("cause", "no", "same", value="a hole"),
    ).then(("same", "contradicts", "fact:claims/f"))


def test_what_is_denied_of_some_people_may_be_so_of_others() -> None:
    told(notice=None).when_said(
        claim("data", "yes", "anybody", data=lists("timed_location")),
        claim("data", "yes", "drivers", data=lists("timed_location"), scope="drivers"),
        claim("data", "yes", "customers", data=lists("timed_location"), scope="Customers"),
        claim("sensitive_data", "no", "denied", scope="customers"),
    ).then(("denied", "contradicts", "claim:customers"))


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [
        (1200, 1200, 1200),
        ({"about": 400_000}, 360_000, 440_000),
        ({"about": 5}, 4, 6),
        ({"about": 0}, 0, 0),
        ({"between": [1000, 2000]}, 1000, 2000),
        ("unknown", 0, float("inf")),
    ],
)
def test_about_a_number_is_a_tenth_more_or_less(count: Any, low: float, high: float) -> None:
    number = allowed(Count.model_validate(count))
    assert (number.low, number.high) == (low, high)


@pytest.mark.parametrize("said", [430_000, {"between": [1, 360_000]}, {"about": 480_000}])
def test_numbers_that_can_be_the_same_do_not_contradict(said: Any) -> None:
    told(count=Count(about=400_000)).when_said(claim("number_of_people", value=said)).then_nothing()


@pytest.mark.parametrize("said", [450_000, {"between": [1, 359_999]}, {"about": 500_000}])
def test_numbers_that_cannot_be_the_same_contradict(said: Any) -> None:
    told(count=Count(about=400_000)).when_said(claim("number_of_people", value=said)).then(
        ("c", "contradicts", "fact:count")
    )


def test_a_number_may_fit_the_own_count_or_a_total_over_more_roles() -> None:
    story = told(total(5000, "joker"), total(9, "tokmanni"), total(90_000), count=Count(exact=1200))
    story.when_said(claim("number_of_people", value=5000)).then_nothing()
    story.when_said(claim("number_of_people", value=3000)).then(
        ("c", "contradicts", "fact:count"),
        ("c", "contradicts", "fact:totals/exposed+wrong_recipient"),
    )


def test_people_and_records_are_not_compared() -> None:
    told(
        people(count={"exact": 7, "unit": "records"}),
        claim("number_of_people", name="f", value={"exact": 7, "unit": "records"}),
        count=Count(exact=1200),
    ).when_said(
        claim("number_of_people", name="records", value={"exact": 7, "unit": "records"}),
        claim("number_of_people", name="people", value=1200),
    ).then_nothing()


@pytest.mark.parametrize(
    "said",
    [
        claim("number_of_people", value="unknown"),
        claim("number_of_people", value="a handful"),
        claim("number_of_people", "no", value=5),
        claim("number_of_people"),
    ],
)
def test_a_claim_without_a_number_contradicts_none(said: Claim) -> None:
    told(count=Count(exact=1200)).when_said(said).then_nothing()


def test_a_client_has_no_more_people_than_all_rows_together() -> None:
    story = told(people(count=100), people(role="wrong_recipient", count={"between": [5, 50]}))
    story.when_said(claim("number_of_people", value=20)).then_nothing()
    story.when_said(claim("number_of_people", value=151)).then(("c", "contradicts", "fact:people"))


def test_a_vendors_people_are_no_fewer_than_its_largest_row() -> None:
    story = reported(people(count=100), people(group="drivers", controller="vendor"))
    story.when_said(claim("number_of_people", value=100_000)).then_nothing()
    story.when_said(claim("number_of_people", value=99)).then(("c", "contradicts", "fact:people"))


def test_a_vendor_is_held_to_its_own_total_not_to_a_clients() -> None:
    reported(total(5000), total(9, "joker")).when_said(
        claim("number_of_people", name="all", value=5000),
        claim("number_of_people", name="joker", value=9),
    ).then(
        ("all", "contradicts", "claim:joker"),
        ("joker", "contradicts", "fact:totals/exposed+wrong_recipient"),
    )


def test_a_number_of_some_people_is_held_against_theirs_alone() -> None:
    told(
        people(count=100),
        people(group="drivers", controller="vendor", count=7),
        claim("number_of_people", name="f", value=90, scope="customers"),
        count=Count(exact=100),
    ).when_said(
        claim("number_of_people", name="drivers", value=8, scope="drivers"),
        claim("number_of_people", name="customers", value=100, scope="customers"),
    ).then(
        ("drivers", "contradicts", "fact:people"),
        ("customers", "contradicts", "fact:claims/f"),
    )


def test_two_numbers_in_one_statement_are_flagged_once() -> None:
    found = told(notice=None).when_said(
        claim("number_of_people", name="b", value=1000),
        claim("number_of_people", name="a", value={"about": 2000}),
        claim("number_of_people", name="drivers", value=5, scope="drivers"),
    )
    found.then(("a", "contradicts", "claim:b"))
