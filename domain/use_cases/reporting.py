"""A vendor's first report, and the concern it may answer."""

from __future__ import annotations

from domain import commands as c
from domain import concern as concerns
from domain import events as e
from domain import notice, streams
from domain.envelope import Context
from domain.errors import NotFound, Refused
from domain.incident import Incident, Line, texts_of
from domain.use_cases.sides import not_ahead
from domain.use_cases.telling import issued, notices, tell
from domain.values import Facts
from domain.work import Work, uuid_of


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
    chained = _chained(command, work)
    work.incident = stream
    report = e.VendorReportedLeak(
        slug=command.incident,
        title=command.title,
        text=command.text,
        facts=_facts(command),
        answers=answered.id if answered else None,
        chained=chained,
    )
    about = Context(incident=stream, vendor=work.me.id)
    called = work.event_id()
    work.add(stream, report, about, [work.me.id], called=called)
    if command.aware:
        not_ahead(command.aware.when, work, "aware.when")
        stated = e.AwarenessStated(awareness=command.aware)
        work.add(stream, stated, about, [work.me.id], happened=command.aware.when)
    if answered:
        state = Incident(
            id=stream,
            vendor=work.me.id,
            slug=report.slug,
            facts=report.facts,
            report=called,
            report_texts=texts_of(report),
            clients={answered.client: Line(sure="suspected")},
        )
        _answer_concern(answered, state, work)


def _facts(command: c.ReportLeak) -> Facts:
    names = ("happened", "data_period", "discovered_by", "nature", "systems")
    rest = ("people", "totals", "claims")
    return Facts(**{name: getattr(command, name) for name in names + rest})


def _chained(command: c.ReportLeak, work: Work) -> e.Chained | None:
    """The incident this one hangs on: by its id, or by the name of one's own or one told of."""
    upstream = command.upstream
    if not isinstance(upstream, str):
        return upstream
    direct = uuid_of(upstream)
    if direct is not None:
        return e.Chained(link="upstream", incident=direct)
    found = work.own_incident(upstream) or work.told_incident(upstream)
    if found is None:
        raise NotFound(
            "no such incident, or none that you were told of",
            field="upstream",
            got=upstream,
            expected="the id of an incident, or the name of one you reported or were told of",
            next_step="take the id from your feed or timeline",
        )
    return e.Chained(link="upstream", incident=found.id)


def _concern(reference: str, work: Work) -> concerns.Concern:
    direct = uuid_of(reference)
    for stream in [direct] if direct else work.directory.concerns(work.me.id, reference):
        found = concerns.fold(work.read(stream))
        if found is not None and found.vendor == work.me.id:
            return found
    raise NotFound(
        "no such concern was put to you",
        field="answers",
        got=reference,
        expected="the name or id of a concern in your feed",
    )


def _answer_concern(answered: concerns.Concern, state: Incident, work: Work) -> None:
    named = e.NamedClient(client=answered.client, sure="suspected")
    about = Context(incident=state.id, vendor=state.vendor)
    work.add(state.id, e.ClientsNamed(clients=(named,)), about, [state.vendor])
    owners = work.owners(notice.mentioned(state.facts))
    told = notices(state, "platform", None, owners)(answered.client)
    tell(state, answered.client, told.model_copy(update={"answers": answered.id}), work)
    issued(state, "notified", (answered.client,), work)
