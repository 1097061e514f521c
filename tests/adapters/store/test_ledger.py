"""What every ledger promises, in memory and on disk."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest

from adapters.store.ledger import EventLedger
from domain import events as e
from domain import streams
from domain.envelope import Actor, Context, Draft
from domain.errors import CommandReused, Conflict
from domain.ports import Ledger, Signature
from domain.values import When
from tests.adapters.store.lab import (
    INCIDENT,
    NOTICE,
    NOW,
    a_desk,
    a_draft,
    a_question,
    a_report,
    changes,
    later,
    opened,
    register_zoopit,
    several,
    signed,
    unsealed,
    whole,
)


def test_it_is_a_ledger_as_the_domain_asks_for_one(ledger: EventLedger) -> None:
    port: Ledger = ledger
    assert port.read(INCIDENT) == []
    assert port.receipt("zoopit", "c-1") is None


def test_an_event_reads_back_as_it_was_decided(ledger: EventLedger) -> None:
    draft = Draft(
        event=a_question(),
        about=Context(incident=INCIDENT, vendor="zoopit", client="joker"),
        visibility=("joker", "zoopit"),
        happened=When(at="2023-02-27"),
        corrects=NOTICE,
    )
    by = Signature("joker", "c-1", "its body", "ask", Actor(user="u-17", role="dpo"))
    ledger.append(changes(draft), by, NOW)
    [read] = ledger.read(INCIDENT)
    assert (read.stream, read.version) == (INCIDENT, 1)
    assert opened(ledger.sealer, read) == unsealed(draft.event)
    assert (read.envelope.party, read.envelope.command) == ("joker", "c-1")
    assert (read.envelope.actor, read.envelope.recorded_at) == (by.actor, NOW)
    assert read.envelope.about == draft.about
    assert read.envelope.visibility == draft.visibility
    assert (read.envelope.happened, read.envelope.corrects) == (draft.happened, NOTICE)


def test_the_log_and_the_stream_tell_the_same(ledger: EventLedger) -> None:
    ledger.append(changes(a_draft(a_question()), a_draft()), signed(), NOW)
    from_stream = [replace(read, position=0) for read in whole(ledger)]
    assert from_stream == ledger.read(INCIDENT)


def test_every_event_gets_an_id_and_a_salt_of_its_own(ledger: EventLedger) -> None:
    ledger.append(changes(*[a_draft() for _ in range(50)]), signed(), NOW)
    envelopes = [read.envelope for read in whole(ledger)]
    assert len({envelope.id for envelope in envelopes}) == 50
    assert len({envelope.salt for envelope in envelopes}) == 50
    assert {len(bytes.fromhex(envelope.salt)) for envelope in envelopes} == {16}


def test_it_says_that_it_takes_what_comes(ledger: EventLedger) -> None:
    ledger.require_open()


# --- all or nothing ----------------------------------------------------------------------------


def test_one_command_saves_to_several_streams_at_once(ledger: EventLedger) -> None:
    both = several({NOTICE: (0, [a_draft()]), INCIDENT: (0, [a_draft(), a_draft()])})
    ledger.append(both, signed(), NOW)
    assert [len(ledger.read(stream)) for stream in (INCIDENT, NOTICE)] == [2, 1]
    assert [read.stream for read in whole(ledger)] == [INCIDENT, INCIDENT, NOTICE]


def test_a_stale_version_in_one_stream_saves_nothing_in_any(ledger: EventLedger) -> None:
    ledger.append(changes(stream=NOTICE), signed("first"), NOW)
    stale = several({INCIDENT: (0, [a_draft()]), NOTICE: (0, [a_draft()])})
    with pytest.raises(Conflict):
        ledger.append(stale, signed("late"), NOW)
    assert ledger.read(INCIDENT) == []
    assert [read.envelope.command for read in whole(ledger)] == ["first"]


def test_a_refused_append_leaves_no_receipt(ledger: EventLedger) -> None:
    ledger.append(changes(), signed("first"), NOW)
    with pytest.raises(Conflict):
        ledger.append(changes(), signed("late"), NOW)
    assert ledger.receipt("zoopit", "late") is None


def test_a_refused_append_does_not_move_the_clock(ledger: EventLedger) -> None:
    ledger.append(changes(), signed("first"), NOW)
    with pytest.raises(Conflict):
        ledger.append(changes(), signed("late"), later(days=1))
    receipt = ledger.append(changes(expected=1), signed("again"), later(seconds=1))
    assert receipt.recorded_at == later(seconds=1)


def test_a_command_id_in_use_saves_nothing(ledger: EventLedger) -> None:
    first = ledger.append(changes(), signed("c-1"), NOW)
    with pytest.raises(Conflict):
        ledger.append(changes(stream=NOTICE), signed("c-1", digest="another"), NOW)
    assert ledger.read(NOTICE) == []
    kept = ledger.receipt("zoopit", "c-1")
    assert kept is not None
    assert (kept.digest, kept.receipt) == ("its body", first)


def test_a_command_decided_on_what_is_not_there_any_more_is_a_conflict(
    ledger: EventLedger,
) -> None:
    ledger.append(changes(), signed("first"), NOW)
    with pytest.raises(Conflict):
        ledger.append(changes(expected=3), signed("late"), NOW)
    assert [read.version for read in ledger.read(INCIDENT)] == [1]


def test_of_two_writers_of_one_version_one_wins(ledger: EventLedger) -> None:
    gate = threading.Barrier(4)

    def write(number: int) -> bool:
        gate.wait()
        try:
            ledger.append(changes(), signed(f"c-{number}"), NOW)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(write, range(4))) == [False, False, False, True]
    assert len(whole(ledger)) == 1


# --- receipts ----------------------------------------------------------------------------------


def test_a_receipt_names_the_writers_events_and_counts_the_notices(ledger: EventLedger) -> None:
    ledger.append(changes(stream=NOTICE), signed("before"), NOW)
    both = several({NOTICE: (1, [a_draft(), a_draft()]), INCIDENT: (0, [a_draft(a_question())])})
    receipt = ledger.append(both, signed(), NOW)
    [own] = receipt.events
    assert (own.type, own.position, own.id) == ("QuestionAsked", 2, whole(ledger)[1].id)
    assert (receipt.notices, receipt.incident) == (2, INCIDENT)
    assert (receipt.command, receipt.verb, receipt.recorded_at) == ("c-1", "report_leak", NOW)


def test_two_parties_may_use_the_same_command_id(ledger: EventLedger) -> None:
    zoopits = ledger.append(changes(), signed("1", "zoopit"), NOW)
    jokers = ledger.append(changes(stream=NOTICE), signed("1", "joker"), NOW)
    kept = [ledger.receipt(party, "1") for party in ("zoopit", "joker")]
    assert [one.receipt for one in kept if one] == [zoopits, jokers]
    assert zoopits != jokers


def test_a_command_that_changes_nothing_is_told_so_in_utc(ledger: EventLedger) -> None:
    oslo = NOW.astimezone(timezone(timedelta(hours=1)))
    receipt = ledger.append(several({}, main=None), signed(), oslo)
    assert (receipt.events, receipt.notices) == ((), 0)
    assert (receipt.recorded_at, receipt.recorded_at.tzinfo) == (NOW, UTC)
    assert ledger.position() == 0


def test_a_repeated_command_gets_its_first_receipt(ledger: EventLedger) -> None:
    desk = a_desk(ledger)
    register_zoopit(desk)
    first = desk.handle(a_report("c-1"), NOW)
    assert desk.handle(a_report("c-1"), later(hours=5)) == first
    assert len(ledger.read(INCIDENT)) == 1


def test_a_command_id_with_another_body_is_refused(ledger: EventLedger) -> None:
    desk = a_desk(ledger)
    register_zoopit(desk)
    desk.handle(a_report("c-1"), NOW)
    with pytest.raises(CommandReused):
        desk.handle(a_report("c-1", text="We closed two holes."), NOW)


def test_of_one_command_id_used_many_times_at_once_one_wins(ledger: EventLedger) -> None:
    gate = threading.Barrier(4)

    def write(number: int) -> bool:
        gate.wait()
        try:
            ledger.append(changes(stream=streams.notice_id(INCIDENT, str(number))), signed(), NOW)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(write, range(4))) == [False, False, False, True]
    assert len(whole(ledger)) == 1


# --- time and order ----------------------------------------------------------------------------


def test_recorded_time_never_goes_back_when_the_clock_does(ledger: EventLedger) -> None:
    nows = [NOW, later(hours=-3), later(seconds=1), later(days=-400), later(microseconds=1)]
    for number, now in enumerate(nows):
        ledger.append(changes(expected=number), signed(f"c-{number}"), now)
    second = later(seconds=1)
    assert [r.envelope.recorded_at for r in whole(ledger)] == [NOW, NOW, second, second, second]


def test_recorded_time_is_utc_wherever_the_asker_lives(ledger: EventLedger) -> None:
    kathmandu = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))
    ledger.append(changes(), signed(), kathmandu)
    [read] = whole(ledger)
    assert read.envelope.recorded_at == NOW
    assert read.envelope.recorded_at.utcoffset() == timedelta(0)


def test_with_four_writers_time_never_goes_back_and_positions_have_no_gap(
    ledger: EventLedger,
) -> None:
    def write(writer: int) -> None:
        stream = streams.incident_id("zoopit", f"leak-{writer}")
        for number in range(25):
            now = later(milliseconds=(writer * 7919 + number * 104_729) % 1000)
            more = changes(stream=stream, expected=number)
            ledger.append(more, signed(f"{writer}/{number}"), now)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    log = whole(ledger)
    times = [read.envelope.recorded_at for read in log]
    assert times == sorted(times)
    assert [read.position for read in log] == list(range(1, 101))


def test_the_log_is_read_in_pages_without_gap_or_repetition(ledger: EventLedger) -> None:
    for number in range(7):
        ledger.append(changes(expected=number), signed(f"c-{number}"), NOW)
    pages = [ledger.since(after, 3) for after in (0, 3, 6, 7)]
    assert [[read.position for read in page] for page in pages] == [[1, 2, 3], [4, 5, 6], [7], []]
    assert [read.envelope.command for page in pages for read in page] == [
        f"c-{number}" for number in range(7)
    ]


def test_the_log_knows_its_end_and_each_of_its_places(ledger: EventLedger) -> None:
    assert (ledger.position(), ledger.at(1)) == (0, None)
    ledger.append(changes(a_draft(), a_draft(a_question())), signed(), NOW)
    assert ledger.position() == 2
    assert [ledger.at(position) for position in (0, 3)] == [None, None]
    second = ledger.at(2)
    assert second is not None
    assert isinstance(second.event, e.QuestionAsked)


def test_the_log_tells_what_is_of_some_kinds_and_passes_over_the_rest(ledger: EventLedger) -> None:
    for number in range(3):
        both = changes(a_draft(), a_draft(a_question()), expected=2 * number)
        ledger.append(both, signed(f"c-{number}"), NOW)
    asked = ledger.telling({e.QuestionAsked})
    assert [one.position for one in asked] == [2, 4, 6]
    assert [one.position for one in ledger.telling({e.QuestionAsked}, 2)] == [4, 6]
    assert ledger.telling({e.QuestionAsked}, 6) == ledger.telling({e.CaseClosed}) == []
    kind = type(ledger.since(0, 1)[0].event)
    assert ledger.telling({e.QuestionAsked, kind}) == ledger.since(0, 10)


# --- watchers ----------------------------------------------------------------------------------


def test_watchers_are_woken_once_the_events_can_be_read(ledger: EventLedger) -> None:
    seen: list[int] = []
    ledger.watch(lambda: seen.append(ledger.position()))
    ledger.append(changes(a_draft(), a_draft()), signed("c-1"), NOW)
    ledger.append(changes(expected=2), signed("c-2"), NOW)
    assert seen == [2, 3]


def test_a_watcher_may_write_itself(ledger: EventLedger) -> None:
    def remind() -> None:
        if not ledger.read(NOTICE):
            ledger.append(changes(stream=NOTICE), signed("reminder", "platform"), NOW)

    ledger.watch(remind)
    ledger.append(changes(), signed(), NOW)
    assert len(whole(ledger)) == 2


def test_watchers_sleep_on_where_nothing_was_saved(ledger: EventLedger) -> None:
    ledger.append(changes(), signed("c-1"), NOW)
    ledger.watch(lambda: pytest.fail("woken for nothing"))
    with pytest.raises(Conflict):
        ledger.append(changes(), signed("c-2"), NOW)
    ledger.append(several({}, main=None), signed("c-3"), NOW)
