"""Who was told, has it arrived, was it acknowledged, what was asked, who was notified since?"""

from __future__ import annotations

from typing import Any

import pytest

from projections import board
from tests.builders import (
    a_clearing,
    a_concern,
    a_correction,
    a_customer_notice,
    a_filing,
    a_filing_for,
    a_leak,
    a_mandate,
    a_naming,
    a_notice,
    a_party,
    a_question,
    a_revision,
    an_acknowledgement,
    an_answer,
    an_assessment,
    an_update,
    told,
)
from tests.projections.reading import Act, a_story, delivery, read

NEVER: dict[str, Any] = {
    "since": None,
    "notified_at": None,
    "notified_by": None,
    "given_at": None,
    "channels": [],
    "updates": 0,
    "delivered_at": None,
    "acknowledged_at": None,
    "acknowledged_by": None,
    "asked": [],
    "open_questions": [],
    "regulator": [],
    "customers": [],
    "cleared_at": None,
    "escalated_at": None,
    "escalated_why": None,
}


def line(*acts: Act, client: str = "joker") -> dict[str, Any]:
    return read(a_story(*acts)).board()[client]


def test_a_named_client_has_a_line_before_it_is_told() -> None:
    story = a_story(a_leak(), a_naming("joker").under("named"))
    assert read(story).board()["joker"] == {
        **NEVER,
        "client": "joker",
        "sure": "suspected",
        "count": "unknown",
        "named_at": "2024-03-04T08:06:00Z",
        "named_by": story.id_of("named"),
        "confirmed_at": None,
        "confirmed_by": None,
        "standing": "named",
    }


def test_the_lines_stand_by_client() -> None:
    views = read(a_story(*told("tokmanni", "joker")))
    assert list(views.board()) == ["joker", "tokmanni"]
    assert {one.client for one in board.lines(views.incident, views.rows).values()} == {
        "joker",
        "tokmanni",
    }


STEPS: dict[str, Act] = {
    "told": a_notice("joker"),
    "delivered": delivery("joker"),
    "acknowledged": an_acknowledgement(),
    "regulator notified": a_filing("joker"),
    "customers told": a_customer_notice(),
    "cleared": a_clearing(),
}


@pytest.mark.parametrize("standing", STEPS)
def test_a_client_stands_where_the_last_step_took_it(standing: str) -> None:
    taken = list(STEPS.values())[: list(STEPS).index(standing) + 1]
    assert line(a_leak(), *taken)["standing"] == standing


def test_naming_a_client_again_says_anew_how_surely_and_how_many_but_not_when_it_was_named() -> (
    None
):
    first = {"client": "joker", "sure": "suspected", "count": 10, "since": "2024-03-01"}
    named = line(
        a_leak(),
        a_naming().having(clients=[first]),
        a_naming("joker", sure="confirmed"),
        a_naming("joker", sure="confirmed"),
    )
    assert (named["sure"], named["count"], named["since"]) == ("confirmed", "unknown", "2024-03-01")
    assert (named["named_at"], named["confirmed_at"]) == (
        "2024-03-04T08:06:00Z",
        "2024-03-04T08:07:00Z",
    )


def test_an_update_that_says_how_surely_shows_on_the_line() -> None:
    updated = line(*told("joker"), an_update(sure="confirmed", count=7), a_revision())
    assert (updated["sure"], updated["count"], updated["updates"]) == ("confirmed", 7, 2)


def test_a_second_notice_adds_its_channel_and_keeps_when_the_client_was_first_told() -> None:
    again = line(a_leak(), a_notice("joker"), a_notice("joker", channel="phone"))
    assert (again["channels"], again["notified_at"]) == (
        ["platform", "phone"],
        "2024-03-04T08:06:00Z",
    )


def test_the_first_delivery_is_shown() -> None:
    first = delivery("joker", at="2024-03-05T08:00Z")
    late = delivery("joker", at="2024-03-06T08:00Z")
    assert line(*told("joker"), first, an_update(), late)["delivered_at"] == "2024-03-05T08:00:00Z"


