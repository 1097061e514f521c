"""What is read from the ledger is judged first: known, whole, and lifted to the newest version."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest
from eventsourcing.persistence import StoredEvent

from adapters.store.mapper import Entry, Upcaster, VarselMapper
from adapters.store.sealing import Sealer
from adapters.store.vault import MemoryVault
from domain import events as e
from domain.errors import Unavailable
from domain.events import Event
from domain.values import Text
from tests.adapters.store.lab import INCIDENT, a_question, an_envelope, as_recorded, words

WHERE = f"{INCIDENT} version 7"


class DoorOpened(Event):
    """Said with `who` in version 1, with `by` in version 2, with `by` and `how` in version 3."""

    TOPIC: ClassVar[str] = "test.DoorOpened"
    VERSION: ClassVar[int] = 3
    by: str
    how: str
    note: Text | None = None


def rename_who(said: dict[str, Any]) -> dict[str, Any]:
    return {"by": said["who"], **{name: said[name] for name in said if name != "who"}}


def assume_a_key(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "how": f"{said['by']} had a key"}


STEPS: dict[tuple[str, int], Upcaster] = {
    ("test.DoorOpened", 1): rename_who,
    ("test.DoorOpened", 2): assume_a_key,
}


def a_mapper(sealer: Sealer | None = None) -> VarselMapper:
    topics: dict[str, type[Event]] = {**e.TOPICS, DoorOpened.TOPIC: DoorOpened}
    return VarselMapper(sealer or Sealer(MemoryVault()), topics, STEPS)


def an_entry(event: Event | None = None) -> Entry:
    return Entry(INCIDENT, 7, an_envelope(), event or a_question())


def a_row(state: bytes | dict[str, Any], topic: str = DoorOpened.TOPIC) -> StoredEvent:
    raw = state if isinstance(state, bytes) else json.dumps(state).encode()
    return StoredEvent(originator_id=INCIDENT, originator_version=7, topic=topic, state=raw)


def a_state(version: object, **said: object) -> dict[str, Any]:
    return {"v": version, "envelope": an_envelope().model_dump(mode="json"), "event": said}


def read(row: StoredEvent) -> Event:
    entry: Entry = a_mapper().to_domain_event(row)
    return entry.event


# --- what is written ---------------------------------------------------------------------------


def test_the_stored_state_is_compact_json_with_sorted_keys() -> None:
    state = a_mapper().to_stored_event(an_entry(e.NoticeAcknowledged())).state
    about = f'{{"client":null,"incident":"{INCIDENT}","vendor":null}}'
    envelope = (
        f'{{"about":{about},"actor":null,"command":"c-1","corrects":null,"happened":null,'
        '"id":"018697f0-0000-7000-8000-000000000001","party":"joker",'
        '"recorded_at":"2023-02-28T11:00:00Z","release_at":null,'
        '"salt":"00000000000000000000000000000000","visibility":["joker"]}'
    )
    assert state.decode() == f'{{"envelope":{envelope},"event":{{}},"v":1}}'


def test_the_topic_and_the_place_are_the_rows_own() -> None:
    stored = a_mapper().to_stored_event(an_entry())
    assert (stored.originator_id, stored.originator_version) == (INCIDENT, 7)
    assert stored.topic == "varsel.QuestionAsked"


def test_only_sealed_text_is_written() -> None:
    state = json.loads(a_mapper().to_stored_event(an_entry(a_question("Which data?"))).state)
    assert state["event"].keys() == {"question", "text"}
    assert state["event"]["text"].keys() == {"sealed"}


def test_letters_are_stored_as_themselves() -> None:
    told = e.OthersInformed(who="Økokrim")
    assert "Økokrim".encode() in a_mapper().to_stored_event(an_entry(told)).state


# --- what is read ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"v":3,', id="half of it"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b"[1,2]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"{}", id="no parts"),
        pytest.param({**a_state(3, by="a", how="b"), "envelope": {}}, id="an empty envelope"),
        pytest.param({"v": 3, "event": {"by": "a", "how": "b"}}, id="no envelope"),
        pytest.param(a_state(3, by="a"), id="a field missing"),
        pytest.param(a_state(3, by="a", how="b", why="c"), id="a field too many"),
        pytest.param(a_state(3, by="a", how=5), id="a field of another type"),
        pytest.param(a_state("3", by="a", how="b"), id="a version that is text"),
        pytest.param(a_state(None, by="a", how="b"), id="no version"),
        pytest.param(a_state(0, by="a", how="b"), id="version 0"),
        pytest.param(a_state(-1, by="a", how="b"), id="version -1"),
        pytest.param({**a_state(1), "event": [1]}, id="an old event that is a list"),
        pytest.param({**a_state(3), "event": None}, id="no event"),
        pytest.param(a_state(1), id="an old event its upcaster cannot lift"),
    ],
)
def test_a_broken_event_is_refused_naming_its_place(state: bytes | dict[str, Any]) -> None:
    with pytest.raises(Unavailable, match=f"a broken event at {WHERE}"):
        read(a_row(state))


def test_an_unknown_topic_is_refused_naming_it_and_its_place() -> None:
    with pytest.raises(Unavailable) as refusal:
        read(a_row(a_state(1), topic="varsel.FromTheFuture"))
    assert WHERE in refusal.value.message
    assert refusal.value.got == "varsel.FromTheFuture"
    assert refusal.value.next_step is not None


def test_a_newer_version_is_refused_naming_both_versions() -> None:
    with pytest.raises(Unavailable, match=f"{WHERE}.*version 4 is newer than 3"):
        read(a_row(a_state(4, by="a", how="b")))


def test_a_version_nobody_can_lift_is_refused_naming_the_missing_step() -> None:
    mapper = VarselMapper(
        Sealer(MemoryVault()), {DoorOpened.TOPIC: DoorOpened}, {(DoorOpened.TOPIC, 1): rename_who}
    )
    with pytest.raises(Unavailable, match=f"{WHERE}.*no upcaster from version 2"):
        mapper.to_domain_event(a_row(a_state(1, who="Ann")))


def test_what_no_door_accepts_the_ledger_refuses_to_read() -> None:
    named = {"clients": [{"client": "Not An Id", "sure": "suspected"}]}
    with pytest.raises(Unavailable, match=WHERE):
        read(a_row(a_state(1, **named), topic="varsel.ClientsNamed"))


# --- upcasting ---------------------------------------------------------------------------------


def test_the_first_version_is_lifted_step_by_step() -> None:
    assert read(a_row(a_state(1, who="Ann"))) == DoorOpened(by="Ann", how="Ann had a key")


def test_the_second_version_takes_the_last_step_alone() -> None:
    assert read(a_row(a_state(2, by="Bo"))) == DoorOpened(by="Bo", how="Bo had a key")


def test_the_newest_version_takes_no_step() -> None:
    assert read(a_row(a_state(3, by="Cy", how="by force"))) == DoorOpened(by="Cy", how="by force")


def test_the_newest_version_is_the_one_written() -> None:
    stored = a_mapper().to_stored_event(an_entry(DoorOpened(by="Cy", how="by force")))
    assert json.loads(stored.state)["v"] == 3


def test_an_event_is_lifted_on_reading_and_left_alone_on_disk() -> None:
    row = a_row(a_state(1, who="Ann"))
    before = bytes(row.state)
    read(row)
    assert row.state == before


def test_sealed_text_of_an_old_version_still_opens() -> None:
    sealer = Sealer(MemoryVault())
    written = a_mapper(sealer).to_stored_event(
        an_entry(DoorOpened(by="Ann", how="", note=words("at night")))
    )
    state = json.loads(written.state)
    state["v"], state["event"] = 1, {"who": "Ann", "note": state["event"]["note"]}
    lifted = a_mapper(sealer).to_domain_event(a_row(state))
    assert sealer.open(as_recorded(lifted), "note") == "at night"
