"""Nothing is accepted whose feed message would be too large for the stream."""

from __future__ import annotations

import pytest

from adapters.nats.trust import MAX_PAYLOAD
from adapters.store.mapper import LARGEST
from adapters.wire import render
from domain.errors import Invalid
from projections import feed_index
from tests.adapters.feeding import Index
from tests.builders import a_claim, a_leak, a_notice, a_question, a_revision
from tests.spec import given


def test_what_would_not_fit_into_a_feed_message_is_refused_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = given()
    monkeypatch.setattr("adapters.store.mapper.LARGEST", 5_000)
    claims = [a_claim(f"c{n}") for n in range(100)]
    story.when(a_leak(claims=claims)).then_refused(Invalid, match="too large")


def test_facts_that_grew_too_large_step_by_step_are_not_told_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adapters.store.mapper.LARGEST", 20_000)
    more = [a_revision(claims=[a_claim(f"{n}-{m}") for m in range(80)]) for n in range(4)]
    story = given(a_leak(), *more)
    story.when(a_notice("joker")).then_refused(Invalid, match="too large")


def test_a_feed_message_is_hardly_longer_than_what_is_stored() -> None:
    worded = a_leak(claims=[a_claim(f"c{n}", words="?", source="x") for n in range(300)])
    index = Index(worded, a_notice("joker"), a_question("joker"))
    stored = index.story.ledger.rows_since(0, 1000)
    for _, row in index.rows.all(feed_index.NUMBERS, ""):
        recorded = index.read(row["position"])
        assert recorded is not None
        message = render(recorded, feed_index.place_of(row))
        assert len(message) < len(stored[row["position"] - 1].state) + 1000
    assert LARGEST + 1000 < MAX_PAYLOAD
