"""Adds a sample for every event version that has none; one that is there is never touched.

Run by hand after a new event or a new version:  .venv/bin/python -m tests.history.make --add
"""

from __future__ import annotations

import sys
from pathlib import Path

from domain.events import TOPICS, Event
from tests.history.samples import MAPPER, entry, example

HERE = Path(__file__).parent
FROZEN = HERE / "topics.txt"


def sample_of(topic: str, version: int) -> Path:
    return HERE / f"{topic}.v{version}.json"


def empty_fields(event: Event) -> list[str]:
    """Fields that an example leaves empty: a sample must try every one."""
    return [name for name in type(event).model_fields if getattr(event, name) in (None, ())]


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
    return added


if __name__ == "__main__":
    if sys.argv[1:] != ["--add"]:
        sys.exit(__doc__)
    sys.stdout.write("\n".join(add() or ["nothing is missing"]) + "\n")
