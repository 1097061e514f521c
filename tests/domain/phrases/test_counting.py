"""Numbers of people: found in a sentence, and kept as imprecise as they were said."""

from __future__ import annotations

import pytest

from domain.suggestions import suggest
from domain.values import Count
from tests.domain.suggesting import counted


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("noin 400 000 asiakasta", {"about": 400_000}),
        ("about 400,000 customers", {"about": 400_000}),
        ("rundt 400 000 av våre kunder", {"about": 400_000}),
        ("omkring 400.000 kunder", {"about": 400_000}),
        ("ca. 1200 customers", {"about": 1200}),
        ("1200 customers", 1200),
        ("2,5 miljoonaa asiakasta", 2_500_000),
        ("3-4 million records", {"between": [3_000_000, 4_000_000], "unit": "records"}),
        ("900 to 1 million people", {"between": [900, 1_000_000]}),
        ("between 1,000 and 2,000 patients", {"between": [1000, 2000]}),
        ("1 000\N{EN DASH}2 000 kunder", {"between": [1000, 2000]}),
        ("about 2,000 customers", {"about": 2000}),
        ("500 customers' e-mail addresses", {"exact": 500, "unit": "records"}),
        ("500 customer accounts", {"exact": 500, "unit": "records"}),
        ("2000 to 1000 customers", 1000),
        ("12 300 customers", 12_300),
    ],
)
def test_a_number_of_people_or_records_is_as_imprecise_as_it_was_said(
    text: str, count: object
) -> None:
    dumped = [Count.model_validate(one).model_dump() for one in counted(text)]
    assert dumped == [Count.model_validate(count).model_dump()]


def test_a_bound_is_carried_as_about_and_says_so() -> None:
    (one,) = suggest("more than 300 customers")
    assert one.value == Count(about=300)
    assert "bound" in one.note


@pytest.mark.parametrize(
    "text",
    [
        "In 2023 customers were told.",
        "In 2023, customers were told.",
        "400 000 euros",
        "12 of the very many loyal customers",
        "call 22 33 44 55",
        f"{'9' * 17} customers",
        "version 1.5",
        "9000000000000000 million customers",
    ],
)
def test_years_and_numbers_of_other_things_count_nobody(text: str) -> None:
    assert not counted(text)
