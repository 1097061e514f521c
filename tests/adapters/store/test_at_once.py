"""One append alone on PostgreSQL: written at once, in the belief that nobody else wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from uuid import UUID

import pytest

from adapters.sql.postgres import Database, address
from adapters.store.ledger import EventLedger
from adapters.store.postgres import PostgresLedgerRecorder
from adapters.store.vault import SealedVault
from domain.errors import Conflict
from domain.events import ContentErased
from tests.adapters.sql.proxy import Moment, Wire
from tests.adapters.store.lab import (
    INCIDENT,
    MASTER,
    NOTICE,
    NOW,
    a_draft,
    a_question,
    changes,
    later,
    on_postgres,
    signed,
    whole,
)
from tests.postgres import database as new_database

QUIET = 2  # appends after which a process believes that it writes alone


class Interrupted(SealedVault):
    """While it is looked into for the next time, `meanwhile` happens."""

    meanwhile: Callable[[], object] | None = None

    def get(self, name: str) -> bytes | None:
        found = super().get(name)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        return found


@pytest.fixture
def other(database: Database) -> EventLedger:
    """Another process on the same database."""
    return on_postgres(database)


@pytest.fixture
def ledger(other: EventLedger, database: Database) -> Iterator[EventLedger]:
    """One that has written alone for a while."""
    with closing(Database(database.address)) as mine:
        made = EventLedger(mine, Interrupted(mine.store(), MASTER))
        alone_for_a_while(made)
        yield made
    assert other.position() == len(whole(other))


def alone_for_a_while(ledger: EventLedger) -> None:
    for number in range(QUIET):
        ledger.append(changes(stream=UUID(int=number)), signed(f"before-{number}"), NOW)


def vault_of(ledger: EventLedger) -> Interrupted:
    vault = ledger.sealer._vault
    assert isinstance(vault, Interrupted)
    return vault


def ask(ledger: EventLedger, text: str, expected: int = 0, command: str = "ask") -> None:
    more = changes(a_draft(a_question(text)), stream=NOTICE, expected=expected)
    ledger.append(more, signed(command, "joker"), NOW)


def commands(ledger: EventLedger) -> list[str]:
    return [one.envelope.command for one in whole(ledger)][QUIET:]


def test_who_writes_alone_takes_no_lock_beforehand(
    ledger: EventLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(PostgresLedgerRecorder, "_share", never)
    receipt = ledger.append(changes(), signed(), NOW)
    assert receipt.events[0].position == QUIET + 1
    assert commands(ledger) == ["c-1"]


def test_what_others_wrote_meanwhile_comes_first(ledger: EventLedger, other: EventLedger) -> None:
    other.append(changes(stream=NOTICE), signed("theirs"), later(hours=1))
    receipt = ledger.append(changes(), signed("ours"), NOW)
    assert receipt.events[0].position == QUIET + 2
    assert receipt.recorded_at == later(hours=1)
    assert commands(ledger) == ["theirs", "ours"]


def test_a_version_that_others_took_meanwhile_is_a_conflict(
    ledger: EventLedger, other: EventLedger
) -> None:
    other.append(changes(), signed("theirs"), NOW)
    with pytest.raises(Conflict):
        ledger.append(changes(), signed("ours"), NOW)
    assert commands(ledger) == ["theirs"]
    assert ledger.receipt("zoopit", "ours") is None


def test_a_version_that_is_not_there_is_a_conflict(ledger: EventLedger) -> None:
    with pytest.raises(Conflict, match="not all of these versions"):
        ledger.append(changes(expected=1), signed(), NOW)
    assert commands(ledger) == []


def test_a_command_id_that_is_taken_is_a_conflict(ledger: EventLedger) -> None:
    with pytest.raises(Conflict):
        ledger.append(changes(), signed("before-0"), NOW)
    assert commands(ledger) == []


def test_of_two_that_make_a_key_at_once_both_use_the_same(
    ledger: EventLedger, other: EventLedger
) -> None:
    vault_of(ledger).meanwhile = lambda: ask(other, "Theirs?", command="theirs")
    more = changes(a_draft(a_question("Ours?")))
    ledger.append(more, signed("ours", "joker"), NOW)
    texts = [ledger.sealer.open(one, "text") for one in whole(ledger)[QUIET:]]
    assert texts == ["Theirs?", "Ours?"]


def test_nothing_is_sealed_under_a_key_that_is_destroyed_meanwhile(
    ledger: EventLedger, other: EventLedger
) -> None:
    ask(ledger, "Before?")
    key = ledger.seal("joker", INCIDENT)
    assert key is not None

    def erase() -> None:
        event = ContentErased(party="joker", why="data_subject_request", key=key)
        other.append(changes(a_draft(event)), signed("erase", "joker"), NOW)
        other.sealer.erase("joker", str(INCIDENT), key)

    vault_of(ledger).meanwhile = lambda: other.together(erase)
    ask(ledger, "Afterwards?", expected=1, command="again")
    assert commands(ledger) == ["ask", "erase", "again"]
    assert ledger.sealer.open(whole(ledger)[-1], "text") == "Afterwards?"


@pytest.mark.parametrize("moment", ["before", "after"])
def test_where_the_answer_is_lost_it_is_on_record_once(moment: Moment) -> None:
    with Wire(new_database()) as wire, closing(Database(address(wire.url))) as database:
        ledger = on_postgres(database)
        alone_for_a_while(ledger)
        wire.cut(moment, at=b"INSERT INTO receipts")
        if moment == "after":
            with pytest.raises(Conflict):
                ledger.append(changes(), signed(), NOW)
        else:
            ledger.append(changes(), signed(), NOW)
        assert wire.cuts == 1
        kept = ledger.receipt("zoopit", "c-1")
        assert kept is not None
        assert kept.receipt.events[0].id == whole(ledger)[-1].id
        assert commands(ledger) == ["c-1"]
