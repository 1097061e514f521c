"""What a vendor does: report, revise, name, notify, update, clear, answer, close, withdraw."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from domain import commands as c
from domain import concern as concerns
from domain import events as e
from domain import notice, streams
from domain.envelope import Context, living
from domain.errors import NotFound, Refused
from domain.incident import Incident, Line
from domain.use_cases.either import not_ahead
from domain.values import Facts, When
from domain.work import Work


def report_leak(command: c.ReportLeak, work: Work) -> None:
    """A first report; where it answers a concern, the client that raised it is told at once."""
    stream = streams.incident_id(work.me.id, command.incident)
    if work.read(stream):
        raise Refused(
            "you have reported an incident under this name",
            field="incident",
            got=command.incident,
            expected="a name not used before",
            next_step="use revise_facts for news of the same incident, or pick another name",
        )
    not_ahead(command.happened, work, "happened")
    not_ahead(command.data_period, work, "data_period")
    answered = _concern(command.answers, work) if command.answers else None
    work.incident = stream
    facts = _facts(command)
    report = e.VendorReportedLeak(
        slug=command.incident,
        title=command.title,
        text=command.text,
        facts=facts,
        answers=answered.id if answered else None,
        chained=_chained(command),
    )
    about = Context(incident=stream, vendor=work.me.id)
    work.add(stream, report, about, [work.me.id])
    if command.aware:
        not_ahead(command.aware.when, work, "aware.when")
        stated = e.AwarenessStated(awareness=command.aware)
        work.add(stream, stated, about, [work.me.id], happened=command.aware.when)
    if answered:
        _answer_concern(answered, stream, facts, work)


def revise_facts(command: c.ReviseFacts, work: Work) -> None:
    """A revision: every client that was told hears what has changed, as far as it concerns it."""
    incident = _open(command.incident, work)
    said = Facts(people=command.people, totals=command.totals, claims=command.claims)
    work.add(
        incident.id,
        e.FactsRevised(
            reason=command.reason,
            people=said.people,
            totals=said.totals,
            claims=said.claims,
        ),
        _about(incident),
        [work.me.id],
    )
    parties = work.parties_among(notice.mentioned(said))
    for client in incident.reachable():
        theirs = notice.for_client(said, client, work.me.id, parties)
        update = e.ClientUpdated(
            reason=command.reason,
            people=theirs.people,
            totals=theirs.totals,
            claims=theirs.claims,
        )
        _tell(incident, client, update, work)
    _issued(incident, "updated", incident.reachable(), work)


def name_clients(command: c.NameClients, work: Work) -> None:
    """Name clients held to be touched; they are not told by this."""
    incident = _open(command.incident, work)
    for number, named in enumerate(command.clients):
        work.require_client(named.client)
        not_ahead(named.since, work, f"clients.{number}.since")
    clients = tuple(
        e.NamedClient(client=n.client, sure=n.sure, count=n.count, since=n.since)
        for n in command.clients
    )
    event = e.ClientsNamed(clients=clients, complete=command.complete)
    work.add(incident.id, event, _about(incident), [work.me.id])


def notify_clients(command: c.NotifyClients, work: Work) -> None:
    """Tell clients what happened; those not named before are named by it."""
    incident = _open(command.incident, work)
    clients = _addressees(command, incident)
    for client in clients:
        work.require_client(client)
    not_ahead(command.given_at, work, "given_at")
    unnamed = tuple(client for client in clients if client not in incident.clients)
    if unnamed:
        named = tuple(e.NamedClient(client=client, sure="suspected") for client in unnamed)
        work.add(incident.id, e.ClientsNamed(clients=named), _about(incident), [work.me.id])
    parties = work.parties_among(notice.mentioned(incident.facts))
    for client in clients:
        told = _notice(incident, client, command.channel, command.given_at, parties)
        _tell(incident, client, told, work, happened=command.given_at)
    _issued(incident, "notified", clients, work)


def update_client(command: c.UpdateClient, work: Work) -> None:
    """Tell one client something new about its own part."""
    incident = _open(command.incident, work)
    line = incident.require_named(command.client)
    if not line.reachable:
        raise Refused(
            "this client was not told yet, or was cleared",
            field="client",
            got=command.client,
            expected="a client that was notified",
            next_step="notify it first (notify_clients)",
        )
    update = e.ClientUpdated(
        why=command.reason, count=command.count, sure=command.sure, people=command.people
    )
    _tell(incident, command.client, update, work)
    _renamed(incident, command.client, line, command, work)
    _issued(incident, "updated", (command.client,), work)


def clear_client(command: c.ClearClient, work: Work) -> None:
    """Tell one client that it is not touched; one that was never told hears nothing."""
    incident = _open(command.incident, work)
    line = incident.require_named(command.client)
    if line.cleared:
        raise Refused("this client was cleared before", field="client", got=command.client)
    to = [command.client] if line.notified else []
    cleared = e.ClientCleared(reason=command.reason)
    _tell(incident, command.client, cleared, work, to=to)
    _issued(incident, "cleared", (command.client,), work)


def close_incident(command: c.CloseIncident, work: Work) -> None:
    """Hold the incident to be over, and say so to every client that was told."""
    incident = _open(command.incident, work)
    closed = e.IncidentClosed(reason=command.reason)
    work.add(incident.id, closed, _about(incident), [work.me.id])
    _tell_all(incident, e.ClientUpdated(incident_state="closed"), work)


def withdraw(command: c.Withdraw, work: Work) -> None:
    """Take the report back, and say so to every client that was told."""
    incident = _open(command.incident, work)
    withdrawn = e.IncidentWithdrawn(reason=command.reason)
    work.add(incident.id, withdrawn, _about(incident), [work.me.id])
    _tell_all(incident, e.ClientUpdated(reason="reversal", incident_state="withdrawn"), work)


def answer(command: c.Answer, work: Work) -> None:
    """Answer a client's question."""
    incident = work.require_own_incident(command.incident)
    incident.require_named(command.client)
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
    _tell(incident, command.client, event, work)
    _issued(incident, "answered", (command.client,), work)


