"""What a client owes under the GDPR, by when, and what meets, lifts, delays or undoes it."""

from __future__ import annotations

import pytest

from domain import streams
from domain.law.rules import Rules
from tests.builders import (
    a_concern,
    a_correction,
    a_filing,
    a_filing_for,
    a_leak,
    a_mandate,
    a_notice,
    a_party,
    moment,
    told,
)
from tests.domain.law.packs import a_pack
from tests.projections.reading import (
    Act,
    Views,
    a_story,
    awareness,
    delivery,
    read,
)

TOLD_AT = "2024-03-05T12:30+01:00"
LIMIT = "2024-03-08T12:30+01:00"
BY_1182 = "2024-03-08T13:00+01:00"
AFTER = "2024-03-08T12:31+01:00"
AWARE: tuple[Act, ...] = (*told("joker"), delivery("joker", at=TOLD_AT))


def joker(*acts: Act) -> Views:
    """A leak, and Joker aware of it by a delivery at TOLD_AT; then these acts."""
    return read(a_story(*AWARE, *acts))


def status(views: Views, *, now: str | None = None) -> str:
    return str(views.duty("joker", "gdpr.33-1", now=now)["status"])


# --- the clock of Art. 33(1) -------------------------------------------------------------------


def test_it_is_due_after_72_elapsed_hours_and_by_regulation_1182_from_the_next_full_hour() -> None:
    duty = joker().duty("joker", "gdpr.33-1")
    assert duty["due"] == [
        {"convention": "strict", "at": moment(LIMIT).isoformat(), "alarm": True},
        {"convention": "r1182", "at": moment(BY_1182).isoformat(), "alarm": False},
    ]


def test_an_obligation_says_who_owes_what_to_whom_by_which_law() -> None:
    duty = joker().duty("joker", "gdpr.33-1")
    assert {name: duty[name] for name in ("debtor", "owed_to", "authority", "country")} == {
        "debtor": "joker",
        "owed_to": "NO/datatilsynet",
        "authority": "NO/datatilsynet",
        "country": "NO",
    }
    assert (duty["law_version"], duty["citation"]) == ("gdpr 2018-05-25 v1", "GDPR Art. 33(1)")


def test_a_client_without_a_country_owes_it_to_an_authority_not_yet_known() -> None:
    kiwi = a_party("kiwi", "client", country=None, laws=["gdpr"])
    views = read(a_story(kiwi, *told("kiwi"), delivery("kiwi")))
    duty = views.duty("kiwi", "gdpr.33-1")
    assert (duty["owed_to"], duty["authority"]) == ("supervisory_authority", None)


def test_an_obligation_keeps_its_id_whatever_happens_to_it() -> None:
    assert (
        joker().duty("joker", "gdpr.33-1")["id"]
        == joker(a_filing("joker")).duty("joker", "gdpr.33-1")["id"]
    )


def test_the_asker_s_now_decides_whether_it_is_open_or_overdue() -> None:
    views = joker()
    assert status(views, now=TOLD_AT) == "open"
    assert status(views, now=LIMIT) == "open"
    assert status(views, now=AFTER) == "overdue"


def test_a_law_that_the_party_is_not_under_lays_no_duty_on_it() -> None:
    kiwi = a_party("kiwi", "client", country="US", zone="America/New_York")
    views = read(a_story(kiwi, *told("kiwi"), delivery("kiwi")))
    assert views.duties("kiwi", "gdpr.33-1") == []


def test_the_law_in_force_on_the_day_the_matter_began_applies_for_good() -> None:
    rules = Rules(
        {
            "old": a_pack(
                GDPR | {"effective_to": "2024-03-04"}, {"id": '"33-1"', "citation": '"old"'}
            ),
            "new": a_pack(
                GDPR | {"effective_from": "2024-03-05", "version": "2"},
                {"id": '"33-1"', "citation": '"new"', "period": '"PT96H"'},
            ),
        }
    )
    # Recorded at 23:30 in UTC: in Oslo the new law's day has begun, in London it has not.
    late = a_notice("joker", "shop").at("2024-03-04T23:30Z")
    london = a_party("shop", "client", country="GB", zone="Europe/London", laws=["gdpr"])
    views = read(a_story(london, a_leak(), late, delivery("joker"), delivery("shop")))
    assert views.duty("joker", "gdpr.33-1", rules=rules)["citation"] == "new"
    assert views.duty("shop", "gdpr.33-1", rules=rules)["citation"] == "old"


GDPR: dict[str, str | None] = {"law": '"gdpr"', "effective_from": "2018-05-25"}


def test_before_a_law_applied_it_lays_no_duty() -> None:
    rules = Rules({"later": a_pack(GDPR | {"effective_from": "2024-03-08"}, {"id": '"33-1"'})})
    assert joker().duties("joker", "gdpr.33-1", rules=rules) == []


# --- what meets Art. 33(1) ---------------------------------------------------------------------


def test_a_filing_within_the_limit_meets_it() -> None:
    views = joker(a_filing("joker").at(LIMIT).under("filed"))
    duty = views.duty("joker", "gdpr.33-1", now=AFTER)
    assert (duty["status"], duty["met_by"]) == ("met", views.story.id_of("filed"))
    assert duty["met_at"] == moment(LIMIT).isoformat()
    assert duty["why"] == "filed by itself with NO/datatilsynet"


def test_a_filing_after_the_limit_meets_it_late_and_says_which_reading_it_still_fits() -> None:
    duty = joker(a_filing("joker").at(BY_1182)).duty("joker", "gdpr.33-1")
    assert duty["status"] == "met_late"
    assert ", after the limit; within the limit by r1182; no reasons were" in duty["why"]


