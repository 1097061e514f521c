"""What is said in public is held against what the vendor's notice says, and does not say."""

from __future__ import annotations

import pytest

from domain.values import People
from tests.domain.speaking import EXPOSED, claim, lists, people, reported, told


def test_a_number_that_the_notice_does_not_give_differs_from_it() -> None:
    told(people("email")).when_said(claim("number_of_people", value=1200)).then(
        ("c", "differs_from_notice", "notice:count")
    )


def test_what_the_vendor_said_in_a_statement_of_its_own_is_part_of_its_notice() -> None:
    heard = (
        claim("data", "possible", data=lists("delivery_time"), scope="customers"),
        claim("data", "possible", data=lists("health"), scope="drivers"),
    )
    told(people("email"), notice=heard).when_said(
        claim("data", "yes", data=lists("email", "delivery_time", "health"), scope="customers")
    ).then(("c", "differs_from_notice", "notice:data/health"))


@pytest.mark.parametrize(
    "row",
    [
        people("email", absent=["purchases"]),
        people("email", absent=["other_personal"]),
        people("email", complete=True),
    ],
)
def test_a_kind_that_the_notice_excludes_in_wider_words_is_no_difference(row: People) -> None:
    told(row).when_said(claim("data", "no", data=lists(absent=["order_content"]))).then_nothing()


@pytest.mark.parametrize(
    "row", [people("email", absent=["passport"]), people("email", complete=False)]
)
def test_to_exclude_what_the_notice_leaves_open_differs_from_it(row: People) -> None:
    told(row).when_said(claim("data", "no", data=lists(absent=["driving_licence"]))).then(
        ("c", "differs_from_notice", "notice:data/driving_licence")
    )


def test_people_under_a_name_of_the_clients_own_are_those_in_the_notice() -> None:
    told(
        people("email", absent=["other_personal"]), people("photo", controller="vendor")
    ).when_said(
        claim("data", "yes", data=lists("email", "photo"), scope="loyalty members"),
        claim("data", "no", "no", data=lists(absent=["health"]), scope="loyalty members"),
    ).then(("c", "differs_from_notice", "notice:data/photo"))


def test_a_client_that_was_cleared_has_no_notice_to_differ_from() -> None:
    told(people("email"), state="cleared").when_said(
        claim("data", "no", data=lists(absent=["photo"]))
    ).then_nothing()


def test_a_plain_contradiction_is_no_difference_as_well() -> None:
    told(people("email", absent=["payment_card"])).when_said(
        claim("data", "yes", data=lists("payment_card", "photo"))
    ).then(("c", "contradicts", EXPOSED), ("c", "differs_from_notice", "notice:data/photo"))


def test_a_vendor_has_no_notice_to_differ_from() -> None:
    reported(people("email")).when_said(claim("data", "yes", data=lists("photo"))).then_nothing()
