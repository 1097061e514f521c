"""The EDPB's cases: that they are all there, what was decided, and which come closest."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.precedents import (
    FILE,
    Features,
    Precedents,
    closest,
    features_of,
    precedents,
)
from domain.worksheet import Worksheet, worksheet_for
from tests.domain.scoring import category, worksheet
from tests.domain.speaking import people

# Authority told, people told (law.md, "Severity"): from memory, to be compared with the guidelines.
DECIDED = """
01 n n   02 y n   03 y y   04 y y   05 y y   06 n n   07 y y   08 y n   09 n n
10 n n   11 y y   12 y y   13 n n   14 y y   15 n n   16 y n   17 y y   18 y y
"""
CASES = precedents().cases


def features(**known: Any) -> Features:
    return Features.model_validate(known)


def a_file(**changed: Any) -> dict[str, Any]:
    raw = tomllib.loads((files("domain") / "cases" / FILE).read_text(encoding="utf-8"))
    return {**raw, **changed}


# --- what ships --------------------------------------------------------------------------------


def test_all_eighteen_cases_are_there_with_the_outcome_given() -> None:
    words = DECIDED.split()
    told = [
        (int(number), authority == "y", people == "y")
        for number, authority, people in zip(words[::3], words[1::3], words[2::3], strict=True)
    ]
    assert [(one.number, one.authority, one.people) for one in CASES] == told
    assert len(CASES) == 18


def test_every_breach_is_documented_and_people_are_never_told_without_the_authority() -> None:
    assert all(one.documented for one in CASES)
    assert all(one.authority for one in CASES if one.people)


def test_nobody_has_reviewed_a_case_yet_and_the_file_says_so() -> None:
    assert precedents().status == "unreviewed"
    assert not [one.number for one in CASES if one.reviewed]


def test_every_case_can_be_compared_and_no_two_are_alike() -> None:
    assert all(one.features.attack and one.features.loss and one.features.data for one in CASES)
    assert len({one.features.model_dump_json() for one in CASES}) == len(CASES)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "the supervisory authority not told, the people concerned not told, documented"),
        (2, "the supervisory authority to be told, the people concerned not told, documented"),
        (3, "the supervisory authority to be told, the people concerned to be told, documented"),
    ],
)
def test_an_outcome_is_told_in_words(number: int, words: str) -> None:
    assert CASES[number - 1].decided == words


def test_the_cases_stand_in_the_order_of_their_sections() -> None:
    assert [one.section for one in CASES] == sorted(one.section for one in CASES)


# --- which come closest ------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"case-{case.number:02}")
def test_a_case_is_closest_to_itself(case: Any) -> None:
    first, second = closest(case.features, n=2)
    assert (first.case, first.similarity) == (case, 1)
    assert second.similarity < 1


def test_likeness_says_what_both_share_and_what_only_one_has() -> None:
    (first,) = closest(
        features(attack="ransomware", taken="no", backup="ready", data=["contact", "purchase"]), n=1
    )
    assert first.case.number == 1
    assert first.also == ("ransomware", "data: contact", "no exfiltration", "backup available")
    assert (first.there, first.here) == (("data: identity",), ("data: purchase",))
    assert first.similarity == pytest.approx((3 + 2 / 3 + 2 + 1) / 8)


def test_what_a_case_does_not_tell_is_no_agreement() -> None:
    insider = closest(features(attack="insider", number="many"), n=1)[0]
    assert (insider.case.number, insider.here) == (8, ("more than 100 people",))
    assert insider.similarity == 0.75


def test_newsletters_to_the_wrong_people_are_like_post_to_the_wrong_people() -> None:
    tokmanni = features(
        attack="wrong_recipient",
        loss=["confidentiality"],
        data=["contact"],
        groups=["customers"],
        recipients="known",
        malicious="no",
        number="many",
    )
    found = closest(tokmanni)
    assert {one.case.features.attack for one in found} == {"wrong_recipient"}
    assert len(found) == 3


def test_of_nothing_known_nothing_is_close() -> None:
    assert closest(Features()) == ()
    assert closest(features(taken="yes"), cases=[CASES[0]]) == ()


def test_an_unknown_family_of_data_is_named_with_its_neighbours() -> None:
    with pytest.raises(ValidationError, match="did you mean contact"):
        features(data=["contacts"])


SOME = st.sampled_from([one.features for one in CASES])


@settings(deadline=None)
@forall(SOME, SOME, st.sets(st.sampled_from(sorted(Features.model_fields))))
def test_any_breach_has_its_nearest_cases_in_order(
    one: Features, other: Features, mixed: set[str]
) -> None:
    found = closest(one.model_copy(update={name: getattr(other, name) for name in mixed}), n=18)
    likes = [each.similarity for each in found]
    assert likes == sorted(likes, reverse=True)
    assert all(0 < like <= 1 for like in likes)
    assert all(each.also for each in found)


# --- from a worksheet --------------------------------------------------------------------------


def test_a_worksheet_tells_what_to_compare() -> None:
    sheet = worksheet(
        category("simple", 0, kinds=["name", "passport"]),
        category(None, kinds=["password"]),
        circumstances={
            "confidentiality": "known_recipients",
            "availability": "temporary",
            "malicious": "yes",
        },
        people=7,
        unintelligible="no",
    )
    assert features_of(sheet) == features(
        loss=["confidentiality", "availability"],
        data=["contact", "identity", "sign_in"],
        unintelligible="no",
        backup="partial",
        recipients="known",
        malicious="yes",
        number="few",
    )


def test_what_a_worksheet_leaves_open_is_not_compared() -> None:
    assert features_of(Worksheet()) == Features()
    facts = worksheet_for((people("email", count=4000),), ("confidentiality",))
    assert features_of(facts) == features(loss=["confidentiality"], data=["contact"])


# --- a file that cannot be right ---------------------------------------------------------------


def test_a_file_with_a_case_twice_or_reviewed_without_its_cases_is_refused() -> None:
    cases = a_file()["case"]
    with pytest.raises(ValidationError, match="there twice"):
        Precedents.model_validate(a_file(case=[cases[0], cases[0]]))
    with pytest.raises(ValidationError, match="not reviewed"):
        Precedents.model_validate(a_file(status="reviewed"))
    reviewed = [{**one, "reviewed": True} for one in cases]
    assert Precedents.model_validate(a_file(status="reviewed", case=reviewed)).cases[17].reviewed
