"""A leaf: every byte of a row is committed to, and what is its writer's alone by a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.canonical import canonical
from adapters.evidence.leaf import leaf_bytes, parts, stands_for
from adapters.store.mapper import Entry, VarselMapper
from adapters.store.sealing import Sealer
from adapters.store.stored import StoredRow
from adapters.store.vault import MemoryVault
from domain.envelope import Envelope
from domain.events import TOPICS, Event
from tests.adapters.store.vocabulary import envelopes, events

STREAM = UUID("01869a3f-2f00-7abc-8def-0123456789ab")
STATE = (
    '{"envelope":{"actor":{"user":"u-1"},"command":"tell-joker-and-kiwi","id":"1","party":"zoopit",'
    '"salt":"00ff"},"event":{"who":"Økokrim"},"v":1}'
).encode()
OWN = b'{"actor":{"user":"u-1"},"command":"tell-joker-and-kiwi","salt":"00ff"}'
SHOWN = '{"envelope":{"id":"1","party":"zoopit"},"event":{"who":"Økokrim"},"v":1}'.encode()


def a_row(state: bytes = STATE) -> StoredRow:
    return StoredRow(7, STREAM, 2, "varsel.OthersInformed", state)


def test_the_bytes_of_a_leaf_are_those_that_the_format_tells() -> None:
    assert leaf_bytes(a_row()) == b"".join(
        (
            b"varsel-leaf/1\n",
            bytes.fromhex("0000000000000007"),
            STREAM.bytes,
            bytes.fromhex("0000000000000002"),
            bytes.fromhex("00000015") + b"varsel.OthersInformed",
            len(SHOWN).to_bytes(4, "big") + SHOWN,
            hashlib.sha256(OWN).digest(),
        )
    )


def test_what_is_its_writers_alone_is_not_in_what_is_shown() -> None:
    found = parts(STATE)
    assert (found.shown, canonical(found.own)) == (SHOWN, OWN)


@pytest.mark.parametrize("old", [b"u-1", b"tell-joker", b"00ff", b"zoopit", "Ø".encode(), b"1}"])
def test_another_byte_in_either_part_is_another_leaf(old: bytes) -> None:
    leaf = hashlib.sha256(b"\0" + leaf_bytes(a_row())).digest()
    assert stands_for(leaf, a_row())
    assert not stands_for(leaf, a_row(STATE.replace(old, old[:-1] + bytes([old[-1] ^ 1]))))


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state + b"\n",
        lambda state: state.replace(b'"v":1', b'"v":1,"v":1'),
        lambda state: state.replace("Ø".encode(), b"\\u00d8"),
        lambda state: json.dumps(json.loads(state)).encode(),
        lambda state: state.replace(b'"salt"', b'"salz"'),
        lambda state: state.replace(b'{"actor":{"user":"u-1"},', b"{"),
        lambda state: state.replace("Ø".encode(), b"\xd8"),
        lambda _: b"{}",
        lambda _: b"[]",
        lambda _: b'{"envelope":"actor, command, salt"}',
        lambda _: b"[" * 100_000,
    ],
)
def test_a_state_in_any_other_writing_has_no_leaf(change: Callable[[bytes], bytes]) -> None:
    state = change(STATE)
    assert state != STATE
    with pytest.raises(ValueError, match=r"^its state is|codec can't decode"):
        leaf_bytes(a_row(state))
    assert not stands_for(bytes(32), a_row(state))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(TOPICS.values())).flatmap(events), envelopes)
def test_whatever_the_ledger_writes_has_a_leaf(event: Event, envelope: Envelope) -> None:
    entry = Entry(STREAM, 1, envelope, event)
    found = parts(VarselMapper(Sealer(MemoryVault())).to_stored_event(entry).state)
    said = envelope.model_dump(mode="json")
    assert found.own == {name: said.pop(name) for name in ("actor", "command", "salt")}
    assert json.loads(found.shown)["envelope"] == said
