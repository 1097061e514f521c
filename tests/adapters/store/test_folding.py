"""What is remembered of a stream is what folding all of it gives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.store import folding
from adapters.store.ledger import EventLedger
from adapters.store.sqlite import SqliteLedgerRecorder
from adapters.store.vault import MemoryVault
from domain import incident
from domain.envelope import Recorded
from domain.errors import Conflict
from domain.ports import Folded
from tests.adapters.store.lab import INCIDENT, NOW, a_draft, a_question, changes, signed, words

Told = tuple[str, ...]


def told(state: Told | None, recorded: Recorded) -> Told:
    """Everything that was said, in its order."""
    return (*(state or ()), recorded.envelope.command)


def say(ledger: EventLedger, command: str, expected: int) -> None:
    ledger.append(
        changes(a_draft(a_question(command)), expected=expected), signed(command, "joker"), NOW
    )


def fresh(ledger: EventLedger) -> Folded[Told]:
    state: Told | None = None
    log = ledger.read(INCIDENT)
    for recorded in log:
        state = told(state, recorded)
    return Folded(state, len(log))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["say", "fold", "share", "fail"]), max_size=12))
def test_at_any_time_it_is_what_a_fresh_fold_gives(steps: list[str]) -> None:
    ledger, said = EventLedger(None, MemoryVault()), 0
    for step in steps:
        if step == "say":
            say(ledger, f"c-{said}", said)
            said += 1
        elif step == "share":
            [first, second] = [partial(say, ledger, f"c-{n}", n) for n in (said, said + 1)]
            works: list[Callable[[], Any]] = [first, lambda: ledger.fold(INCIDENT, told), second]
            found = ledger.share(works)
            said += 2
            assert found[1].value.version == said - 1
        elif step == "fail":
            late = partial(say, ledger, "late", 99)
            works = [late, lambda: ledger.fold(INCIDENT, told)]
            assert isinstance(ledger.share(works)[0].error, Conflict)
        assert ledger.fold(INCIDENT, told) == fresh(ledger)


def test_only_what_is_new_is_folded(ledger: EventLedger) -> None:
    seen: list[str] = []

    def note(state: int | None, recorded: Recorded) -> int:
        seen.append(recorded.envelope.command)
        return (state or 0) + 1

    for number in range(3):
        say(ledger, f"c-{number}", number)
        assert ledger.fold(INCIDENT, note) == (number + 1, number + 1)
    assert seen == ["c-0", "c-1", "c-2"]


def test_a_history_that_is_another_one_by_now_is_folded_anew(filed: EventLedger) -> None:
    """A stand-by that took over may hold other events under the same versions."""
    say(filed, "lost", 0)
    assert filed.fold(INCIDENT, told).state == ("lost",)
    recorder = cast("SqliteLedgerRecorder", filed._recorder)
    recorder._writer.executescript("DELETE FROM stored_events; DELETE FROM receipts")
    assert filed.fold(INCIDENT, told) == (None, 0)
    say(filed, "other", 0)
    assert filed.fold(INCIDENT, told).state == ("other",)


def test_plain_words_are_not_remembered(ledger: EventLedger) -> None:
    def texts(_: Any, recorded: Recorded) -> Any:
        return cast("Any", recorded.event).text

    say(ledger, "What was said.", 0)
    state: Any = ledger.fold(INCIDENT, texts).state
    assert state != words("What was said.")
    assert state.plain is None


def test_no_more_streams_are_remembered_than_there_is_room_for(
    ledger: EventLedger, monkeypatch: Any
) -> None:
    monkeypatch.setattr(folding, "MOST", 1)
    say(ledger, "c-0", 0)
    assert ledger.fold(INCIDENT, told).version == 1
    ledger.fold(INCIDENT, incident.evolve)
    assert len(ledger._folds._known) == 1
    assert ledger.fold(INCIDENT, told) == fresh(ledger)