def test_late_reasons_that_were_given_are_not_asked_for() -> None:
    filed = a_filing("joker", late_reasons="The holidays.").at(BY_1182)
    why = joker(filed).duty("joker", "gdpr.33-1")["why"]
    assert why.endswith(", after the limit; within the limit by r1182")


def test_a_filing_after_every_limit_is_late_by_every_reading() -> None:
    duty = joker(a_filing("joker").at("2024-03-09T00:00+01:00")).duty("joker", "gdpr.33-1")
    assert duty["status"] == "met_late"
    said = "NO/datatilsynet, after the limit; no reasons were given for that (late_reasons)"
    assert duty["why"].endswith(said)


def test_a_filing_that_happened_earlier_than_it_was_recorded_counts_from_when_it_happened() -> None:
    filed = a_filing("joker").at(AFTER).happening("2024-03-06T09:00+01:00")
    assert status(joker(filed)) == "met"


def test_a_filing_on_a_day_without_an_hour_is_taken_at_the_end_of_that_day() -> None:
    filed = a_filing("joker").at("2024-03-10T09:00+01:00").happening("2024-03-08")
    assert status(joker(filed)) == "met_late"


def test_the_earliest_filing_meets_it_in_whichever_order_they_were_recorded() -> None:
    views = joker(
        a_filing("joker", stage="follow_up").at(AFTER),
        a_filing("joker").happening("2024-03-06T09:00+01:00"),
    )
    assert status(views) == "met"


def test_a_filing_before_any_known_start_meets_it_in_the_client_s_own_zone() -> None:
    filed = a_filing("tokmanni", authority="FI/tietosuojavaltuutettu").at(TOLD_AT)
    duty = read(a_story(*told("tokmanni"), filed)).duty("tokmanni", "gdpr.33-1")
    assert (duty["status"], duty["started_at"]) == ("met", None)
    assert duty["met_at"] == "2024-03-05T13:30:00+02:00"


def test_a_corrected_filing_meets_nothing() -> None:
    views = joker(a_filing("joker").under("mistake"), a_correction("mistake"))
    assert status(views, now=AFTER) == "overdue"


def test_a_withdrawal_alone_is_no_filing() -> None:
    assert status(joker(a_filing("joker", stage="withdrawn"))) == "open"


def test_a_withdrawal_takes_back_what_was_filed_with_that_authority_before() -> None:
    filed, withdrawn = a_filing("joker"), a_filing("joker", stage="withdrawn")
    elsewhere = a_filing("joker", stage="withdrawn", authority="SE/imy")
    assert status(joker(filed, withdrawn)) == "open"
    assert status(joker(filed, withdrawn, filed)) == "met"
    assert status(joker(filed, elsewhere)) == "met"


@pytest.mark.parametrize("capacity", ["not_stated", "own_controller"])
def test_a_vendor_s_filing_in_another_capacity_does_not_meet_the_client_s_duty(
    capacity: str,
) -> None:
    views = joker(a_mandate(), a_filing("zoopit", capacity=capacity))
    assert views.timeline("joker", "RegulatorNotified")
    assert status(views) == "open"


def test_a_vendor_s_filing_for_the_client_under_its_mandate_meets_it() -> None:
    duty = joker(a_mandate(), a_filing_for("joker")).duty("joker", "gdpr.33-1")
    assert duty["status"] == "met"
    assert duty["why"] == "filed by zoopit under its mandate with NO/datatilsynet"


def test_a_vendor_s_filing_for_another_controller_does_not() -> None:
    views = joker(a_notice("tokmanni"), a_mandate("tokmanni"), a_filing_for("tokmanni"))
    assert status(views) == "open"


def test_a_vendor_s_corrected_filing_for_the_client_meets_nothing() -> None:
    views = joker(
        a_mandate(), a_filing_for("joker").under("mistake"), a_correction("mistake", "zoopit")
    )
    assert status(views) == "open"


# --- a concern taken up ------------------------------------------------------------------------


def test_the_duties_of_a_concern_go_on_in_the_incident_that_takes_it_up() -> None:
    concern = a_concern("joker", aware={"stage": "aware", "when": "2024-03-01T09:00+01:00"})
    raised, answered = a_story(concern), a_story(concern, a_leak(answers="odd-newsletter"))
    about = streams.concern_id("joker", "odd-newsletter")
    assert read(raised).duty("joker", "gdpr.33-1", about=about)["status"] == "overdue"
    (old,) = read(answered).duties("joker", "gdpr.33-1", about=about)
    assert (old["status"], old["why"]) == (
        "superseded",
        f"taken up in incident {answered.incident()}",
    )
    assert read(answered).duty("joker", "gdpr.33-1")["status"] == "overdue"


# --- the zone and the rules that the engine was given -------------------------------------------


def test_times_are_shown_in_the_debtor_s_zone() -> None:
    views = read(a_story(*told("tokmanni"), delivery("tokmanni", at=TOLD_AT)))
    duty = views.duty("tokmanni", "gdpr.33-1")
    assert duty["started_at"] == "2024-03-05T13:30:00+02:00"
    assert duty["due"][0]["at"] == "2024-03-08T13:30:00+02:00"


def test_the_clock_runs_through_a_change_of_the_clocks() -> None:
    views = read(a_story(*told("joker"), awareness("2024-03-04T08:00Z")))
    assert views.duty("joker", "gdpr.33-1")["due"][0]["at"] == "2024-03-07T09:00:00+01:00"
    spring = delivery("joker", at="2024-03-29T12:00+01:00")
    views = read(a_story(*told("joker"), spring))
    assert views.duty("joker", "gdpr.33-1")["due"][0]["at"] == "2024-04-01T13:00:00+02:00"
