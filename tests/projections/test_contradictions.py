"""Which public statements collide with the facts, as each party may see them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from projections import contradictions, timeline
from projections.everything import VIEWS
from projections.rows import Row
from tests.builders import (
    Step,
    a_claim,
    a_clearing,
    a_correction,
    a_leak,
    a_naming,
    a_notice,
    a_party,
    a_revision,
    a_statement,
    an_update,
    people,
    step,
)
from tests.projections.reading import Act, Played, a_story, fold, read

SCENARIOS = Path(__file__).parents[2] / "scenarios"
EXPOSED = "fact:people/customers/exposed"
SAFE = a_claim("safe", "personal_data_safe", holds="yes")


def data(*present: str, name: str = "data", **more: Any) -> dict[str, Any]:
    return a_claim(name, "data", holds="possible", data={"present": list(present)}, **more)


def a_leak_of(*present: str) -> Step:
    return a_leak(people=[people(data={"present": list(present)})])


def a_warning(
    *claims: dict[str, Any], by: str = "joker", name: str = "warning", **more: Any
) -> Step:
    return a_statement(by, name, claims=list(claims), **more)


def customers_told(**more: Any) -> Step:
    usual = {"incident": "leak", "audience": "customers", "channel": "email", "count": 10}
    return step("joker", "notify_customers", **{**usual, **more})


def told(*acts: Act) -> Played:
    """Joker was told of a leak of e-mail addresses; and then."""
    return a_story(a_leak_of("email"), a_notice("joker"), *acts)


def found(story: Played, party: str = "joker") -> list[tuple[str, str, str, str]]:
    """Statement, claim, kind, what it collides with; the promises of projections checked too."""
    return brief(contradictions.query(party, read(story).rows))


def brief(collisions: list[Row]) -> list[tuple[str, str, str, str]]:
    return [(one["statement"], one["claim"], one["kind"], one["against"]) for one in collisions]


def played(scenario: str) -> Played:
    """A scenario through the real desk, each step at its time."""
    written = yaml.load((SCENARIOS / scenario).read_text(), yaml.BaseLoader)  # noqa: S506 - scalars
    story = Played()
    for party in written["parties"]:
        story.take(step("platform", "register_party", **party).at(written["steps"][0]["at"]))
    for act in written["steps"]:
        taken = step(act["by"], act["do"], **act["with"]).at(act["at"])
        story.take(taken.happening(act["happened"]) if "happened" in act else taken)
    return story


# --- the seed cases ----------------------------------------------------------------------------


def test_tokmannis_assurance_collides_with_its_own_message_and_with_the_facts() -> None:
    story = played("tokmanni.yaml")
    rows = fold(story.log())
    collisions = contradictions.query("tokmanni", rows)
    assert brief(collisions) == [
        ("customer-warning", "s-safe", "contradicts", "claim:s-data"),
        (
            "customer-warning",
            "s-safe",
            "contradicts",
            "fact:people/newsletter_subscribers/exposed",
        ),
    ]
    event, path = collisions[0]["words"].split("/", 1)
    recorded = next(one for one in story.log() if str(one.id) == event)
    assert story.ledger.sealer.open(recorded, path) == "henkilötietosi ovat turvassa"
    assert contradictions.query("mailer", rows) == contradictions.query("other-1", rows) == []


def test_jokers_delivery_time_differs_from_zoopits_notice_and_nothing_else_does() -> None:
    rows = fold(played("zoopit.yaml").log())
    assert brief(contradictions.query("joker", rows)) == [
        ("joker-customer-notice", "j-data", "differs_from_notice", "notice:data/delivery_time")
    ]
    assert contradictions.query("zoopit", rows) == []


# --- then and now ------------------------------------------------------------------------------


def test_a_statement_is_held_against_the_facts_as_they_stood_when_it_was_made() -> None:
    story = told(a_warning(SAFE), a_revision(people=[people(data={"absent": ["email"]})]))
    assert found(story) == [("warning", "safe", "contradicts", EXPOSED)]


def test_later_facts_overtake_a_statement() -> None:
    calm = a_claim("calm", "misuse", holds="no_sign")
    story = told(a_warning(calm), a_revision(claims=[a_claim("seen", "misuse", holds="yes")]))
    assert found(story) == [("warning", "calm", "overtaken", "fact:claims/seen")]


def test_a_number_is_held_against_the_clients_own() -> None:
    story = told(an_update(count=1200), a_warning(a_claim("many", "number_of_people", value=5000)))
    assert found(story) == [("warning", "many", "contradicts", "fact:count")]


def test_a_client_that_was_cleared_may_say_that_all_is_well() -> None:
    story = told(a_warning(data("email")), a_clearing("joker"))
    assert found(story) == [("warning", "data", "overtaken", "fact:state/cleared")]


def test_a_vendor_is_held_to_its_own_report() -> None:
    story = a_story(a_leak_of("email"), a_warning(SAFE, data("photo", name="more"), by="zoopit"))
    assert found(story, "zoopit") == [
        ("warning", "safe", "contradicts", "claim:more"),
        ("warning", "safe", "contradicts", EXPOSED),
    ]


# --- which statements --------------------------------------------------------------------------


def test_a_corrected_statement_drops_out() -> None:
    story = told(a_warning(SAFE).under("slip"), a_warning(SAFE, name="again"))
    assert len(found(story)) == 2
    assert found(story.goes_on(a_correction("slip"))) == [("again", "safe", "contradicts", EXPOSED)]


def test_a_statement_that_mends_an_earlier_one_leaves_its_contradictions_standing() -> None:
    story = told(a_warning(SAFE), a_warning(data("email"), name="interview", corrects="warning"))
    assert found(story) == [("warning", "safe", "contradicts", EXPOSED)]


def test_telling_customers_by_a_statement_is_not_judged_twice() -> None:
    story = told(a_warning(SAFE), customers_told(statement="warning"))
    assert found(story) == [("warning", "safe", "contradicts", EXPOSED)]


def test_what_customers_are_told_outright_goes_by_the_events_id() -> None:
    story = told(customers_told(claims=[SAFE]).under("mail"))
    assert found(story) == [(story.id_of("mail"), "safe", "contradicts", EXPOSED)]


def test_a_statement_without_claims_is_not_kept() -> None:
    assert read(told(a_warning())).rows.all(contradictions.VIEW, "joker") == []


def test_contradictions_can_be_asked_for_one_incident() -> None:
    story = told(a_warning(SAFE))
    rows = read(story).rows
    assert len(contradictions.query("joker", rows, str(story.incident()))) == 1
    assert contradictions.query("joker", rows, "another") == []


# --- what the vendor said ----------------------------------------------------------------------


def test_what_the_vendor_says_in_a_shared_statement_is_part_of_its_notice() -> None:
    letter = a_warning(data("delivery_time"), by="zoopit", name="letter", visibility="shared")
    story = told(letter.under("letter"), a_warning(data("email", "delivery_time")))
    assert found(story) == []


@pytest.mark.parametrize(
    "silent",
    [
        a_warning(data("delivery_time"), by="zoopit", name="letter"),
        a_warning(data("delivery_time", source="press"), by="zoopit", visibility="shared"),
    ],
)
def test_what_the_vendor_kept_to_itself_or_only_quoted_is_not(silent: Step) -> None:
    story = told(silent, a_warning(data("email", "delivery_time")))
    assert found(story) == [("warning", "data", "differs_from_notice", "notice:data/delivery_time")]


def test_what_the_vendor_took_back_is_not() -> None:
    letter = a_warning(data("delivery_time"), by="zoopit", name="letter", visibility="shared")
    story = told(
        letter.under("letter"),
        a_correction("letter", by="zoopit"),
        a_warning(data("email", "delivery_time")),
    )
    assert [kind for _, _, kind, _ in found(story)] == ["differs_from_notice"]


def test_a_vendor_that_tells_itself_too_is_judged_once_for_what_it_says() -> None:
    story = a_story(
        a_party("both", "vendor", "client"),
        a_leak(by="both", people=[people(data={"present": ["email"]})]),
        a_notice("both", by="both"),
        a_warning(SAFE, by="both", visibility="shared"),
    )
    assert found(story, "both") == [("warning", "safe", "contradicts", EXPOSED)]


# --- who sees what -----------------------------------------------------------------------------


def test_nobody_is_shown_the_contradictions_of_another_party() -> None:
    story = told(a_notice("tokmanni"), a_warning(SAFE, visibility="shared"))
    assert found(story) != []
    assert found(story, "zoopit") == found(story, "tokmanni") == []


def test_a_fold_of_what_a_party_may_see_finds_the_same() -> None:
    letter = a_warning(data("photo"), by="zoopit", name="letter", visibility="shared")
    story = told(letter, a_warning(SAFE, data("photo")))
    own = fold(story.seen_by("joker"), VIEWS)
    assert contradictions.query("joker", own) == contradictions.query("joker", fold(story.log()))


def test_a_client_that_was_never_told_has_no_statements() -> None:
    """Clearing it is the vendor's business alone, and leaves it no row."""
    story = a_story(
        a_leak_of("email"),
        a_naming("joker"),
        a_clearing("joker"),
    )
    assert read(story).rows.all(contradictions.VIEW, "joker") == []


