"""A message is made of two parts, its event's and its feed's: no byte shows where they meet."""

from __future__ import annotations

import json
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.wire import render
from domain import events as e
from domain.envelope import PLATFORM, Envelope, Recorded
from domain.events import TOPICS, Event
from projections.feed_index import Place
from tests.adapters.store.vocabulary import envelopes, events

every_event = st.sampled_from([*TOPICS.values()]).flatmap(events)
feeds = st.from_regex(r"\A[a-z0-9][a-z0-9-]{0,62}\Z")
places = st.builds(
    Place,
    feed=feeds,
    sequence=st.integers(1, 10**9),
    previous=st.from_regex(r"\A[0-9a-f]{64}\Z"),
    message=st.uuids().map(str),
)


def plainly(recorded: Recorded, place: Place) -> bytes:
    """The same message written in one piece, from what the event itself says."""
    envelope, about = recorded.envelope, recorded.envelope.about
    by = "platform" if envelope.party == PLATFORM else "client"
    shown = _shown(recorded.event.model_dump(mode="json", exclude_unset=True), f"{recorded.id}")
    texts = _references(shown)
    if isinstance(recorded.event, e.ClientNotified) and recorded.event.report:
        texts += [f"{recorded.event.report}/{name}" for name in recorded.event.report_texts]
    message = {
        "specversion": "1.0",
        "id": place.message,
        "source": f"urn:varsel:vendors/{about.vendor}"
        if about.vendor
        else f"urn:varsel:parties/{place.feed}",
        "type": f"{recorded.event.TOPIC}.v{recorded.event.VERSION}",
        "time": envelope.recorded_at.isoformat(),
        "datacontenttype": "application/json",
        "feed": place.feed,
        "sequence": str(place.sequence),
        "previoushash": place.previous,
        **({"subject": str(about.incident)} if about.incident else {}),
        "data": {
            "event": str(recorded.id),
            "type": type(recorded.event).__name__,
            "by": envelope.party,
            "source": "vendor" if envelope.party == about.vendor else by,
            "happened": recorded.happened_or_recorded.model_dump(mode="json"),
            "corrects": str(envelope.corrects) if envelope.corrects else None,
            "incident": str(about.incident) if about.incident else None,
            "texts": texts,
            "with": shown,
        },
    }
    return json.dumps(message, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _shown(value: Any, path: str) -> Any:
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        if parts and parts.keys() <= {"plain", "sealed"}:
            return {"text": path}
        shown = {name: _shown(part, f"{path}/{name}") for name, part in parts.items()}
        return {name: part for name, part in shown.items() if part is not None}
    if isinstance(value, list):
        return [_shown(part, f"{path}/{at}") for at, part in enumerate(value)]
    return value


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        parts = cast("dict[str, Any]", value)
        if parts.keys() == {"text"} and isinstance(parts["text"], str):
            return [parts["text"]]
        return [found for part in parts.values() for found in _references(part)]
    if isinstance(value, list):
        return [found for part in value for found in _references(part)]
    return []


@settings(max_examples=60, deadline=None)
@given(envelopes, every_event, st.lists(places, min_size=1, max_size=3))
def test_a_message_in_every_feed_is_as_if_written_in_one_piece(
    envelope: Envelope, event: Event, feeds: list[Place]
) -> None:
    recorded = Recorded(stream=envelope.id, version=1, envelope=envelope, event=event)
    assert [render(recorded, one) for one in feeds] == [plainly(recorded, one) for one in feeds]
