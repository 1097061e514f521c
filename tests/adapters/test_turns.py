"""Parties take turns: who asks much waits in its own line, who asks little hardly waits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.turns import Bounds, Turns
from domain.errors import TooMany

SMALL = Bounds(at_once=6, its_share=4, its_bytes=100, in_line=5, line_bytes=300, all_bytes=500)


class Counter:
    """A counter with turns; it notes who is served, and who is still under way."""

    def __init__(self, bounds: Bounds = SMALL) -> None:
        self.turns = Turns(bounds)
        self.served: list[str] = []
        self.under_way: list[tuple[str, int]] = []

    def ask(self, party: str, times: int = 1, size: int = 1) -> None:
        for _ in range(times):
            self.turns.take(party, size, self._begin(party, size))

    def end(self, party: str) -> None:
        one = next(each for each in self.under_way if each[0] == party)
        self.under_way.remove(one)
        self.turns.done(*one)

    def _begin(self, party: str, size: int) -> Callable[[], None]:
        def begin() -> None:
            self.served.append(party)
            self.under_way.append((party, size))

        return begin


def test_a_request_is_begun_at_once_while_there_is_room() -> None:
    counter = Counter()
    counter.ask("joker", 4)
    assert counter.served == ["joker"] * 4


def test_a_party_has_only_its_share_under_way_and_the_rest_waits_in_its_line() -> None:
    counter = Counter()
    counter.ask("flood", 9)
    assert counter.served == ["flood"] * 4
    counter.end("flood")
    assert counter.served == ["flood"] * 5


def test_a_flood_leaves_places_to_others() -> None:
    counter = Counter()
    counter.ask("flood", 9)
    counter.ask("joker", 2)
    assert counter.served[4:] == ["joker", "joker"]


def test_a_place_that_frees_goes_to_the_next_party_not_to_the_longest_line() -> None:
    counter = Counter(Bounds(at_once=2, its_share=2, in_line=9))
    counter.ask("flood", 6)
    counter.ask("joker", 2)
    counter.ask("kiwi", 1)
    while counter.under_way:
        counter.end(counter.under_way[0][0])
    assert counter.served[2:] == ["joker", "kiwi", "flood", "joker", "flood", "flood", "flood"]


def test_large_requests_of_one_party_are_under_way_one_after_another() -> None:
    counter = Counter()
    counter.ask("flood", 3, size=90)
    counter.ask("joker")
    assert counter.served == ["flood", "joker"]
    counter.end("flood")
    assert counter.served == ["flood", "joker", "flood"]


def test_one_request_larger_than_the_bound_is_begun_alone() -> None:
    counter = Counter()
    counter.ask("joker", size=250)
    assert counter.served == ["joker"]


@pytest.mark.parametrize(
    ("fits", "size"), [pytest.param(9, 1, id="in number"), pytest.param(4, 90, id="in bytes")]
)
def test_what_does_not_fit_into_the_line_is_refused_with_the_time_to_wait(
    fits: int, size: int
) -> None:
    counter = Counter()
    counter.ask("flood", fits, size)
    with pytest.raises(TooMany, match="after 1 second") as refused:
        counter.ask("flood", 1, size)
    assert refused.value.retry_after == 1
    counter.ask("joker")
    assert counter.served[-1] == "joker"


def test_all_lines_together_are_bounded_too_but_who_need_not_wait_is_served() -> None:
    counter = Counter()
    counter.ask("a", 4, size=90)
    counter.ask("b", 3, size=90)
    with pytest.raises(TooMany):
        counter.ask("c", 2, size=90)
    assert counter.served == ["a", "b", "c"]


def test_a_refused_request_is_forgotten_and_the_next_one_finds_its_room() -> None:
    counter = Counter()
    counter.ask("flood", 9)
    with pytest.raises(TooMany):
        counter.ask("flood")
    counter.end("flood")
    counter.ask("flood")
    while counter.under_way:
        counter.end("flood")
    assert len(counter.served) == 10


asked = st.tuples(st.sampled_from("abc"), st.integers(0, 120))
ended = st.tuples(st.sampled_from("abc"), st.none())


@given(st.lists(asked | ended, max_size=60))
def test_whatever_comes_the_bounds_hold_and_everything_taken_is_served_in_order(
    story: list[tuple[str, int | None]],
) -> None:
    counter, taken = Counter(), list[str]()
    for party, size in story:
        if size is None:
            if any(one == party for one, _ in counter.under_way):
                counter.end(party)
        else:
            try:
                counter.ask(party, 1, size)
            except TooMany:
                continue
            taken.append(party)
        assert len(counter.under_way) <= SMALL.at_once
        for each in "abc":
            sizes = [size for party, size in counter.under_way if party == each]
            assert len(sizes) <= SMALL.its_share
            assert len(sizes) < 2 or sum(sizes) <= SMALL.its_bytes
    while counter.under_way:
        counter.end(counter.under_way[0][0])
    assert sorted(counter.served) == sorted(taken)
