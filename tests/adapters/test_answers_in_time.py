"""Answers as of an earlier time, texts while they are there, and feeds page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from adapters.answers import PAGE
from domain.errors import Forbidden, Invalid, NotFound
from domain.events import VendorReportedLeak
from tests.adapters.asking import OWN_VIEWS, Asked, Tell
from tests.builders import (
    Step,
    a_leak,
    a_notice,
    a_question,
    a_revision,
    an_assessment,
    told,
)
from tests.projections.reading import delivery

# --- as of --------------------------------------------------------------------------------------

DAYS: tuple[Step, ...] = (
    a_leak().at("2024-03-04T09:00Z"),
    a_notice("tokmanni").at("2024-03-04T10:00Z"),
    a_question("tokmanni").at("2024-03-04T21:59:59Z"),  # the last second of that day in Helsinki
    an_assessment("tokmanni").at("2024-03-04T22:00Z"),
)


@pytest.mark.parametrize(
    ("as_of", "seen"),
    [
        ("2024-03-04T09:59:59Z", 0),
        ("2024-03-04T10:00Z", 1),
        ("2024-03-04T12:00:00+02:00", 1),
        ("2024-03-04", 2),
        ("2024-03-05", 3),
        ("2024-03", 3),
        ("2023", 0),
    ],
)
def test_as_of_is_an_instant_or_the_end_of_a_date_in_the_partys_zone(
    tell: Tell, as_of: str, seen: int
) -> None:
    assert len(tell(*DAYS)("tokmanni", "timeline", as_of=as_of)) == seen


@pytest.mark.parametrize(
    "odd", ["2024-03-04T10:00", "soon", "", 5, ["2024"], {"at": "2024"}, "9999-12-31", "0001-01-01"]
)
def test_an_as_of_that_is_no_time_or_has_no_zone_is_refused(tell: Tell, odd: Any) -> None:
    refused = tell(*DAYS).refused("tokmanni", "timeline", as_of=odd)
    assert (type(refused), refused.field) == (Invalid, "as_of")


def test_obligations_as_of_then_are_judged_by_that_hour(tell: Tell) -> None:
    ask = tell(*DAYS[:2], delivery("tokmanni", at="2024-03-04T10:00Z"))
    ask.story.now += timedelta(days=30)

    def status(**when: str) -> str:
        found = ask("tokmanni", "obligations", **when)
        return str(next(one["status"] for one in found if one["duty"] == "gdpr.33-1"))

    assert status(as_of="2024-03-05") == "open"
    assert status() == "overdue"


def test_before_anything_happened_nothing_was_owed(tell: Tell) -> None:
    assert tell(*DAYS)("tokmanni", "obligations", as_of="2020") == []


def test_what_came_later_is_not_seen_as_of_before(tell: Tell) -> None:
    ask = tell(*DAYS, a_revision(reason="reversal").at("2024-03-06T09:00Z"))
    assert ask("tokmanni", "facts", incident="leak", as_of="2024-03-05") != ask(
        "tokmanni", "facts", incident="leak"
    )


def test_an_incident_is_not_there_as_of_before_it_was_told(tell: Tell) -> None:
    refused = tell(*DAYS).refused("tokmanni", "timeline", incident="leak", as_of="2024-03-03")
    assert isinstance(refused, NotFound)


# --- text ---------------------------------------------------------------------------------------

SECRET = "We closed a hole in the archive."


def a_told_text(tell: Tell) -> tuple[Asked, str]:
    ask = tell(a_leak(text=SECRET), a_notice("joker"))
    return ask, f"{ask.story.last(VendorReportedLeak).id}/text"


@pytest.mark.parametrize("by", ["zoopit", "joker", "auditor"])
def test_text_is_for_those_who_see_an_event_that_refers_to_it(tell: Tell, by: str) -> None:
    ask, reference = a_told_text(tell)
    assert ask(by, "text", text=reference) == SECRET


@pytest.mark.parametrize("by", ["tokmanni", "kiwi", "other"])
def test_text_is_for_nobody_else_and_might_as_well_not_be_there(tell: Tell, by: str) -> None:
    ask, reference = a_told_text(tell)
    nowhere = ask.refused(by, "text", text="00000000-0000-0000-0000-000000000000/text")
    refused = ask.refused(by, "text", text=reference)
    assert isinstance(refused, NotFound)
    assert {**refused.problem(), "got": ""} == {**nowhere.problem(), "got": ""}


def test_text_is_not_for_the_operator_at_all(tell: Tell) -> None:
    ask, reference = a_told_text(tell)
    assert isinstance(ask.refused("ops", "text", text=reference), Forbidden)


@pytest.mark.parametrize("field", ["title", "facts", "salt", "", "text/plain", "../text"])
def test_only_texts_are_fetched(tell: Tell, field: str) -> None:
    ask, reference = a_told_text(tell)
    odd = reference.replace("/text", f"/{field}")
    assert isinstance(ask.refused("joker", "text", text=odd), NotFound)


def test_an_erased_text_is_not_found(tell: Tell) -> None:
    ask, reference = a_told_text(tell)
    sealer, about = ask.story.ledger.sealer, str(ask.story.incident())
    key = sealer.name_of_key("zoopit", about)
    assert key is not None
    assert sealer.erase("zoopit", about, key)
    assert isinstance(ask.refused("joker", "text", text=reference), NotFound)


def test_no_view_carries_a_text(tell: Tell) -> None:
    ask = tell(a_leak(text=SECRET, title=SECRET), a_notice("joker"), a_question(text=SECRET))
    for by in ("joker", "zoopit"):
        for question in OWN_VIEWS:
            assert SECRET not in str(ask(by, question))
    assert SECRET not in str(ask("zoopit", "board", incident="leak"))


# --- the feed, page by page ---------------------------------------------------------------------


def test_a_feed_is_read_page_by_page_without_gap_or_repetition(tell: Tell) -> None:
    ask = tell(*told("joker"), *(a_question(name=f"q{n}") for n in range(6)))
    found: list[int] = []
    while page := ask("joker", "feed", after=len(found), limit=3):
        assert len(page) <= 3
        found += [one["sequence"] for one in page]
    assert found == list(range(1, 9))  # its registration, the notice, six questions


def test_a_page_is_never_longer_than_the_platform_likes(tell: Tell) -> None:
    ask = tell(*told("joker"))
    assert len(ask("joker", "feed", limit=PAGE * 10)) == 2
    assert ask("joker", "feed", limit=0) == []
    assert ask("joker", "feed", after=10**15) == []


@pytest.mark.parametrize("odd", [-1, "many", None, [1], float("inf"), float("nan"), "9" * 5000])
def test_a_place_in_a_feed_is_a_number(tell: Tell, odd: Any) -> None:
    refused = tell().refused("joker", "feed", after=odd)
    assert (type(refused), refused.field) == (Invalid, "after")
