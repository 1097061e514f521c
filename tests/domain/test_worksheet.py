"""A client's worksheet: what it takes, and what the facts fill in."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from domain.kinds import FAMILIES
from domain.severity import score
from domain.severity_tables import CATEGORY_OF, IDENTIFIERS_OF
from domain.values import STORED, Claim, Count, People, Text
from domain.words import DATA_KINDS
from domain.worksheet import Worksheet, verdict, worksheet_for
from tests.domain.scoring import WHY, category, scored, span, worksheet
from tests.domain.speaking import claim, people

# --- what it takes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (category("sensitive", 1), "adjusted by -3, -2, -1, 0, not by 1"),
        (category("simple", -1), r"adjusted by 0, \+1, \+2, \+3, not by -1"),
        ({"name": "simple", "adjusted": [{"points": 2}]}, "write down why simple data"),
        ({"name": "simple", "adjusted": []}, "expected a category"),
        (category(None, 0), "expected a category"),
        ({"name": "secret"}, "simple"),
    ],
)
def test_a_score_leaves_its_base_only_within_the_table_and_with_a_reason(
    one: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        worksheet(one)


def test_a_reason_may_have_been_sealed_and_stays_out_of_the_words() -> None:
    sealed = Text.model_validate({"sealed": "c2VhbGVk"}, context=STORED)
    told = scored({"name": "simple", "adjusted": [{"points": 2, "reason": sealed}]})
    assert [step.reasons for step in told.steps if step.reasons] == [(sealed,)]
    assert not any(WHY in step.words for step in scored(category("simple", 2)).steps)


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ({"identifiers": [{"name": "email", "situation": "primry"}]}, "did you mean primary"),
        ({"identifiers": [{"name": "email", "situation": []}]}, "got no possibility"),
        (
            {"circumstances": {"malicious": "perhaps"}},
            "unknown malicious 'perhaps'; known: no, yes",
        ),
        ({"categories": []}, "name a category"),
    ],
)
def test_a_worksheet_takes_only_what_the_tables_know(part: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        worksheet(category("simple", 0), **part)


# --- what the facts fill in --------------------------------------------------------------------


def named(sheet: Worksheet) -> dict[str | None, tuple[str, ...]]:
    return {one.name: one.kinds for one in sheet.categories}


def situations(sheet: Worksheet) -> dict[str, tuple[str, ...] | None]:
    return {one.name: one.situation for one in sheet.identifiers}


def told(*claims: Claim, nature: Any = (), rows: tuple[People, ...] = ()) -> Any:
    return worksheet_for(rows, nature, claims).circumstances


def test_no_facts_leave_everything_open() -> None:
    assert worksheet_for(()) == Worksheet()


def test_kinds_of_data_fall_into_categories_which_nobody_has_judged_yet() -> None:
    sheet = worksheet_for((people("name", "timed_location", "email", "password", "diagnosis"),))
    assert named(sheet) == {
        "simple": ("name", "email"),
        "behavioural": ("timed_location",),
        None: ("password",),
        "sensitive": ("diagnosis",),
    }
    assert all(one.adjusted is None for one in sheet.categories)
    assert situations(sheet) == {"name": None, "email": None}


def test_every_family_has_its_category_and_every_identifier_is_a_kind_of_data() -> None:
    assert set(CATEGORY_OF) == set(FAMILIES)
    assert set(IDENTIFIERS_OF) <= set(DATA_KINDS)


def test_identifiers_of_the_same_people_settle_each_other() -> None:
    together = worksheet_for((people("name", "date_of_birth", "email", "passport"),))
    assert situations(together) == {
        "name": ("with_birth_date_and_email",),
        "id_number": ("with_reference_data",),
        "email": None,
    }
    apart = worksheet_for((people("name", "date_of_birth"), people("email", "passport")))
    assert set(situations(apart).values()) == {None}


def test_only_exposed_people_of_the_controller_count() -> None:
    customers = people("name", complete=True)
    drivers = people("timed_location", controller="vendor", complete=False)
    recipients = people("email", role="wrong_recipient")
    rows = (customers, drivers, recipients)
    assert named(worksheet_for(rows)) == {"simple": ("name",)}
    assert named(worksheet_for(rows, controller="vendor")) == {"behavioural": ("timed_location",)}
    assert (worksheet_for(rows).complete, worksheet_for(rows, controller="vendor").complete) == (
        True,
        None,
    )


def test_a_complete_list_of_nothing_is_not_taken_for_no_data() -> None:
    assert worksheet_for((people(complete=True),)).complete is None


def test_a_reported_loss_happened_and_another_one_is_still_open() -> None:
    how = told(nature=("integrity", "availability"))
    assert how.confidentiality is None
    assert how.integrity == ("unused", "used_recoverable", "used_lost")
    assert how.availability == ("easily_recovered", "temporary", "lost")
    assert told(nature=("confidentiality",)).confidentiality == (
        "exposed",
        "known_recipients",
        "unknown_recipients",
    )


@pytest.mark.parametrize("topic", ["copy_taken", "exfiltration"])
def test_data_that_were_taken_have_recipients(topic: str) -> None:
    assert told(claim(topic, "yes")).confidentiality == ("known_recipients", "unknown_recipients")
    assert told(claim(topic, "possible")).confidentiality is None


def test_data_shown_to_the_wrong_people_have_recipients_and_published_ones_unknown_ones() -> None:
    shown = told(rows=(people("email", role="wrong_recipient"),))
    assert shown.confidentiality == ("known_recipients", "unknown_recipients")
    published = told(claim("public_availability", "yes"), claim("copy_taken", "yes", "d"))
    assert published.confidentiality == ("unknown_recipients",)


@pytest.mark.parametrize(
    ("said", "malicious"),
    [
        ([claim("malicious", "yes")], ("yes",)),
        ([claim("malicious", "no")], ("no",)),
        ([claim("malicious", "no_sign")], None),
        ([claim("malicious", "possible")], None),
        ([claim("malicious", "no", provisional=True)], None),
        ([claim("malicious", "no", scope="customers")], None),
        ([claim("malicious", "yes", source="press")], None),
        ([claim("malicious", "yes"), claim("malicious", "no", "d")], None),
        ([claim("misuse", "yes")], None),
    ],
)
def test_only_what_is_said_for_good_and_in_one_voice_is_known(said: Any, malicious: Any) -> None:
    assert told(*said).malicious == malicious
    assert verdict(said, "other") is None


def test_the_clients_own_number_counts_and_rows_give_no_more_than_an_upper_limit() -> None:
    rows = (people("name", count=30), people("email", count={"about": 50}))
    assert worksheet_for(rows).people == Count(between=(0, 85))
    assert worksheet_for(rows, count=Count(exact=7)).people == Count(exact=7)
    assert worksheet_for((*rows, people("phone"))).people == Count()


def test_the_facts_alone_leave_zoopits_customers_a_wide_interval_that_holds_our_own() -> None:
    row = people("name", "phone", "email", "delivery_address", complete=False)
    copy = claim("copy_taken", "possible", source="outsider")
    found = score(worksheet_for((row,), ("confidentiality",), (copy,)))
    assert span(found) == (0.25, 6)
    assert found.flags.over_100_people == "possible"
