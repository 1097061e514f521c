"""Two ledgers on one store, several writers each, clocks that jump: one order for whoever reads."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.sql import postgres as sql
from adapters.sql.postgres import Database
from adapters.store.ledger import EventLedger
from adapters.store.postgres import _LOCK as LOCK
from domain import streams
from domain.errors import Unavailable
from domain.ports import Receipt
from tests.adapters.store.conftest import Opened
from tests.adapters.store.lab import (
    INCIDENT,
    NOW,
    a_draft,
    a_question,
    changes,
    on_postgres,
    several,
    signed,
    whole,
)

JUMP = st.integers(-86_400_000, 86_400_000).map(lambda millis: timedelta(milliseconds=millis))
WRITERS = st.lists(st.lists(JUMP, min_size=1, max_size=3), min_size=2, max_size=4)
RUNS = count()


def follow(ledger: EventLedger, after: int, ended: threading.Event) -> list[int]:
    """The positions that a reader meets who goes on from the last one it has seen."""
    seen: list[int] = []
    while True:
        last_look = ended.is_set()
        page = ledger.rows_since(seen[-1] if seen else after, 3)
        seen += [row.position for row in page]
        if last_look and not page:
            return seen


def write(ledger: EventLedger, name: str, jumps: Sequence[timedelta]) -> list[Receipt]:
    """One command after the other, each at another time, some of them refused."""
    stream = streams.incident_id("zoopit", name)
    given: list[Receipt] = []
    for number, jump in enumerate(jumps):
        copy = streams.notice_id(stream, str(number))
        both = {stream: (number, [a_draft(a_question())]), copy: (0, [a_draft()])}
        by = signed(f"{name}/{number}", "joker")
        given.append(ledger.append(several(both, main=stream), by, NOW + jump))
    return given


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writers=WRITERS)
def test_time_never_goes_back_and_a_reader_misses_nothing(
    opened: Opened, writers: list[list[timedelta]]
) -> None:
    run, ended = next(RUNS), threading.Event()
    with opened() as one, opened() as other, ThreadPoolExecutor(6) as pool:
        before = one.position()
        readers = [pool.submit(follow, ledger, before, ended) for ledger in (one, other)]
        writing = [
            pool.submit(write, (one, other)[number % 2], f"{run}-{number}", jumps)
            for number, jumps in enumerate(writers)
        ]
        receipts = [receipt for each in writing for receipt in each.result()]
        ended.set()
        log = [row.position for row in one.rows_since(before, 1000)]
        assert [reader.result() for reader in readers] == [log, log]
        times = [recorded.envelope.recorded_at for recorded in whole(one)]
        assert times == sorted(times)
        assert log == list(range(before + 1, before + 1 + 2 * len(receipts)))
        named = [event.position for receipt in receipts for event in receipt.events]
        assert len(set(named)) == len(named) == len(receipts)


def test_a_writer_that_hangs_holds_up_the_others_no_longer_than_a_database_lets_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = [f"{one.partition('=')[0]}= '1s'" for one in sql._SESSION if one.startswith("idle")]
    monkeypatch.setattr(sql, "_SESSION", (*sql._SESSION, *quick))
    ledger = on_postgres(database)
    gone = suppress(Unavailable)
    with closing(Database(database.address)) as theirs, gone, theirs.transaction() as hanging:
        hanging.execute(LOCK)
        ledger.append(changes(), signed(), NOW)  # waits until the lock is free
        hanging.execute(b"SELECT 1")
    assert [one.envelope.command for one in whole(ledger)] == ["c-1"]


def test_a_thousand_notices_are_one_command(opened: Opened) -> None:
    fan_out = {streams.notice_id(INCIDENT, str(n)): (0, [a_draft()]) for n in range(1000)}
    with opened() as ledger:
        ledger.append(several(fan_out, main=None), signed(), NOW)
        receipt = ledger.append(changes(), signed("c-2"), NOW)
        assert receipt.events[0].position == 1001
        assert len(ledger.rows_since(0, 2000)) == 1001
