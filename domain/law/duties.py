"""From facts and law to obligations: what is owed, by when, whether it is met, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from pydantic import AwareDatetime

from domain.law.calendar import Due, deadlines
from domain.law.matter import Happening, Matter, Profile
from domain.law.pack import Duty
from domain.law.rules import Rules
from domain.law.starts import Start, replaced, start
from domain.values import Value, When


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


@dataclass(frozen=True)
class Facts:
    """What a duty is judged by: the party, its matter, the law, and the asker's now."""

    profile: Profile
    matter: Matter
    rules: Rules
    now: datetime

    @property
    def day(self) -> date:
        """The day whose law applies: that on which the matter began."""
        return self.matter.happenings[0].at.astimezone(self.profile.clock).date()


@dataclass(frozen=True)
class Met:
    """The act that met a duty, and when (UTC)."""

    at: datetime
    by: UUID
    how: str


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
    lifted = _lifted(duty, facts)
    if facts.matter.continued_in:
        why = f"taken up in incident {facts.matter.continued_in}"
        return base.model_copy(update={"status": "superseded", "why": why})
    if met:
        return base.model_copy(update=_met(base, met, facts))
    if lifted:
        return base.model_copy(update={"status": lifted[0], "why": lifted[1]})
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


# --- what meets a duty -------------------------------------------------------------------------


def filings(facts: Facts) -> list[Happening]:
    """The filings that count for this party: its own, and those a mandate let a vendor make.

    A withdrawal takes back what was filed with that authority before it.
    """
    me = facts.profile.id
    counted: list[Happening] = []
    for one in facts.matter.living("RegulatorNotified"):
        if one.by != me and me not in one.data["controllers"]:
            continue
        if one.data["stage"] == "withdrawn":
            counted = [f for f in counted if f.data["authority"] != one.data["authority"]]
        else:
            counted.append(one)
    return counted


def _authority_notified(facts: Facts) -> Met | None:
    zone = facts.profile.clock
    first = min(filings(facts), key=lambda one: one.latest(zone), default=None)
    if first is None:
        return None
    who = "itself" if first.by == facts.profile.id else f"{first.by} under its mandate"
    how = f"filed by {who} with {first.data['authority']}"
    return Met(first.latest(zone), first.id, how)


def _report_completed(facts: Facts) -> Met | None:
    """Met by a complete report, until the vendor says more (that it is closed is no more)."""
    whole = {one.id for one in filings(facts) if one.data["stage"] == "complete"}
    said = facts.matter.living("RegulatorNotified", "ClientUpdated")
    for one in reversed(list(said)):
        if one.id in whole:
            how = "the complete report was filed"
            return Met(one.latest(facts.profile.clock), one.id, how)
        if one.type == "ClientUpdated" and "incident_state" not in one.data:
            return None
    return None


def _documented(facts: Facts) -> Met | None:
    """Art. 33(5): facts, effects (an assessment) and remedy (a measure) are on record."""
    parts = [facts.matter.last("RiskAssessed"), facts.matter.last("MeasureTaken")]
    on_record = [one for one in parts if one]
    if len(on_record) < len(parts):
        return None
    last = max(on_record, key=lambda one: one.at)
    return Met(last.at, last.id, "facts, effects and remedial action are on record")


def _people_notified(facts: Facts) -> Met | None:
    told = facts.matter.last("CustomersNotified")
    assessed = facts.matter.last("RiskAssessed")
    if told is None or assessed is None or assessed.data["outcome"] != "high":
        return None
    audience = ", ".join(told.data["audience"])
    return Met(told.latest(facts.profile.clock), told.id, f"told {audience}")


MET_BY: dict[str, Callable[[Facts], Met | None]] = {
    "authority_notified": _authority_notified,
    "report_completed": _report_completed,
    "documented": _documented,
    "people_notified": _people_notified,
}


# --- what lifts or moves a duty ----------------------------------------------------------------


def _lifted(duty: Duty, facts: Facts) -> tuple[str, str] | None:
    for waiver in facts.matter.living("NotificationWaived"):
        ground = waiver.data["ground"]
        fits = waiver.data["duty"] == duty.name and ground in duty.waivable_by
        if fits and not _disproved(waiver, facts):
            return "waived", f"waived on the ground {ground}"
    if duty.owed_to == "the_record":
        return None
    return _no_breach_here(facts) or _no_risk(duty, facts)


def _disproved(waiver: Happening, facts: Facts) -> bool:
    """A later assessment by the same client takes an unlikely risk back."""
    assessed = facts.matter.last("RiskAssessed")
    if waiver.data["ground"] != "unlikely_risk" or assessed is None:
        return False
    return assessed.data["outcome"] != "unlikely" and assessed.at > waiver.at


def _no_breach_here(facts: Facts) -> tuple[str, str] | None:
    word = facts.matter.last("ClientCleared", "ClientNotified", "ClientUpdated")
    if word and word.type == "ClientCleared":
        return "not_required", f"the vendor stated at {word.at.isoformat()}: not touched after all"
    states = [one.data.get("incident_state") for one in facts.matter.living("ClientUpdated")]
    if "withdrawn" in states or facts.matter.last("IncidentWithdrawn"):
        return "not_required", "the vendor withdrew its report"
    return None


def _no_risk(duty: Duty, facts: Facts) -> tuple[str, str] | None:
    assessed = facts.matter.last("RiskAssessed")
    if assessed is None:
        return None
    outcome = assessed.data["outcome"]
    if "unlikely_risk" in duty.waivable_by and outcome == "unlikely":
        return "not_required", "a risk was assessed as unlikely"
    if duty.starts == "high_risk" and outcome != "high":
        return "not_required", f"the risk was assessed as {outcome}, not high"
    return None


def delay(duty: Duty, facts: Facts) -> str | None:
    """Why the party does this duty lawfully later, by its own word, for as long as that holds."""
    for one in facts.matter.living("DelayRecorded"):
        until = one.data.get("until")
        end = When.model_validate(until).latest(facts.profile.clock) if until else None
        mine = one.by == facts.profile.id and one.data["duty"] == duty.name
        if mine and (end is None or facts.now <= end):
            return f"lawfully delayed: {one.data['ground']}"
    return None
