"""What both recorders hold in one transaction, whoever wrote to the same log in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.sqlite import SQLiteDatastore

from adapters.store.recorders import (
    ClockBehind,
    MemoryLedgerRecorder,
    SqliteLedgerRecorder,
    Ticket,
)
from tests.adapters.store.lab import INCIDENT, NOTICE

Recorder = SqliteLedgerRecorder | MemoryLedgerRecorder
EIGHT = "2023-02-28T08:00:00.000000+00:00"
NINE = "2023-02-28T09:00:00.000000+00:00"


@pytest.fixture(params=["memory", "sqlite"])
def recorder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Recorder]:
    if request.param == "memory":
        yield MemoryLedgerRecorder()
        return
    datastore = SQLiteDatastore(str(tmp_path / "ledger.sqlite"))
    made = SqliteLedgerRecorder(datastore)
    made.create_table()
    yield made
    datastore.close()


def an_event(stream: UUID = INCIDENT, version: int = 1) -> StoredEvent:
    return StoredEvent(stream, version, "topic", b"{}")


def a_ticket(command: str = "c-1", at: str = EIGHT) -> Ticket:
    def receipt(positions: Sequence[int]) -> str:
        return f"{command} at {list(positions)}"

    return Ticket("zoopit", command, "digest", at, receipt)


def test_the_receipt_is_made_from_the_positions_given(recorder: Recorder) -> None:
    recorder.insert_events([an_event(), an_event(NOTICE)], ticket=a_ticket("c-1"))
    recorder.insert_events([an_event(version=2)], ticket=a_ticket("c-2"))
    assert recorder.select_receipt("zoopit", "c-1") == ("digest", "c-1 at [1, 2]")
    assert recorder.select_receipt("zoopit", "c-2") == ("digest", "c-2 at [3]")


def test_the_clock_stands_at_the_last_stamp(recorder: Recorder) -> None:
    assert recorder.select_clock() == ""
    recorder.insert_events([an_event()], ticket=a_ticket("c-1", EIGHT))
    recorder.insert_events([an_event(version=2)], ticket=a_ticket("c-2", EIGHT))
    recorder.insert_events([an_event(version=3)], ticket=a_ticket("c-3", NINE))
    assert recorder.select_clock() == NINE


def test_a_stamp_behind_the_clock_saves_nothing(recorder: Recorder) -> None:
    recorder.insert_events([an_event()], ticket=a_ticket("c-1", NINE))
    with pytest.raises(ClockBehind):
        recorder.insert_events([an_event(NOTICE)], ticket=a_ticket("c-2", EIGHT))
    assert recorder.select_clock() == NINE
    assert recorder.select_receipt("zoopit", "c-2") is None
    assert recorder.max_notification_id() == 1


@pytest.mark.parametrize("taken", ["c-1", "c-2"], ids=["the command id", "the version"])
def test_what_is_taken_saves_nothing(recorder: Recorder, taken: str) -> None:
    recorder.insert_events([an_event()], ticket=a_ticket("c-1", EIGHT))
    stream = NOTICE if taken == "c-1" else INCIDENT
    with pytest.raises(IntegrityError):
        recorder.insert_events(
            [an_event(NOTICE, 7), an_event(stream)], ticket=a_ticket(taken, NINE)
        )
    assert recorder.select_clock() == EIGHT
    assert recorder.select_receipt("zoopit", "c-1") == ("digest", "c-1 at [1]")
    assert recorder.select_receipt("zoopit", "c-2") is None
    assert recorder.max_notification_id() == 1


def test_no_event_goes_in_without_a_ticket(recorder: Recorder) -> None:
    with pytest.raises(KeyError):
        recorder.insert_events([an_event()])
    assert recorder.max_notification_id() is None
