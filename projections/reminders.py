"""What is the platform to say next to a party about an incident, and when?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain import events as e
from domain.envelope import Recorded
from domain.law.matter import Matter
from domain.law.rules import Rules
from domain.reminders import ACKNOWLEDGE_WITHIN, DELIVER_WITHIN, thresholds
from domain.use_cases.platform import Escalation, Reminder
from domain.values import When
from projections import board, matters, obligations, parties
from projections.rows import Row, Rows

SAID = "reminders"
HANDLED: frozenset[type[e.Event]] = frozenset({e.DutyDueSoon, e.DutyOverdue, e.ClientEscalated})
UNMET = frozenset({"open", "overdue", "undetermined"})
REVIVING = frozenset({"EventCorrected", "RiskAssessed"})  # what may bring an older duty back
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Call:
    """Something to say at `at` (UTC); nothing to say (`what` None) means to look again then."""

    at: datetime
    what: Reminder | Escalation | None


def project(recorded: Recorded, rows: Rows) -> None:
    """Note what has been said."""
    if recorded.kind in HANDLED:
        about = recorded.envelope.about
        scope = f"{about.client or about.vendor}/{about.incident}"
        rows.put(SAID, scope, recorded.envelope.command, {})


def calls(
    party: str, rows: Rows, rules: Rules, now: datetime, incident: str | None = None
) -> dict[str, list[Call]]:
    """By incident: what is still to be said to a party as things stand, earliest first.

    What was to be said before `now` and was not is among it. `incident` asks for that one alone.
    """
    profile = parties.profile(party, rows)
    if profile is None:
        return {}
    listed: dict[str, list[Call]] = {}
    for matter in matters.of(party, rows, incident):
        name, zone = str(matter.incident), profile.clock
        owed = obligations.judged(profile, matter, rules, now, rows).rows
        said = {key for key, _ in rows.all(SAID, f"{party}/{name}")}
        duties = (call for one in owed for call in _duty(matter, one, zone, now))
        every = sorted([*duties, *_escalations(matter, rows)], key=lambda call: call.at)
        listed[name] = [one for one in every if one.what is None or one.what.command not in said]
    return listed


def _duty(matter: Matter, obligation: Row, zone: ZoneInfo, now: datetime) -> Iterator[Call]:
    ends = _delays_end(matter, obligation["duty"], zone)
    if obligation["status"] in UNMET:
        yield from _reminders(matter, obligation, [end for end in ends if end <= now])
    elif obligation["status"] == "delayed":
        yield from (Call(end, None) for end in ends if end > now)


def _reminders(matter: Matter, obligation: Row, ended: Iterable[datetime]) -> Iterator[Call]:
    """The thresholds of its alarm; of those past when it became known, only the last."""
    alarm = next((one["at"] for one in obligation["due"] if one["alarm"]), None)
    if alarm is None:
        return
    due = datetime.fromisoformat(alarm).astimezone(UTC)
    started = obligation["started_at"]
    known = _known(matter, obligation, ended)
    spoken: dict[datetime, Reminder] = {}
    for threshold, instant in thresholds(datetime.fromisoformat(started) if started else None, due):
        at = max(instant, known) if known else instant
        spoken[at] = Reminder(
            obligation=UUID(str(obligation["id"])),
            duty=obligation["duty"],
            incident=matter.incident,
            vendor=matter.vendor,
            debtor=matter.party,
            due_at=due,
            threshold=threshold,
            at=at,
        )
    yield from (Call(at, what) for at, what in spoken.items())


def _known(matter: Matter, obligation: Row, ended: Iterable[datetime]) -> datetime | None:
    """When the platform came to know that this duty binds: nobody could have spoken before.

    `ended` are the ends of its lawful delays that are over.
    """
    told = [
        one.at.astimezone(UTC)
        for one in matter.happenings
        if str(one.id) == str(obligation["started_by"]) or one.type in REVIVING
    ]
    return max([*told, *ended], default=None)


def _delays_end(matter: Matter, duty: str, zone: ZoneInfo) -> list[datetime]:
    """When a duty binds again that was lawfully delayed (UTC)."""
    said = [one.data for one in matter.living("DelayRecorded") if one.data["duty"] == duty]
    whens = [When.model_validate(data["until"]) for data in said if data.get("until")]
    ends = [when.latest(zone) for when in whens]
    return [end.astimezone(UTC) + INSTANT for end in ends if end]


def _escalations(matter: Matter, rows: Rows) -> Iterator[Call]:
    """What a client's silence comes to, unless there is nothing left to acknowledge."""
    line = board.line(str(matter.incident), matter.party, rows)
    if line is None or line.notified_at is None or line.notified_by is None:
        return
    if (
        matter.party == matter.vendor
        or line.acknowledged_at
        or line.cleared_at
        or _withdrawn(matter)
    ):
        return
    reached = line.delivered_at or (line.notified_at if line.given_at else None)
    since = (reached or line.notified_at).astimezone(UTC)
    at = since + (ACKNOWLEDGE_WITHIN if reached else DELIVER_WITHIN)
    yield Call(
        at,
        Escalation(
            incident=matter.incident,
            vendor=matter.vendor,
            client=matter.party,
            notice=line.notified_by,
            why="unacknowledged" if reached else "undelivered",
            since=since,
            at=at,
        ),
    )


def _withdrawn(matter: Matter) -> bool:
    said = matter.living("ClientUpdated")
    return any(one.data.get("incident_state") == "withdrawn" for one in said)
