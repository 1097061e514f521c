"""An event that is looked into no further than needed tells the same, byte for byte."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from adapters.store.ledger import EventLedger
from adapters.store.vault import MemoryVault
from adapters.wire import render
from projections import describe
from projections.feed_index import FIRST_HASH, Place
from tests.adapters.store.lab import NOW, a_desk, a_report, register_zoopit

PLACE = Place("zoopit", 1, FIRST_HASH, str(UUID(int=1)))


def test_texts_are_named_in_the_order_of_the_events_fields(tmp_path: Path) -> None:
    with closing(EventLedger(tmp_path / "ledger.sqlite", MemoryVault())) as ledger:
        desk, report = a_desk(ledger), a_report("c-1")
        register_zoopit(desk)
        desk.handle(replace(report, body={**report.body, "title": "A hole"}), NOW)
        judged, seen = ledger.since(0, 100), ledger.seen(0, 100)
    assert [one.partition("/")[2] for one in describe.texts(seen[-1])] == ["title", "text"]
    assert [render(one, PLACE) for one in seen] == [render(one, PLACE) for one in judged]
