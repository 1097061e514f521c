"""What a vendor does after its report: revise, name, notify, update, clear, answer, end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from domain import commands as c
from domain import events as e
from domain import notice, streams
from domain.envelope import living
from domain.errors import NotFound, Refused
from domain.incident import Incident, Line
from domain.naming import others_among
from domain.use_cases.sides import not_ahead
from domain.use_cases.telling import (
    about,
    issued,
    notices,
    open_incident,
    portions,
    tell,
    tell_all,
)
from domain.values import Facts
from domain.work import Work


def revise_facts(command: c.ReviseFacts, work: Work) -> None:
    """A revision: every client that was told hears what has changed, as far as it concerns it."""
    incident = open_incident(command.incident, work)
    said = Facts(people=command.people, totals=command.totals, claims=command.claims)
    work.add(
        incident.id,
        e.FactsRevised(
            reason=command.reason,
            people=said.people,
            totals=said.totals,
            claims=said.claims,
        ),
        about(incident),
        [work.me.id],
    )
    owners = work.owners(notice.mentioned(said))

    @cache
    def revision_for(others: frozenset[str]) -> e.ClientUpdated | None:
        theirs = notice.without(said, others)
        if not (theirs.people or theirs.totals or theirs.claims):
            return None
        return e.ClientUpdated(
            reason=command.reason,
            people=theirs.people,
            totals=theirs.totals,
            claims=theirs.claims,
        )

    told: list[str] = []
    for client in incident.reachable():
        update = revision_for(others_among(owners, client, work.me.id))
        if update is None:
            continue  # all of it is about others: even "something changed" would tell too much
        told.append(client)
        tell(incident, client, update, work)
    issued(incident, "updated", told, work)


def name_clients(command: c.NameClients, work: Work) -> None:
    """Name clients held to be touched; they are not told by this."""
    incident = open_incident(command.incident, work)
    for number, named in enumerate(command.clients):
        work.require_client(named.client, f"clients.{number}.client")
        not_ahead(named.since, work, f"clients.{number}.since")
    clients = tuple(
        e.NamedClient(client=n.client, sure=n.sure, count=n.count, since=n.since)
        for n in command.clients
    )
    _name(incident, clients, work, complete=command.complete)


def _name(
    incident: Incident,
    clients: Sequence[e.NamedClient],
    work: Work,
    *,
    complete: bool | None = None,
) -> None:
    """In as many events as it takes: the last of them says whether these are all."""
    parts = list(portions(clients)) or [()]
    for number, part in enumerate(parts, start=1):
        event = e.ClientsNamed(clients=part, complete=complete if number == len(parts) else None)
        work.add(incident.id, event, about(incident), [work.me.id])


def notify_clients(command: c.NotifyClients, work: Work) -> None:
    """Tell clients what happened; those not named before are named by it."""
    incident = open_incident(command.incident, work)
    clients = _addressees(command, incident)
    for number, client in enumerate(clients):
        work.require_client(client, f"clients.{number}")
    not_ahead(command.given_at, work, "given_at")
    unnamed = tuple(client for client in clients if client not in incident.clients)
    if unnamed:
        named = tuple(e.NamedClient(client=client, sure="suspected") for client in unnamed)
        _name(incident, named, work)
    owners = work.owners(notice.mentioned(incident.facts))
    notice_for = notices(incident, command.channel, command.given_at, owners)
    for client in clients:
        tell(incident, client, notice_for(client), work, happened=command.given_at)
    issued(incident, "notified", clients, work)


def update_client(command: c.UpdateClient, work: Work) -> None:
    """Tell one client something new about its own part."""
    incident = open_incident(command.incident, work)
    line = incident.require_reachable(command.client)
    update = e.ClientUpdated(
        why=command.reason, count=command.count, sure=command.sure, people=command.people
    )
    tell(incident, command.client, update, work)
    _renamed(incident, command.client, line, command, work)
    issued(incident, "updated", (command.client,), work)


def clear_client(command: c.ClearClient, work: Work) -> None:
    """Tell one client that it is not touched; one that was never told hears nothing."""
    incident = open_incident(command.incident, work)
    line = incident.require_named(command.client)
    if line.cleared:
        raise Refused("this client was cleared before", field="client", got=command.client)
    to = [command.client] if line.notified else []
    cleared = e.ClientCleared(
        reason=command.reason, count=command.count, people=command.people, sure=command.sure
    )
    tell(incident, command.client, cleared, work, to=to)
    issued(incident, "cleared", (command.client,), work)


def close_incident(command: c.CloseIncident, work: Work) -> None:
    """Hold the incident to be over, and say so to every client that was told."""
    incident = open_incident(command.incident, work)
    closed = e.IncidentClosed(reason=command.reason)
    work.add(incident.id, closed, about(incident), [work.me.id])
    tell_all(incident, e.ClientUpdated(incident_state="closed"), work)


def withdraw(command: c.Withdraw, work: Work) -> None:
    """Take the report back, and say so to every client that was told."""
    incident = open_incident(command.incident, work)
    withdrawn = e.IncidentWithdrawn(reason=command.reason)
    work.add(incident.id, withdrawn, about(incident), [work.me.id])
    tell_all(incident, e.ClientUpdated(reason="reversal", incident_state="withdrawn"), work)


def answer(command: c.Answer, work: Work) -> None:
    """Answer a client's question; one that was cleared since hears nothing more."""
    incident = work.require_own_incident(command.incident)
    incident.require_reachable(command.client)
    asked = work.read(streams.case_id(incident.id, command.client))
    questions = {x.event.question for x in living(asked) if isinstance(x.event, e.QuestionAsked)}
    if command.question not in questions:
        raise NotFound(
            "this client asked no such question",
            field="question",
            got=command.question,
            expected="one of: " + (", ".join(sorted(questions)) or "none asked yet"),
        )
    event = e.QuestionAnswered(question=command.question, text=command.text)
    tell(incident, command.client, event, work)
    issued(incident, "answered", (command.client,), work)


def _addressees(command: c.NotifyClients, incident: Incident) -> tuple[str, ...]:
    if command.clients != "all":
        return command.clients
    everybody = tuple(name for name, line in incident.clients.items() if not line.cleared)
    if not everybody:
        raise Refused(
            "no client is named yet",
            field="clients",
            got="all",
            expected="clients named before, or a list of ids",
            next_step="name them first (name_clients)",
        )
    return everybody


def _renamed(
    incident: Incident, client: str, line: Line, command: c.UpdateClient, work: Work
) -> None:
    if command.count is None and command.sure is None:
        return
    named = e.NamedClient(
        client=client,
        sure=command.sure or line.sure,
        count=command.count or line.count,
        since=line.since,
    )
    work.add(incident.id, e.ClientsNamed(clients=(named,)), about(incident), [incident.vendor])
