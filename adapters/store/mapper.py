"""Between events and stored bytes: canonical JSON, validated on read, upcast one step at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from adapters.canonical import canonical
from adapters.store.sealing import Sealer, place_of
from domain.envelope import Envelope
from domain.errors import Invalid, Unavailable
from domain.events import TOPICS, Event
from domain.values import STORED

# Its feed message, hardly longer, must fit into the 4 MB of a NATS payload: every feed would stop.
LARGEST = 3_500_000
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Entry:
    """An event with its envelope, in the shape the library stores."""

    originator_id: UUID
    originator_version: int
    envelope: Envelope
    event: Event


class VarselMapper(Mapper[UUID]):
    """Stores `{envelope, event, v}`; reads any version that was ever written.

    `upcasters` maps (topic, version) to the function that lifts the event's data from that
    version to the next.
    """

    def __init__(
        self,
        sealer: Sealer,
        topics: Mapping[str, type[Event]] = TOPICS,
        upcasters: Mapping[tuple[str, int], Upcaster] | None = None,
    ) -> None:
        super().__init__(JSONTranscoder())
        self._sealer = sealer
        self._topics = topics
        self._upcasters = upcasters or {}
        self._last: tuple[Event | None, bytes] = None, b""

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """Seal the free text and write the rest as sorted, compact JSON."""
        entry = cast("Entry", domain_event)
        envelope = canonical(entry.envelope.model_dump(mode="json"))
        state = b'{"envelope":%b,"event":%b,"v":%d}' % (
            envelope,
            self._written(entry),
            entry.event.VERSION,
        )
        if len(state) > LARGEST:
            raise _too_large(len(state))
        return StoredEvent(
            originator_id=entry.originator_id,
            originator_version=entry.originator_version,
            topic=entry.event.TOPIC,
            state=state,
        )

    def _written(self, entry: Entry) -> bytes:
        """The event's data with its texts sealed; written once for all who are told just that."""
        before, written = self._last
        if entry.event is before:
            return written
        place = place_of(entry.originator_id, entry.originator_version, entry.event.TOPIC)
        said = entry.event.model_dump(mode="json", exclude_none=False)
        written = canonical(self._sealer.seal(said, entry.envelope, place))
        if b'"sealed":' not in written:  # a text is sealed for its place: each copy by itself
            self._last = entry.event, written
        return written

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The event, brought to its newest version and validated; refuses what does not fit."""
        where = f"{stored_event.originator_id} version {stored_event.originator_version}"
        kind = self._topics.get(stored_event.topic)
        if kind is None:
            raise Unavailable(
                f"the ledger holds an event this program does not know, at {where}",
                got=stored_event.topic,
                expected="a topic of this version or an older one",
                next_step="run the version that wrote it, or a newer one",
            )
        try:
            stored = json.loads(stored_event.state)
            said = self._lifted(kind, stored["v"], stored["event"])
            event = kind.model_validate(said, context=STORED)
            envelope = Envelope.model_validate(stored["envelope"], context=STORED)
        except (ValueError, LookupError, TypeError, AttributeError) as broken:
            raise Unavailable(
                f"the ledger holds a broken event at {where}", got=str(broken)[:200]
            ) from broken
        if not isinstance(stored_event.originator_id, UUID):  # pragma: no cover - uuid recorder
            raise TypeError(stored_event.originator_id)
        return Entry(stored_event.originator_id, stored_event.originator_version, envelope, event)

    def _lifted(self, kind: type[Event], version: Any, said: Any) -> Any:
        if not isinstance(version, int):
            msg = f"{version!r} is no version"
            raise ValueError(msg)  # noqa: TRY004 - one of many ways to be broken
        if version > kind.VERSION:
            msg = f"version {version} is newer than {kind.VERSION}, the newest known here"
            raise ValueError(msg)
        while version < kind.VERSION:
            lift = self._upcasters.get((kind.TOPIC, version))
            if lift is None:
                msg = f"there is no upcaster from version {version}"
                raise ValueError(msg)
            said = lift(said)
            version += 1
        return said


def _too_large(size: int) -> Invalid:
    return Invalid(
        "this is too large for one message",
        got=f"{size} bytes in all",
        expected=f"at most {LARGEST}",
        next_step="say it in several steps, or with fewer claims, people or clients",
    )
