"""From facts and law to obligations: what is owed, by when, whether it is met, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from domain.law.acts import MET_BY, delay, lifted
from domain.law.applies import Answer, binds
from domain.law.calendar import Due
from domain.law.clocks import clocks, started
from domain.law.dues import reckon
from domain.law.facts import Aim, Facts
from domain.law.filings import Met, astray
from domain.law.obligation import Obligation
from domain.law.orders import of_authorities
from domain.law.pack import Duty
from domain.law.places import aims
from domain.law.starts import Start, replaced

__all__ = ["Obligation", "alarm", "of_controller", "owed_by"]

OWN = ("controller", "entity")


def of_controller(facts: Facts, debtors: Collection[str] = OWN) -> Iterator[Obligation]:
    """A party's own duties in one matter: current ones, then the deadlines they replaced."""
    for duty in owed_by(debtors, facts):
        for aim in aims(duty, facts):
            yield _judged(aim, facts)
            if duty.starts == "aware" and duty.period and binds(duty, facts).holds is not False:
                yield from _superseded(aim, facts)
    yield from of_authorities(facts)


def owed_by(debtors: Collection[str], facts: Facts) -> Iterator[Duty]:
    """The duties that the party's laws lay on controllers, on processors, or on itself."""
    for law in facts.profile.laws:
        for duty in facts.rules.in_force(law, facts.day):
            if duty.debtor in debtors:
                yield duty


def _judged(aim: Aim, facts: Facts) -> Obligation:
    found, why_not = started(aim, facts)
    base, note = _blank(aim, facts, found)
    change = _standing(aim, facts, base, found, why_not)
    why = change["why"] + (f"; {note}" if note and base.due else "")
    return base.model_copy(update={**change, "why": why})


def _standing(
    aim: Aim, facts: Facts, base: Obligation, found: Start | None, why_not: str
) -> dict[str, Any]:
    if facts.matter.continued_in:
        why = f"taken up in incident {facts.matter.continued_in}"
        return {"status": "superseded", "why": why}
    answer = binds(aim.duty, facts)
    if answer.holds is False:
        return {"status": "not_required", "why": answer.why}
    met = MET_BY[aim.duty.met_by](facts, aim)
    if met:
        return _met(aim.duty, base, met, facts)
    let_off = lifted(aim.duty, facts)
    if let_off:
        return {"status": let_off[0], "why": let_off[1]}
    if answer.holds is None and (found or base.due or aim.duty.fact):
        return undetermined(answer, base.due)
    if found is None:
        return {"status": "not_started", "why": why_not + astray(facts, aim)}
    return _unmet(aim, base, found, facts)


def undetermined(answer: Answer, due: tuple[Due, ...]) -> dict[str, Any]:
    """A duty of which nobody can say yet whether it binds; its alarm runs as if it did."""
    runs = "; until then the alarm runs as if it bound" if due else ""
    return {"status": "undetermined", "why": answer.why + runs}


def _blank(aim: Aim, facts: Facts, found: Start | None) -> tuple[Obligation, str]:
    """An obligation with everything but its status: who owes whom, since when, due when."""
    duty, profile = aim.duty, facts.profile
    reckoned = reckon(duty, clocks(duty, found, facts), profile, aim.place)
    base = Obligation(
        id=_id(aim, facts),
        duty=duty.name,
        incident=facts.matter.incident,
        debtor=profile.id,
        owed_to=aim.authority or duty.owed_to,
        authority=aim.authority,
        country=aim.place,
        stage=duty.stage,
        started_at=found.at.astimezone(profile.clock) if found else None,
        started_by=found.by if found else None,
        due=reckoned.due,
        status="open",
        why="",
        law_version=duty.law_version,
        citation=duty.citation,
    )
    return base, reckoned.note


def _id(aim: Aim, facts: Facts) -> UUID:
    """The same for ever, whatever happens to the duty."""
    parts = [facts.profile.id, aim.duty.name]
    if aim.duty.draft:
        parts.append(f"draft/{aim.duty.draft}")
    if aim.apart:
        parts.append(aim.authority or "nowhere")
    return uuid5(facts.matter.incident, "/".join(parts))


def alarm(due: tuple[Due, ...]) -> datetime | None:
    """The deadline that reminders and lateness go by: the earliest."""
    return next((one.at for one in due if one.alarm), None)


def _met(duty: Duty, base: Obligation, met: Met, facts: Facts) -> dict[str, Any]:
    limit = alarm(base.due)
    late = limit is not None and met.at > limit
    within = [one.convention for one in base.due if met.at <= one.at]
    why = met.how
    if late:
        beside = f"; within the limit by {', '.join(within)}" if within else ""
        unsaid = duty.late_reasons and not met.reasons
        reasons = "; no reasons were given for that (late_reasons)" if unsaid else ""
        why = f"{met.how}, after the limit{beside}{reasons}"
    status = "met_late" if late else "met"
    at = met.at.astimezone(facts.profile.clock)
    return {"status": status, "met_at": at, "met_by": met.by, "why": why}


def _unmet(aim: Aim, base: Obligation, found: Start, facts: Facts) -> dict[str, Any]:
    delayed = delay(aim.duty, facts)
    if delayed:
        return {"status": "delayed", "why": delayed}
    limit = alarm(base.due)
    why = found.why + _ongoing(aim.duty, facts) + astray(facts, aim)
    if limit is None:
        return {"status": "open", "why": f"{why}; the law gives no number of hours"}
    return {"status": "overdue" if facts.now.past(limit) else "open", "why": why}


def _ongoing(duty: Duty, facts: Facts) -> str:
    again = duty.restart
    if again is None or not facts.holds(again.when) or facts.holds(again.from_):
        return ""
    runs = f"a progress report is due then, and the period runs anew from {again.from_}"
    return f"; stated: {again.when}; {runs}"


def _superseded(aim: Aim, facts: Facts) -> Iterator[Obligation]:
    for old in replaced(facts.matter, facts.profile.clock):
        base, _ = _blank(aim, facts, old)
        yield base.model_copy(
            update={
                "id": uuid5(base.id, f"superseded/{old.by}/{old.at.isoformat()}"),
                "status": "superseded",
                "why": f"{old.why}; the clock was set anew since",
            }
        )
