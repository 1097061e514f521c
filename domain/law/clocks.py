"""What starts a duty, and which clocks then run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from domain.law.acts import MET_BY
from domain.law.calendar import Clock, Period, deadlines, year_end
from domain.law.facts import Aim, Facts
from domain.law.filings import Met, filings, latest
from domain.law.pack import Duty
from domain.law.starts import Start

Started = tuple[Start | None, str]

REPORT = {"authority_notified": "first", "second_report": "second", "final_report": "final"}


def started(aim: Aim, facts: Facts) -> Started:
    """What started a duty; without a start, why there is none."""
    found, why_not = STARTS.get(aim.duty.starts, _by_awareness)(aim, facts)
    again = aim.duty.restart
    if found and again and facts.holds(again.when):
        said, since = facts.stated(again.from_), facts.since(again.from_)
        if said and since:
            return Start(at=since, by=said.id, why=f"stated: {again.from_}"), ""
    return found, why_not


def clocks(duty: Duty, found: Start | None, facts: Facts) -> tuple[Clock, ...]:
    """The clocks that limit a duty; while what starts it is open, those of its earliest branch."""
    period = period_of(duty, facts)
    if period is None:
        return ()
    aware = facts.aware
    if found is None and aware and duty.open_from and facts.holds(duty.fact or "") is None:
        found = aware
    running = [Clock(_anchored(duty, found, facts), period)] if found else []
    return (*running, *_caps(duty, found, aware, facts))


def period_of(duty: Duty, facts: Facts) -> Period | None:
    """The duty's period for this kind of entity."""
    kinds = {*facts.profile.entity}
    own = (one.period for one in duty.periods if kinds & {*one.entity})
    return next(own, duty.period)


def _anchored(duty: Duty, found: Start, facts: Facts) -> datetime:
    return year_end(found.at, facts.profile.clock) if duty.from_year_end else found.at


def _caps(duty: Duty, found: Start | None, aware: Start | None, facts: Facts) -> list[Clock]:
    """Clocks from awareness, unless the duty's own start came after they ended, or never will."""
    if aware is None or (found is None and facts.holds(duty.fact or "") is False):
        return []
    running: list[Clock] = []
    for cap in duty.caps:
        (end,) = deadlines(aware.at, cap.period, facts.profile.clock, ["strict"])
        if found is None or found.at.astimezone(UTC) <= end.at.astimezone(UTC):
            running.append(Clock(aware.at, cap.period))
    return running


# --- what starts a duty ------------------------------------------------------------------------


def _by_awareness(_: Aim, facts: Facts) -> Started:
    found = facts.aware
    told = facts.matter.last("ClientNotified")
    if told is None:
        return found, "not aware: neither informed nor by its own finding"
    return found, f"told at {told.at.isoformat()}, but nothing has been delivered yet"


def _by_discovery(aim: Aim, facts: Facts) -> Started:
    """As stated, else awareness; what its agent discovered it discovered itself."""
    aware, why_not = _by_awareness(aim, facts)
    own = _stated("discovered", facts) or aware
    found = [one for one in (own, _by_agent(facts)) if one]
    return min(found, key=lambda one: one.at, default=None), why_not


def _by_agent(facts: Facts) -> Start | None:
    said = _stated("agent", facts)
    if said is None:
        return None
    zone = facts.profile.clock
    theirs = [
        Start(at=one.earliest(zone), by=one.id, why=f"{one.by}, its agent, was aware")
        for one in facts.matter.living("AwarenessStated")
        if one.by != facts.profile.id and one.data["awareness"]["stage"] != "signal"
    ]
    return min([said, *theirs], key=lambda one: one.at)


def _by_first_report(aim: Aim, facts: Facts) -> Started:
    filed = filings(facts, aim)
    if not filed:
        return None, "starts with a first report"
    at = filed[0].latest(facts.profile.clock)
    return Start(at=at, by=filed[0].id, why="a first report was filed"), ""


def _by_high_risk(_: Aim, facts: Facts) -> Started:
    assessed = facts.matter.last("RiskAssessed")
    if assessed is None:
        return None, "the risk has not been assessed"
    if assessed.data["outcome"] != "high":
        return None, f"the risk was assessed as {assessed.data['outcome']}, not high"
    at = assessed.latest(facts.profile.clock)
    return Start(at=at, by=assessed.id, why="the risk was assessed as high"), ""


def _by_fact(aim: Aim, facts: Facts) -> Started:
    return _stated(aim.duty.fact or "", facts), f"starts when it holds: {aim.duty.fact}"


def _by_earlier_duty(aim: Aim, facts: Facts) -> Started:
    duty = aim.duty
    every = facts.rules.in_force(duty.law, facts.day)
    before = next(one for one in every if one.id == duty.after and one.draft == duty.draft)
    same = replace(aim, duty=before)
    report = REPORT.get(before.met_by)
    met = latest(facts, same, report) if duty.latest and report else _met(same, facts)
    if met is None:
        return None, f"starts when {before.name} is met"
    return Start(at=met.at, by=met.by, why=f"{before.name}: {met.how}"), ""


def _met(aim: Aim, facts: Facts) -> Met | None:
    return MET_BY[aim.duty.met_by](facts, aim)


def _stated(fact: str, facts: Facts) -> Start | None:
    said, since = facts.stated(fact), facts.since(fact)
    return Start(at=since, by=said.id, why=f"stated: {fact}") if said and since else None


STARTS: dict[str, Callable[[Aim, Facts], Started]] = {
    "discovered": _by_discovery,
    "first_report": _by_first_report,
    "high_risk": _by_high_risk,
    "fact": _by_fact,
    "after": _by_earlier_duty,
}
