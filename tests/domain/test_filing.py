"""Filings with a supervisory authority, and the mandates under which a vendor files for clients."""

from __future__ import annotations

from typing import Any

import pytest

from domain import events as e
from domain.errors import Invalid, NotFound, Refused
from tests.builders import (
    Step,
    a_clearing,
    a_filing,
    a_filing_for,
    a_leak,
    a_mandate,
    a_naming,
    a_party,
    step,
    told,
)
from tests.spec import given, like


def revoked(by: str = "joker", vendor: str = "zoopit") -> Step:
    return step(by, "revoke_mandate", vendor=vendor)


def test_a_clients_filing_is_for_it_and_its_vendor() -> None:
    given(*told("joker", "tokmanni")).when(a_filing("joker", late_reasons="a holiday")).then(
        like(e.RegulatorNotified, capacity="own_controller").seen_by("joker", "zoopit")
    )


def test_a_client_files_for_itself_alone() -> None:
    given(*told("joker"), a_mandate()).when(a_filing_for("joker", by="joker")).then_refused(
        Refused, field="capacity", match="a client files for itself"
    )


@pytest.mark.parametrize("capacity", ["own_controller", "not_stated"])
def test_a_vendors_own_filing_is_copied_to_every_client_that_was_told(capacity: str) -> None:
    filing = a_filing(capacity=capacity, late_reasons="we had to be sure", reference="24/1")
    story = (
        given(*told("joker", "tokmanni"))
        .when(filing)
        .then(
            like(e.RegulatorNotified, capacity=capacity).seen_by("zoopit"),
            like(e.NoticesIssued, act="shared", clients=("joker", "tokmanni")),
            like(e.RegulatorNotified, late_reasons=None, reference="24/1").seen_by("joker"),
            like(e.RegulatorNotified, late_reasons=None, reference="24/1").seen_by("tokmanni"),
        )
    )
    assert story.all_of(e.RegulatorNotified)[0].late_reasons is not None


def test_a_filing_before_anybody_was_told_stays_with_the_vendor() -> None:
    given(a_leak()).when(a_filing()).then(like(e.RegulatorNotified).seen_by("zoopit"))


def test_a_filing_for_controllers_names_to_each_of_them_itself_alone() -> None:
    story = given(*told("joker", "tokmanni"), a_mandate("joker"), a_mandate("tokmanni"))
    story.when(a_filing_for("joker", "tokmanni")).then(
        like(e.RegulatorNotified, controllers=("joker", "tokmanni")).seen_by("zoopit"),
        e.NoticesIssued,
        like(e.RegulatorNotified, controllers=("joker",)).seen_by("joker"),
        like(e.RegulatorNotified, controllers=("tokmanni",)).seen_by("tokmanni"),
    )


def test_only_the_controllers_named_hear_of_a_filing_for_them() -> None:
    story = given(*told("joker", "tokmanni"), a_mandate("joker"))
    story.when(a_filing_for("joker")).then(
        e.RegulatorNotified,
        like(e.NoticesIssued, clients=("joker",)),
        like(e.RegulatorNotified).seen_by("joker"),
    )


@pytest.mark.parametrize(
    ("capacity", "controllers"), [("for_controllers", []), ("own_controller", ["joker"])]
)
def test_controllers_go_with_their_capacity_and_with_it_alone(
    capacity: str, controllers: list[str]
) -> None:
    given(*told("joker"), a_mandate()).when(
        a_filing(capacity=capacity, controllers=controllers)
    ).then_refused(Invalid, match=f"got capacity {capacity} and {len(controllers)} controllers")


def test_a_controller_is_named_once() -> None:
    given(*told("joker"), a_mandate()).when(a_filing_for("joker", "joker")).then_refused(
        Invalid, field="controllers", match="names joker twice"
    )


@pytest.mark.parametrize(
    "before",
    [(a_leak(),), (a_leak(), a_naming("joker")), (*told("joker"), a_clearing())],
    ids=["not named", "not told", "cleared"],
)
def test_a_controller_is_a_client_that_was_told(before: tuple[Step, ...]) -> None:
    given(*before, a_mandate()).when(a_filing_for("joker")).then_refused(Refused)


# --- mandates ----------------------------------------------------------------------------------


def test_a_mandate_is_between_client_and_vendor() -> None:
    story = (
        given()
        .when(a_mandate(scope="first-report"))
        .then(
            like(e.MandateGranted, vendor="zoopit", scope="first_report").seen_by("joker", "zoopit")
        )
    )
    story.when(revoked()).then(like(e.MandateRevoked).seen_by("joker", "zoopit"))


