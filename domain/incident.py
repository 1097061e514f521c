"""An incident as its vendor tells it: which clients are named, what each has been told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from domain import events as e
from domain.envelope import Recorded
from domain.errors import Refused
from domain.values import Count, Facts, When
from domain.words import ReportText, Sure

_TEXTS: tuple[ReportText, ...] = ("title", "text")


def texts_of(report: e.VendorReportedLeak) -> tuple[ReportText, ...]:
    """Which texts there are to fetch of a report."""
    return tuple(name for name in _TEXTS if getattr(report, name) is not None)


@dataclass(frozen=True)
class Line:
    """One client in the incident: how surely touched, what it was told, its notice version."""

    sure: Sure
    count: Count = Count()
    since: When | None = None
    version: int = 0
    notified: bool = False
    cleared: bool = False

    @property
    def reachable(self) -> bool:
        """Whether updates go to this client: it was told, and not cleared since."""
        return self.notified and not self.cleared


@dataclass(frozen=True)
class Incident:
    """What decisions about an incident need to know."""

    id: UUID
    vendor: str
    slug: str
    facts: Facts
    report: UUID
    report_texts: tuple[ReportText, ...] = ()
    answers: UUID | None = None
    clients: dict[str, Line] = field(default_factory=dict[str, Line])
    status: str = "open"

    def reachable(self) -> tuple[str, ...]:
        """The clients that hear of every revision, in the order they were named."""
        return tuple(name for name, line in self.clients.items() if line.reachable)

    def require_open(self) -> None:
        """Refuse a vendor's command on an incident that it has closed or withdrawn."""
        if self.status != "open":
            raise Refused(
                f"the incident is {self.status}",
                field="incident",
                got=self.slug,
                expected="an open incident",
                next_step="report it anew under another name",
            )

    def require_named(self, client: str) -> Line:
        """The line of a client that was named; refuses one that was not."""
        if client not in self.clients:
            raise Refused(
                "this client is not named in the incident",
                field="client",
                got=client,
                expected="a client named by name_clients or notify_clients",
                next_step="name or notify it first",
            )
        return self.clients[client]

    def require_reachable(self, client: str) -> Line:
        """The line of a client that hears of the incident; refuses one untold or cleared."""
        line = self.require_named(client)
        if not line.reachable:
            raise Refused(
                "this client was not told yet, or was cleared",
                field="client",
                got=client,
                expected="a client that was notified",
                next_step="notify it first (notify_clients)",
            )
        return line


def fold(recorded: Iterable[Recorded]) -> Incident | None:
    """The incident after these events, or None before its first report."""
    state: Incident | None = None
    for event in recorded:
        state = evolve(state, event)
    return state


def evolve(state: Incident | None, recorded: Recorded) -> Incident | None:
    """The incident after one more event; never refuses."""
    happening = recorded.event
    if isinstance(happening, e.VendorReportedLeak):
        return Incident(
            id=recorded.stream,
            vendor=recorded.envelope.party,
            slug=happening.slug,
            facts=happening.facts,
            report=recorded.id,
            report_texts=texts_of(happening),
            answers=happening.answers,
        )
    return None if state is None else _next(state, happening)


def _next(state: Incident, happening: e.Event) -> Incident:
    match happening:
        case e.FactsRevised():
            revised = state.facts.revised(happening.people, happening.totals, happening.claims)
            return replace(state, facts=revised)
        case e.ClientsNamed():
            named = {c.client: _named(state.clients.get(c.client), c) for c in happening.clients}
            return replace(state, clients={**state.clients, **named})
        case e.NoticesIssued():
            clients = dict(state.clients)
            for client in happening.clients:
                clients[client] = _told(clients[client], happening.act)
            return replace(state, clients=clients)
        case e.IncidentClosed():
            return replace(state, status="closed")
        case e.IncidentWithdrawn():
            return replace(state, status="withdrawn")
        case _:
            return state


def _named(old: Line | None, named: e.NamedClient) -> Line:
    if old is None:
        return Line(sure=named.sure, count=named.count, since=named.since)
    return replace(
        old,
        sure=named.sure,
        count=named.count,
        since=named.since or old.since,
        cleared=False,
        notified=old.reachable,  # one that was cleared has to be told anew
    )


def _told(line: Line, act: str) -> Line:
    line = replace(line, version=line.version + 1)
    if act == "notified":
        return replace(line, notified=True, cleared=False)
    if act == "cleared":
        return replace(line, cleared=True)
    return line
