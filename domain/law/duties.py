"""From facts and law to obligations: what is owed, by when, whether it is met, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from pydantic import AwareDatetime

from domain.law.acts import MET_BY, Facts, Met, delay, filings, lifted
from domain.law.calendar import Due, deadlines
from domain.law.pack import Duty
from domain.law.starts import Start, replaced, start
from domain.values import Value


class Obligation(Value):
    """One duty of one party in one incident, as the public surface shows it.

    `due` is empty where the law gives no number of hours; such a duty is never overdue. Times
    are aware, deadlines in the debtor's zone. `started_by` and `met_by` are event ids.
    """

    id: UUID
    duty: str
    incident: UUID
    debtor: str
    owed_to: str
    authority: str | None = None
    country: str | None = None
    stage: str | None = None
    started_at: AwareDatetime | None = None
    started_by: UUID | None = None
    due: tuple[Due, ...] = ()
    status: str
    met_at: AwareDatetime | None = None
    met_by: UUID | None = None
    why: str
    law_version: str
    citation: str


def of_controller(facts: Facts) -> Iterator[Obligation]:
    """A client's duties in one matter: current ones, then the deadlines they replaced."""
    for duty in owed_by("controller", facts):
        yield _judged(duty, facts)
        if duty.starts == "aware" and duty.period:
            yield from _superseded(duty, facts)


def owed_by(debtor: str, facts: Facts) -> Iterator[Duty]:
    """The duties that the party's laws lay on controllers, or on processors."""
    for law in facts.profile.laws:
        for duty in facts.rules.in_force(law, facts.day):
            if duty.debtor == debtor:
                yield duty


def _judged(duty: Duty, facts: Facts) -> Obligation:
    started, why_not = STARTS[duty.starts](facts)
    base = blank(duty, facts, started)
    met = MET_BY[duty.met_by](facts)
    let_off = lifted(duty, facts)
    if facts.matter.continued_in:
        why = f"taken up in incident {facts.matter.continued_in}"
        return base.model_copy(update={"status": "superseded", "why": why})
    if met:
        return base.model_copy(update=_met(base, met, facts))
    if let_off:
        return base.model_copy(update={"status": let_off[0], "why": let_off[1]})
    if started is None:
        return base.model_copy(update={"status": "not_started", "why": why_not})
    return base.model_copy(update=_unmet(base, started, duty, facts))


def blank(duty: Duty, facts: Facts, started: Start | None) -> Obligation:
    """An obligation with everything but its status: who owes whom, since when, due when."""
    profile = facts.profile
    country = profile.country
    to_authority = duty.owed_to == "supervisory_authority"
    authority = facts.rules.authority_for(country) if country and to_authority else None
    due: tuple[Due, ...] = ()
    if started and duty.period:
        due = deadlines(started.at, duty.period, profile.clock, duty.computation)
    return Obligation(
        id=uuid5(facts.matter.incident, f"{profile.id}/{duty.name}"),
        duty=duty.name,
        incident=facts.matter.incident,
        debtor=profile.id,
        owed_to=authority or duty.owed_to,
        authority=authority,
        country=country,
        stage=None,
        started_at=started.at.astimezone(profile.clock) if started else None,
        started_by=started.by if started else None,
        due=due,
        status="open",
        why="",
        law_version=duty.law_version,
        citation=duty.citation,
    )


def alarm(due: tuple[Due, ...]) -> datetime | None:
    """The deadline that reminders and lateness go by: the earliest."""
    return next((one.at for one in due if one.alarm), None)


def _met(base: Obligation, met: Met, facts: Facts) -> dict[str, Any]:
    limit = alarm(base.due)
    late = limit is not None and met.at > limit
    within = [one.convention for one in base.due if met.at <= one.at]
    why = met.how
    if late:
        beside = f"; within the limit by {', '.join(within)}" if within else ""
        why = f"{met.how}, after the limit{beside}"
    status = "met_late" if late else "met"
    at = met.at.astimezone(facts.profile.clock)
    return {"status": status, "met_at": at, "met_by": met.by, "why": why}


def _unmet(base: Obligation, started: Start, duty: Duty, facts: Facts) -> dict[str, Any]:
    delayed = delay(duty, facts)
    if delayed:
        return {"status": "delayed", "why": delayed}
    limit = alarm(base.due)
    if limit is None:
        return {"status": "open", "why": f"{started.why}; the law gives no number of hours"}
    status = "overdue" if facts.now > limit else "open"
    return {"status": status, "why": started.why}


def _superseded(duty: Duty, facts: Facts) -> Iterator[Obligation]:
    for old in replaced(facts.matter, facts.profile.clock):
        base = blank(duty, facts, old)
        yield base.model_copy(
            update={
                "id": uuid5(base.id, f"superseded/{old.by}/{old.at.isoformat()}"),
                "status": "superseded",
                "why": f"{old.why}; the clock was set anew since",
            }
        )


# --- what starts a duty ------------------------------------------------------------------------


def _by_awareness(facts: Facts) -> tuple[Start | None, str]:
    found = start(facts.matter, facts.profile.clock)
    told = facts.matter.last("ClientNotified")
    if told is None:
        return found, "not aware: neither informed nor by its own finding"
    return found, f"told at {told.at.isoformat()}, but nothing has been delivered yet"


def _by_first_report(facts: Facts) -> tuple[Start | None, str]:
    filed = filings(facts)
    if not filed:
        return None, "starts with a first report"
    at = filed[0].latest(facts.profile.clock)
    return Start(at=at, by=filed[0].id, why="a first report was filed"), ""


def _by_high_risk(facts: Facts) -> tuple[Start | None, str]:
    assessed = facts.matter.last("RiskAssessed")
    if assessed is None:
        return None, "the risk has not been assessed"
    if assessed.data["outcome"] != "high":
        return None, f"the risk was assessed as {assessed.data['outcome']}, not high"
    at = assessed.latest(facts.profile.clock)
    return Start(at=at, by=assessed.id, why="the risk was assessed as high"), ""


STARTS: dict[str, Callable[[Facts], tuple[Start | None, str]]] = {
    "aware": _by_awareness,
    "first_report": _by_first_report,
    "high_risk": _by_high_risk,
}
