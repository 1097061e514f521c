"""While a party's mark stays, so does everything that its duties are judged by."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from projections import board, changes, facts, matters, parties
from projections.rows import MemoryRows, Rows
from tests.builders import a_party, an_acknowledgement, told
from tests.projections.reading import Played, a_story, an_engagement, fold, project
from tests.projections.test_promises import stories

PARTIES = ("joker", "tokmanni", "kiwi", "zoopit", "auditor")


def judged_by(party: str, rows: Rows) -> dict[str, Any]:
    """The rows that duties turn on, but for the profile."""
    mine = [head["incident"] for head in matters.kept(party, rows) if head["vendor"] == party]
    return {
        "matters": matters.of(party, rows),
        "facts": [
            (key, row["facts"], row.get("count")) for key, row in rows.all(facts.VIEW, party)
        ],
        "boards": [rows.all(board.VIEW, incident) for incident in mine],
        "promises": rows.all(parties.PROMISES, party),
    }


@settings(max_examples=20)
@given(stories)
def test_while_its_mark_stays_nothing_changes_that_a_partys_duties_are_judged_by(
    story: Played,
) -> None:
    rows = MemoryRows()
    for event in story.log():
        before = {one: (changes.mark(one, rows), judged_by(one, rows)) for one in PARTIES}
        project(event, rows)
        for party, (mark, found) in before.items():
            assert changes.mark(party, rows) != mark or judged_by(party, rows) == found


def versions(party: str, rows: Rows) -> dict[tuple[Any, ...], Any]:
    """A client's matters with what it was told, each by its version."""
    every = [head for head in matters.kept(party, rows) if head["vendor"] != party]
    return {
        (head["incident"], matters.version(head)): (
            matters.whole(head, rows),
            facts.known(party, head["incident"], rows),
        )
        for head in every
    }


@settings(max_examples=20)
@given(stories)
def test_a_version_of_a_clients_matter_is_of_one_content_and_of_what_it_was_told(
    story: Played,
) -> None:
    rows, seen = MemoryRows(), dict[tuple[Any, ...], Any]()
    for event in story.log():
        project(event, rows)
        for party in PARTIES:
            for version, found in versions(party, rows).items():
                assert seen.setdefault((party, version), found) == found


def test_what_others_do_leaves_a_partys_mark_as_it_is() -> None:
    story = a_story(*told("joker", "tokmanni"))
    before = changes.mark("joker", fold(story.log()))
    story.goes_on(an_acknowledgement("tokmanni"), an_engagement(), a_party("new", "client"))
    assert changes.mark("joker", fold(story.log())) == before


def test_a_party_of_which_nothing_happened_has_the_mark_of_nothing() -> None:
    assert changes.mark("nobody", MemoryRows()) == ()
