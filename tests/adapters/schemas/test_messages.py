"""Feed messages: what was sent once, and whatever is sent, is as its published schema says."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.schemas import ROOT, documents
from adapters.schemas.examples import of_schema
from adapters.wire import render
from domain.envelope import Recorded
from domain.events import TOPICS, Event
from projections.feed_index import FIRST_HASH, Place
from tests.adapters.schemas.judging import check, complaints
from tests.adapters.store.vocabulary import envelopes, events
from tests.history.make import HERE
from tests.history.samples import STREAM

EVENTS = {path: one for path, one in documents().items() if path.startswith("events/")}
NEWEST = {f"{kind.TOPIC}.v{kind.VERSION}" for kind in TOPICS.values()}
SENT = [path for path in sorted((HERE / "messages").glob("*.json")) if path.stem in NEWEST]
every_message = pytest.mark.parametrize("sent", SENT, ids=lambda path: path.stem)
every_schema = pytest.mark.parametrize("path", EVENTS)

Message = dict[str, Any]


def schema_of(message: Message) -> Message:
    """Found as a reader finds it: by the message's type."""
    return documents()[f"events/{message['type']}.json"]


def read(path: Path) -> Message:
    message: Message = json.loads(path.read_bytes())
    return message


def test_every_event_has_a_schema_and_a_message_to_hold_against_it() -> None:
    assert {f"events/{name}.json" for name in NEWEST} == set(EVENTS)
    assert {path.stem for path in SENT} == NEWEST


@every_schema
def test_a_schema_is_one_and_says_where_it_is(path: str) -> None:
    check(EVENTS[path])
    assert EVENTS[path]["$id"] == f"{ROOT}{path}"
    assert EVENTS[path]["description"].endswith(".")


@every_message
def test_a_message_is_as_its_schema_says(sent: Path) -> None:
    message = read(sent)
    assert complaints(message, schema_of(message)) == []


@pytest.mark.parametrize("kind", TOPICS.values(), ids=lambda kind: str(kind.__name__))
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_whatever_can_be_said_has_a_message_as_its_schema_says(
    kind: type[Event], data: st.DataObject
) -> None:
    envelope, event = data.draw(envelopes), data.draw(events(kind))
    recorded = Recorded(stream=STREAM, version=1, position=1, envelope=envelope, event=event)
    place = Place(feed="joker", sequence=1, previous=FIRST_HASH, message=str(STREAM))
    message = json.loads(render(recorded, place))
    assert complaints(message, schema_of(message)) == []


@every_schema
def test_the_example_of_a_message_is_one(path: str) -> None:
    assert complaints(of_schema(EVENTS[path]), EVENTS[path]) == []


@every_message
def test_a_message_that_lacks_anything_always_there_is_refused(sent: Path) -> None:
    message = read(sent)
    schema = schema_of(message)
    for name in schema["required"]:
        lacking = {key: part for key, part in message.items() if key != name}
        assert complaints(lacking, schema) == [f"$: {name!r} is a required property"]


@every_message
def test_an_event_that_lacks_a_field_it_must_have_is_refused(sent: Path) -> None:
    message = read(sent)
    schema = schema_of(message)
    said = schema["properties"]["data"]["properties"]["with"]
    for name in said.get("required", ()):
        lacking = copy.deepcopy(message)
        del lacking["data"]["with"][name]
        assert complaints(lacking, schema) == [f"$.data.with: {name!r} is a required property"]


@every_message
@pytest.mark.parametrize(
    "place", [(), ("data",), ("data", "with")], ids=["envelope", "data", "with"]
)
def test_a_field_that_nobody_defined_is_refused(sent: Path, place: tuple[str, ...]) -> None:
    message = read(sent)
    inner = message
    for name in place:
        inner = inner[name]
    inner["madeup"] = "x"
    [said] = complaints(message, schema_of(message))
    assert "'madeup' was unexpected" in said


WRONG: dict[str, Callable[[Message], None]] = {
    "a number for the sequence": lambda m: m.update(sequence=1),
    "a sequence of nought": lambda m: m.update(sequence="0"),
    "another version": lambda m: m.update(specversion="0.3"),
    "a time without its zone": lambda m: m.update(time="2026-03-01T08:30:00"),
    "an id that is none": lambda m: m.update(id="7"),
    "a hash that is too short": lambda m: m.update(previoushash="00"),
    "another type inside": lambda m: m["data"].update(type="Madeup"),
    "a side that is none": lambda m: m["data"].update(source="press"),
    "no happening": lambda m: m["data"].update(happened=None),
    "a null for what is left out": lambda m: m["data"]["with"].update(since=None),
    "free text": lambda m: m["data"]["with"]["facts"]["claims"][0].update(words="They said so."),
    "a channel that is none": lambda m: m["data"]["with"].update(channel="pigeon"),
    "a count that is none": lambda m: m["data"]["with"].update(count="many"),
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG)
def test_a_value_of_another_kind_is_refused(spoil: Callable[[Message], None]) -> None:
    message = read(HERE / "messages" / "varsel.ClientNotified.v1.json")
    spoil(message)
    assert len(complaints(message, schema_of(message))) == 1
