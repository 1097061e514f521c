"""What lifts or delays a client's duty to notify the authority."""

from __future__ import annotations

import pytest

from tests.builders import (
    a_clearing,
    a_correction,
    a_naming,
    a_notice,
    a_waiver,
    an_assessment,
    told,
)
from tests.projections.reading import (
    Act,
    Views,
    a_delay,
    a_story,
    a_withdrawal,
    an_end,
    delivery,
    read,
)

TOLD_AT = "2024-03-05T12:30+01:00"
AFTER = "2024-03-08T12:31+01:00"
AWARE: tuple[Act, ...] = (*told("joker"), delivery("joker", at=TOLD_AT))


def joker(*acts: Act) -> Views:
    """A leak, and Joker aware of it by a delivery at TOLD_AT; then these acts."""
    return read(a_story(*AWARE, *acts))


def status(views: Views, *, now: str | None = None) -> str:
    return str(views.duty("joker", "gdpr.33-1", now=now)["status"])


# --- what lifts it -----------------------------------------------------------------------------


def test_an_unlikely_risk_lifts_it() -> None:
    duty = joker(an_assessment(outcome="unlikely")).duty("joker", "gdpr.33-1", now=AFTER)
    assert (duty["status"], duty["why"]) == ("not_required", "a risk was assessed as unlikely")


@pytest.mark.parametrize("outcome", ["risk", "high"])
def test_any_other_risk_does_not(outcome: str) -> None:
    assert status(joker(an_assessment(outcome=outcome))) == "open"


def test_the_newest_assessment_counts() -> None:
    views = joker(an_assessment(outcome="unlikely"), an_assessment(outcome="risk"))
    assert status(views) == "open"


def test_a_client_may_waive_it_on_the_ground_of_an_unlikely_risk() -> None:
    duty = joker(a_waiver("gdpr.33-1", "unlikely_risk")).duty("joker", "gdpr.33-1", now=AFTER)
    assert (duty["status"], duty["why"]) == ("waived", "waived on the ground unlikely_risk")


def test_a_waiver_of_one_duty_lifts_no_other() -> None:
    assert status(joker(a_waiver("gdpr.34-1", "34-3-a"))) == "open"
    assert status(joker(a_waiver("uk-gdpr.33-1", "unlikely_risk"))) == "open"


def test_a_corrected_waiver_lifts_nothing() -> None:
    views = joker(a_waiver("gdpr.33-1", "unlikely_risk").under("slip"), a_correction("slip"))
    assert status(views) == "open"


def test_a_later_assessment_takes_the_waiver_s_unlikely_risk_back() -> None:
    waiver, judged = a_waiver("gdpr.33-1", "unlikely_risk"), an_assessment(outcome="high")
    assert status(joker(waiver, judged)) == "open"
    assert status(joker(waiver.at(AFTER), judged.at(AFTER))) == "overdue"
    assert status(joker(judged, waiver)) == "waived"
    assert status(joker(waiver, an_assessment(outcome="unlikely"))) == "waived"


def test_a_client_that_was_cleared_need_not_notify() -> None:
    duty = joker(a_clearing()).duty("joker", "gdpr.33-1", now=AFTER)
    assert duty["status"] == "not_required"
    assert duty["why"].endswith("not touched after all")


def test_a_client_that_was_cleared_and_told_again_must() -> None:
    assert status(joker(a_clearing(), a_notice("joker"))) == "open"


def test_one_that_was_cleared_and_is_only_named_again_has_heard_nothing_of_it() -> None:
    named = a_naming("joker", sure="confirmed")
    assert status(joker(a_clearing(), named)) == "not_required"


def test_a_withdrawn_report_leaves_nothing_to_notify() -> None:
    duty = joker(a_withdrawal()).duty("joker", "gdpr.33-1", now=AFTER)
    assert (duty["status"], duty["why"]) == ("not_required", "the vendor withdrew its report")


def test_a_closed_incident_lifts_nothing() -> None:
    assert status(joker(an_end())) == "open"


# --- what delays it ----------------------------------------------------------------------------


def test_a_recorded_delay_holds_until_its_end() -> None:
    views = joker(a_delay(until="2024-03-09"))
    duty = views.duty("joker", "gdpr.33-1", now="2024-03-09T12:00+01:00")
    assert (duty["status"], duty["why"]) == ("delayed", "lawfully delayed: the police asked")
    assert status(views, now="2024-03-09T23:59:59+01:00") == "delayed"
    assert status(views, now="2024-03-10T00:00+01:00") == "overdue"


def test_a_delay_without_an_end_holds() -> None:
    assert status(joker(a_delay()), now="2024-12-01T00:00Z") == "delayed"


def test_a_delay_of_another_duty_delays_nothing_here() -> None:
    assert status(joker(a_delay("gdpr.34-1"))) == "open"


def test_a_delay_that_the_vendor_recorded_for_itself_does_not_delay_its_client() -> None:
    assert status(joker(a_delay(by="zoopit", visibility="shared"))) == "open"
