"""A commit whose answer is lost: what was said once is on record once, and the receipt is right."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from adapters.sql.postgres import Database, address
from adapters.store.ledger import EventLedger
from domain.errors import Conflict, Unavailable
from domain.events import ContentErased
from tests.adapters.sql.proxy import Moment, Wire
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
    signed,
    whole,
)
from tests.postgres import database as new_database

both_moments = pytest.mark.parametrize("moment", ["before", "after"])


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Wire(new_database()) as made:
        yield made


@pytest.fixture
def ledger(wire: Wire) -> Iterator[EventLedger]:
    with closing(Database(address(wire.url))) as database:
        yield on_postgres(database)


@both_moments
def test_a_command_is_accepted_once(wire: Wire, ledger: EventLedger, moment: Moment) -> None:
    desk = a_desk(ledger)
    register_zoopit(desk)
    wire.cut(moment)
    receipt = desk.handle(a_report("c-1"), NOW)
    kept = ledger.receipt("zoopit", "c-1")
    assert wire.cuts == 1
    assert kept is not None
    assert kept.receipt == receipt
    assert [one.envelope.command for one in whole(ledger)] == ["register zoopit", "c-1"]
    assert desk.handle(a_report("c-1"), NOW) == receipt


def test_a_ledger_says_that_the_command_id_is_taken_by_itself(
    wire: Wire, ledger: EventLedger
) -> None:
    wire.cut("after")
    with pytest.raises(Conflict):
        ledger.append(changes(), signed(), NOW)
    kept = ledger.receipt("zoopit", "c-1")
    assert kept is not None
    assert [one.position for one in whole(ledger)] == [1]
    assert kept.receipt.events[0].id == whole(ledger)[0].id


@both_moments
def test_an_erasure_is_whole_and_recorded_once(
    wire: Wire, ledger: EventLedger, moment: Moment
) -> None:
    ledger.append(changes(a_draft(a_question()), stream=NOTICE), signed("ask", "joker"), NOW)
    key = ledger.seal("joker", INCIDENT)
    assert key is not None

    def erase() -> None:
        if ledger.receipt("joker", "erase") is None:
            event = ContentErased(party="joker", why="data_subject_request", key=key)
            ledger.append(changes(a_draft(event)), signed("erase", "joker"), NOW)
        ledger.sealer.erase("joker", str(INCIDENT), key)

    wire.cut(moment)
    ledger.together(erase)
    assert wire.cuts == 1
    assert ledger.seal("joker", INCIDENT) is None
    assert [one.envelope.command for one in whole(ledger)] == ["ask", "erase"]


@both_moments
def test_where_the_server_stays_away_the_same_command_is_answered_once_it_is_back(
    moment: Moment,
) -> None:
    url = new_database()
    with Wire(url) as wire, closing(Database(address(wire.url), patience=1)) as away:
        away._pool.wait()
        desk = a_desk(on_postgres(away))
        register_zoopit(desk)
        wire.cut(moment, for_good=True)
        with pytest.raises(Unavailable, match="try again"):
            desk.handle(a_report("c-1"), NOW)
    with closing(Database(address(url))) as back:
        ledger = on_postgres(back)
        assert (ledger.receipt("zoopit", "c-1") is not None) == (moment == "after")
        receipt = a_desk(ledger).handle(a_report("c-1"), NOW)
        assert len(whole(ledger)) == 2
        assert receipt.events[0].id == whole(ledger)[1].id
