"""Stored events as the projections read them: the envelope judged, the event only if asked for.

Most projections want an event's kind, its envelope and a field or two of what was said; to judge
all of it again costs as much as the projections themselves. Whoever asks for the event gets it
judged. What is of an older version, or does not look as it should, is left to the mapper, with its
upcasters and its refusals. Aggregates and `doctor --deep` always judge.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, cached_property, lru_cache, partial
from typing import Any, Final, cast
from uuid import UUID

from eventsourcing.persistence import Notification

from domain.envelope import Envelope, Recorded
from domain.errors import Unavailable
from domain.events import TOPICS, Event
from domain.values import STORED
from projections.last import Last

Judge = Callable[[Notification], Recorded]
_OPEN: Final = '{"envelope":'
_read: Final = json.JSONDecoder().raw_decode


class Unread(Recorded):
    """See `Recorded`: the event is made of what was said when somebody asks for it."""

    def __init__(  # noqa: PLR0913, PLR0917 - an event with its place
        self,
        stream: UUID,
        version: int,
        position: int,
        envelope: Envelope,
        kind: type[Event],
        said: dict[str, Any],
    ) -> None:
        self.__dict__.update(
            stream=stream, version=version, position=position, envelope=envelope, said=said
        )
        self.__dict__["_kind"] = kind

    @property
    def kind(self) -> type[Event]:
        """See `Recorded`: by its topic."""
        kind: type[Event] = self.__dict__["_kind"]
        return kind

    @cached_property
    def event(self) -> Event:  # pyright: ignore[reportIncompatibleVariableOverride] - the same, later
        """See `Recorded`; raises `Unavailable` where the stored event is broken."""
        try:
            return _events(self.kind).of(self.said)
        except ValueError as broken:
            raise Unavailable(
                f"the ledger holds a broken event at {self.stream} version {self.version}",
                got=str(broken)[:200],
            ) from broken

    def shown_to(self, parties: tuple[str, ...]) -> Recorded:
        """See `Recorded`."""
        envelope = self.envelope.model_copy(update={"visibility": parties})
        return Unread(self.stream, self.version, self.position, envelope, self.kind, self.said)


@cache
def _events(kind: type[Event]) -> Last[dict[str, Any], Event]:
    """The last event of a kind: thousands who are told the same are told it by one value."""
    return Last(partial(kind.model_validate, context=STORED))


def _opened(state: str) -> tuple[Any, dict[str, Any]]:
    """A state's envelope and what follows it; `ValueError` where it is not written like that."""
    if not state.startswith(_OPEN):
        raise ValueError("this state does not begin with its envelope")
    envelope, end = _read(state, len(_OPEN))
    return envelope, _following(state[end:])


@lru_cache(maxsize=4)
def _following(state: str) -> dict[str, Any]:
    """`,"event":…,"v":…}`: thousands may be told the same, which is one object for all then."""
    found: dict[str, Any] = json.loads("{" + state.removeprefix(","))
    if state[:1] != "," or "envelope" in found:
        raise ValueError("this state goes on otherwise")
    return found


def narrow(row: Notification, judge: Judge) -> Recorded:
    """A stored event, looked into no further than needed; `judge` reads what is not as expected."""
    kind = TOPICS.get(row.topic)
    try:
        written, behind = _opened(row.state.decode())
        said = behind["event"]
        if kind is None or behind["v"] != kind.VERSION or not isinstance(said, dict):
            return judge(row)
        envelope = Envelope.model_validate(written, context=STORED)
    except (ValueError, LookupError, TypeError):
        return judge(row)
    if not isinstance(row.originator_id, UUID):  # pragma: no cover - uuid recorder
        raise TypeError(row.originator_id)
    what = cast("dict[str, Any]", said)
    return Unread(row.originator_id, row.originator_version, row.id, envelope, kind, what)
