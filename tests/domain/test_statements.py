"""What is said in public is held against the facts, the notice, and what else is said."""

from __future__ import annotations

from typing import Any

import pytest

from domain.sayings import RULES
from domain.values import Claim, Count
from domain.words import CLAIM_TOPICS
from tests.domain.speaking import EXPOSED, claim, lists, people, system, told

SHOWN = {"statement", "claim", "against", "kind", "words"}

# --- the seed cases ------------------------------------------------------------------------------


def test_your_data_are_safe_contradicts_the_facts_and_the_same_message() -> None:
    told(
        people("first_name", complete=True, group="subscribers"),
        people("first_name", "email", complete=True, group="subscribers"),
        people(group="subscribers", role="wrong_recipient"),
    ).when_said(
        claim("personal_data_safe", "yes", "safe"),
        claim("data", "possible", "data", data=lists("first_name", "email")),
    ).then(
        ("safe", "contradicts", "claim:data"),
        ("safe", "contradicts", "fact:people/subscribers/exposed"),
    )


def test_a_kind_that_the_notice_does_not_list_differs_from_it() -> None:
    told(people("name", "phone", "email", "delivery_address", complete=False)).when_said(
        claim("data", "possible", data=lists("name", "address", "phone", "delivery_time"))
    ).then(("c", "differs_from_notice", "notice:data/delivery_time"))


@pytest.mark.parametrize(
    ("scope", "against"),
    [
        ("customers", []),
        ("drivers", ["fact:people/drivers/exposed"]),
        (None, ["fact:people/drivers/exposed"]),
    ],
)
def test_not_sensitive_holds_for_customers_but_not_for_drivers_positions(
    scope: str | None, against: list[str]
) -> None:
    told(
        people("name", "email"), people("timed_location", group="drivers", controller="vendor")
    ).when_said(claim("sensitive_data", "no", scope=scope)).then(
        *(("c", "contradicts", place) for place in against)
    )


# --- topic by topic ------------------------------------------------------------------------------


def test_every_claim_topic_has_a_rule() -> None:
    assert set(RULES) == set(CLAIM_TOPICS)


@pytest.mark.parametrize(
    ("present", "denial"),
    [
        ("email", claim("personal_data", "no")),
        ("email", claim("personal_data", "no_sign")),
        ("email", claim("personal_data_safe", "yes")),
        ("payment_card", claim("payment_data", "no")),
        ("diagnosis", claim("sensitive_data", "no")),
        ("date_of_birth", claim("contact_data_only", "yes")),
        ("delivery_address", claim("data", "no", data=lists(absent=["address"]))),
        ("delivery_address", claim("data", "yes", data=lists(absent=["address"]))),
        ("delivery_address", claim("data", "no", data=lists("address"))),
        ("email", claim("data", "no")),
        ("phone", claim("data", "possible", data=lists(complete=True))),
    ],
)
def test_a_denial_of_what_is_there_contradicts_the_facts(present: str, denial: Claim) -> None:
    told(people(present)).when_said(denial).then(("c", "contradicts", EXPOSED))


@pytest.mark.parametrize(
    "said",
    [
        claim("personal_data", "yes"),
        claim("personal_data_safe", "no"),
        claim("personal_data_safe", "possible"),
        claim("personal_data_safe", "unknown"),
        claim("personal_data_safe"),
        claim("payment_data", "no"),
        claim("contact_data_only", "yes"),
        claim("data", "no", data=lists(absent=["health"]), scope="customers"),
        claim("data", "unknown", data=lists("health", absent=["email"])),
        claim("data", data=lists("email", complete=True)),
        claim("register_intact", "yes"),
        claim("cause", value="a faulty update"),
    ],
)
def test_what_fits_the_facts_is_not_flagged(said: Claim) -> None:
    told(people("email", absent=["health"]), people(group="drivers")).when_said(said).then_nothing()


