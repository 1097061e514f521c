"""Severity by ENISA's method: its published scores, and intervals where something is open."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from domain import severity
from domain import severity_tables as tables
from domain.severity import Worksheet, over_100_people, score
from domain.severity_tables import METHOD
from domain.values import Count
from tests.domain.scoring import (
    JUDGED,
    category,
    explained,
    less_known,
    scored,
    settled,
    span,
)
from tests.domain.severity_published import CONTEXTS, HAPPENED, IDENTIFIED, rows

# --- the published scores ----------------------------------------------------------------------


@pytest.mark.parametrize(("_case", "name", "points", "points_in_all"), rows(CONTEXTS))
def test_a_published_context_scores_as_published(
    _case: str, name: str, points: str, points_in_all: str
) -> None:
    assert span(scored(category(name, int(points)))) == (float(points_in_all),) * 2


@pytest.mark.parametrize(("name", "situation", "points"), rows(IDENTIFIED))
def test_a_published_identifier_scores_as_published(name: str, situation: str, points: str) -> None:
    found = scored(category("simple", 0), identifiers=[{"name": name, "situation": situation}])
    assert span(found) == (float(points),) * 2


@pytest.mark.parametrize(("name", "how", "points"), rows(HAPPENED))
def test_a_published_circumstance_adds_as_published(name: str, how: str, points: str) -> None:
    found = scored(category("simple", 0), circumstances={name: how})
    assert span(found) == (1 + float(points),) * 2


def test_the_tables_hold_nothing_that_is_not_published() -> None:
    assert {(n, s) for n, s, _ in rows(IDENTIFIED)} == {
        (n, s) for n, table in tables.SITUATIONS.items() for s in table
    }
    assert {(n, h) for n, h, _ in rows(HAPPENED)} == {
        (n, h) for n, table in tables.CIRCUMSTANCES.items() for h in table if h != "none"
    }
    assert {(c, int(p)) for _, c, p, _ in rows(CONTEXTS)} == {
        (c, p) for c, table in tables.ADJUSTMENTS.items() for p in table
    }


LIMITS: list[tuple[tuple[str, int], dict[str, str], float, str]] = [
    (
        ("simple", 0),
        {"confidentiality": "unknown_recipients", "integrity": "used_recoverable"},
        1.75,
        "low",
    ),
    (("behavioural", 0), {}, 2, "medium"),
    (("behavioural", 0), {"malicious": "yes", "integrity": "used_recoverable"}, 2.75, "medium"),
    (("financial", 0), {}, 3, "high"),
    (("financial", 0), {"malicious": "yes", "integrity": "used_recoverable"}, 3.75, "high"),
    (("sensitive", 0), {}, 4, "very_high"),
    (("sensitive", 0), {"malicious": "yes", "availability": "lost"}, 5, "very_high"),
]


@pytest.mark.parametrize(("data", "how", "points", "level"), LIMITS)
def test_a_level_starts_at_its_limit(
    data: tuple[str, int], how: dict[str, str], points: float, level: str
) -> None:
    found = scored(category(*data), circumstances=how)
    assert (span(found), found.levels) == ((points, points), (level,))


def test_only_minus_three_takes_sensitive_data_to_one_whatever_the_document_prints() -> None:
    assert span(scored(category("sensitive", -1))) == (3, 3)
    assert span(scored(category("sensitive", -3))) == (1, 1)


# --- the seed cases, by our own judgement ------------------------------------------------------


def test_tokmanni_is_low_and_flagged_for_its_many_people() -> None:
    found = scored(
        category("simple", 0, kinds=["first_name", "email"]),
        circumstances={"confidentiality": "known_recipients", "integrity": "unused"},
        people={"about": 400_000},
        unintelligible="no",
    )
    assert (span(found), found.levels) == ((1.25, 1.25), ("low",))
    assert (found.flags.over_100_people, found.flags.unintelligible) == ("yes", "no")


def test_zoopit_is_an_interval_from_the_edge_of_medium_to_the_edge_of_very_high() -> None:
    found = scored(
        category("simple", 0, 2, kinds=["name", "phone", "email", "delivery_address"]),
        circumstances={"confidentiality": "unknown_recipients", "malicious": "yes"},
    )
    assert (span(found), found.levels) == ((2, 4), ("medium", "high", "very_high"))
    assert found.flags.over_100_people == "possible"


def test_the_same_leak_is_worse_for_a_pharmacys_customers() -> None:
    grocer = scored(category("simple", 0), circumstances={"malicious": "yes"})
    pharmacy = scored(category("simple", 2), circumstances={"malicious": "yes"})
    assert (span(grocer), span(pharmacy)) == ((1.5, 1.5), (3.5, 3.5))
    assert explained(pharmacy, "DPC")[-1].startswith("data processing context: 3,")


# --- what is open ------------------------------------------------------------------------------


def test_nothing_known_is_everything_possible() -> None:
    found = score(Worksheet())
    assert (span(found), found.levels) == ((0.25, 6), ("low", "medium", "high", "very_high"))


def test_one_unknown_part_leaves_all_that_its_table_allows() -> None:
    assert span(scored(category("behavioural"))) == (1, 4)
    assert span(scored(category(None, kinds=["password"]))) == (1, 4)
    assert span(scored(category("sensitive", 0), identifiers=[])) == (1, 4)
    assert span(scored(category("financial", 0), identifiers=[{"name": "email"}])) == (0.75, 3)
    unsure = {"malicious": "unknown", "confidentiality": ["exposed", "known_recipients"]}
    assert span(scored(category("financial", 0), circumstances=unsure)) == (3, 3.75)


def test_data_that_may_not_be_listed_can_only_raise_the_score() -> None:
    assert span(scored(category("financial", 0), complete=None)) == (3, 4)


def test_the_highest_category_and_the_highest_identifier_count_and_circumstances_add() -> None:
    found = scored(
        category("simple", 0),
        category("financial", 0),
        identifiers=[
            {"name": "email", "situation": "primary"},
            {"name": "phone", "situation": "unlisted_in_country"},
        ],
        circumstances={"confidentiality": "known_recipients", "availability": "lost"},
    )
    assert span(found) == (3 * 0.75 + 0.75,) * 2


@pytest.mark.parametrize(
    ("count", "flag"),
    [
        (100, "no"),
        (101, "yes"),
        ({"about": 90}, "no"),
        ({"about": 100}, "possible"),
        ({"about": 400_000}, "yes"),
        ({"between": [101, 200]}, "yes"),
        ({"between": [1, 100]}, "no"),
        ({"between": [1, 101]}, "possible"),
        ("unknown", "possible"),
        ({"exact": 5000, "unit": "records"}, "possible"),
    ],
)
def test_the_flag_for_many_people_follows_an_imprecise_count(count: Any, flag: str) -> None:
    assert over_100_people(Count.model_validate(count)) == flag


# --- properties --------------------------------------------------------------------------------


@forall(JUDGED)
@settings(max_examples=60, deadline=None)
def test_the_interval_is_exactly_that_of_all_cases_that_fit(raw: dict[str, Any]) -> None:
    contexts = product(
        *([tables.BASE[c["name"]] + a["points"] for a in c["adjusted"]] for c in raw["categories"])
    )
    eases = product(
        *(
            [tables.SITUATIONS[i["name"]][s].points for s in i["situation"]]
            for i in raw["identifiers"]
        )
    )
    sums = product(
        *(
            [tables.CIRCUMSTANCES[name][word].points for word in words]
            for name, words in raw["circumstances"].items()
        )
    )
    cases = [max(c) * max(e) + sum(s) for c, e, s in product(contexts, eases, sums)]
    assert span(score(Worksheet.model_validate(raw))) == (min(cases), max(cases))


@forall(JUDGED.map(settled), st.data())
@settings(max_examples=100, deadline=None)
def test_more_knowledge_never_widens_and_the_truth_lies_within(
    raw: dict[str, Any], data: st.DataObject
) -> None:
    less = less_known(data.draw, raw)
    least = less_known(data.draw, less)
    point, some, wide = (score(Worksheet.model_validate(one)) for one in (raw, less, least))
    assert point.low == point.high
    assert wide.low <= some.low <= point.low <= some.high <= wide.high
    assert set(point.levels) <= set(some.levels) <= set(wide.levels)
    for more, fewer in ((point, some), (some, wide)):
        assert fewer.flags.over_100_people in {"possible", more.flags.over_100_people}


@forall(JUDGED)
@settings(max_examples=60, deadline=None)
def test_the_order_of_what_is_listed_does_not_matter(raw: dict[str, Any]) -> None:
    backwards = {name: each[::-1] if isinstance(each, list) else each for name, each in raw.items()}
    one, other = (score(Worksheet.model_validate(each)) for each in (raw, backwards))
    assert (span(one), one.levels, one.flags) == (span(other), other.levels, other.flags)


# --- the explanation ---------------------------------------------------------------------------


def test_every_step_says_in_words_what_it_added_and_where_that_stands() -> None:
    found = scored(
        category("simple", 0, 2, kinds=["name"]),
        category("financial", kinds=["account"]),
        circumstances={"confidentiality": "unknown_recipients"},
        people=7,
    )
    assert all(step.citation.startswith(METHOD + ", section") for step in found.steps)
    assert explained(found, "DPC") == [
        (
            "simple data (name): base 1, unchanged, nothing makes it worse or +2, allows"
            " assumptions about health, sexual preferences, politics or religion: 1 to 3"
        ),
        "financial data (account): base 3, not judged yet, so all that the table allows: 1 to 4",
        "data processing context: 1 to 4, the highest category counts",
    ]
    assert explained(found, "EI") == [
        "name, together with date of birth and e-mail address: 1",
        "ease of identification: 1, the highest identifier counts",
    ]
    assert explained(found, "CB")[0] == (
        "loss of confidentiality, came to an unknown number of recipients: 0.5"
    )
    assert explained(found, "SE") == [
        "severity: DPC 1 to 4 times EI 1 plus CB 0.5 is 1.5 to 4.5: low to very high"
    ]
    assert explained(found, "flag") == [
        "more than 100 people: no",
        "unintelligible to whoever has the data: unknown",
    ]


def test_an_open_part_says_that_it_is_open() -> None:
    found = score(Worksheet.model_validate({"categories": [{"kinds": ["password"]}]}))
    first, last = explained(found, "DPC")
    assert first.startswith("data of an open category (password): 1 to 4; credentials are")
    assert last.endswith("the list of data may not be complete")
    assert "malicious intent, not known: 0 to 0.5" in explained(found, "CB")


def test_no_score_decides_whom_to_tell_and_the_last_step_says_so() -> None:
    assert "sets no legal threshold" in score(Worksheet()).steps[-1].words
    assert not [name for name in vars(severity) if "notif" in name or "must" in name]