def test_without_a_mandate_a_vendor_does_not_file_for_a_client() -> None:
    given(*told("joker")).when(a_filing_for("joker")).then_refused(
        Refused, field="controllers", match="joker has no mandate in force.*grant_mandate"
    )


def test_each_controller_gives_its_own_mandate() -> None:
    given(*told("joker", "tokmanni"), a_mandate("joker")).when(
        a_filing_for("joker", "tokmanni")
    ).then_refused(Refused, field="controllers", match="tokmanni has no mandate")


def test_a_mandate_is_for_one_vendor() -> None:
    given(a_party("mailer", "vendor"), *told("joker"), a_mandate(vendor="mailer")).when(
        a_filing_for("joker")
    ).then_refused(Refused, field="controllers")


STAGES = ["new", "follow_up", "complete", "withdrawn"]


@pytest.mark.parametrize("stage", STAGES)
def test_a_full_mandate_covers_every_stage(stage: str) -> None:
    outcome = given(*told("joker"), a_mandate()).when(a_filing_for("joker", stage=stage))
    assert outcome.error is None


@pytest.mark.parametrize("stage", STAGES[1:])
def test_a_mandate_for_the_first_report_covers_no_later_one(stage: str) -> None:
    story = given(*told("joker"), a_mandate(scope="first_report"))
    story.when(a_filing_for("joker", stage=stage)).then_refused(
        Refused, field="controllers", match=f"file a {stage} report.*first_report for stage new"
    )
    story.given(a_filing_for("joker", stage="new"))


def test_a_mandate_taken_back_is_in_force_no_more() -> None:
    given(*told("joker"), a_mandate(), revoked()).when(a_filing_for("joker")).then_refused(
        Refused, field="controllers"
    )


def test_a_later_mandate_stands_for_the_earlier_one() -> None:
    given(*told("joker"), a_mandate(), a_mandate(scope="first_report")).when(
        a_filing_for("joker", stage="complete")
    ).then_refused(Refused, field="controllers")


@pytest.mark.parametrize(
    ("span", "at", "covered"),
    [
        ({}, "2024-03-04T09:00Z", True),
        ({"from": "2024-03-06"}, "2024-03-05T22:59Z", False),
        ({"from": "2024-03-06"}, "2024-03-05T23:00Z", True),
        ({"until": "2024-03-06"}, "2024-03-06T22:59Z", True),
        ({"until": "2024-03-06"}, "2024-03-06T23:00Z", False),
        ({"until": "2024-03-06T12:00+01:00"}, "2024-03-06T11:00Z", True),
        ({"until": "2024-03-06T12:00+01:00"}, "2024-03-06T11:01Z", False),
        ({"from": {"before": "2024-01-01"}}, "2024-03-04T09:00Z", True),
        ({"from": "2024-03-06T11:00Z", "until": "2024-03-06T11:00Z"}, "2024-03-06T11:00Z", True),
        ({"until": "unknown"}, "2030-01-01T00:00Z", True),
    ],
)
def test_a_mandate_is_in_force_between_its_ends_as_the_clients_days_run(
    span: dict[str, Any], at: str, *, covered: bool
) -> None:
    outcome = given(*told("joker"), a_mandate(**span)).when(a_filing_for("joker").at(at))
    if covered:
        assert outcome.error is None
    else:
        outcome.then_refused(Refused, field="controllers", match="no mandate in force")


@pytest.mark.parametrize(
    "span",
    [
        {"from": "2024-03-06", "until": "2024-03-05"},
        {"until": "2024-03-03"},
    ],
    ids=["before its start", "in the past"],
)
def test_a_mandate_does_not_end_before_it_starts(span: dict[str, Any]) -> None:
    given().when(a_mandate(**span)).then_refused(
        Invalid, field="until", match="would end before it starts"
    )


@pytest.mark.parametrize("vendor", ["nobody", "joker", "No Vendor"])
def test_a_mandate_goes_to_a_registered_vendor(vendor: str) -> None:
    outcome = given().when(a_mandate(vendor=vendor))
    outcome.then_refused(Invalid if vendor == "No Vendor" else NotFound, field="vendor")


@pytest.mark.parametrize(
    ("given_to", "expected"), [((), "no mandates given"), ((a_mandate(),), "one of: zoopit")]
)
def test_only_a_mandate_that_was_given_is_taken_back(given_to: Any, expected: str) -> None:
    given(a_party("mailer", "vendor"), *given_to).when(revoked(vendor="mailer")).then_refused(
        Refused, field="vendor", match=expected
    )
