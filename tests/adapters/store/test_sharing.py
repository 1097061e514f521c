"""Commands that share a transaction: each is accepted or refused as if it were alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, cast

import pytest

from adapters.sql.postgres import Database, address
from adapters.store.ledger import LARGE, EventLedger
from adapters.store.sharing import Apart, Outcome
from adapters.store.sqlite import SqliteLedgerRecorder
from domain import incident, streams
from domain.desk import Desk
from domain.envelope import Draft
from domain.errors import CommandReused, Conflict, Refused, Unavailable
from domain.ports import Receipt
from tests.adapters.sql.proxy import Moment, Wire
from tests.adapters.store.conftest import Opened
from tests.adapters.store.lab import (
    INCIDENT,
    NOTICE,
    NOW,
    a_desk,
    a_draft,
    a_question,
    a_report,
    changes,
    on_postgres,
    register_zoopit,
    several,
    signed,
    whole,
)
from tests.postgres import database as new_database

Work = Callable[[], Receipt]


@pytest.fixture
def desk(ledger: EventLedger) -> Desk:
    made = a_desk(ledger)
    register_zoopit(made)
    return made


@pytest.fixture(params=["sqlite", "postgres"])
def failing(request: pytest.FixtureRequest) -> Iterator[tuple[EventLedger, Callable[[], None]]]:
    """A ledger, and what makes its next commit fail."""
    if request.param == "sqlite":
        filed: EventLedger = request.getfixturevalue("filed")
        recorder = cast("SqliteLedgerRecorder", filed._recorder)
        yield filed, lambda: setattr(recorder, "_writer", Fails(recorder._writer))
    else:
        with (
            Wire(new_database()) as wire,
            closing(Database(address(wire.url), size=1, patience=2)) as database,
        ):
            yield on_postgres(database), lambda: wire.cut("before", for_good=True)


class Fails:
    """A connection whose next commit fails, as on a disk that is full or gone."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self._left = 1

    def execute(self, statement: str, *values: Any) -> Any:
        if statement == "COMMIT" and self._left:
            self._left -= 1
            raise sqlite3.OperationalError("disk I/O error")
        return self._real.execute(statement, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def report(desk: Desk, name: str, command: str | None = None) -> Work:
    return lambda: desk.handle(a_report(command or name, name), NOW)


def append(ledger: EventLedger, command: str, *drafts: Draft, expected: int = 0) -> Work:
    more = changes(*(drafts or (a_draft(),)), expected=expected)
    return lambda: ledger.append(more, signed(command), NOW)


def errors(found: Sequence[Outcome[Any]]) -> list[type[BaseException] | None]:
    return [type(one.error) if one.error else None for one in found]


def commands(ledger: EventLedger) -> list[str]:
    return [one.envelope.command for one in whole(ledger)]


# --- each as if it were alone ------------------------------------------------------------------


def test_each_gets_its_own_receipt_in_the_order_they_came(ledger: EventLedger, desk: Desk) -> None:
    found = ledger.share([report(desk, "one"), report(desk, "two"), report(desk, "three")])
    assert [one.value.command for one in found] == ["one", "two", "three"]
    assert [one.value.events[0].position for one in found] == [2, 3, 4]
    assert commands(ledger) == ["register zoopit", "one", "two", "three"]
    for one in found:
        kept = ledger.receipt("zoopit", one.value.command)
        assert kept is not None
        assert kept.receipt == one.value


def test_only_the_caller_that_conflicts_fails(ledger: EventLedger) -> None:
    late = append(ledger, "late")
    found = ledger.share([append(ledger, "one"), late, append(ledger, "two", expected=1)])
    assert errors(found) == [None, Conflict, None]
    assert commands(ledger) == ["one", "two"]
    assert ledger.receipt("zoopit", "late") is None


def test_a_conflict_in_its_second_stream_leaves_nothing_of_a_command(ledger: EventLedger) -> None:
    both = several({NOTICE: (0, [a_draft()]), INCIDENT: (7, [a_draft()])})
    found = ledger.share(
        [append(ledger, "one"), lambda: ledger.append(both, signed("both"), NOW)],
    )
    assert errors(found) == [None, Conflict]
    assert ledger.read(NOTICE) == []
    assert ledger.position() == 1


def test_a_refusal_in_the_middle_leaves_the_others(ledger: EventLedger, desk: Desk) -> None:
    again = report(desk, "one", command="again")
    found = ledger.share([report(desk, "one"), again, report(desk, "two")])
    assert errors(found) == [None, Refused, None]
    assert commands(ledger) == ["register zoopit", "one", "two"]


def test_the_same_command_twice_is_done_once(ledger: EventLedger, desk: Desk) -> None:
    first, second = ledger.share([report(desk, "one"), report(desk, "one")])
    assert first.value == second.value
    assert commands(ledger) == ["register zoopit", "one"]


def test_the_same_command_id_with_another_body_is_refused(ledger: EventLedger, desk: Desk) -> None:
    found = ledger.share([report(desk, "one"), report(desk, "two", command="one")])
    assert errors(found) == [None, CommandReused]


def test_what_one_writes_the_next_one_reads(ledger: EventLedger, desk: Desk) -> None:
    seen: list[int] = []

    def look() -> Receipt:
        stream = streams.incident_id("zoopit", "one")
        seen.append(len(ledger.read(stream)) + ledger.fold(stream, incident.evolve).version)
        return report(desk, "two")()

    ledger.share([report(desk, "one"), look])
    assert seen == [2]


def test_texts_of_all_of_them_open_afterwards(ledger: EventLedger, desk: Desk) -> None:
    names = [f"leak-{number}" for number in range(3)]
    ledger.share([report(desk, name) for name in names])
    texts = [ledger.sealer.open(one, "text") for one in whole(ledger)[1:]]
    assert texts == ["We closed a hole."] * 3


# --- nothing before the commit, nothing without it ---------------------------------------------


def test_nobody_else_sees_anything_before_the_commit(opened: Opened) -> None:
    """On the twin in memory others wait instead."""
    seen: list[int] = []
    with opened() as ledger:

        def look() -> Receipt:
            with ThreadPoolExecutor(1) as pool:
                seen.append(pool.submit(ledger.position).result())
                seen.append(pool.submit(ledger.fold, INCIDENT, incident.evolve).result().version)
            return append(ledger, "two", expected=1)()

        ledger.share([append(ledger, "one"), look])
        assert seen == [0, 0]
        assert ledger.position() == ledger.fold(INCIDENT, incident.evolve).version == 2


def test_watchers_are_woken_once_for_all_of_them(ledger: EventLedger, desk: Desk) -> None:
    seen: list[int] = []
    ledger.watch(lambda: seen.append(ledger.position()))
    ledger.share([report(desk, "one"), report(desk, "two")])
    assert seen == [3]


def test_where_the_commit_fails_everybody_is_refused_and_nothing_is_there(
    failing: tuple[EventLedger, Callable[[], None]],
) -> None:
    ledger, fail = failing
    made = a_desk(ledger)
    register_zoopit(made)
    ledger.watch(lambda: pytest.fail("woken for nothing"))
    fail()
    with pytest.raises(Unavailable):
        ledger.share([report(made, "one"), report(made, "two")])


def test_after_a_failed_commit_nothing_of_it_is_remembered(filed: EventLedger) -> None:
    made = a_desk(filed)
    register_zoopit(made)
    recorder = cast("SqliteLedgerRecorder", filed._recorder)
    recorder._writer = cast("sqlite3.Connection", Fails(recorder._writer))
    with pytest.raises(Unavailable):
        filed.share([report(made, "one"), report(made, "two")])
    assert commands(filed) == ["register zoopit"]
    assert filed.fold(streams.incident_id("zoopit", "one"), incident.evolve).version == 0
    found = filed.share([report(made, "one"), report(made, "two")])
    assert [one.value.events[0].position for one in found] == [2, 3]


def test_a_key_that_cannot_be_kept_refuses_everybody(
    filed: EventLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = a_desk(filed)
    register_zoopit(made)

    def full(_: object) -> None:
        raise Unavailable("the vault's disk is full")

    monkeypatch.setattr(filed.sealer._vault, "keep", full)
    with pytest.raises(Unavailable, match="vault"):
        filed.share([report(made, "one"), report(made, "two")])
    assert commands(filed) == ["register zoopit"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_where_the_answer_of_a_commit_is_lost_each_is_accepted_once(moment: Moment) -> None:
    with Wire(new_database()) as wire, closing(Database(address(wire.url))) as database:
        ledger = on_postgres(database)
        made = a_desk(ledger)
        register_zoopit(made)
        wire.cut(moment)
        found = ledger.share([report(made, "one"), report(made, "two")])
        assert wire.cuts == 1
        assert [one.value.events[0].position for one in found] == [2, 3]
        assert commands(ledger) == ["register zoopit", "one", "two"]


# --- what has to be alone ----------------------------------------------------------------------


def test_a_large_command_behind_others_is_to_be_done_by_itself(ledger: EventLedger) -> None:
    many = {streams.notice_id(INCIDENT, str(n)): (0, [a_draft()]) for n in range(LARGE + 1)}

    def large() -> Receipt:
        return ledger.append(several(many, main=None), signed("large"), NOW)

    found = ledger.share([append(ledger, "one"), large, append(ledger, "two", expected=1)])
    assert errors(found) == [None, Apart, None]
    assert large().notices == LARGE + 1
    assert ledger.position() == LARGE + 3


def test_whoever_waits_for_others_is_to_be_alone(ledger: EventLedger) -> None:
    ledger.require_alone()
    [found] = ledger.share([ledger.require_alone])
    assert isinstance(found.error, Apart)
    ledger.require_alone()


def test_a_question_among_them_is_sealed_under_the_key_there_is(ledger: EventLedger) -> None:
    ledger.append(changes(a_draft(a_question())), signed("ask", "joker"), NOW)
    key = ledger.seal("joker", INCIDENT)
    more = changes(a_draft(a_question("And now?")), expected=1)
    ledger.share([lambda: ledger.append(more, signed("more", "joker"), NOW)])
    assert ledger.seal("joker", INCIDENT) == key
    assert ledger.sealer.open(whole(ledger)[1], "text") == "And now?"
