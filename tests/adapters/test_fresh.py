"""A message that was just made need not be made again; what is not at hand is simply not there."""

from __future__ import annotations

from uuid import uuid4

import pytest

from adapters.fresh import Fresh
from domain.envelope import Recorded
from projections.feed_index import FIRST_HASH, Place
from tests.projections.reading import a_story


def one_event() -> Recorded:
    return a_story().log()[0]


def a_place(message: str) -> Place:
    return Place("joker", 1, FIRST_HASH, message)


def render(_: Recorded, place: Place) -> bytes:
    return place.message.encode() * 10


def test_a_message_that_was_made_is_there_once() -> None:
    fresh = Fresh(render)
    made = fresh.render(one_event(), a_place("one"))
    assert made == b"one" * 10
    assert fresh.take("one") == made
    assert fresh.take("one") is None


def test_the_oldest_make_room_and_one_made_again_counts_once() -> None:
    fresh = Fresh(render, room=60)
    for message in ("old", "mid", "mid", "new"):
        fresh.render(one_event(), a_place(message))
    assert [fresh.take(message) for message in ("old", "mid", "new")] == [
        None,
        b"mid" * 10,
        b"new" * 10,
    ]


def test_what_was_taken_makes_room() -> None:
    fresh = Fresh(render, room=60)
    for _ in range(5):
        message = str(uuid4())[:3]
        fresh.render(one_event(), a_place(message))
        assert fresh.take(message) is not None
    fresh.render(one_event(), a_place("one"))
    fresh.render(one_event(), a_place("two"))
    assert fresh.take("one") is not None


@pytest.mark.parametrize("room", [0, 29])
def test_a_message_for_which_there_is_no_room_is_made_all_the_same(room: int) -> None:
    fresh = Fresh(render, room)
    assert fresh.render(one_event(), a_place("one")) == b"one" * 10
    assert fresh.take("one") is None
