"""When a client's clock starts: every candidate, the earliest, and what was replaced."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.law import starts
from projections import matters
from tests.builders import (
    a_clearing,
    a_concern,
    a_correction,
    a_leak,
    a_measure,
    a_naming,
    a_notice,
    a_revision,
    an_acknowledgement,
    moment,
    told,
)
from tests.projections.reading import Act, Views, a_story, awareness, delivery, read

THURSDAY = "2024-03-07T12:00+01:00"
DUTY = "gdpr.33-1"
OSLO = ZoneInfo("Europe/Oslo")


def joker(*acts: Act) -> Views:
    return read(a_story(*acts))


def started(*acts: Act) -> tuple[str | None, str]:
    """Since when Joker's 33(1) runs, and why."""
    duty = joker(*acts).duty("joker", DUTY)
    return duty["started_at"], duty["why"]


def at(text: str) -> str:
    """An instant as the public surface shows it in Oslo."""
    return moment(text).isoformat()


# --- no start ----------------------------------------------------------------------------------


def test_a_client_that_was_only_named_has_no_duty_at_all() -> None:
    views = joker(a_leak(), a_naming("joker"), awareness("2024-03-04", by="zoopit"))
    assert views.duties("joker", DUTY) == []


def test_a_client_that_was_notified_but_not_reached_has_no_clock_and_is_told_why() -> None:
    duty = joker(a_leak(), a_notice("joker").at(THURSDAY)).duty("joker", DUTY)
    assert (duty["status"], duty["started_at"], duty["started_by"]) == ("not_started", None, None)
    assert duty["due"] == []
    assert duty["why"] == "told at 2024-03-07T11:00:00+00:00, but nothing has been delivered yet"


def test_a_client_that_raised_a_concern_without_awareness_is_not_aware() -> None:
    story = a_story(a_concern("joker"))
    (matter,) = matters.of("joker", read(story).rows)
    assert starts.start(matter, OSLO) is None


def test_the_vendor_s_own_awareness_starts_no_client_s_clock_even_when_it_is_shared() -> None:
    acts = (*told("joker"), awareness("2024-03-01", by="zoopit", visibility="shared"))
    assert started(*acts)[0] is None


def test_a_signal_is_not_yet_awareness() -> None:
    assert started(*told("joker"), awareness("2024-03-01", stage="signal"))[0] is None


# --- each candidate ----------------------------------------------------------------------------


def test_the_first_delivery_starts_the_clock() -> None:
    since, why = started(*told("joker"), delivery("joker", at=THURSDAY))
    assert since == at(THURSDAY)
    assert why == "the vendor's notice was delivered (stream)"


def test_a_delivery_found_by_reconciliation_is_marked() -> None:
    found = delivery("joker", at=THURSDAY, observed="reconciled", door="poll")
    assert started(*told("joker"), found)[1].endswith("delivered (poll, found by reconciliation)")


def test_a_delivery_found_later_counts_from_when_it_arrived() -> None:
    found = delivery("joker", at="2024-03-05T12:00+01:00", recorded=THURSDAY)
    assert started(*told("joker"), found)[0] == at("2024-03-05T12:00+01:00")


def test_a_delivery_dated_by_a_clock_that_runs_ahead_counts_from_its_recording() -> None:
    found = delivery("joker", at="2024-03-07T12:05+01:00", recorded=THURSDAY)
    assert started(*told("joker"), found)[0] == at(THURSDAY)


@pytest.mark.parametrize("channel", ["email", "phone", "letter", "meeting"])
def test_a_notice_given_off_the_platform_starts_the_clock_when_it_was_given(channel: str) -> None:
    notice = a_notice("joker", channel=channel, given_at="2024-03-04T17:00+01:00").at(THURSDAY)
    assert started(a_leak(), notice) == (
        at("2024-03-04T17:00+01:00"),
        f"the vendor gave its notice by {channel}",
    )


def test_a_notice_given_off_the_platform_at_no_stated_time_counts_from_its_recording() -> None:
    assert started(a_leak(), a_notice("joker", channel="phone").at(THURSDAY))[0] == at(THURSDAY)


def test_an_acknowledgement_starts_the_clock_of_a_client_that_nothing_was_seen_to_reach() -> None:
    since, why = started(*told("joker"), an_acknowledgement().at(THURSDAY))
    assert (since, why) == (at(THURSDAY), "joker acknowledged the vendor's notice")


