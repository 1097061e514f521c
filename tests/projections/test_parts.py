"""The views are made in parts, each by itself, and are row for row what one would have made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings

from domain.envelope import Recorded
from projections.everything import in_part
from projections.parts import WHOLE, Part, narrowed
from projections.rows import MemoryRows
from tests.builders import told
from tests.projections.reading import EVERY, Played, a_story, fold
from tests.projections.test_promises import MIDDLE, stories, told_of_it

Snapshot = dict[tuple[str, str], dict[str, dict[str, object]]]


def parts(of: int) -> list[Part]:
    return [Part(number, of) for number in range(1, of + 1)]


def alone(part: Part, events: Iterable[Recorded]) -> MemoryRows:
    """What a part writes that sees no row of any other part: how far those are cannot matter."""
    return fold(events, in_part(part, EVERY))


def together(made: Sequence[MemoryRows]) -> Snapshot:
    """All their rows; no two parts write the same one."""
    every: Snapshot = {}
    for rows in made:
        for at, found in rows.snapshot().items():
            there = every.setdefault(at, {})
            assert not there.keys() & found.keys(), f"two parts write to {at}"
            there.update(found)
    return every


def assert_parts_make_the_whole(events: Sequence[Recorded]) -> None:
    whole = fold(events).snapshot()
    for of in (2, 3):
        assert together([alone(part, events) for part in parts(of)]) == whole


def test_one_part_is_the_whole() -> None:
    assert in_part(WHOLE, EVERY) == EVERY


def test_every_party_is_the_business_of_one_part() -> None:
    for of in (1, 2, 3, 8):
        for number in range(100):
            owners = [part for part in parts(of) if part.owns(f"client-{number}")]
            assert len(owners) == 1


def test_the_parties_are_shared_about_evenly() -> None:
    shares = [sum(part.owns(f"client-{n}") for n in range(3000)) for part in parts(4)]
    assert shares[0] == 0  # it keeps what needs one order
    assert all(900 < share < 1100 for share in shares[1:])


def test_whose_part_a_party_is_stays_so_for_ever() -> None:
    whose = {
        party: next(part.number for part in parts(4) if part.owns(party))
        for party in ("joker", "tokmanni", "zoopit", "blåbær")
    }
    assert whose == {"joker": 2, "tokmanni": 2, "zoopit": 2, "blåbær": 3}


def test_a_narrowed_event_is_the_same_but_for_who_may_see_it() -> None:
    event = a_story(*told("joker")).log()[-1]
    seen = narrowed(event, lambda party: party == "joker")
    assert seen.envelope.visibility == ("joker",)
    everybody = seen.envelope.model_copy(update={"visibility": event.envelope.visibility})
    assert replace(seen, envelope=everybody) == event


def test_a_story_of_everything_is_told_by_its_parts() -> None:
    assert_parts_make_the_whole(told_of_it(list(MIDDLE)).log())


@settings(max_examples=10, deadline=None)
@given(stories)
def test_any_story_is_told_by_its_parts(story: Played) -> None:
    assert_parts_make_the_whole(story.log())


@pytest.mark.parametrize("of", [2, 3])
def test_each_part_passes_over_what_is_delivered_twice(of: int) -> None:
    events = told_of_it(list(MIDDLE)).log()
    for part in parts(of):
        assert alone(part, [*events, *events]).snapshot() == alone(part, events).snapshot()