# --- parts -------------------------------------------------------------------------------------


def _open(reference: str, work: Work) -> Incident:
    incident = work.require_own_incident(reference)
    incident.require_open()
    return incident


def _about(incident: Incident, client: str | None = None) -> Context:
    return Context(incident=incident.id, vendor=incident.vendor, client=client)


def _facts(command: c.ReportLeak) -> Facts:
    names = ("happened", "data_period", "discovered_by", "nature", "systems")
    rest = ("people", "totals", "claims")
    return Facts(**{name: getattr(command, name) for name in names + rest})


def _chained(command: c.ReportLeak) -> e.Chained | None:
    if isinstance(command.upstream, UUID):
        return e.Chained(link="upstream", incident=command.upstream)
    return command.upstream


def _concern(reference: str, work: Work) -> concerns.Concern:
    direct = [UUID(reference)] if _is_uuid(reference) else []
    for stream in direct or work.directory.concerns(work.me.id, reference):
        found = concerns.fold(work.read(stream))
        if found is not None and found.vendor == work.me.id:
            return found
    raise NotFound(
        "no such concern was put to you",
        field="answers",
        got=reference,
        expected="the name or id of a concern in your feed",
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _answer_concern(answered: concerns.Concern, stream: UUID, facts: Facts, work: Work) -> None:
    named = e.NamedClient(client=answered.client, sure="suspected")
    about = Context(incident=stream, vendor=work.me.id)
    work.add(stream, e.ClientsNamed(clients=(named,)), about, [work.me.id])
    line = Line(sure="suspected")
    state = Incident(
        id=stream,
        vendor=work.me.id,
        slug="",
        facts=facts,
        report=stream,
        clients={answered.client: line},
    )
    parties = work.parties_among(notice.mentioned(facts))
    told = _notice(state, answered.client, "platform", None, parties)
    told = told.model_copy(update={"answers": answered.id, "report": None})
    _tell(state, answered.client, told, work)
    _issued(state, "notified", (answered.client,), work)


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


def _notice(
    incident: Incident, client: str, channel: Any, given_at: When | None, parties: frozenset[str]
) -> e.ClientNotified:
    line = incident.clients.get(client)
    return e.ClientNotified(
        facts=notice.for_client(incident.facts, client, incident.vendor, parties),
        count=notice.own_count(incident, client),
        sure=line.sure if line else "suspected",
        since=line.since if line else None,
        channel=channel,
        given_at=given_at,
        report=incident.report,
    )


def _tell(
    incident: Incident,
    client: str,
    event: e.Event,
    work: Work,
    *,
    to: Iterable[str] | None = None,
    happened: When | None = None,
) -> None:
    line = incident.clients.get(client)
    readers = [client] if to is None else to
    work.add(
        streams.notice_id(incident.id, client),
        event,
        _about(incident, client),
        [*readers, incident.vendor],
        happened=happened,
        version=line.version if line else 0,
    )


def _tell_all(incident: Incident, event: e.Event, work: Work) -> None:
    for client in incident.reachable():
        _tell(incident, client, event, work)
    _issued(incident, "updated", incident.reachable(), work)


def _issued(incident: Incident, act: str, clients: tuple[str, ...], work: Work) -> None:
    if clients:
        event = e.NoticesIssued(act=act, clients=clients)
        work.add(incident.id, event, _about(incident), [incident.vendor])


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
    work.add(incident.id, e.ClientsNamed(clients=(named,)), _about(incident), [incident.vendor])
