"""One command at work: what it has read, whom it knows, and what it is about to append."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain import case, incident, streams
from domain import events as e
from domain import party as parties
from domain.access import Relation
from domain.envelope import Context, Draft, Recorded
from domain.errors import Invalid, NotFound, Refused
from domain.naming import Owners
from domain.ports import Changes, Directory, Evolve, Ledger, State
from domain.values import When


@dataclass(frozen=True)
class Told:
    """An incident of which a client was told: all that the client's own acts need of it."""

    id: UUID
    vendor: str
    cleared: bool = False


class Work:
    """A unit of work. Streams read through it keep the version that the append will check.

    `relations` are those that its verb's row in `domain/access.py` gives: an incident is found
    through these alone, and one that is not found so is not there.
    """

    def __init__(
        self,
        ledger: Ledger,
        directory: Directory,
        me: parties.Party,
        now: datetime,
        relations: frozenset[Relation] = frozenset(),
    ) -> None:
        self._ledger = ledger
        self._relations = relations
        self.directory = directory
        self.me = me
        self.now = now
        self.happened: When | None = None
        self.incident: UUID | None = None
        self._main: UUID | None = None
        self._read: dict[UUID, list[Recorded]] = {}
        self._folded: dict[tuple[UUID, Evolve[Any]], Any] = {}
        self._expected: dict[UUID, int] = {}
        self._drafts: dict[UUID, list[Draft]] = {}

    # --- reading ---

    def read(self, stream: UUID) -> list[Recorded]:
        """A stream's events; where it is written to, the append insists that none came since."""
        if stream not in self._read:
            self._read[stream] = self._ledger.read(stream)
            self._expected.setdefault(stream, len(self._read[stream]))
        return self._read[stream]

    def fold(self, stream: UUID, evolve: Evolve[State]) -> State | None:
        """What a stream's events come to; as `read`."""
        key = (stream, evolve)
        if key not in self._folded:
            self._folded[key], version = self._ledger.fold(stream, evolve)
            self._expected.setdefault(stream, version)
        state: State | None = self._folded[key]
        return state

    def party(self, name: str) -> parties.Party | None:
        """A registered party, or None."""
        return self.fold(streams.party_stream(name), parties.evolve)

    def require_client(self, name: str, field: str = "client") -> parties.Party:
        """A registered party that may be a client; refuses any other, naming `field`."""
        found = self.party(name)
        if found is None or "client" not in found.roles:
            raise NotFound(
                "unknown client",
                field=field,
                got=name,
                expected="the id of a registered client",
                next_step="check the id with the client, or let the operator register it",
            )
        return found

    def owners(self, words: Collection[str]) -> Owners:
        """Those of the words that name registered parties, by id or by name, and whom."""
        by_id = {word: frozenset({word}) for word in words if self.party(word) is not None}
        by_name = self.directory.named(words)
        return {
            word: by_id.get(word, frozenset()) | by_name.get(word, frozenset())
            for word in by_id.keys() | by_name.keys()
        }

    def own_incident(self, reference: str) -> incident.Incident | None:
        """The incident this vendor calls so (slug or opaque id), or None."""
        if "own" not in self._relations:
            return None
        for stream in (uuid_of(reference), streams.incident_id(self.me.id, reference)):
            state = self.fold(stream, incident.evolve) if stream else None
            if state is not None and state.vendor == self.me.id:
                self.incident = state.id
                return state
        return None

    def require_own_incident(self, reference: str) -> incident.Incident:
        """The vendor's own incident; the same refusal whether it is foreign or not there."""
        state = self.own_incident(reference)
        if state is None:
            raise _no_incident(reference)
        return state

    def told_incident(self, reference: str) -> Told | None:
        """The incident of which this client was told, by slug or opaque id, or None.

        It reads what this client was told and not the whole incident, which may name thousands.
        """
        if not self._relations & {"told", "touched"}:
            return None
        direct = uuid_of(reference)
        named = self.directory.incidents(self.me.id, reference)
        candidates: set[UUID] = {*([direct] if direct else []), *named}
        found = (self._told(candidate) for candidate in sorted(candidates))
        told = [one for one in found if one is not None]
        if len(told) > 1:
            raise Invalid(
                "two vendors call an incident so",
                field="incident",
                got=reference,
                expected="the opaque id of one: " + ", ".join(str(one.id) for one in told),
            )
        if not told:
            return None
        self.incident = told[0].id
        return told[0]

    def require_told_incident(self, reference: str) -> Told:
        """The incident of which this client was told; refuses all others alike."""
        state = self.told_incident(reference)
        if state is None:
            raise _no_incident(reference)
        if state.cleared and "told" not in self._relations:
            raise Refused(
                "you were cleared of this incident: nothing more is said to you about it",
                field="incident",
                got=reference,
                expected="an incident that touches you",
                next_step="raise a concern (raise_concern) if you hold that it does",
            )
        return state

    def seal(self, party: str, about: UUID) -> str | None:
        """Which key seals a party's free text about an incident; None where there is none."""
        return self._ledger.seal(party, about)

    def case(self, about: Told) -> case.Case:
        """This client's case about an incident."""
        return case.fold(self.read(streams.case_id(about.id, self.me.id)))

    def _told(self, stream: UUID) -> Told | None:
        told: Told | None = None
        for notice in self._ledger.read(streams.notice_id(stream, self.me.id)):
            vendor = notice.envelope.about.vendor
            if isinstance(notice.event, e.ContentErased):
                continue  # told to whoever saw the text, cleared or not
            if self.me.id in notice.envelope.visibility and vendor:
                cleared = isinstance(notice.event, e.ClientCleared)
                told = Told(stream, vendor, cleared)
        return told

    # --- writing ---

    def event_id(self) -> UUID:
        """A fresh id for an event that another one of this command refers to."""
        return self._ledger.event_id(self.now)

    def add(  # noqa: PLR0913 - an event with everything its envelope will say of it
        self,
        stream: UUID,
        event: e.Event,
        about: Context,
        visibility: Iterable[str],
        *,
        happened: When | None = None,
        corrects: UUID | None = None,
        version: int | None = None,
        called: UUID | None = None,
    ) -> None:
        """Put an event on a stream, under the id `called` where it needs to be known beforehand.

        `version` is what the stream holds, where it was not read.
        """
        if version is not None:
            self._expected.setdefault(stream, version)
        elif stream not in self._expected:
            self.read(stream)
        self._main = self._main or stream
        self._drafts.setdefault(stream, []).append(
            Draft(
                event=event,
                about=about,
                visibility=tuple(dict.fromkeys(visibility)),
                happened=happened or self.happened,
                corrects=corrects,
                id=called,
            )
        )

    def changes(self) -> Changes:
        """Everything this command appends."""
        return Changes(
            streams={s: (self._expected[s], drafts) for s, drafts in self._drafts.items()},
            incident=self.incident,
            main=self._main,
        )


def uuid_of(reference: str) -> UUID | None:
    """The id a reference spells out; None for a name."""
    try:
        return UUID(reference)
    except ValueError:
        return None


def _no_incident(reference: str) -> NotFound:
    return NotFound(
        "no such incident, or none that concerns you",
        field="incident",
        got=reference,
        expected="the name or id of an incident you reported or were told of",
        next_step="look it up in your feed or timeline",
    )
