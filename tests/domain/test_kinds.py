"""Data kinds belong together in families, and some words are wider than others."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kinds import ALL, COMMONLY_SENSITIVE, FAMILIES, covered, excluded, related
from domain.words import DATA_KINDS

KINDS = st.sampled_from(DATA_KINDS)


def test_every_data_kind_belongs_to_exactly_one_family() -> None:
    belonging = Counter(kind for family in FAMILIES.values() for kind in family)
    assert belonging == Counter(DATA_KINDS)
    assert set(DATA_KINDS) == ALL


@pytest.mark.parametrize("kind", ["health", "trade_union", "criminal_record", "timed_location"])
def test_people_call_more_sensitive_than_article_9_does(kind: str) -> None:
    assert kind in COMMONLY_SENSITIVE


@pytest.mark.parametrize("kind", ["email", "delivery_address", "delivery_time", "date_of_birth"])
def test_contact_data_and_what_was_ordered_when_are_not_sensitive(kind: str) -> None:
    assert kind not in COMMONLY_SENSITIVE


def test_an_address_may_be_a_delivery_address_but_not_the_other_way_round() -> None:
    assert "delivery_address" in covered("address")
    assert covered("delivery_address") == {"delivery_address"}
    assert "address" in related("delivery_address")


def test_an_absent_address_beside_a_present_street_address_means_the_other_addresses() -> None:
    others = covered("address") - {"street_address"}
    assert excluded(["address"], ["street_address"]) == others
    assert excluded(["first_name"], ["name"]) == {"first_name"}
    assert excluded([], ["name"]) == frozenset()


@given(KINDS)
def test_what_a_word_covers_is_covered_whole(kind: str) -> None:
    assert all(covered(narrower) <= covered(kind) <= ALL for narrower in covered(kind))


@given(KINDS, KINDS)
def test_being_related_is_mutual(one: str, other: str) -> None:
    assert (one in related(other)) == (other in related(one))
