"""History stays readable: topics are frozen, and every event version written loads for ever."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eventsourcing.persistence import StoredEvent

from adapters.store.mapper import Entry
from domain.envelope import Recorded
from domain.events import TOPICS
from tests.history.make import FROZEN, HERE, empty_fields, message_of, rendered, sample_of
from tests.history.samples import (
    ENVELOPE,
    EXAMPLES,
    MAPPER,
    SEALER,
    STREAM,
    VERSION,
    example,
)

SAMPLES = sorted(HERE.glob("*.json"))
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)


def topic_of(sample: Path) -> str:
    return sample.name.removesuffix(".json").rpartition(".v")[0]


def loaded(sample: Path) -> Entry:
    state = sample.read_bytes()
    entry = MAPPER.to_domain_event(StoredEvent(STREAM, VERSION, topic_of(sample), state))
    assert isinstance(entry, Entry)
    return entry


def test_the_topics_are_those_that_are_frozen() -> None:
    known = {f"{topic} v{n}" for topic, kind in TOPICS.items() for n in range(1, kind.VERSION + 1)}
    frozen = FROZEN.read_text(encoding="utf-8").splitlines()
    assert len(set(frozen)) == len(frozen)
    assert known == set(frozen), "a topic is for ever; add a new one with tests/history/make.py"


def test_a_topic_bears_the_name_its_event_was_born_with() -> None:
    assert {kind.TOPIC: f"varsel.{kind.__name__}" for kind in TOPICS.values()} == {
        topic: topic for topic in TOPICS
    }


def test_every_event_version_has_a_sample() -> None:
    frozen = [line.split(" v") for line in FROZEN.read_text(encoding="utf-8").splitlines()]
    expected = {sample_of(topic, int(version)) for topic, version in frozen}
    assert expected == set(SAMPLES), "add what is missing with tests/history/make.py --add"


@every_sample
def test_a_sample_loads_for_ever(sample: Path) -> None:
    entry = loaded(sample)
    assert topic_of(sample) == entry.event.TOPIC
    assert entry.envelope == ENVELOPE


@every_sample
def test_a_sample_stored_again_is_the_same_event(sample: Path) -> None:
    entry = loaded(sample)
    again = MAPPER.to_domain_event(MAPPER.to_stored_event(entry))
    assert again == entry


@every_sample
def test_nothing_a_sample_says_is_lost(sample: Path) -> None:
    """Read and written again, every value of a sample of the newest version is still there."""
    entry = loaded(sample)
    stored = json.loads(sample.read_bytes())
    if stored["v"] == entry.event.VERSION:
        again = json.loads(MAPPER.to_stored_event(entry).state)["event"]
        assert {name: again[name] for name in stored["event"]} == stored["event"]


@every_sample
def test_the_words_of_a_sample_are_sealed_and_open_again(sample: Path) -> None:
    entry = loaded(sample)
    recorded = Recorded(stream=STREAM, version=VERSION, envelope=entry.envelope, event=entry.event)
    sealed = sample.read_text(encoding="utf-8").count('"sealed":')
    assert '"plain"' not in sample.read_text(encoding="utf-8")
    opened = [SEALER.open(recorded, path) for path in paths(entry.event.model_dump(mode="json"))]
    assert len(opened) == sealed
    assert all(opened)


def paths(said: object, path: str = "") -> list[str]:
    """Where sealed text stands in an event's data."""
    if isinstance(said, list):
        return [p for n, part in enumerate(said) for p in paths(part, f"{path}/{n}".lstrip("/"))]
    if not isinstance(said, dict):
        return []
    if said.keys() == {"plain", "sealed"}:
        return [path]
    return [p for name, part in said.items() for p in paths(part, f"{path}/{name}".lstrip("/"))]


def test_every_event_has_an_example_that_leaves_no_field_empty() -> None:
    assert {kind.__name__ for kind in TOPICS.values()} == set(EXAMPLES)
    assert {topic: empty_fields(example(topic)) for topic in TOPICS} == {t: [] for t in TOPICS}


@every_sample
def test_the_message_of_what_was_stored_is_the_same_for_ever(sample: Path) -> None:
    assert rendered(sample) == message_of(sample).read_bytes()
