"""Given, when, then: specifications over the real desk and the ledger's in-memory twin.

given(*steps).when(step).then(*events)            the events a command adds, in the log's order
given(*steps).when(step).then_refused(Refused, field="client", match="cleared")

A story starts with the small world of `tests/builders.py`; its clock starts at `START` and moves
on by a minute with every step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from adapters.store.ledger import EventLedger
from adapters.store.vault import MemoryVault
from domain import streams
from domain.desk import Desk, Request
from domain.envelope import Recorded
from domain.errors import VarselError
from domain.events import ClientRaisedConcern, Event, PartyRegistered, VendorReportedLeak
from domain.naming import folded_name
from domain.ports import Ledger, Receipt
from tests.builders import THE_WORLD, Step, moment

START = moment("2024-03-04T08:00Z")
KEY = b"a key for tests alone"
ALL = 1_000_000

E = TypeVar("E", bound=Event)


class LogDirectory:
    """`domain.ports.Directory` by reading the whole log: slow, and right by construction."""

    def __init__(self, ledger: EventLedger) -> None:
        self._ledger = ledger

    def incidents(self, client: str, slug: str) -> Sequence[UUID]:
        log = self._ledger.since(0, ALL)
        told = {x.stream for x in log if client in x.envelope.visibility}
        return [
            x.stream
            for x in log
            if isinstance(x.event, VendorReportedLeak)
            and x.event.slug == slug
            and streams.notice_id(x.stream, client) in told
        ]

    def named(self, words: Collection[str]) -> Mapping[str, frozenset[str]]:
        registered = [
            x.event for x in self._ledger.since(0, ALL) if isinstance(x.event, PartyRegistered)
        ]
        found = {
            word: frozenset(one.id for one in registered if folded_name(one.name) == word)
            for word in words
        }
        return {word: owners for word, owners in found.items() if owners}

    def concerns(self, vendor: str, slug: str) -> Sequence[UUID]:
        return [
            x.stream
            for x in self._ledger.since(0, ALL)
            if isinstance(x.event, ClientRaisedConcern)
            and (x.event.vendor, x.event.slug) == (vendor, slug)
        ]

    def event(self, party: str, reference: str) -> UUID | None:
        for x in self._ledger.since(0, ALL):
            if x.envelope.party == party and reference in {str(x.id), x.envelope.command}:
                return x.stream
        return None


@dataclass(frozen=True)
class Like:
    """An event of one type with these fields, and, where said, exactly these readers."""

    kind: type[Event]
    fields: Mapping[str, Any]
    readers: frozenset[str] | None = None

    def seen_by(self, *parties: str) -> Like:
        return replace(self, readers=frozenset(parties))

    def misses(self, found: Recorded) -> str:
        """What is different in `found`; empty where it fits."""
        if type(found.event) is not self.kind:
            return f"expected {self.kind.__name__}, got {type(found.event).__name__}"
        for name, expected in self.fields.items():
            got = getattr(found.event, name)
            if got != expected:
                return f"{self.kind.__name__}.{name}: expected {expected!r}, got {got!r}"
        readers = frozenset(found.envelope.visibility)
        if self.readers is not None and readers != self.readers:
            return f"{self.kind.__name__} is for {sorted(readers)}, not {sorted(self.readers)}"
        return ""


def like(kind: type[Event], /, **fields: Any) -> Like:
    return Like(kind, fields)


@dataclass
class Story:
    """What has happened so far, and the desk that the next step goes to."""

    ledger: EventLedger = field(default_factory=lambda: EventLedger(None, MemoryVault()))
    now: datetime = START
    taken: int = 0
    between: Callable[[EventLedger], Ledger] = lambda ledger: ledger

    def __post_init__(self) -> None:
        self.directory = LogDirectory(self.ledger)
        self.desk = Desk(self.between(self.ledger), self.directory, KEY)

    def given(self, *steps: Step) -> Story:
        for step in steps:
            self.take(step)
        return self

    def via(self, desk: Desk) -> Story:
        """The same story, as another desk over the same ledger takes part in it."""
        other = replace(self, ledger=self.ledger)
        other.desk = desk
        return other

    def take(self, step: Step) -> Receipt:
        """Hand a step to the desk as a door would."""
        self.taken += 1
        self.now = step.now or self.now + timedelta(minutes=1)
        request = Request(
            party=step.by,
            verb=step.do,
            command=f"command-{self.taken}" if step.command is None else step.command,
            body=step.fields,
            happened=step.happened,
            actor=step.actor,
        )
        return self.desk.handle(request, self.now)

    def when(self, act: Step | Callable[[], Receipt]) -> Outcome:
        before = self.log()
        try:
            receipt = self.take(act) if isinstance(act, Step) else act()
        except VarselError as refused:
            return Outcome(self, before, error=refused)
        return Outcome(self, before, receipt=receipt)

    def log(self) -> list[Recorded]:
        return self.ledger.since(0, ALL)

    def seen_by(self, party: str) -> list[Recorded]:
        return [x for x in self.log() if party in x.envelope.visibility]

    def all_of(self, kind: type[E], *, about: str | None = None) -> list[E]:
        """Every event of a type so far, of one client only where `about` names it."""
        return [
            x.event
            for x in self.log()
            if isinstance(x.event, kind) and about in {None, x.envelope.about.client}
        ]

    def last(self, kind: type[Event]) -> Recorded:
        return [x for x in self.log() if isinstance(x.event, kind)][-1]

    def incident(self, vendor: str = "zoopit", slug: str = "leak") -> UUID:
        return streams.incident_id(vendor, slug)


@dataclass(frozen=True)
class Outcome:
    """What came of a step: events added, or a refusal."""

    story: Story
    before: list[Recorded]
    receipt: Receipt | None = None
    error: VarselError | None = None

    @property
    def added(self) -> list[Recorded]:
        return self.story.log()[len(self.before) :]

    def then(self, *expected: type[Event] | Like) -> Story:
        """Exactly these events were added, in this order."""
        if self.error is not None:
            raise AssertionError(f"was refused: {self.error}") from self.error
        likes = [one if isinstance(one, Like) else like(one) for one in expected]
        got = [type(x.event).__name__ for x in self.added]
        assert got == [one.kind.__name__ for one in likes]
        wrong = [miss for one, x in zip(likes, self.added, strict=True) if (miss := one.misses(x))]
        assert not wrong, "; ".join(wrong)
        return self.story

    def then_refused(
        self, kind: type[VarselError], *, field: str | None = None, match: str = ""
    ) -> Story:
        """Refused so, for this field, in words like these; and the ledger is as it was."""
        assert self.error is not None, f"was accepted: {self.receipt}"
        assert type(self.error) is kind, repr(self.error)
        assert field in {None, self.error.field}, str(self.error)
        assert re.search(match, str(self.error)), str(self.error)
        assert self.story.log() == self.before, "a refusal left something in the ledger"
        return self.story


def given(*steps: Step) -> Story:
    """The small world, and these steps taken in it."""
    return Story().given(*THE_WORLD, *steps)


def given_nobody(*steps: Step) -> Story:
    """An empty ledger, and these steps taken in it."""
    return Story().given(*steps)
