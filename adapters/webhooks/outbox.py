"""What an endpoint is sent next: out of the feed index, as every door reads it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import Any, Final
from uuid import uuid4

from standardwebhooks import Webhook

from adapters.webhooks.endpoints import Endpoint
from adapters.webhooks.letters import Letter
from adapters.wire import CONTENT_TYPE
from domain.envelope import Recorded
from domain.errors import Unavailable
from projections import describe, feed_index
from projections.feed_index import Render
from projections.rows import Row, Rows

PAGE: Final = 200
JSON: Final = "application/json"
THIN: Final = "varsel.feed.event"
TEST: Final = "varsel.webhook.test"


Link = Callable[[Endpoint, int], str | None]


@dataclass(frozen=True)
class Message:
    """A message for an endpoint, not signed yet: that is done for each attempt anew.

    `id` is the feed message's own, so a message that comes twice is known by it. `event` is the
    id of the event it tells of.
    """

    id: str
    sequence: int
    event: str
    body: bytes
    content_type: str


@dataclass(frozen=True)
class Next:
    """What comes behind a sequence: a message, or none wanted up to `passed`."""

    passed: int
    message: Message | None = None


@dataclass(frozen=True)
class Outbox:
    """Finds messages; `link` gives the URL at which a feed's message can be fetched, if any."""

    rows: Callable[[], Rows]
    read: Callable[[int], Recorded | None]
    render: Render
    link: Link

    def after(self, endpoint: Endpoint, sequence: int) -> Next:
        """The first message behind a sequence that the endpoint wants, looking one page far."""
        for row in feed_index.page(endpoint.feed, sequence, PAGE, self.rows()):
            sequence = row["sequence"]
            if not endpoint.types or _kind(row) in endpoint.types:
                return Next(sequence - 1, self._message(endpoint, row))
        return Next(sequence)

    def _message(self, endpoint: Endpoint, row: Row) -> Message:
        recorded = self.read(row["position"])
        if recorded is None:
            raise Unavailable(f"the index lists position {row['position']}, the ledger has none")
        whole = endpoint.full
        body = self._whole(recorded, row) if whole else self._thin(endpoint, recorded, row)
        kind = CONTENT_TYPE if whole else JSON
        return Message(row["message"], row["sequence"], str(recorded.id), body, kind)

    def _whole(self, recorded: Recorded, row: Row) -> bytes:
        body = self.render(recorded, feed_index.place_of(row))
        if hashlib.sha256(body).hexdigest() != row["hash"]:
            raise Unavailable(
                f"message {row['number']} would not be the one that was indexed",
                expected="the bytes that the feed index hashed",
                next_step="run the version that wrote the index, or varsel rebuild",
            )
        return body

    def _thin(self, endpoint: Endpoint, recorded: Recorded, row: Row) -> bytes:
        """That there is a message, and where: nothing of what it says."""
        incident, link = recorded.envelope.about.incident, self.link(endpoint, row["sequence"])
        data = {
            "id": row["message"],
            "type": describe.kind(recorded),
            "feed": row["feed"],
            "sequence": row["sequence"],
            "incident": str(incident) if incident else None,
            **({"link": link} if link else {}),
        }
        return event(THIN, recorded.envelope.recorded_at, data)


def event(kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    """A payload in the form that Standard Webhooks recommends."""
    payload = {"type": kind, "timestamp": at.isoformat(), "data": data}
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def a_test(endpoint: Endpoint, now: datetime) -> Message:
    """A message that stands in no feed."""
    name = f"test-{uuid4()}"
    return Message(name, 0, name, event(TEST, now, {"webhook": endpoint.id}), JSON)


def signed(message: Message, endpoint: Endpoint, now: datetime) -> Letter:
    """The message as it is posted at `now` (UTC), with a signature of each secret in force."""
    at, body = now.astimezone(UTC), message.body.decode()
    signatures = [Webhook(one).sign(message.id, at, body) for one in endpoint.secrets_at(now)]
    headers = {
        "content-type": message.content_type,
        "user-agent": _agent(),
        "webhook-id": message.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    return Letter(endpoint.url, headers, message.body)


@cache
def _agent() -> str:
    return f"Varsel/{version('varsel')}"


def _kind(row: Row) -> str:
    """The kind of event a message tells of: the last word of its subject."""
    return str(row["subject"]).rpartition(".")[2]
