"""What the platform itself records: deliveries it saw, cases reopened, law packs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from domain import case as cases
from domain import events as e
from domain import reminders, streams
from domain.envelope import PLATFORM, Context
from domain.words import Silence, Threshold
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
class Reminder:
    """A threshold (`at`, UTC) of a debtor's unmet duty in an incident, or in a concern."""

    obligation: UUID
    duty: str
    incident: UUID
    vendor: str
    debtor: str
    due_at: datetime
    threshold: Threshold
    at: datetime

    @property
    def command(self) -> str:
        """One obligation, one deadline, one threshold: said once."""
        return f"reminded/{self.obligation}/{_text(self.due_at)}/{self.threshold}"


@dataclass(frozen=True)
class Escalation:
    """A client silent for too long: why, since when, and when that is to be brought up (UTC)."""

    incident: UUID
    vendor: str
    client: str
    notice: UUID
    why: Silence
    since: datetime
    at: datetime

    @property
    def command(self) -> str:
        """One word of the vendor, one kind of silence: brought up once."""
        return f"escalated/{self.notice}/{self.why}"


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


def remind(due: Reminder, work: Work) -> None:
    """Tell the debtor, and nobody else, that a deadline draws near or has come."""
    of_vendor = due.debtor == due.vendor
    stream = due.incident if of_vendor else streams.case_id(due.incident, due.debtor)
    kind = e.DutyOverdue if due.threshold == "due" else e.DutyDueSoon
    event = kind(
        duty=due.duty,
        due_at=due.due_at,
        obligation=due.obligation,
        threshold=due.threshold,
        should_have_been_at=reminders.missed(due.at, work.now),
    )
    if cases.reminded(event) in cases.fold(work.read(stream)).reminded:
        return
    client = None if of_vendor else due.debtor
    about = Context(incident=due.incident, vendor=due.vendor, client=client)
    work.add(stream, event, about, [due.debtor])


def escalate(silent: Escalation, work: Work) -> None:
    """Bring up a client's silence: to its vendor, to itself, and to its second contact."""
    stream = streams.case_id(silent.incident, silent.client)
    state = cases.fold(work.read(stream))
    delivered = silent.why == "undelivered" and silent.notice in state.delivered
    if state.acknowledged or delivered or (silent.notice, silent.why) in state.escalated:
        return
    client = work.party(silent.client)
    contact = client.second_contact if client else None
    event = e.ClientEscalated(
        why=silent.why,
        notice=silent.notice,
        since=silent.since,
        second_contact=contact,
        should_have_been_at=reminders.missed(silent.at, work.now),
    )
    about = Context(incident=silent.incident, vendor=silent.vendor, client=silent.client)
    readers = [silent.client, silent.vendor, *([contact] if contact else [])]
    work.add(stream, event, about, readers)


def load_law(fingerprint: str, packs: tuple[str, ...], work: Work) -> None:
    """Record which law packs duties are computed with from here on."""
    stream = streams.party_stream(PLATFORM)
    known = [x.event for x in work.read(stream) if isinstance(x.event, e.LawPackLoaded)]
    if known and known[-1].fingerprint == fingerprint:
        return
    event = e.LawPackLoaded(fingerprint=fingerprint, packs=packs)
    work.add(stream, event, Context(), [PLATFORM])


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
