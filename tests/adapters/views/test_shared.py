"""Several projectors keep parts of the same views: whatever their order, the rows are the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

import pytest

from adapters.sql.postgres import Database
from adapters.views import generations
from adapters.views.generations import Views
from adapters.views.shelf import Overtaken
from adapters.wire import render
from domain.envelope import Recorded
from projections.everything import projections
from projections.parts import Part
from tests.adapters.views.lab import Contents, Growing, in_memory, opened, rows_of, spread
from tests.adapters.views.test_live_views import HISTORY
from tests.projections.reading import a_story, fold


@pytest.fixture(scope="module")
def log() -> list[Recorded]:
    return spread(a_story(*HISTORY).log())


@pytest.fixture(scope="module")
def expected(log: list[Recorded]) -> Contents:
    return in_memory(fold(log))


@pytest.fixture
def ours() -> Iterator[Database]:
    with opened() as made:
        yield made


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generations, "BATCH", 5)


def begun(ours: Database, of: int, growing: Growing) -> list[Views]:
    """A projector's views for each part, over whatever is in the database."""
    parts = [Part(number, of) for number in range(1, of + 1)]
    return [Views(ours, growing.read, projections(render), part) for part in parts]


def caught_up(every: Sequence[Views]) -> None:
    for views in every:
        while views.advance():
            pass


@pytest.mark.parametrize(("of", "seed"), [(2, 1), (2, 2), (3, 3), (3, 4)])
def test_parts_in_any_order_make_the_rows_of_the_whole(
    ours: Database, log: list[Recorded], expected: Contents, of: int, seed: int
) -> None:
    chance, growing = Random(seed), Growing()  # noqa: S311 - an order that comes again
    every = begun(ours, of, growing)
    while len(growing.events) < len(log):
        growing.events = log[: len(growing.events) + 5]
        chance.choice(every).advance()
    caught_up(every)
    assert rows_of(every[0]) == expected
    assert every[0].verify() is None


def test_the_views_have_come_as_far_as_their_last_part(ours: Database, log: list[Recorded]) -> None:
    growing = Growing()
    first, second = begun(ours, 2, growing)
    growing.events = list(log)
    assert first.advance() == 5
    assert first.position() == second.position() == 0
    second.advance()
    assert first.position() == second.position() == log[4].position


def test_a_rebuild_serves_every_part(
    ours: Database, log: list[Recorded], expected: Contents
) -> None:
    growing = Growing()
    every = begun(ours, 2, growing)
    growing.events = list(log[:20])
    every[0].advance()
    Views(ours, growing.read, projections(render), None).rebuild()
    assert every[1].position() == log[19].position
    growing.events = list(log)
    caught_up(every)
    assert rows_of(every[1]) == expected


@pytest.mark.parametrize(("before", "after"), [(1, 2), (3, 2), (2, 1)])
def test_another_number_of_parts_goes_on_where_the_ones_before_came_to(
    ours: Database, log: list[Recorded], expected: Contents, before: int, after: int
) -> None:
    growing = Growing()
    early = begun(ours, before, growing)
    growing.events = list(log[:30])
    early[-1].advance()  # and so one part is ahead of the others
    name = early[0].generation
    late = begun(ours, after, growing)
    assert (late[0].generation, late[0].position()) == (name, log[4].position)
    growing.events = list(log)
    caught_up(late)
    assert rows_of(late[0]) == expected


def test_a_projector_of_another_number_of_parts_is_refused_and_told_why(
    ours: Database, log: list[Recorded]
) -> None:
    growing = Growing()
    (one,) = begun(ours, 1, growing)
    first, _ = begun(ours, 2, growing)
    growing.events = list(log)
    with pytest.raises(Overtaken, match="no part 1 of 1") as refused:
        one.advance()
    assert "--part" in str(refused.value)
    assert first.advance() == 5
