"""Imprecise counts: every form, and what is no count."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.count import MOST
from domain.values import Claim, Count, Total


def count(value: Any) -> Count:
    return Count.model_validate(value)


FORMS: list[tuple[Any, Any, bool]] = [
    (0, 0, True),
    (1200, 1200, True),
    ("1200", 1200, True),
    ({"exact": "1200"}, 1200, True),
    ({"about": 400_000}, {"about": 400_000}, True),
    ({"between": [1000, 2000]}, {"between": [1000, 2000]}, True),
    ({"between": ["5", "5"]}, {"between": [5, 5]}, True),
    ("unknown", "unknown", False),
    ({}, "unknown", False),
    ({"exact": 7, "unit": "records"}, {"exact": 7, "unit": "records"}, True),
    ({"unit": "records"}, {"unit": "records"}, False),
    ({"exact": 7, "unit": "people"}, 7, True),
]


@pytest.mark.parametrize(("form", "written", "known"), FORMS, ids=str)
def test_a_count_is_written_as_people_write_it_and_read_again(
    form: Any, written: Any, *, known: bool
) -> None:
    assert count(form).model_dump(mode="json") == written
    assert count(json.loads(json.dumps(written))) == count(form)
    assert count(form).known is known


NO_COUNT: list[Any] = [
    -1,
    "-1",
    "many",
    "",
    None,
    True,
    False,
    1.5,
    [1, 2],
    MOST + 1,
    {"about": -1},
    {"about": True},
    {"exact": False},
    {"between": [1]},
    {"between": [2, 1]},
    {"between": [-1, 1]},
    {"between": [1, 2, 3]},
    {"exact": 1, "about": 1},
    {"about": 1, "between": [1, 2]},
    {"exact": 1, "unit": "rows"},
    {"roughly": 5},
]


@pytest.mark.parametrize("form", NO_COUNT, ids=str)
def test_what_is_no_count_is_refused(form: Any) -> None:
    with pytest.raises(ValidationError):
        count(form)


def test_a_refusal_says_what_is_wrong_with_a_count() -> None:
    with pytest.raises(ValidationError, match="put the lower first"):
        count({"between": [2, 1]})
    with pytest.raises(ValidationError, match="only one of exact, about and between"):
        count({"exact": 1, "about": 1})
    with pytest.raises(ValidationError, match=r"expected a number, \{about: n\}"):
        count(True)


def test_a_count_holds_what_json_holds_exactly() -> None:
    assert json.loads(count(MOST).model_dump_json()) == MOST


# --- where a count may also be a word ----------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("unknown", Count()),
        ("400000", Count(exact=400_000)),
        (400_000, Count(exact=400_000)),
        ({"about": 5}, Count(about=5)),
        ("a security hole", "a security hole"),
        (None, None),
    ],
)
def test_the_value_of_a_claim_is_a_count_where_it_can_be_one(value: Any, expected: Any) -> None:
    claim = Claim.model_validate({"id": "c", "about": "cause", "value": value})
    assert claim.value == expected
    assert Claim.model_validate(json.loads(claim.model_dump_json())) == claim
    assert Claim.model_validate_json(claim.model_dump_json()) == claim


@pytest.mark.parametrize(
    ("overlap", "expected"), [("none", "none"), ("unknown", Count()), ("7", Count(exact=7))]
)
def test_the_overlap_of_a_total_is_a_count_or_none(overlap: Any, expected: Any) -> None:
    total = Total.model_validate({"count": 1, "of": ["exposed"], "overlap": overlap})
    assert total.overlap == expected
    assert Total.model_validate(json.loads(total.model_dump_json())) == total


def test_a_total_is_of_something() -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        Total.model_validate({"count": 1, "of": []})


# --- properties --------------------------------------------------------------------------------

naturals = st.integers(0, MOST)
units = st.sampled_from(["people", "records"])
counts = st.one_of(
    naturals,
    st.just("unknown"),
    st.builds(lambda n, unit: {"exact": n, "unit": unit}, naturals, units),
    st.builds(lambda n, unit: {"about": n, "unit": unit}, naturals, units),
    st.tuples(naturals, naturals).map(lambda pair: {"between": sorted(pair)}),
    units.map(lambda unit: {"unit": unit}),
).map(count)


@given(counts)
def test_writing_and_reading_a_count_changes_nothing(number: Count) -> None:
    assert Count.model_validate_json(number.model_dump_json()) == number
    assert count(json.loads(number.model_dump_json())) == number
