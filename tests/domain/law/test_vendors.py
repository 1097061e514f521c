"""What a vendor owes each client, by law and by contract, and what it owes as a controller."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import (
    a_clearing,
    a_correction,
    a_filing,
    a_filing_for,
    a_leak,
    a_mandate,
    a_naming,
    a_notice,
    a_party,
    an_acknowledgement,
    moment,
    people,
)
from tests.projections.reading import (
    Act,
    Views,
    a_delay,
    a_story,
    a_withdrawal,
    an_engagement,
    awareness,
    delivery,
    read,
)

LAW, CONTRACT = "gdpr.33-2", "contract.notice"
MONDAY, TUESDAY = "2024-03-04T12:00+01:00", "2024-03-05T12:00+01:00"
TUESDAY_LATE = "2024-03-05T12:01+01:00"
YEARS_LATER = "2029-01-01T00:00Z"
AWARE = awareness("2024-03-04T08:00+01:00", by="zoopit")
DRIVERS = a_leak(people=[people(), people("drivers", controller="vendor")])


def zoopit(*acts: Act) -> Views:
    return read(a_story(*acts))


def promised(starts: str, **more: Any) -> Act:
    return an_engagement(contract_notice={"within": "PT24H", "from": starts}, **more)


def status(views: Views, duty: str, *, now: str | None = None) -> str:
    return str(views.duty("zoopit", duty, now=now)["status"])


# --- Art. 33(2): telling each controller -------------------------------------------------------


def test_a_vendor_owes_word_to_every_client_it_named() -> None:
    views = zoopit(a_leak(), AWARE, a_naming("joker", "tokmanni"))
    assert [one["owed_to"] for one in views.duties("zoopit", LAW)] == ["joker", "tokmanni"]
    assert len({one["id"] for one in views.duties("zoopit", LAW)}) == 2


def test_it_starts_with_the_vendor_s_awareness_and_has_no_number_of_hours() -> None:
    views = zoopit(a_leak(), AWARE.under("aware"), a_naming("joker"))
    duty = views.duty("zoopit", LAW, now=YEARS_LATER)
    assert (duty["status"], duty["due"]) == ("open", [])
    assert duty["started_at"] == moment("2024-03-04T08:00+01:00").isoformat()
    assert duty["started_by"] == views.story.id_of("aware")
    assert duty["why"].endswith("; the law gives no number of hours")


@pytest.mark.parametrize("said", [(), (awareness("2024-03-04", by="zoopit", stage="signal"),)])
def test_a_vendor_that_has_stated_no_awareness_has_no_clock(said: tuple[Act, ...]) -> None:
    duty = zoopit(a_leak(), *said, a_naming("joker")).duty("zoopit", LAW)
    assert (duty["status"], duty["started_at"]) == ("not_started", None)
    assert duty["why"] == "what starts the clock has not been stated"


@pytest.mark.parametrize("channel", ["platform", "letter"])
def test_telling_the_client_meets_it_whether_or_not_the_client_was_reached(channel: str) -> None:
    views = zoopit(a_leak(), AWARE, a_notice("joker", channel=channel).at(MONDAY))
    duty = views.duty("zoopit", LAW)
    assert (duty["status"], duty["why"]) == ("met", f"told by {channel}")
    assert duty["met_at"] == moment(MONDAY).isoformat()
    assert duty["met_by"] == views.board()["joker"]["notified_by"]


def test_a_notice_given_earlier_than_recorded_met_it_at_the_latest_instant_it_allows() -> None:
    given = a_notice("joker", channel="letter", given_at="2024-03-04").at(TUESDAY)
    duty = zoopit(a_leak(), AWARE, given).duty("zoopit", LAW)
    assert duty["met_at"] == "2024-03-04T23:59:59+01:00"


def test_a_notice_given_at_an_unknown_time_met_it_when_it_was_recorded() -> None:
    given = a_notice("joker", channel="phone", given_at="unknown").at(TUESDAY)
    duty = zoopit(a_leak(), AWARE, given).duty("zoopit", LAW)
    assert duty["met_at"] == moment(TUESDAY).isoformat()


def test_a_client_cleared_before_it_was_told_need_not_be_told() -> None:
    assert status(zoopit(a_leak(), AWARE, a_naming("joker"), a_clearing()), LAW) == "not_required"


def test_a_client_named_again_after_its_clearing_must_be_told() -> None:
    again = (a_notice("joker"), a_clearing(), a_naming("joker", sure="confirmed"))
    assert status(zoopit(a_leak(), AWARE, *again), LAW) == "open"
    assert status(zoopit(a_leak(), AWARE, *again, a_notice("joker")), LAW) == "met"


def test_a_report_withdrawn_before_a_client_was_told_leaves_nothing_to_tell() -> None:
    views = zoopit(a_leak(), AWARE, a_naming("joker"), a_withdrawal())
    assert status(views, LAW) == "not_required"


@pytest.mark.parametrize("role", ["joint", "independent"])
def test_a_vendor_that_is_no_processor_for_a_client_owes_it_nothing_by_article_33_2(
    role: str,
) -> None:
    acts = (an_engagement(role=role), a_leak(), AWARE, a_naming("joker", "tokmanni"))
    assert [one["owed_to"] for one in zoopit(*acts).duties("zoopit", LAW)] == ["tokmanni"]


def test_a_vendor_outside_the_law_owes_nothing_by_it() -> None:
    kiwi = a_party("kiwi", "vendor", country="US", zone="America/New_York")
    views = zoopit(kiwi, a_leak("else", by="kiwi"), a_notice("joker", by="kiwi", incident="else"))
    about = views.story.incident("kiwi", "else")
    assert views.duties("kiwi", LAW, about=about) == []


def test_a_recorded_delay_holds_until_its_end() -> None:
    late = a_delay(LAW, "zoopit", until="2024-03-09")
    views = zoopit(a_leak(), AWARE, a_naming("joker"), late)
    assert status(views, LAW, now=TUESDAY) == "delayed"
    assert status(views, LAW, now="2024-03-10T00:00+01:00") == "open"


# --- by contract -------------------------------------------------------------------------------


def test_without_a_clause_nothing_is_owed_by_contract() -> None:
    assert zoopit(an_engagement(), a_leak(), a_naming("joker")).duties("zoopit", CONTRACT) == []


def test_a_clause_is_counted_in_elapsed_hours_alone() -> None:
    views = zoopit(promised("aware"), a_leak(), AWARE, a_naming("joker"))
    assert views.duty("zoopit", CONTRACT)["due"] == [
        {
            "convention": "strict",
            "at": moment("2024-03-05T08:00+01:00").isoformat(),
            "alarm": True,
        }
    ]


@pytest.mark.parametrize(
    ("starts", "since"),
    [
        ("aware", "2024-03-04T08:00+01:00"),
        ("client_identified", "2024-03-04T12:00+01:00"),
        ("confirmed", "2024-03-05T12:00+01:00"),
    ],
)
def test_it_runs_from_what_the_clause_says(starts: str, since: str) -> None:
    views = zoopit(
        promised(starts),
        a_leak(),
        AWARE,
        a_naming("joker").at(MONDAY),
        a_naming("joker", sure="confirmed").at(TUESDAY),
        a_naming("joker", sure="confirmed").at(TUESDAY_LATE),
    )
    assert views.duty("zoopit", CONTRACT)["started_at"] == moment(since).isoformat()


def test_a_client_never_confirmed_has_no_clock_from_confirmation() -> None:
    views = zoopit(promised("confirmed"), a_leak(), AWARE, a_naming("joker"))
    assert status(views, CONTRACT, now=YEARS_LATER) == "not_started"


def test_it_is_open_until_its_hours_are_over_and_then_overdue() -> None:
    views = zoopit(promised("client_identified"), a_leak(), a_naming("joker").at(MONDAY))
    assert status(views, CONTRACT, now=TUESDAY) == "open"
    assert status(views, CONTRACT, now=TUESDAY_LATE) == "overdue"
    assert views.duty("zoopit", CONTRACT)["why"] == "the client was identified"


@pytest.mark.parametrize(("told_at", "expected"), [(TUESDAY, "met"), (TUESDAY_LATE, "met_late")])
def test_telling_the_client_meets_it_in_time_or_late(told_at: str, expected: str) -> None:
    named, notice = a_naming("joker").at(MONDAY), a_notice("joker").at(told_at)
    assert status(zoopit(promised("client_identified"), a_leak(), named, notice), CONTRACT) == (
        expected
    )


def test_a_client_named_again_after_its_clearing_is_identified_anew() -> None:
    again = (a_notice("joker"), a_clearing(), a_naming("joker").at(TUESDAY))
    duty = zoopit(promised("client_identified"), a_leak(), *again).duty("zoopit", CONTRACT)
    assert duty["started_at"] == moment(TUESDAY).isoformat()


def test_a_clause_is_owed_once_also_by_a_vendor_registered_under_the_law_of_contract() -> None:
    kiwi = a_party("kiwi", "vendor", laws=["gdpr", "contract"])
    clause = promised("client_identified", vendor="kiwi")
    notice = a_notice("joker", by="kiwi")
    story = a_story(kiwi, clause, a_leak(by="kiwi"), notice)
    about = story.incident("kiwi")
    assert len(read(story).duties("kiwi", CONTRACT, about=about)) == 1


def test_a_clause_binds_also_a_vendor_that_is_no_processor() -> None:
    views = zoopit(promised("aware", role="joint"), a_leak(), AWARE, a_naming("joker"))
    assert status(views, CONTRACT) == "open"


# --- the vendor's own people -------------------------------------------------------------------


def test_a_vendor_that_controls_nobody_s_data_has_no_duty_of_a_controller() -> None:
    assert zoopit(a_leak(), AWARE).duties("zoopit", "gdpr.33-1") == []


def test_a_vendor_whose_own_people_are_touched_has_its_own_33_1_from_its_own_awareness() -> None:
    views = zoopit(DRIVERS, AWARE)
    duty = views.duty("zoopit", "gdpr.33-1", now="2024-03-07T08:01+01:00")
    assert (duty["status"], duty["owed_to"]) == ("overdue", "NO/datatilsynet")
    assert duty["due"][0]["at"] == moment("2024-03-07T08:00+01:00").isoformat()


def test_a_vendor_that_is_not_aware_has_no_clock_for_its_own_people_either() -> None:
    duty = zoopit(DRIVERS).duty("zoopit", "gdpr.33-1")
    assert (duty["status"], duty["why"]) == (
        "not_started",
        "not aware: neither informed nor by its own finding",
    )


def test_only_a_filing_as_its_own_controller_meets_it() -> None:
    told = (a_notice("joker"), a_mandate())
    assert status(zoopit(DRIVERS, AWARE, a_filing()), "gdpr.33-1") == "met"
    unstated = a_filing(capacity="not_stated")
    assert status(zoopit(DRIVERS, AWARE, unstated), "gdpr.33-1") == "open"
    assert status(zoopit(DRIVERS, AWARE, *told, a_filing_for("joker")), "gdpr.33-1") == "open"


def test_a_corrected_filing_meets_it_no_more() -> None:
    acts = (a_filing().under("mistake"), a_correction("mistake", "zoopit"))
    assert status(zoopit(DRIVERS, AWARE, *acts), "gdpr.33-1") == "open"


def test_a_vendor_that_filed_as_controller_is_taken_at_its_word() -> None:
    assert status(zoopit(a_leak(), AWARE, a_filing()), "gdpr.33-1") == "met"


def test_a_withdrawn_report_leaves_it_nothing_to_notify() -> None:
    assert status(zoopit(DRIVERS, AWARE, a_withdrawal()), "gdpr.33-1") == "not_required"


def test_a_vendor_that_tells_itself_is_a_controller_and_still_owes_the_others() -> None:
    both = a_party("kiwi", "vendor", "client")
    notice = a_notice("kiwi", by="kiwi")
    story = a_story(
        both,
        a_leak(by="kiwi"),
        notice,
        delivery("kiwi"),
        an_acknowledgement("kiwi"),
        awareness("2024-03-04", by="kiwi"),
        a_notice("joker", by="kiwi"),
    )
    about = story.incident("kiwi")
    assert read(story).duty("kiwi", "gdpr.33-1", about=about)["status"] == "open"
    assert [one["owed_to"] for one in read(story).duties("kiwi", LAW, about=about)] == ["joker"]
