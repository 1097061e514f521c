"""What the platform itself records: deliveries it saw, cases reopened, credentials, law packs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain import case as cases
from domain import events as e
from domain import streams
from domain.envelope import PLATFORM, Context
from domain.errors import NotFound
from domain.work import Work


@dataclass(frozen=True)
class Delivery:
    """A notice seen to reach its client: when (UTC), through which door, observed how."""

    incident: UUID
    vendor: str
    client: str
    notice: UUID
    door: str
    delivered_at: datetime
    observed: str


@dataclass(frozen=True)
class LateWord:
    """A vendor's act that came after the client had closed its case."""

    incident: UUID
    vendor: str
    client: str
    notice: UUID


@dataclass(frozen=True)
class Credential:
    """A credential of a party: its public key or the hash of its secret, and its kind."""

    party: str
    credential: str
    kind: str


def observe_delivery(seen: Delivery, work: Work) -> None:
    """Record a first delivery."""
    stream = streams.case_id(seen.incident, seen.client)
    if seen.notice in cases.fold(work.read(stream)).delivered:
        return
    event = e.NoticeDelivered(
        notice=seen.notice,
        door=seen.door,
        delivered_at=seen.delivered_at,
        observed=seen.observed,
    )
    about = Context(incident=seen.incident, vendor=seen.vendor, client=seen.client)
    work.add(stream, event, about, [seen.client, seen.vendor])


def reopen_case(late: LateWord, work: Work) -> None:
    """Open a closed case again; an open one stays as it is."""
    stream = streams.case_id(late.incident, late.client)
    state = cases.fold(work.read(stream))
    if not state.closed or late.notice in state.reopened_by:
        return
    about = Context(incident=late.incident, vendor=late.vendor, client=late.client)
    work.add(stream, e.CaseReopened(by=late.notice), about, [late.client])


def issue_credential(issued: Credential, work: Work) -> None:
    """Record that a credential was given out."""
    if work.party(issued.party) is None:
        raise NotFound("no such party", field="party", got=issued.party)
    event = e.CredentialIssued(credential=issued.credential, kind=issued.kind)
    work.add(streams.party_stream(issued.party), event, Context(), [issued.party])


def revoke_credential(issued: Credential, work: Work) -> None:
    """Record that a credential was cut off."""
    event = e.CredentialRevoked(credential=issued.credential)
    work.add(streams.party_stream(issued.party), event, Context(), [issued.party])


def load_law(fingerprint: str, packs: tuple[str, ...], work: Work) -> None:
    """Record which law packs duties are computed with from here on."""
    stream = streams.party_stream(PLATFORM)
    known = [x.event for x in work.read(stream) if isinstance(x.event, e.LawPackLoaded)]
    if known and known[-1].fingerprint == fingerprint:
        return
    event = e.LawPackLoaded(fingerprint=fingerprint, packs=packs)
    work.add(stream, event, Context(), [PLATFORM])
