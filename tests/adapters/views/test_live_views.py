"""A whole history gives the same rows live, rebuilt, and folded in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.sql.postgres import Database
from adapters.views import generations
from adapters.views.generations import Views
from adapters.wire import render
from domain.envelope import Recorded
from projections.everything import projections
from projections.rows import MemoryRows
from tests.adapters.views.lab import Growing, in_memory, opened, rows_of, spread
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
    fold,
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
    return fold(history.log())


@pytest.fixture(params=["files", "tables"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | Database]:
    if request.param == "files":
        yield tmp_path
        return
    with opened() as database:
        yield database


@pytest.mark.parametrize("batch", [1, 7, 500])
def test_live_rebuilt_and_in_memory_are_the_same(
    history: Played,
    expected: MemoryRows,
    where: Path | Database,
    monkeypatch: pytest.MonkeyPatch,
    batch: int,
) -> None:
    monkeypatch.setattr(generations, "BATCH", batch)
    follow(where, history.log(), expected)


def test_positions_that_were_never_given_to_an_event_are_no_hindrance(
    history: Played, where: Path | Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generations, "BATCH", 7)
    gapped = spread(history.log())
    follow(where, gapped, fold(gapped))


def follow(where: Path | Database, log: list[Recorded], expected: MemoryRows) -> None:
    """Let the views follow a log that grows by batches, then build them anew."""
    growing = Growing()
    with closing(Views(where, growing.read, projections(render))) as views:
        while len(growing.events) < len(log):
            growing.events = log[: len(growing.events) + generations.BATCH]
            views.advance()
        live = rows_of(views)
        views.rebuild()
        assert live == rows_of(views) == in_memory(expected)
    with closing(Views(where, growing.read, ())) as again:  # found as of this log, not built anew
        assert rows_of(again) == live


def test_the_history_says_something_in_every_view(expected: MemoryRows) -> None:
    said = {view for view, _ in expected.snapshot()}
    assert said >= {
        "timeline",
        "matters",
        "happenings",
        "facts",
        "board",
        "feed",
        "profiles",
        "promises",
        "texts",
    }
