"""Erasing: the free text of one party about one incident is destroyed, and that is recorded.

It is recorded first and destroyed by the platform after that, both before the answer
(docs/decisions/0018-erasure.md). Whoever could read such text hears of it, each for itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from pydantic import BaseModel

from domain import access, incident, streams
from domain import commands as c
from domain import events as e
from domain.basics import Text
from domain.envelope import Context, Recorded
from domain.errors import Forbidden, Invalid, NotFound, Refused
from domain.incident import Incident
from domain.use_cases.telling import issued
from domain.work import Work, uuid_of


@dataclass(frozen=True)
class Place:
    """The stream on which a party writes about an incident; `own` for the vendor of it."""

    stream: UUID
    incident: UUID
    about: Context
    recorded: Sequence[Recorded]
    own: Incident | None = None


def erase(command: c.Erase, work: Work) -> None:
    """Erase all free text that a party has written about an incident so far."""
    party = _whose(command, work)
    place = _place(command.incident, party, work)
    key = work.seal(party, place.incident)
    if key is None:
        raise Refused(
            "there is no free text of this party to erase",
            field="incident",
            got=command.incident,
            expected="an incident with free text that was not erased before",
            next_step="nothing to do: what was erased before stays erased",
        )
    work.incident = place.incident
    event = e.ContentErased(party=party, why=command.why, reference=command.reference, key=key)
    readers = sorted(_readers(place.recorded, party))
    work.add(place.stream, event, place.about, [party, *readers])
    if place.own is not None:
        _tell(place.own, event, place.recorded, work)


def _whose(command: c.Erase, work: Work) -> str:
    """Whose text: one's own; the operator says whose."""
    anybodys = "everyone" in access.grant(work.me, command.VERB).relations
    if anybodys and command.party is None:
        raise Invalid(
            "is missing",
            field="party",
            got="nothing",
            expected="the id of the party whose free text is to be erased",
            next_step="say whose, and send it again",
        )
    if not anybodys and command.party not in {None, work.me.id}:
        raise Forbidden(
            "a party erases its own free text alone",
            field="party",
            got=command.party,
            expected="your own id, or nothing",
            next_step="ask that party, or the operator of this platform",
        )
    return command.party or work.me.id


def _place(reference: str, party: str, work: Work) -> Place:
    """Where the party wrote; what is not there and what is not its are refused alike."""
    direct = uuid_of(reference)
    called = (
        *([direct] if direct else []),
        streams.incident_id(party, reference),
        *work.directory.incidents(party, reference),
        streams.concern_id(party, reference),
    )
    found = next((place for one in called for place in _places(one, party, work)), None)
    if found is None:
        raise NotFound(
            "no such incident, or none that this party wrote about",
            field="incident",
            got=reference,
            expected="the name or id of an incident, or of a concern",
            next_step="look it up in the timeline",
        )
    return found


def _places(called: UUID, party: str, work: Work) -> Iterator[Place]:
    """As the incident's vendor; else on one's case about it; else as one's own concern."""
    recorded = work.read(called)
    own = incident.fold(recorded)
    if own is not None and own.vendor == party:
        about = Context(incident=called, vendor=party)
        yield Place(called, called, about, recorded, own)
    for stream in (streams.case_id(called, party), called):
        said = work.read(stream)
        mine = [x.envelope.about for x in said if x.envelope.party == party]
        if mine and mine[0].client == party:
            yield Place(stream, called, mine[0], said)


def _tell(own: Incident, event: e.ContentErased, report: Sequence[Recorded], work: Work) -> None:
    """Every client that could read its vendor's text hears of it, a cleared one as well."""
    titled = any(isinstance(x.event, e.VendorReportedLeak) for x in _unerased(report, own.vendor))
    told: list[str] = []
    for client in own.clients:
        notices = work.read(streams.notice_id(own.id, client))
        if client in _readers(notices, own.vendor) or (titled and _was_notified(notices, client)):
            about = Context(incident=own.id, vendor=own.vendor, client=client)
            work.add(streams.notice_id(own.id, client), event, about, [client])
            told.append(client)
    issued(own, "erased", told, work)


def _was_notified(notices: Sequence[Recorded], client: str) -> bool:
    """Whether a notice let the client read the report's title and text."""
    mine = (x.event for x in notices if client in x.envelope.visibility)
    return any(isinstance(one, e.ClientNotified) for one in mine)


def _readers(said: Sequence[Recorded], party: str) -> set[str]:
    """Who may read free text of this party among these events."""
    return {reader for x in _unerased(said, party) for reader in x.envelope.visibility}


def _unerased(said: Sequence[Recorded], party: str) -> list[Recorded]:
    """The party's events with free text since the last time that it was erased there."""
    erasures = [n for n, x in enumerate(said, start=1) if _erases(x.event, party)]
    since = said[max(erasures, default=0) :]
    return [x for x in since if x.envelope.party == party and _holds_text(x.event)]


def _erases(event: e.Event, party: str) -> bool:
    return isinstance(event, e.ContentErased) and event.party == party


def _holds_text(said: Any) -> bool:
    if isinstance(said, Text):
        return True
    if isinstance(said, BaseModel):
        return any(_holds_text(part) for _, part in said)
    return isinstance(said, tuple) and any(map(_holds_text, cast("Sequence[Any]", said)))
