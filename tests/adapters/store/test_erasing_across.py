"""An erasure where several processes seal: its event and the end of its key are one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from adapters.sql.postgres import Database
from adapters.store.ledger import EventLedger
from domain.envelope import Recorded
from domain.errors import NotFound, Unavailable
from domain.events import ContentErased
from tests.adapters.nats.lab import until
from tests.adapters.store.lab import (
    INCIDENT,
    NOTICE,
    NOW,
    a_draft,
    a_question,
    changes,
    on_postgres,
    signed,
    whole,
)

WAITING = b"SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture
def other(database: Database) -> Iterator[EventLedger]:
    """Another process on the same database."""
    with closing(Database(database.address)) as second:
        yield on_postgres(second)


@pytest.fixture
def one(database: Database) -> EventLedger:
    ledger = on_postgres(database)
    ask(ledger, "Which data?", 0)
    return ledger


def ask(ledger: EventLedger, text: str, expected: int) -> Recorded:
    more = changes(a_draft(a_question(text)), stream=NOTICE, expected=expected)
    ledger.append(more, signed(text, "joker"), NOW)
    return whole(ledger)[-1]


def erasing(ledger: EventLedger, then: Callable[[], None]) -> Callable[[], None]:
    """Erase what joker said, and do something before that is committed."""
    key = ledger.seal("joker", INCIDENT)
    assert key is not None

    def work() -> None:
        event = ContentErased(party="joker", why="data_subject_request", key=key)
        ledger.append(changes(a_draft(event)), signed("erase", "joker"), NOW)
        assert ledger.sealer.erase("joker", str(INCIDENT), key)
        then()

    return work


def test_who_speaks_while_a_key_dies_is_sealed_under_the_next_one(
    one: EventLedger, other: EventLedger, database: Database
) -> None:
    spoken = threading.Event()

    def speak() -> Recorded:
        spoken.wait(10)
        return ask(other, "And now?", 1)

    def until_it_waits() -> None:
        spoken.set()
        asyncio.run(until(lambda: database.read(WAITING)[0][0] > 0))

    with ThreadPoolExecutor(1) as pool:
        speaking = pool.submit(speak)
        one.together(erasing(one, until_it_waits))
        said = speaking.result()
    first, erased, last = whole(one)
    assert isinstance(erased.event, ContentErased)
    assert last == said
    assert one.sealer.open(last, "text") == "And now?"
    with pytest.raises(NotFound):
        other.sealer.open(first, "text")


def test_until_it_is_committed_the_others_see_nothing_of_it(
    one: EventLedger, other: EventLedger
) -> None:
    seen: list[object] = []

    def look() -> None:
        with ThreadPoolExecutor(1) as pool:
            [first] = pool.submit(whole, other).result()
            seen.append(pool.submit(other.sealer.open, first, "text").result())

    one.together(erasing(one, look))
    assert seen == ["Which data?"]
    assert len(whole(other)) == 2


def test_an_erasure_that_breaks_off_leaves_the_text_and_no_event(
    one: EventLedger, other: EventLedger
) -> None:
    def fail() -> None:
        raise Unavailable("in the middle of it")

    with pytest.raises(Unavailable, match="in the middle"):
        one.together(erasing(one, fail))
    [first] = whole(other)
    assert one.sealer.open(first, "text") == "Which data?"
    ask(one, "And now?", 1)
    assert other.sealer.open(first, "text") == "Which data?"


def test_watchers_hear_of_an_erasure_when_it_is_committed(
    one: EventLedger, other: EventLedger
) -> None:
    seen: list[int] = []
    one.watch(lambda: seen.append(len(whole(other))))
    one.together(erasing(one, lambda: None))
    assert seen == [2]