def test_a_statement_of_one_who_was_told_nothing_is_held_against_itself_alone() -> None:
    story = told(a_warning(SAFE, data("photo")))
    untold = [one for one in story.log() if type(one.event).__name__ != "ClientNotified"]
    assert brief(contradictions.query("joker", fold(untold))) == [
        ("warning", "safe", "contradicts", "claim:data")
    ]


# --- words -------------------------------------------------------------------------------------


def test_quoted_words_are_referred_to_and_never_shown() -> None:
    quoted = a_claim("quoted", "personal_data", holds="no", words="nothing personal, they say")
    story = told(a_warning(SAFE, quoted, words="All is well, they say").under("said"))
    rows, event = read(story).rows, story.id_of("said")
    shown = contradictions.query("joker", rows)
    assert [one["words"] for one in shown] == [f"{event}/words", f"{event}/claims/1/words"]
    assert "they say" not in json.dumps([shown, rows.all(contradictions.VIEW, "joker")])


def test_where_nothing_was_quoted_a_sentence_says_what_collides() -> None:
    (only,) = contradictions.query("joker", read(told(a_warning(SAFE))).rows)
    assert only["words"] == f"the claim on personal data safe (yes) contradicts {EXPOSED}"


# --- repetition --------------------------------------------------------------------------------


def test_a_statement_delivered_again_keeps_the_facts_as_they_stood() -> None:
    story = told(a_warning(data("email")), a_revision(claims=[a_claim("no", "data", holds="no")]))
    rows = fold([*story.log(), *story.log()])
    assert brief(contradictions.query("joker", rows)) == found(story)
    assert [kind for _, _, kind, _ in found(story)] == ["overtaken"]


def test_a_timeline_shows_beside_a_statement_what_its_words_collide_with() -> None:
    rows = fold(played("tokmanni.yaml").log())
    found = contradictions.query("tokmanni", rows)
    entries = contradictions.beside("tokmanni", timeline.query("tokmanni", rows), found)
    flagged = [one for one in entries if "contradictions" in one]
    assert [(one["type"], one["contradictions"]) for one in flagged] == [("StatementMade", found)]
    assert len(entries) == len(timeline.query("tokmanni", rows))
