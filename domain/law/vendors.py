"""A vendor's duties: telling each client (Art. 33(2), contract), and its own as controller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import uuid5

from domain.law.acts import delay
from domain.law.applies import binds
from domain.law.calendar import Clock, Due, Period
from domain.law.dues import reckon
from domain.law.duties import Obligation, alarm, of_controller, owed_by, undetermined
from domain.law.facts import Facts
from domain.law.matter import Line, Promise
from domain.law.pack import Duty
from domain.law.starts import Start


def of_vendor(
    facts: Facts, lines: Mapping[str, Line], promises: Mapping[str, Promise], *, own_people: bool
) -> Iterator[Obligation]:
    """All duties of a vendor in one incident.

    `lines` and `promises` are by client; `own_people` says whether people are touched whose data
    the vendor controls itself (its drivers, its staff).
    """
    debtors = ("controller", "entity") if own_people else ("entity",)
    yield from of_controller(_as_controller(facts), debtors)
    for client, line in lines.items():
        if client != facts.profile.id:
            yield from _towards(line, promises.get(client, Promise()), facts)


def _as_controller(facts: Facts) -> Facts:
    """A vendor's own people: only filings it made for itself count."""
    own = tuple(
        one
        for one in facts.matter.happenings
        if one.type != "RegulatorNotified" or one.data["capacity"] == "own_controller"
    )
    matter = facts.matter.model_copy(update={"happenings": own})
    people = tuple(row for row in facts.people if row.controller == "vendor")
    return replace(facts, matter=matter, people=people)


def _towards(line: Line, promise: Promise, facts: Facts) -> Iterator[Obligation]:
    if promise.role == "processor":
        for duty in owed_by(("processor",), facts):
            if duty.starts == "processor_aware":
                yield _owed(duty, line, facts.aware, duty.period, facts)
    if promise.within:
        for duty in facts.rules.in_force("contract", facts.day):
            started = _agreed_start(promise, line, facts)
            yield _owed(duty, line, started, Period.parse(promise.within), facts)


def _owed(
    duty: Duty, line: Line, started: Start | None, period: Period | None, facts: Facts
) -> Obligation:
    client, zone = line.client, facts.profile.clock
    clocks = [Clock(started.at, period)] if started and period else []
    due = reckon(duty, clocks, facts.profile).due
    told = _told_at(line, facts)
    status, why = _told(line, told, alarm(due)) or _untold(duty, line, started, due, facts)
    return Obligation(
        id=uuid5(facts.matter.incident, f"{facts.profile.id}/{duty.name}/{client}"),
        duty=duty.name,
        incident=facts.matter.incident,
        debtor=facts.profile.id,
        owed_to=client,
        country=facts.profile.country,
        stage=duty.stage,
        started_at=started.at.astimezone(zone) if started else None,
        started_by=started.by if started else None,
        due=due,
        status=status,
        met_at=told.astimezone(zone) if told else None,
        met_by=line.notified_by,
        why=why,
        law_version=duty.law_version,
        citation=duty.citation,
    )


def _told(line: Line, told: datetime | None, limit: datetime | None) -> tuple[str, str] | None:
    if told is None:
        return None
    how = f"told by {', '.join(line.channels)}"
    late = limit is not None and told > limit
    return ("met_late", f"{how}, after the limit") if late else ("met", how)


def _untold(
    duty: Duty, line: Line, started: Start | None, due: tuple[Due, ...], facts: Facts
) -> tuple[str, str]:
    if line.cleared_at:
        return "not_required", "this client was cleared before it was told"
    if facts.matter.last("IncidentWithdrawn"):
        return "not_required", "the report was withdrawn before this client was told"
    answer = binds(duty, facts)
    if answer.holds is False:
        return "not_required", answer.why
    if started is None:
        return "not_started", "what starts the clock has not been stated"
    if answer.holds is None:
        said = undetermined(answer, due)
        return said["status"], said["why"]
    delayed = delay(duty, facts)
    if delayed:
        return "delayed", delayed
    limit = alarm(due)
    if limit is None:
        return "open", f"{started.why}; the law gives no number of hours"
    return ("overdue" if facts.now.past(limit) else "open"), started.why


def _told_at(line: Line, facts: Facts) -> datetime | None:
    if line.notified_at is None:
        return None
    given = line.given_at.latest(facts.profile.clock) if line.given_at else None
    return min(given, line.notified_at) if given else line.notified_at


def _agreed_start(promise: Promise, line: Line, facts: Facts) -> Start | None:
    if promise.starts == "aware":
        return facts.aware
    if promise.starts == "confirmed":
        at, by, what = line.confirmed_at, line.confirmed_by, "confirmed as touched"
    else:
        at, by, what = line.named_at, line.named_by, "identified"
    return Start(at=at, by=by, why=f"the client was {what}") if at and by else None
