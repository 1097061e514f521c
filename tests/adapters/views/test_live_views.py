"""A whole history gives the same rows live, rebuilt, and folded in memory."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from adapters.views import generations
from adapters.views.generations import Views
from adapters.wire import render
from domain.envelope import Recorded
from projections.everything import projections
from projections.rows import MemoryRows
from tests.adapters.views.lab import in_memory, rows_of
from tests.builders import (
    a_claim,
    a_clearing,
    a_closing,
    a_concern,
    a_correction,
    a_customer_notice,
    a_filing,
    a_filing_for,
    a_leak,
    a_mandate,
    a_measure,
    a_naming,
    a_notice,
    a_question,
    a_revision,
    a_statement,
    a_total,
    a_waiver,
    an_acknowledgement,
    an_answer,
    an_assessment,
    an_update,
)
from tests.projections.reading import (
    Act,
    Played,
    a_delay,
    a_story,
    an_end,
    an_engagement,
    awareness,
    delivery,
    reopenings,
)

HISTORY: tuple[Act, ...] = (
    an_engagement("joker", contract_notice={"within": "PT24H", "from": "aware"}),
    a_mandate("joker"),
    a_concern("tokmanni", text="Odd newsletters."),
    a_leak(
        title="A leak",
        text="We closed a hole.",
        claims=[a_claim("copy", "copy_taken", words="Somebody claims a copy.")],
        totals=[a_total({"about": 400_000}, "exposed", "wrong_recipient")],
        answers="odd-newsletter",
    ),
    awareness("2024-03-01T10:00Z", by="zoopit"),
    a_naming("joker", "tokmanni"),
    a_notice("joker", "tokmanni"),
    delivery("joker"),
    an_acknowledgement("joker").under("too-early"),
    a_correction("too-early"),
    delivery("tokmanni", door="poll"),
    a_question("joker"),
    an_answer("joker"),
    an_assessment("tokmanni"),
    a_waiver("gdpr.34-1", "34-3-a", "tokmanni"),
    a_customer_notice("tokmanni"),
    a_statement("tokmanni", words="Your data are safe."),
    a_delay(by="tokmanni"),
    a_filing_for("joker"),
    a_filing(),
    a_measure(),
    a_closing("joker"),
    a_revision(reason="reversal", claims=[a_claim("copy", "copy_taken", holds="yes")]),
    reopenings,
    an_update("joker"),
    a_clearing("tokmanni"),
    an_end(),
)


@pytest.fixture(scope="module")
def history() -> Played:
    return a_story(*HISTORY)


@pytest.fixture(scope="module")
def expected(history: Played) -> MemoryRows:
    rows = MemoryRows()
    for event in history.log():
        for project in projections(render):
            project(event, rows)
    return rows


@pytest.mark.parametrize("batch", [1, 7, 500])
def test_live_rebuilt_and_in_memory_are_the_same(
    history: Played,
    expected: MemoryRows,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    batch: int,
) -> None:
    monkeypatch.setattr(generations, "BATCH", batch)
    log, reached = history.log(), 0

    def read(position: int, limit: int) -> Sequence[Recorded]:
        return log[:reached][position : position + limit]

    with closing(Views(tmp_path, read, projections(render))) as views:
        while reached < len(log):
            reached += batch
            views.advance()
        live = rows_of(views)
        views.rebuild()
        assert live == rows_of(views) == in_memory(expected)


def test_the_history_says_something_in_every_view(expected: MemoryRows) -> None:
    said = {view for view, _ in expected.snapshot()}
    assert said >= {
        "timeline",
        "matters",
        "facts",
        "board",
        "feed",
        "profiles",
        "promises",
        "texts",
    }
