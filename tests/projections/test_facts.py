"""What is said to have happened, as far as one party was told."""

from __future__ import annotations

import json
from dataclasses import replace

from domain.events import ClientUpdated
from projections import facts
from tests.builders import (
    a_claim,
    a_clearing,
    a_leak,
    a_measure,
    a_naming,
    a_notice,
    a_party,
    a_revision,
    a_total,
    an_update,
    people,
    told,
)
from tests.projections.reading import (
    a_story,
    a_withdrawal,
    an_end,
    an_engagement,
    fold,
    read,
)

EVERYTHING = a_leak(
    people=[people(), people("tokmanni"), people("drivers", controller="vendor")],
    claims=[a_claim("one", holds="possible", words="so they say"), a_claim("two", scope="joker")],
)


def test_a_vendor_knows_all_that_it_said() -> None:
    known = read(a_story(EVERYTHING)).facts("zoopit")
    assert [row["group"] for row in known["facts"]["people"]] == [
        "customers",
        "tokmanni",
        "drivers",
    ]
    assert (known["slug"], known["vendor"], known["state"]) == ("leak", "zoopit", "open")
    assert "position" not in known


def test_a_client_knows_its_own_part_and_nothing_about_others() -> None:
    views = read(a_story(EVERYTHING, a_notice("joker", "tokmanni")))
    joker, tokmanni = views.facts("joker"), views.facts("tokmanni")
    assert [row["group"] for row in joker["facts"]["people"]] == ["customers", "drivers"]
    assert [row["group"] for row in tokmanni["facts"]["people"]] == [
        "customers",
        "tokmanni",
        "drivers",
    ]
    assert [claim["id"] for claim in joker["facts"]["claims"]] == ["one", "two"]
    assert [claim["id"] for claim in tokmanni["facts"]["claims"]] == ["one"]
    assert "slug" not in joker


def test_one_revision_told_to_all_adds_to_what_each_of_them_knew() -> None:
    revision = a_revision(claims=[a_claim("three", holds="yes")])
    clients = ("joker", "tokmanni", "kiwi")
    story = a_story(a_party("kiwi", "client"), EVERYTHING, a_notice(*clients), revision)
    news = [one.event for one in story.log() if one.kind is ClientUpdated]
    assert news == 3 * news[:1]
    by_one_value = fold(
        replace(one, event=news[0]) if one.kind is ClientUpdated else one for one in story.log()
    )
    told = {
        client: facts.known(client, str(story.incident()), by_one_value).claims
        for client in clients
    }
    assert {client: [claim.id for claim in claims] for client, claims in told.items()} == {
        "joker": ["one", "two", "three"],
        "tokmanni": ["one", "three"],
        "kiwi": ["one", "three"],
    }


def test_a_client_that_was_not_told_knows_nothing() -> None:
    views = read(a_story(EVERYTHING, a_naming("joker")))
    assert views.facts("joker") == {}
    assert facts.known("joker", views.incident, views.rows).people == ()


def test_a_revision_is_laid_over_what_each_party_knew() -> None:
    views = read(
        a_story(
            EVERYTHING,
            a_notice("joker"),
            a_revision(
                people=[people(count=12)],
                totals=[a_total(12)],
                claims=[a_claim("three", supersedes="one", holds="no")],
            ),
        )
    )
    for party in ("zoopit", "joker"):
        known = facts.known(party, views.incident, views.rows)
        assert [claim.id for claim in known.claims] == ["two", "three"]
        assert known.people[-1].count.exact == 12
        assert known.totals[0].count.exact == 12


def test_an_update_tells_one_client_how_many_and_how_surely() -> None:
    views = read(
        a_story(
            *told("joker", "tokmanni"),
            an_update(count=7, sure="confirmed", people=[people("staff")]),
        )
    )
    joker, tokmanni = views.facts("joker"), views.facts("tokmanni")
    assert (joker["count"], joker["sure"]) == (7, "confirmed")
    assert (tokmanni["count"], tokmanni["sure"]) == ("unknown", "suspected")
    assert [row["group"] for row in joker["facts"]["people"]] == ["customers", "staff"]


def test_an_update_without_a_number_leaves_the_number_known() -> None:
    views = read(a_story(*told("joker"), an_update(count=7), an_update()))
    assert views.facts("joker")["count"] == 7


def test_a_second_notice_says_it_all_anew() -> None:
    views = read(a_story(*told("joker"), a_revision(people=[people(count=9)]), a_notice("joker")))
    assert [row["count"] for row in views.facts("joker")["facts"]["people"]] == [9]


def test_the_state_is_what_each_party_was_last_told() -> None:
    story = a_story(*told("joker", "tokmanni"), a_clearing())
    views = read(story)
    assert [views.facts(party)["state"] for party in ("joker", "tokmanni", "zoopit")] == [
        "cleared",
        "open",
        "open",
    ]
    views = read(story.goes_on(an_end()))
    assert [views.facts(party)["state"] for party in ("joker", "tokmanni", "zoopit")] == [
        "cleared",
        "closed",
        "closed",
    ]


def test_a_withdrawn_report_says_so_to_everybody_who_was_told() -> None:
    views = read(a_story(*told("joker"), a_withdrawal()))
    assert [views.facts(party)["state"] for party in ("joker", "zoopit")] == ["withdrawn"] * 2


def test_a_client_cleared_and_then_told_again_is_in_it_again() -> None:
    story = a_story(*told("joker"), a_clearing(), a_notice("joker"))
    assert read(story).facts("joker")["state"] == "open"


def test_a_clearing_may_say_what_is_so_instead() -> None:
    cleared = a_clearing(count=0, sure="suspected", people=[people(count=0)])
    known = read(a_story(*told("joker"), cleared)).facts("joker")
    assert (known["count"], known["sure"], known["state"]) == (0, "suspected", "cleared")
    assert [row["count"] for row in known["facts"]["people"]] == [0]


def test_a_vendor_keeps_whether_it_named_all_clients() -> None:
    story = a_story(*told("joker"), a_naming("joker"))
    assert "clients_complete" not in read(story).facts("zoopit")
    views = read(story.goes_on(a_naming("tokmanni", complete=True)))
    assert views.facts("zoopit")["clients_complete"] is True
    assert "clients_complete" not in views.facts("joker")


def test_free_text_is_no_part_of_the_facts() -> None:
    views = read(a_story(EVERYTHING, a_notice("joker"), an_engagement(), a_measure(text="secret")))
    shown = json.dumps([views.facts("zoopit"), views.facts("joker")])
    assert "words" not in shown
    assert "sealed" not in shown
