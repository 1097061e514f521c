"""What a client does: raise, acknowledge, assess, waive, tell its people, ask, mandate."""

from __future__ import annotations

from domain import commands as c
from domain import events as e
from domain import streams
from domain.case import Case
from domain.envelope import Context
from domain.errors import Invalid, NotFound, Refused
from domain.use_cases.sides import not_ahead
from domain.values import When
from domain.work import Told, Work


def raise_concern(command: c.RaiseConcern, work: Work) -> None:
    """Ask a vendor about something noticed before any incident exists."""
    vendor = _require_vendor(command.vendor, work)
    stream = streams.concern_id(work.me.id, command.concern)
    if work.read(stream):
        raise Refused(
            "you have raised a concern under this name",
            field="concern",
            got=command.concern,
            expected="a name not used before",
        )
    if command.aware:
        not_ahead(command.aware.when, work, "aware.when")
    event = e.ClientRaisedConcern(
        slug=command.concern,
        vendor=vendor,
        awareness=command.aware,
        claims=command.claims,
        text=command.text,
    )
    about = Context(incident=stream, vendor=vendor, client=work.me.id)
    work.incident = stream
    work.add(stream, event, about, [work.me.id, vendor])


def acknowledge(command: c.Acknowledge, work: Work) -> None:
    """Confirm that the vendor's word was read; once is enough."""
    incident, case = _my_case(command.incident, work)
    if case.acknowledged:
        raise Refused(
            "you have acknowledged this incident before",
            field="incident",
            got=command.incident,
            next_step="nothing to do; use correct if the earlier one was a mistake",
        )
    _add(e.NoticeAcknowledged(), incident, work, shared=True)


def close_case(command: c.CloseCase, work: Work) -> None:
    """Hold one's own case to be over."""
    incident, _ = _my_case(command.incident, work)
    _add(e.CaseClosed(), incident, work, shared=False)


def assess_risk(command: c.AssessRisk, work: Work) -> None:
    """Judge the risk to people; privileged: the vendor never sees it."""
    incident, _ = _my_case(command.incident, work)
    event = e.RiskAssessed(
        outcome=command.outcome,
        severity=command.severity,
        worksheet=command.worksheet,
        consequences=command.consequences,
        why=command.why,
    )
    _add(event, incident, work, shared=False)


WAIVABLE = {"unlikely_risk": ("33-1",), "34-3-a": ("34-1",), "34-3-b": ("34-1",)}
WAIVABLE["34-3-c"] = ("34-1",)


def waive(command: c.Waive, work: Work) -> None:
    """Decide that a duty does not bind, on a ground that the law gives for that duty."""
    incident, _ = _my_case(command.incident, work)
    if command.duty.rsplit(".", 1)[-1] not in WAIVABLE[command.ground]:
        raise Invalid(
            "this ground does not lift this duty",
            field="ground",
            got=command.ground,
            expected="unlikely_risk for Art. 33(1); 34-3-a, 34-3-b, 34-3-c for Art. 34(1)",
        )
    event = e.NotificationWaived(duty=command.duty, ground=command.ground, why=command.why)
    _add(event, incident, work, shared=False)


def notify_customers(command: c.NotifyCustomers, work: Work) -> None:
    """Tell the people concerned."""
    incident, case = _my_case(command.incident, work)
    if command.statement and command.statement not in case.statements:
        raise NotFound(
            "you made no such statement in this incident",
            field="statement",
            got=command.statement,
            expected="one of: " + (", ".join(sorted(case.statements)) or "none made yet"),
        )
    event = e.CustomersNotified(
        audience=command.audience,
        channel=command.channel,
        count=command.count,
        statement=command.statement,
        claims=command.claims,
        words=command.words,
        quotes=command.quotes,
        advice=command.advice,
        contact=command.contact,
    )
    _add(event, incident, work, shared=True)


def ask(command: c.Ask, work: Work) -> None:
    """Ask the vendor; each question has a name of its own."""
    incident, case = _my_case(command.incident, work)
    if command.question in case.questions:
        raise Refused(
            "you have asked a question under this name",
            field="question",
            got=command.question,
            expected="a name not used before in this incident",
        )
    _add(e.QuestionAsked(question=command.question, text=command.text), incident, work, shared=True)


def grant_mandate(command: c.GrantMandate, work: Work) -> None:
    """Let a vendor file with the supervisory authority on one's behalf."""
    vendor = _require_vendor(command.vendor, work)
    starts = command.since.earliest(work.me.zone) if command.since else work.now
    ends = command.until.latest(work.me.zone) if command.until else None
    if ends is not None and starts is not None and ends < starts:
        raise Invalid(
            "the mandate would end before it starts",
            field="until",
            got=_plain(command.until),
            expected=f"a time after {starts.isoformat()}",
        )
    event = e.MandateGranted(
        vendor=vendor, scope=command.scope, since=command.since, until=command.until
    )
    _own(event, vendor, work)


def revoke_mandate(command: c.RevokeMandate, work: Work) -> None:
    """Take a mandate back."""
    if command.vendor not in work.me.mandates:
        raise Refused(
            "you have given this vendor no mandate",
            field="vendor",
            got=command.vendor,
            expected="one of: " + (", ".join(sorted(work.me.mandates)) or "no mandates given"),
        )
    _own(e.MandateRevoked(vendor=command.vendor), command.vendor, work)


# --- parts -------------------------------------------------------------------------------------


def _my_case(reference: str, work: Work) -> tuple[Told, Case]:
    incident = work.require_told_incident(reference)
    case = work.case(incident)
    case.require_open()
    return incident, case


def _add(event: e.Event, incident: Told, work: Work, *, shared: bool) -> None:
    about = Context(incident=incident.id, vendor=incident.vendor, client=work.me.id)
    readers = [work.me.id, *([incident.vendor] if shared else [])]
    work.add(streams.case_id(incident.id, work.me.id), event, about, readers)


def _require_vendor(name: str, work: Work) -> str:
    found = work.party(name)
    if found is None or "vendor" not in found.roles:
        raise NotFound(
            "unknown vendor",
            field="vendor",
            got=name,
            expected="the id of a registered vendor",
            next_step="check the id, or let the operator register it",
        )
    return name


def _own(event: e.Event, vendor: str, work: Work) -> None:
    about = Context(vendor=vendor, client=work.me.id)
    work.add(streams.party_stream(work.me.id), event, about, [work.me.id, vendor])


def _plain(when: When | None) -> object:
    return when.model_dump(mode="json") if when else None
