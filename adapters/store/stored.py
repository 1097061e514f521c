"""A row of the ledger as it is stored: what evidence is made of, before anybody reads it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from eventsourcing.persistence import Notification


class StoredRow(NamedTuple):
    """A stored event, undecoded; `position` is its place in the notification order, with gaps."""

    position: int
    stream: UUID
    version: int
    topic: str
    state: bytes

    def envelope(self) -> dict[str, Any]:
        """The envelope as it stands in the bytes; raises `ValueError` where they hold none."""
        try:
            found: dict[str, Any] = json.loads(self.state)["envelope"]
            datetime.fromisoformat(found["recorded_at"])
        except (LookupError, TypeError, AttributeError) as broken:
            raise ValueError(repr(broken)) from broken
        return found

    def recorded_at(self) -> datetime:
        """When the event was recorded; raises `ValueError` where the bytes do not say it."""
        return datetime.fromisoformat(self.envelope()["recorded_at"])


def stored_row(row: Notification) -> StoredRow:
    """The row that the library gives as a notification."""
    if not isinstance(row.originator_id, UUID):  # pragma: no cover - uuid recorder
        raise TypeError(row.originator_id)
    return StoredRow(row.id, row.originator_id, row.originator_version, row.topic, row.state)


class KeptReceipt(NamedTuple):
    """The receipt of a command, as it is stored."""

    party: str
    command: str
    digest: str
    receipt: str


def receipt_hash(kept: KeptReceipt) -> bytes:
    """What the transparency log notes of a receipt beside the command's leaves: its SHA-256."""
    return hashlib.sha256(json.dumps(kept).encode()).digest()
