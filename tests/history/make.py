"""Adds a sample, and its feed message, for every event version that has none; none is changed.

Run by hand after a new event or a new version:  .venv/bin/python -m tests.history.make --add
"""

from __future__ import annotations

import sys
from pathlib import Path

from eventsourcing.persistence import StoredEvent

from adapters.store.mapper import Entry
from adapters.wire import render
from domain.envelope import Recorded
from domain.events import TOPICS, Event
from projections.feed_index import FIRST_HASH, Place
from tests.history.samples import MAPPER, STREAM, VERSION, entry, example

HERE = Path(__file__).parent
FROZEN = HERE / "topics.txt"


def sample_of(topic: str, version: int) -> Path:
    return HERE / f"{topic}.v{version}.json"


def empty_fields(event: Event) -> list[str]:
    """Fields that an example leaves empty: a sample must try every one."""
    return [name for name in type(event).model_fields if getattr(event, name) in (None, ())]


def message_of(sample: Path) -> Path:
    return HERE / "messages" / sample.name


def rendered(sample: Path) -> bytes:
    """The feed message of a stored sample, in a fixed place of a feed."""
    topic = sample.name.removesuffix(".json").rpartition(".v")[0]
    stored = StoredEvent(STREAM, VERSION, topic, sample.read_bytes())
    found: Entry = MAPPER.to_domain_event(stored)
    recorded = Recorded(
        stream=STREAM, version=VERSION, position=1, envelope=found.envelope, event=found.event
    )
    place = Place(feed="joker", sequence=1, previous=FIRST_HASH, message=str(STREAM))
    return render(recorded, place)


def add() -> list[str]:
    """Store what is missing; the names of the samples added."""
    added: list[str] = []
    for topic, kind in sorted(TOPICS.items()):
        path = sample_of(topic, kind.VERSION)
        if path.exists():
            continue
        event = example(topic)
        if empty_fields(event):
            sys.exit(f"{topic}: fill {', '.join(empty_fields(event))} in samples.py first")
        path.write_bytes(MAPPER.to_stored_event(entry(event)).state + b"\n")
        with FROZEN.open("a", encoding="utf-8") as frozen:
            frozen.write(f"{topic} v{kind.VERSION}\n")
        added.append(path.name)
    for sample in sorted(HERE.glob("*.json")):
        if not message_of(sample).exists():
            message_of(sample).parent.mkdir(exist_ok=True)
            message_of(sample).write_bytes(rendered(sample))
            added.append(f"messages/{sample.name}")
    return added


if __name__ == "__main__":
    if sys.argv[1:] != ["--add"]:
        sys.exit(__doc__)
    sys.stdout.write("\n".join(add() or ["nothing is missing"]) + "\n")