def test_what_the_facts_exclude_contradicts_them_when_it_is_said_to_be_there() -> None:
    told(people("name", absent=["purchases", "payment_card", "bank_account"])).when_said(
        claim("data", "yes", "orders", data=lists("order_content")),
        claim("payment_data", "possible", "payment"),
    ).then(("orders", "contradicts", EXPOSED), ("payment", "contradicts", EXPOSED))


def test_a_complete_list_excludes_all_that_it_does_not_list() -> None:
    told(people("delivery_address", complete=True)).when_said(
        claim("data", "yes", data=lists("address", "health"))
    ).then(("c", "contradicts", EXPOSED))


def test_a_kind_is_excluded_only_if_every_row_excludes_it() -> None:
    told(people("name", complete=True), people("email", group="staff", complete=True)).when_said(
        claim("data", "yes", "any", data=lists("email")),
        claim("data", "yes", "theirs", data=lists("email"), scope="customers"),
    ).then(("theirs", "contradicts", EXPOSED))


def test_a_wrong_recipients_own_data_did_not_get_out() -> None:
    told(people("email", role="wrong_recipient")).when_said(
        claim("personal_data_safe", "yes")
    ).then_nothing()


def test_a_client_means_its_own_people_whatever_the_vendor_calls_them() -> None:
    told(
        people("email", group="newsletter subscribers"),
        people("health", group="drivers", controller="vendor"),
    ).when_said(
        claim("personal_data", "no", "personal", scope="Our customers"),
        claim("sensitive_data", "no", "sensitive", scope="customers"),
        claim("personal_data", "no", "others", scope="loyalty members"),
    ).then(("personal", "contradicts", "fact:people/newsletter subscribers/exposed"))


@pytest.mark.parametrize("about", ["register_intact", "register_safe", "personal_data_safe"])
def test_a_touched_register_is_not_safe(about: str) -> None:
    told(system("Customer register", "yes"), system("mailer", "yes")).when_said(
        claim(about, "yes")
    ).then(("c", "contradicts", "fact:systems/Customer register"))


def test_a_register_that_was_not_touched_was_not_disclosed() -> None:
    told(system("asiakasrekisteri", "no")).when_said(
        claim("register_disclosed_as_a_whole", "possible")
    ).then(("c", "contradicts", "fact:systems/asiakasrekisteri"))


def test_a_register_of_which_nothing_is_known_contradicts_nothing() -> None:
    told(system("register", "unknown")).when_said(claim("register_safe", "yes")).then_nothing()


def test_a_register_disclosed_as_a_whole_is_not_safe() -> None:
    told().when_said(
        claim("register_safe", "yes", "safe"),
        claim("register_disclosed_as_a_whole", "yes", "whole"),
    ).then(("safe", "contradicts", "claim:whole"))


@pytest.mark.parametrize("scope", [None, "customers", "loyalty members"])
def test_misuse_of_nobody_in_particular_is_misuse_of_anybodys(scope: str | None) -> None:
    told(claim("misuse", "yes", "f")).when_said(claim("misuse", "no", scope=scope)).then(
        ("c", "contradicts", "fact:claims/f")
    )


def test_the_same_people_are_known_under_two_names() -> None:
    told(
        people("email", group="subscribers"),
        people("email", group="drivers", controller="vendor"),
        claim("misuse", "yes", "theirs", scope="subscribers"),
        claim("misuse", "yes", "others", scope="drivers"),
        claim("number_of_people", name="number", scope="subscribers", value=10),
    ).when_said(
        claim("misuse", "no_sign", scope="customers"),
        claim("number_of_people", name="n", scope="customers", value=11),
    ).then(("c", "contradicts", "fact:claims/theirs"), ("n", "contradicts", "fact:claims/number"))


def test_lists_of_kinds_count_only_in_a_claim_on_data() -> None:
    told(people("email")).when_said(
        claim("misuse", "yes", data=lists("photo", complete=True))
    ).then_nothing()


# --- then and now --------------------------------------------------------------------------------


