"""The same thing once more is not made once more; an equal one is another thing."""

from __future__ import annotations

from projections.last import Last


def test_of_one_and_the_same_it_is_made_once() -> None:
    asked: list[list[int]] = []

    def make(numbers: list[int]) -> int:
        asked.append(numbers)
        return sum(numbers)

    last, ours, equal = Last(make), [1, 2], [1, 2]
    assert [last.of(one) for one in (ours, ours, equal, ours)] == [3, 3, 3, 3]
    assert [one is ours for one in asked] == [True, False, True]


def test_what_comes_to_nothing_is_not_made_again_either() -> None:
    asked: list[object] = []
    last = Last(asked.append)
    nothing = object()
    assert last.of(nothing) is None
    assert last.of(nothing) is None
    assert asked == [nothing]
