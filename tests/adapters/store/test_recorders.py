"""What every recorder holds in one transaction, whoever wrote to the same log in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent

from adapters.store.postgres import PostgresLedgerRecorder
from adapters.store.recorders import (
    Batch,
    LedgerRecorder,
    Make,
    MemoryLedgerRecorder,
)
from adapters.store.sqlite import SqliteLedgerRecorder
from adapters.store.stored import KeptReceipt
from tests.adapters.store.conftest import EVERY
from tests.adapters.store.lab import INCIDENT, NOTICE

EIGHT = "2023-02-28T08:00:00.000000+00:00"
NINE = "2023-02-28T09:00:00.000000+00:00"


@pytest.fixture(params=EVERY)
def recorder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LedgerRecorder]:
    if request.param == "memory":
        made: LedgerRecorder = MemoryLedgerRecorder()
    elif request.param == "sqlite":
        made = SqliteLedgerRecorder(tmp_path / "ledger.sqlite")
    else:
        made = PostgresLedgerRecorder(request.getfixturevalue("database"))
    with closing(made):
        yield made


def an_event(stream: UUID = INCIDENT, version: int = 1) -> StoredEvent:
    return StoredEvent(stream, version, "topic", b"{}")


def a_batch(*events: StoredEvent, command: str = "c-1", now: str = EIGHT) -> Make:
    """Stamped with `now`, or with the log's clock where that is later."""

    def receipt(positions: Sequence[int]) -> KeptReceipt:
        return KeptReceipt("zoopit", command, "digest", f"{command} at {list(positions)}")

    return lambda clock: Batch(max(now, clock), events, receipt)


def test_the_receipt_is_made_from_the_positions_given(recorder: LedgerRecorder) -> None:
    recorder.append(a_batch(an_event(), an_event(NOTICE), command="c-1"))
    recorder.append(a_batch(an_event(version=2), command="c-2"))
    assert recorder.select_receipt("zoopit", "c-1") == ("digest", "c-1 at [1, 2]")
    assert recorder.select_receipt("zoopit", "c-2") == ("digest", "c-2 at [3]")


def test_a_batch_is_made_from_the_stamp_of_the_last_one(recorder: LedgerRecorder) -> None:
    clocks: list[str] = []

    def made(number: int, now: str) -> Make:
        make = a_batch(an_event(version=number), command=f"c-{number}", now=now)

        def seen(clock: str) -> Batch:
            clocks.append(clock)
            return make(clock)

        return seen

    for number, now in enumerate((EIGHT, NINE, EIGHT), start=1):
        recorder.append(made(number, now))
    assert clocks == ["", EIGHT, NINE]
    assert recorder.select_clock() == NINE


@pytest.mark.parametrize("taken", ["c-1", "c-2"], ids=["the command id", "the version"])
def test_what_is_taken_saves_nothing(recorder: LedgerRecorder, taken: str) -> None:
    recorder.append(a_batch(an_event(), command="c-1"))
    other = an_event(NOTICE, 2) if taken == "c-1" else an_event(INCIDENT)
    both = (an_event(NOTICE), other)
    with pytest.raises(IntegrityError):
        recorder.append(a_batch(*both, command=taken, now=NINE))
    assert recorder.select_clock() == EIGHT
    assert recorder.select_receipt("zoopit", "c-1") == ("digest", "c-1 at [1]")
    assert recorder.select_receipt("zoopit", "c-2") is None
    assert recorder.max_notification_id() == 1


@pytest.mark.parametrize(
    "late",
    [(an_event(version=3),), (an_event(NOTICE), an_event(version=3), an_event(version=4))],
    ids=["alone", "among others"],
)
def test_what_follows_a_version_that_is_not_there_saves_nothing(
    recorder: LedgerRecorder, late: Sequence[StoredEvent]
) -> None:
    """It was decided on a version that a stand-by, which took over since, has never seen."""
    recorder.append(a_batch(an_event(), command="c-1"))
    with pytest.raises(IntegrityError, match="not all of these versions"):
        recorder.append(a_batch(*late, command="c-2", now=NINE))
    assert recorder.select_clock() == EIGHT
    assert recorder.select_receipt("zoopit", "c-2") is None
    assert recorder.max_notification_id() == 1
    recorder.append(a_batch(an_event(version=2), *late, command="c-2"))
    assert recorder.max_notification_id() == 2 + len(late)


def test_a_batch_that_cannot_be_made_saves_nothing(recorder: LedgerRecorder) -> None:
    def fail(clock: str) -> Batch:
        raise RuntimeError(clock)

    with pytest.raises(RuntimeError):
        recorder.append(fail)
    recorder.append(a_batch(an_event()))
    assert recorder.select_receipt("zoopit", "c-1") == ("digest", "c-1 at [1]")


def test_no_position_is_lost_by_a_batch_that_was_refused(recorder: LedgerRecorder) -> None:
    recorder.append(a_batch(an_event()))
    with pytest.raises(IntegrityError):
        recorder.append(a_batch(an_event(NOTICE), an_event(), command="c-2"))
    recorder.append(a_batch(an_event(version=2), command="c-3"))
    assert [one.id for one in recorder.select_notifications(1, 10)] == [1, 2]
