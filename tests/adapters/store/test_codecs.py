"""Encoding and decoding are each other's inverse, for every event that can be said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.store.mapper import Entry, VarselMapper
from adapters.store.sealing import Sealer
from adapters.store.stamping import event_id
from adapters.store.vault import MemoryVault
from domain.events import TOPICS
from tests.adapters.store.lab import INCIDENT, NOTICE, NOW, as_recorded, opened, unsealed
from tests.adapters.store.vocabulary import envelopes, events, instants

versions = st.integers(1, 10**6)


@pytest.mark.parametrize("topic", sorted(TOPICS))
@settings(max_examples=25)
@given(st.data())
def test_what_is_stored_is_what_was_said(topic: str, data: st.DataObject) -> None:
    sealer = Sealer(MemoryVault())
    mapper = VarselMapper(sealer)
    event = data.draw(events(TOPICS[topic]))
    said = Entry(INCIDENT, data.draw(versions), data.draw(envelopes), event)
    read: Entry = mapper.to_domain_event(mapper.to_stored_event(said))
    assert (read.originator_id, read.originator_version) == (INCIDENT, said.originator_version)
    assert read.envelope == said.envelope
    assert opened(sealer, as_recorded(read)) == unsealed(event)


@pytest.mark.parametrize("topic", sorted(TOPICS))
@settings(max_examples=5)
@given(st.data())
def test_the_stored_bytes_are_canonical_and_stay_the_same_when_stored_again(
    topic: str, data: st.DataObject
) -> None:
    mapper = VarselMapper(Sealer(MemoryVault()))
    said = Entry(INCIDENT, 1, data.draw(envelopes), data.draw(events(TOPICS[topic])))
    stored = mapper.to_stored_event(said)
    sorted_anew = json.dumps(
        json.loads(stored.state), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert stored.state == sorted_anew.encode()
    assert mapper.to_stored_event(mapper.to_domain_event(stored)) == stored


@pytest.mark.parametrize("topic", sorted(TOPICS))
@settings(max_examples=3)
@given(st.data())
def test_what_is_said_to_one_after_the_other_is_read_by_each(
    topic: str, data: st.DataObject
) -> None:
    sealer = Sealer(MemoryVault())
    mapper = VarselMapper(sealer)
    event = data.draw(events(TOPICS[topic]))
    for stream in (INCIDENT, NOTICE):
        said = Entry(stream, 1, data.draw(envelopes), event)
        read: Entry = mapper.to_domain_event(mapper.to_stored_event(said))
        assert read.envelope == said.envelope
        assert opened(sealer, as_recorded(read)) == unsealed(event)


@given(instants)
def test_an_event_id_is_a_uuid_of_version_7(at: datetime) -> None:
    made = event_id(at)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert UUID(str(made)) == made


@given(instants)
def test_an_event_id_begins_with_its_time_in_milliseconds(at: datetime) -> None:
    since_1970 = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert event_id(at).int >> 80 == since_1970


@given(st.lists(instants, unique=True))
def test_event_ids_sort_like_their_milliseconds(times: list[datetime]) -> None:
    ids = [event_id(at) for at in sorted(times)]
    assert [made.hex[:12] for made in ids] == sorted(made.hex[:12] for made in ids)


def test_event_ids_of_one_instant_differ() -> None:
    assert len({event_id(NOW) for _ in range(1000)}) == 1000
