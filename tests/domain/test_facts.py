"""Facts and their revisions: newer statements lie over older ones, and twice is as good as once."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.values import Claim, Facts, People, Total
from tests.builders import a_claim, a_total, people


def rows(**said: list[dict[str, Any]]) -> Facts:
    return Facts.model_validate(said)


def revised(facts: Facts, by: Facts) -> Facts:
    return facts.revised(by.people, by.totals, by.claims)


def test_people_given_anew_restate_their_group_role_and_country() -> None:
    old = rows(people=[people(count=1), people(count=2, country="NO"), people("drivers", count=3)])
    new = rows(people=[people(count=9)])
    assert [(p.group, p.country, p.count.exact) for p in revised(old, new).people] == [
        ("customers", "NO", 2),
        ("drivers", None, 3),
        ("customers", None, 9),
    ]


def test_a_group_may_be_restated_in_several_rows() -> None:
    old = rows(people=[people(count=1)])
    new = rows(people=[people(count=4, controller="vendor"), people(count=5)])
    assert [p.count.exact for p in revised(old, new).people] == [4, 5]


def test_a_total_replaces_the_one_over_the_same_roles_for_the_same_client() -> None:
    both = ("exposed", "wrong_recipient")
    old = rows(totals=[a_total(1), a_total(2, *both), a_total(3, *both, client="joker")])
    new = rows(totals=[a_total(8, *reversed(both))])
    assert [t.count.exact for t in revised(old, new).totals] == [1, 3, 8]


def test_a_claim_replaces_its_earlier_form_and_the_one_it_supersedes() -> None:
    old = rows(claims=[a_claim("one"), a_claim("two"), a_claim("three")])
    new = rows(claims=[a_claim("two", holds="no"), a_claim("four", supersedes="three")])
    assert [c.id for c in revised(old, new).claims] == ["one", "two", "four"]


def test_what_a_revision_does_not_speak_of_stays() -> None:
    old = rows(people=[people()], totals=[a_total()], claims=[a_claim()])
    assert revised(old, Facts()) == old


# --- properties --------------------------------------------------------------------------------

people_rows = st.builds(
    lambda group, role, country, count: People.model_validate(
        people(group, role, country=country, count=count)
    ),
    st.sampled_from(["customers", "drivers"]),
    st.sampled_from(["exposed", "wrong_recipient"]),
    st.sampled_from([None, "NO"]),
    st.integers(0, 3),
)
total_rows = st.builds(
    lambda of, client, count: Total.model_validate(a_total(count, *of, client=client)),
    st.lists(st.sampled_from(["exposed", "wrong_recipient"]), min_size=1, unique=True),
    st.sampled_from([None, "joker"]),
    st.integers(0, 3),
)
names = st.sampled_from(["a", "b", "c"])
claim_rows = st.builds(
    lambda name, supersedes, holds: Claim.model_validate(
        a_claim(name, supersedes=supersedes, holds=holds)
    ),
    names,
    st.none() | names,
    st.sampled_from([None, "yes", "no"]),
)


def some(row: Any) -> Any:
    return st.lists(row, max_size=4).map(tuple)


facts = st.builds(Facts, people=some(people_rows), totals=some(total_rows), claims=some(claim_rows))


@given(facts, facts)
def test_a_revision_made_twice_is_made_once(old: Facts, new: Facts) -> None:
    once = revised(old, new)
    assert revised(once, new) == once


@given(facts, facts)
def test_what_a_revision_says_stands_in_the_facts_after_it(old: Facts, new: Facts) -> None:
    after = revised(old, new)
    assert set(map(str, new.people)) <= set(map(str, after.people))
    assert set(map(str, new.totals)) <= set(map(str, after.totals))
    assert set(map(str, new.claims)) <= set(map(str, after.claims))


@given(facts)
def test_facts_are_written_and_read_again(said: Facts) -> None:
    assert Facts.model_validate_json(said.model_dump_json()) == said
