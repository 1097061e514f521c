"""What the domain needs from the outside, named for the need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from domain.envelope import Actor, Draft, Recorded
from domain.values import Value


class ReceiptEvent(Value):
    """One event that a command led to."""

    id: UUID
    type: str
    position: int


class Receipt(Value):
    """The platform's answer to a command: accepted means committed and on disk.

    `events` are those on the writer's own stream; the notices a mass command wrote are counted
    in `notices`. `recorded_at` is UTC. A repeated command id gets its first receipt again.
    `caveats` say in plain words what accepting could not do: after an erasure, where copies are.
    """

    command: str
    verb: str
    recorded_at: datetime
    incident: UUID | None = None
    events: tuple[ReceiptEvent, ...] = ()
    notices: int = 0
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signature:
    """Which command this is: its party, its id, a keyed digest of its body, its verb."""

    party: str
    command: str
    digest: str
    verb: str
    actor: Actor | None = None


@dataclass(frozen=True)
class Kept:
    """A receipt given before, and the digest of the body it was given for."""

    digest: str
    receipt: Receipt


@dataclass(frozen=True)
class Changes:
    """What one command appends, all or nothing: per stream the version it must still have."""

    streams: Mapping[UUID, tuple[int, Sequence[Draft]]]
    incident: UUID | None = None
    main: UUID | None = None


State = TypeVar("State")
Evolve = Callable[[State | None, Recorded], State | None]
"""What a state is after one more event; pure, and one function object for ever."""


class Folded(NamedTuple, Generic[State]):
    """What a stream's events come to, and how many they are."""

    state: State | None
    version: int


class Ledger(Protocol):
    """The record of truth: append-only streams in one order, receipts beside them."""

    def read(self, stream: UUID) -> list[Recorded]:
        """All events of a stream, oldest first."""
        ...

    def fold(self, stream: UUID, evolve: Evolve[State]) -> Folded[State]:
        """What they come to, one after the other; a ledger may remember what it folded before."""
        ...

    def receipt(self, party: str, command: str) -> Kept | None:
        """The receipt this party got for this command id, if any."""
        ...

    def seal(self, party: str, about: UUID) -> str | None:
        """Which key seals a party's free text about an incident; None where there is none.

        The name of a key tells nothing of it: the first 16 bytes of its SHA-256, in hex.
        """
        ...

    def event_id(self, now: datetime) -> UUID:
        """A fresh id, for an event that another one of the same command refers to."""
        ...

    def append(self, changes: Changes, signature: Signature, now: datetime) -> Receipt:
        """Commit events, clock and receipt in one transaction, on disk when it returns.

        Events are stamped with `now`, or with the log's last time where that is later. Raises
        `Conflict` where a stream has moved on or the command id is taken: read again, decide
        again.
        """
        ...


class Directory(Protocol):
    """Finding streams by the names people use; what it says is checked against the ledger."""

    def incidents(self, client: str, slug: str) -> Sequence[UUID]:
        """Incidents called `slug` by their vendor of which this client was told."""
        ...

    def named(self, words: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Which of these words are names of registered parties (`naming.folded_name`), and whose.

        It knows every party there is: one that it overlooked would be told of to others.
        """
        ...

    def concerns(self, vendor: str, slug: str) -> Sequence[UUID]:
        """Concerns called `slug` by their client that were put to this vendor."""
        ...

    def event(self, party: str, reference: str) -> UUID | None:
        """The stream of this party's own event, by event id or by the id of its command.

        A command may have written to many streams: the answer is the one it wrote to first.
        """
        ...