def test_what_fitted_the_facts_then_and_does_not_now_was_overtaken() -> None:
    told(claim("misuse", "no_sign", "f")).since_revised(claim("misuse", "yes", "g")).when_said(
        claim("misuse", "no_sign")
    ).then(("c", "overtaken", "fact:claims/g"))


def test_what_was_false_when_said_stays_so_whatever_came_to_light() -> None:
    told(claim("misuse", "yes", "f")).since_revised(claim("misuse", "no", "f")).when_said(
        claim("misuse", "no")
    ).then(("c", "contradicts", "fact:claims/f"))


def test_what_was_false_when_said_is_not_overtaken_as_well() -> None:
    told(people("email")).since_revised(people("email", group="staff")).when_said(
        claim("personal_data", "no")
    ).then(("c", "contradicts", EXPOSED))


@pytest.mark.parametrize("state", ["cleared", "withdrawn"])
def test_a_warning_is_overtaken_when_there_was_nothing_to_warn_of(state: str) -> None:
    told(people("email", count=10)).since(state).when_said(
        claim("data", "possible", "data", data=lists("email")),
        claim("number_of_people", name="number", value=10),
    ).then(("data", "overtaken", f"fact:state/{state}"))


def test_all_is_well_fits_once_the_vendor_has_cleared_the_client() -> None:
    told(people("email"), state="cleared").when_said(
        claim("personal_data_safe", "yes", "safe"),
        claim("data", "no", "data", data=lists(absent=["phone"])),
    ).then_nothing()


# --- who is speaking -----------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["press", "data_subject", "Data subject", "outsider"])
def test_a_quoted_third_party_is_not_the_party_contradicting_itself(source: str) -> None:
    told(people("email")).when_said(
        claim("personal_data_safe", "no", "theirs", source=source),
        claim("personal_data", "no", "quoted", source=source),
        claim("misuse", "yes", "rumour", source=source),
        claim("misuse", "no", "own"),
    ).then_nothing()


@pytest.mark.parametrize("source", [None, "joker", "zoopit", "expert"])
def test_the_party_answers_for_what_it_says_in_its_own_or_its_vendors_name(
    source: str | None,
) -> None:
    told(people("email")).when_said(claim("personal_data", "no", source=source)).then(
        ("c", "contradicts", EXPOSED)
    )


def test_one_that_denies_is_named_against_one_that_does_not() -> None:
    told().when_said(claim("misuse", "possible", "a"), claim("misuse", "no", "b")).then(
        ("b", "contradicts", "claim:a")
    )


def test_where_both_deny_the_other_the_first_by_name_is_flagged() -> None:
    told().when_said(
        claim("personal_data_safe", "yes", "b"), claim("personal_data_safe", "no", "a")
    ).then(("a", "contradicts", "claim:b"))


# --- how it is shown -----------------------------------------------------------------------------


def test_a_contradiction_has_its_public_shape() -> None:
    found = told(people("email")).when_said(claim("personal_data", "no")).all
    assert [set(one.model_dump()) for one in found] == [SHOWN]
    assert found[0].statement == "warning"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"words": {"c": "e/claims/0/words"}, "text": "e/words"}, "e/claims/0/words"),
        ({"text": "e/words"}, "e/words"),
        ({}, f"the claim on personal data (no sign) contradicts {EXPOSED}"),
    ],
)
def test_the_words_are_the_claims_or_else_the_statements_or_else_a_sentence(
    more: dict[str, Any], words: str
) -> None:
    found = told(people("email")).when_said(claim("personal_data", "no_sign"), **more).all
    assert [one.words for one in found] == [words]


def test_a_sentence_tells_a_difference_from_what_was_overtaken() -> None:
    story = told(people("email"), count=Count()).since("withdrawn")
    found = story.when_said(
        claim("number_of_people", name="n", value=7), claim("data", data=lists("email"))
    ).all
    assert {one.words for one in found} == {
        "the claim on number of people goes beyond the vendor's notice (notice:count)",
        "the claim on data was overtaken by fact:state/withdrawn",
    }
