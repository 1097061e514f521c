"""What goes over the wire: CloudEvents 1.0 in structured JSON, the same bytes at every door."""

from __future__ import annotations

import json

from domain.envelope import Recorded
from projections import describe
from projections.feed_index import Place

CONTENT_TYPE = "application/cloudevents+json"


def render(recorded: Recorded, place: Place) -> bytes:
    """A feed message's body: a pure function of the event and its place in the feed.

    `feed` names the party whose feed it is; `sequence` is the CloudEvents extension of that name
    (text, gapless in each feed); `previoushash` is the SHA-256 of the feed's message before it,
    so that a lost or altered one shows.
    """
    envelope = recorded.envelope
    about = envelope.about
    owner = f"vendors/{about.vendor}" if about.vendor else f"parties/{place.feed}"
    message = {
        "specversion": "1.0",
        "id": str(place.message),
        "source": f"urn:varsel:{owner}",
        "type": f"{recorded.event.TOPIC}.v{recorded.event.VERSION}",
        "time": envelope.recorded_at.isoformat(),
        "datacontenttype": "application/json",
        "feed": place.feed,
        "sequence": str(place.sequence),
        "previoushash": place.previous,
        "data": {
            "event": str(recorded.id),
            "type": describe.kind(recorded),
            "by": envelope.party,
            "source": describe.source(recorded),
            "happened": recorded.happened_or_recorded.model_dump(mode="json"),
            "corrects": str(envelope.corrects) if envelope.corrects else None,
            "incident": str(about.incident) if about.incident else None,
            "texts": describe.texts(recorded),
            "with": describe.data(recorded),
        },
    }
    if about.incident:
        message["subject"] = str(about.incident)
    return json.dumps(message, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
