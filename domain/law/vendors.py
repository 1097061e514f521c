"""A vendor's duties: telling each client (Art. 33(2), contract), and its own as controller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import uuid5

from domain.law.acts import Facts, delay
from domain.law.calendar import Due, Period, deadlines
from domain.law.duties import Obligation, alarm, of_controller, owed_by
from domain.law.matter import Line, Promise
from domain.law.pack import Duty
from domain.law.starts import Start, start


def of_vendor(
    facts: Facts, lines: Mapping[str, Line], promises: Mapping[str, Promise], *, own_people: bool
) -> Iterator[Obligation]:
    """All duties of a vendor in one incident.

    `lines` and `promises` are by client; `own_people` says whether people are touched whose data
    the vendor controls itself (its drivers, its staff).
    """
    if own_people:
        yield from of_controller(_as_controller(facts))
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
    return Facts(facts.profile, matter, facts.rules, facts.now)


def _towards(line: Line, promise: Promise, facts: Facts) -> Iterator[Obligation]:
    if promise.role == "processor":
        for duty in owed_by("processor", facts):
            if duty.starts == "processor_aware":
                yield _owed(duty, line, _aware(facts), duty.period, facts)
    if promise.within:
        for duty in facts.rules.in_force("contract", facts.day):
            started = _agreed_start(promise, line, facts)
            yield _owed(duty, line, started, Period.parse(promise.within), facts)


def _owed(
    duty: Duty, line: Line, started: Start | None, period: Period | None, facts: Facts
) -> Obligation:
    client, zone = line.client, facts.profile.clock
    due = deadlines(started.at, period, zone, duty.computation) if started and period else ()
    told = _told_at(line, facts)
    status, why = _told(line, told, alarm(due)) or _untold(duty, line, started, due, facts)
    return Obligation(
        id=uuid5(facts.matter.incident, f"{facts.profile.id}/{duty.name}/{client}"),
        duty=duty.name,
        incident=facts.matter.incident,
        debtor=facts.profile.id,
        owed_to=client,
        country=facts.profile.country,
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
    if started is None:
        return "not_started", "what starts the clock has not been stated"
    delayed = delay(duty, facts)
    if delayed:
        return "delayed", delayed
    limit = alarm(due)
    if limit is None:
        return "open", f"{started.why}; the law gives no number of hours"
    return ("overdue" if facts.now > limit else "open"), started.why


def _told_at(line: Line, facts: Facts) -> datetime | None:
    if line.notified_at is None:
        return None
    given = line.given_at.latest(facts.profile.clock) if line.given_at else None
    return min(given, line.notified_at) if given else line.notified_at


def _aware(facts: Facts) -> Start | None:
    """Since when the vendor is aware, by its own word."""
    return start(facts.matter, facts.profile.clock)


def _agreed_start(promise: Promise, line: Line, facts: Facts) -> Start | None:
    if promise.starts == "aware":
        return _aware(facts)
    if promise.starts == "confirmed":
        at, by, what = line.confirmed_at, line.confirmed_by, "confirmed as touched"
    else:
        at, by, what = line.named_at, line.named_by, "identified"
    return Start(at=at, by=by, why=f"the client was {what}") if at and by else None