def test_questions_stay_open_until_they_are_answered() -> None:
    asked = (*told("joker"), a_question(name="who"), a_question(name="when"))
    assert line(*asked)["open_questions"] == ["who", "when"]
    answered = line(*asked, an_answer(name="who"))
    assert (answered["asked"], answered["open_questions"]) == (["who", "when"], ["when"])


def test_a_question_taken_back_is_gone_and_an_answer_taken_back_opens_it_again() -> None:
    asked = (*told("joker"), a_question().under("asked"))
    assert line(*asked, a_correction("asked"))["asked"] == []
    answered = (*asked, an_answer().under("answered"))
    reopened = line(*answered, a_correction("answered", "zoopit"))
    assert reopened["open_questions"] == ["how-many"]


def test_a_client_s_own_notices_are_shown_without_any_text() -> None:
    shown = line(*told("joker"), a_filing("joker"), a_customer_notice(words="Dear customers"))
    (filed,), (told_them,) = shown["regulator"], shown["customers"]
    assert {name: filed[name] for name in ("authority", "stage")} == {
        "authority": "NO/datatilsynet",
        "stage": "new",
    }
    assert told_them.keys() == {"event", "at", "audience", "channel", "count"}
    assert told_them["count"] == {"about": 400_000}


def test_a_vendor_s_own_filing_is_not_the_client_s() -> None:
    acts = (*told("joker"), a_mandate(), a_filing(), a_filing_for("joker"))
    assert line(*acts)["regulator"] == []


def test_a_corrected_act_disappears() -> None:
    undone = line(
        *told("joker"),
        an_acknowledgement().under("read"),
        a_filing("joker").under("filed"),
        a_customer_notice().under("told"),
        a_correction("read"),
        a_correction("filed"),
        a_correction("told"),
    )
    assert (undone["acknowledged_at"], undone["regulator"], undone["customers"]) == (None, [], [])
    assert undone["standing"] == "told"


def test_an_act_that_was_not_corrected_stays() -> None:
    kept = line(
        *told("joker"),
        an_acknowledgement(),
        a_filing("joker"),
        a_filing("joker", stage="follow_up").under("slip"),
        a_correction("slip"),
    )
    assert kept["acknowledged_at"]
    assert [one["stage"] for one in kept["regulator"]] == ["new"]


@pytest.mark.parametrize("again", [a_notice("joker"), a_naming("joker")])
def test_a_cleared_client_that_is_named_or_told_again_is_cleared_no_more(again: Act) -> None:
    assert line(*told("joker"), a_clearing(), again)["cleared_at"] is None


def test_after_a_clearing_a_client_that_is_named_again_has_yet_to_be_told() -> None:
    first: list[Act] = [*told("joker"), delivery("joker"), an_acknowledgement(), a_clearing()]
    again = line(*first, a_naming("joker", sure="confirmed").at("2024-03-05T08:00Z"))
    assert (again["standing"], again["notified_at"], again["delivered_at"]) == (
        "named",
        None,
        None,
    )
    assert again["named_at"] == again["confirmed_at"] == "2024-03-05T08:00:00Z"


def test_a_client_told_again_after_its_clearing_was_told_then() -> None:
    again = line(*told("joker"), a_clearing(), a_notice("joker").at("2024-03-05T08:00Z"))
    assert again["notified_at"] == "2024-03-05T08:00:00Z"


def test_what_a_client_keeps_to_itself_does_not_move_its_line() -> None:
    story = a_story(*told("joker"))
    before = read(story).board()
    assert read(story.goes_on(an_assessment())).board() == before


def test_a_concern_is_on_no_board() -> None:
    views = read(a_story(a_concern("joker")))
    assert [view for view, _ in views.rows.snapshot() if view == "board"] == []


def test_a_board_can_be_read_from_behind_a_client_on_and_line_by_line() -> None:
    named = a_party("kiwi", "client"), a_leak(), a_naming("joker", "kiwi", "tokmanni")
    views = read(a_story(*named, a_notice("joker")))
    first, second, third = board.query(views.incident, views.rows)
    assert board.query(views.incident, views.rows, "joker", 1) == [second]
    assert board.query(views.incident, views.rows, "joker") == [second, third]
    assert board.entry(views.incident, "joker", views.rows) == first
    assert board.entry(views.incident, "nobody", views.rows) is None
