"""A party is named by its id and by its name, alone or within a longer label."""

from __future__ import annotations

from typing import Any

import pytest

from domain import events as e
from domain.naming import folded, folded_name, others_among
from tests.builders import (
    Step,
    a_claim,
    a_leak,
    a_measure,
    a_notice,
    a_party,
    a_revision,
    a_statement,
    people,
    step,
    told,
)
from tests.spec import Story, given

OTHER = a_party("client-17", "client", name="Sesam Butikk AS")
SHARED = {"incident": "leak", "visibility": "shared"}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Sesam Butikk AS", "sesam-butikk"),
        ("Tokmanni Oyj", "tokmanni"),
        ("Åsane Storsenter A/S", "åsane-storsenter"),
        ("K-Citymarket", "k-citymarket"),
        ("AS", "as"),
        ("Магнит", "магнит"),
        ("ＪＯＫＥＲ", "joker"),  # noqa: RUF001 - full-width letters are the point
        ("A B C D E F G H I J", "a-b-c-d-e-f-g-h"),
        ("…", ""),
    ],
)
def test_a_name_is_known_without_its_legal_form(name: str, found: str) -> None:
    assert folded_name(name) == found
    assert not found or found in folded(f"customers of {name}, mostly")


def test_an_id_is_found_next_to_letters_of_other_alphabets() -> None:
    assert "joker" in folded("«joker»å")


def test_what_is_no_text_names_nobody() -> None:
    assert folded(None, 7, "") == frozenset()


def test_a_plain_kind_of_source_names_nobody_though_a_shop_is_called_so() -> None:
    assert folded("expert") == frozenset()
    assert "expert" in folded("customers of Expert")
    assert "expert" in folded("Expert")


def test_a_name_that_several_share_names_each_of_them() -> None:
    owners = {"joker": frozenset({"joker-oslo", "joker-bergen"}), "kiwi": frozenset({"kiwi"})}
    assert others_among(owners, "joker-oslo", "zoopit") == {"kiwi"}
    assert others_among(owners, "kiwi", "zoopit") == {"joker"}


def heard(story: Story, client: str) -> str:
    return str([x.event for x in story.seen_by(client) if x.envelope.about.incident])


LABELS: list[dict[str, Any]] = [
    {"people": [people(), people("customers of Sesam Butikk")]},
    {"systems": [{"name": "the archive of Sesam Butikk AS", "affected": "yes"}]},
    {"claims": [a_claim(source="SESAM BUTIKK")]},
    {"claims": [a_claim("sesam-butikk-count")]},
    {"discovered_by": "Sesam Butikk AS"},
]


@pytest.mark.parametrize("said", LABELS, ids=str)
def test_a_notice_leaves_out_what_names_another_party_by_its_name(said: dict[str, Any]) -> None:
    story = given(OTHER, a_leak(**said), a_notice("joker", "client-17"))
    assert "sesam" not in heard(story, "joker").casefold()
    assert "sesam" in heard(story, "client-17").casefold()


def test_a_revision_about_a_name_alone_is_told_to_that_party_alone() -> None:
    story = given(OTHER, *told("joker", "client-17"))
    story.given(a_revision(claims=[a_claim(scope="Sesam Butikk")]))
    assert len(story.all_of(e.ClientUpdated, about="client-17")) == 1
    assert not story.all_of(e.ClientUpdated, about="joker")


SAID: list[Step] = [
    a_measure(kind="reset the keys of Sesam Butikk"),
    a_measure(helped_by="Sesam Butikk"),
    a_statement(channel="the newsletter of Sesam Butikk"),
    a_statement(audience=["press", "Sesam Butikk"]),
    a_statement(advice=["change it", "ask Sesam Butikk"]),
    step("zoopit", "record_delay", incident="leak", duty="gdpr.34-1", ground="Sesam Butikk asked"),
    step(
        "zoopit",
        "record_reply",
        incident="leak",
        authority="NO/datatilsynet",
        kind="receipt",
        reference="sesam-butikk/24",
    ),
]


@pytest.mark.parametrize("act", SAID, ids=str)
def test_a_copy_does_not_name_another_party_in_any_label(act: Step) -> None:
    story = given(OTHER, *told("joker", "client-17"), act.having(visibility="shared"))
    assert "sesam" not in heard(story, "joker").casefold()
    assert "sesam" in heard(story, "client-17").casefold()


def test_a_copy_keeps_the_rest_of_what_was_said() -> None:
    act = a_statement(advice=["change it", "ask Sesam Butikk"], visibility="shared")
    story = given(OTHER, *told("joker"), act)
    [copy] = [x.event for x in story.seen_by("joker") if isinstance(x.event, e.StatementMade)]
    assert copy.advice == ("change it",)
