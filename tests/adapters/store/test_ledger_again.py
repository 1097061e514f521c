"""What stays when a ledger is opened again, and when several are open on one store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from domain import streams
from domain.errors import CommandReused
from tests.adapters.store.conftest import Opened
from tests.adapters.store.lab import (
    INCIDENT,
    NOW,
    a_desk,
    a_draft,
    a_question,
    a_report,
    changes,
    later,
    register_zoopit,
    signed,
    whole,
)


def test_events_survive_re_opening(opened: Opened) -> None:
    with opened() as ledger:
        ledger.append(changes(a_draft(a_question("Which data?")), a_draft()), signed(), NOW)
        before = whole(ledger)
    with opened() as ledger:
        assert whole(ledger) == before
        assert ledger.sealer.open(before[0], "text") == "Which data?"


def test_receipts_survive_re_opening(opened: Opened) -> None:
    with opened() as ledger:
        receipt = ledger.append(changes(), signed(), NOW)
    with opened() as ledger:
        kept = ledger.receipt("zoopit", "c-1")
        assert kept is not None
        assert (kept.digest, kept.receipt) == ("its body", receipt)


def test_time_does_not_go_back_after_re_opening(opened: Opened) -> None:
    with opened() as ledger:
        ledger.append(changes(), signed("c-1"), NOW)
    with opened() as ledger:
        assert ledger.append(changes(expected=1), signed("c-2"), later(days=-1)).recorded_at == NOW


def test_positions_go_on_after_re_opening(opened: Opened) -> None:
    for number in range(3):
        with opened() as ledger:
            ledger.append(changes(expected=number), signed(f"c-{number}"), NOW)
            assert ledger.position() == number + 1


def test_a_repeated_command_gets_its_first_receipt_after_a_restart(opened: Opened) -> None:
    with opened() as ledger:
        register_zoopit(a_desk(ledger))
        first = a_desk(ledger).handle(a_report("c-1"), NOW)
    with opened() as ledger:
        assert a_desk(ledger).handle(a_report("c-1"), later(days=3)) == first
        assert len(ledger.read(INCIDENT)) == 1


def test_another_body_is_refused_after_a_restart(opened: Opened) -> None:
    with opened() as ledger:
        register_zoopit(a_desk(ledger))
        a_desk(ledger).handle(a_report("c-1"), NOW)
    with opened() as ledger, pytest.raises(CommandReused):
        a_desk(ledger).handle(a_report("c-1", slug="another"), NOW)


def test_two_ledgers_on_one_store_keep_one_order_of_time(opened: Opened) -> None:
    with opened() as one, opened() as other:

        def write(writer: int) -> None:
            ledger = (one, other)[writer % 2]
            stream = streams.incident_id("zoopit", f"leak-{writer}")
            for number in range(15):
                more = changes(stream=stream, expected=number)
                now = later(milliseconds=number * (writer + 1))
                ledger.append(more, signed(f"{writer}/{number}"), now)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, range(4)))
        log = whole(one)
        times = [read.envelope.recorded_at for read in log]
        assert whole(other) == log
        assert times == sorted(times)
        assert [read.position for read in log] == list(range(1, 61))