@pytest.mark.parametrize("stage", ["aware", "should_have_known"])
def test_the_client_s_own_awareness_starts_the_clock(stage: str) -> None:
    since, why = started(*told("joker"), awareness("2024-03-02T10:00+01:00", stage=stage))
    assert since == at("2024-03-02T10:00+01:00")
    assert why == f"joker stated that it was {stage.replace('_', ' ')}"


def test_the_awareness_stated_in_a_concern_starts_the_clock_of_the_incident_that_answers_it() -> (
    None
):
    concern = a_concern("joker", aware={"stage": "aware", "when": "2024-03-01T09:00+01:00"})
    views = joker(concern, a_leak(answers="odd-newsletter"))
    assert views.duty("joker", DUTY)["started_at"] == at("2024-03-01T09:00+01:00")


# --- the earliest wins -------------------------------------------------------------------------

CANDIDATES: dict[str, Any] = {
    "2024-03-05T08:00+01:00": awareness("2024-03-05T08:00+01:00"),
    "2024-03-05T09:00+01:00": awareness("2024-03-05T09:00+01:00", stage="should_have_known"),
    "2024-03-05T10:00+01:00": a_notice("joker", channel="phone", given_at="2024-03-05T10:00+01:00"),
    "2024-03-05T11:00+01:00": an_acknowledgement().happening("2024-03-05T11:00+01:00"),
}


@pytest.mark.parametrize("first", range(4))
def test_of_all_candidates_the_earliest_wins(first: int) -> None:
    offered = list(CANDIDATES.items())[first:]
    acts = [act.at(THURSDAY) for _, act in reversed(offered)]
    arrives = delivery("joker", at="2024-03-07T13:00+01:00")
    assert started(*told("joker"), *acts, arrives)[0] == at(offered[0][0])


def test_every_candidate_stays_visible_in_the_order_it_became_known() -> None:
    acts = [act.at(THURSDAY) for act in CANDIDATES.values()]
    story = a_story(*told("joker"), *acts)
    (matter,) = matters.of("joker", read(story).rows)
    assert [one.at for one in starts.candidates(matter, OSLO)] == [*map(moment, CANDIDATES)]


# --- imprecise times ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "since"),
    [
        ("2024-03-02", "2024-03-02T00:00+01:00"),
        ({"from": "2024-03-01", "to": "2024-03-03"}, "2024-03-01T00:00+01:00"),
        ({"after": "2024-03-02T15:00+01:00"}, "2024-03-02T15:00+01:00"),
        ({"at": "2024-03-02", "estimated": True}, "2024-03-02T00:00+01:00"),
    ],
)
def test_an_imprecise_awareness_runs_from_the_earliest_instant_it_allows(
    when: Any, since: str
) -> None:
    assert started(*told("joker"), awareness(when).at(THURSDAY))[0] == at(since)


def test_an_awareness_with_an_end_but_no_beginning_counts_from_that_end() -> None:
    since, why = started(*told("joker"), awareness({"before": "2024-03-02"}).at(THURSDAY))
    assert since == at("2024-03-02T00:00+01:00")
    assert why == "joker stated that it was aware, by then at latest"


def test_an_awareness_at_an_unknown_time_counts_from_its_recording() -> None:
    assert started(*told("joker"), awareness("unknown").at(THURSDAY))[0] == at(THURSDAY)


def test_a_notice_given_before_a_day_counts_from_that_day_not_from_its_recording() -> None:
    notice = a_notice("joker", channel="letter", given_at={"before": "2024-03-06"}).at(THURSDAY)
    assert started(a_leak(), notice)[0] == at("2024-03-06T00:00+01:00")


def test_nothing_starts_after_it_was_recorded() -> None:
    today = awareness({"from": "2024-03-07", "to": "2024-03-09"}).at("2024-03-07T00:00+01:00")
    assert started(*told("joker"), today)[0] == at("2024-03-07T00:00+01:00")


# --- restated, re-dated, corrected -------------------------------------------------------------


def test_a_re_dated_awareness_anchors_the_clock_anew_and_keeps_the_old_deadline() -> None:
    views = joker(
        *told("joker"),
        awareness("2024-03-01T09:00+01:00").under("first"),
        awareness("2024-03-03T09:00+01:00"),
    )
    assert views.duty("joker", DUTY)["started_at"] == at("2024-03-03T09:00+01:00")
    (old,) = [one for one in views.duties("joker", DUTY) if one["status"] == "superseded"]
    assert old["started_at"] == at("2024-03-01T09:00+01:00")
    assert old["started_by"] == views.story.id_of("first")
    assert old["due"][0]["at"] == at("2024-03-04T09:00+01:00")
    assert old["why"] == "joker stated that it was aware; the clock was set anew since"
    assert len(views.duties("joker", "gdpr.33-5")) == 1, "without a deadline nothing is replaced"


def test_an_awareness_at_one_stage_does_not_hide_an_earlier_one_at_another() -> None:
    since, _ = started(
        *told("joker"),
        awareness("2024-03-01T09:00+01:00", stage="should_have_known"),
        awareness("2024-03-03T09:00+01:00"),
    )
    assert since == at("2024-03-01T09:00+01:00")


def test_an_awareness_stated_after_a_concern_re_dates_the_concern_s() -> None:
    concern = a_concern("joker", aware={"stage": "aware", "when": "2024-03-01T09:00+01:00"})
    views = joker(concern, a_leak(answers="odd-newsletter"), awareness("2024-03-02T09:00+01:00"))
    assert views.duty("joker", DUTY)["started_at"] == at("2024-03-02T09:00+01:00")


def test_a_corrected_awareness_leaves_the_next_candidate_and_keeps_the_old_deadline() -> None:
    views = joker(
        *told("joker"),
        awareness("2024-03-01T09:00+01:00").under("mistake"),
        delivery("joker", at=THURSDAY),
        a_correction("mistake"),
    )
    found = views.duties("joker", DUTY)
    assert [(one["status"], one["started_at"]) for one in found] == [
        ("open", at(THURSDAY)),
        ("superseded", at("2024-03-01T09:00+01:00")),
    ]


def test_a_corrected_restatement_lets_the_earlier_word_count_again() -> None:
    views = joker(
        *told("joker"),
        awareness("2024-03-02T09:00+01:00"),
        awareness("2024-03-01T09:00+01:00").under("mistake"),
        a_correction("mistake"),
    )
    current, old = views.duties("joker", DUTY)
    assert (current["status"], current["started_at"]) == ("open", at("2024-03-02T09:00+01:00"))
    assert (old["status"], old["started_at"]) == ("superseded", at("2024-03-01T09:00+01:00"))


def test_a_corrected_acknowledgement_takes_the_clock_away() -> None:
    views = joker(
        *told("joker"), an_acknowledgement().at(THURSDAY).under("mistake"), a_correction("mistake")
    )
    current, old = views.duties("joker", DUTY)
    assert (current["status"], current["started_at"]) == ("not_started", None)
    assert (old["status"], old["started_at"]) == ("superseded", at(THURSDAY))


def test_an_earlier_notice_that_becomes_known_later_replaces_the_start() -> None:
    views = joker(
        *told("joker"),
        delivery("joker", at="2024-03-05T12:00+01:00"),
        a_notice("joker", channel="letter", given_at="2024-03-04T16:00+01:00").at(THURSDAY),
    )
    current, old = views.duties("joker", DUTY)
    assert current["started_at"] == at("2024-03-04T16:00+01:00")
    assert old["started_at"] == at("2024-03-05T12:00+01:00")


def test_a_start_that_came_and_went_twice_is_shown_once() -> None:
    views = joker(
        *told("joker"),
        *(awareness(f"2024-03-0{day}T09:00+01:00") for day in (1, 2, 1, 3)),
    )
    old = [one for one in views.duties("joker", DUTY) if one["status"] == "superseded"]
    assert [one["started_at"] for one in old] == [
        at("2024-03-01T09:00+01:00"),
        at("2024-03-02T09:00+01:00"),
    ]
    assert len({one["id"] for one in old}) == 2


def test_what_does_not_bear_on_the_start_leaves_it_alone() -> None:
    views = joker(
        *told("joker"),
        delivery("joker", at=THURSDAY),
        a_revision(),
        a_measure(visibility="shared"),
        a_clearing(),
    )
    (duty,) = views.duties("joker", DUTY)
    assert datetime.fromisoformat(duty["started_at"]) == moment(THURSDAY)
