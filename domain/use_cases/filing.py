"""Filing with supervisory authorities, and what they answer or allow."""

from __future__ import annotations

from domain import commands as c
from domain import events as e
from domain.errors import Refused
from domain.incident import Incident
from domain.use_cases.sides import say, side
from domain.use_cases.telling import copies
from domain.work import Work


def notify_regulator(command: c.NotifyRegulator, work: Work) -> None:
    """File with a supervisory authority; for controllers only under their mandates in force."""
    mine = side(command.incident, work)
    event = e.RegulatorNotified(
        authority=command.authority,
        stage=command.stage,
        capacity=command.capacity,
        controllers=command.controllers,
        reference=command.reference,
        prompted_by=command.prompted_by,
        late_reasons=command.late_reasons,
    )
    if mine.own is None:
        if command.capacity == "for_controllers":
            raise Refused(
                "a client files for itself",
                field="capacity",
                got="for_controllers",
                expected="own_controller",
                next_step="let the vendor file under a mandate, or each client for itself",
            )
        work.add(mine.stream, event, mine.about, [work.me.id, mine.vendor])
        return
    _require_mandates(command, mine.own, work)
    work.add(mine.stream, event, mine.about, [work.me.id])
    copies(mine.own, _concerned(command, mine.own), event, work)


def record_reply(command: c.RecordReply, work: Work) -> None:
    """Record what a supervisory authority answered."""
    mine = side(command.incident, work)
    event = e.AuthorityReplied(
        authority=command.authority,
        kind=command.kind,
        reference=command.reference,
        due=command.due,
    )
    say(mine, event, command.visibility, work)


def record_delay(command: c.RecordDelay, work: Work) -> None:
    """Record why a duty is lawfully done later."""
    mine = side(command.incident, work)
    event = e.DelayRecorded(
        duty=command.duty,
        ground=command.ground,
        asked_by=command.asked_by,
        until=command.until,
    )
    say(mine, event, command.visibility, work)


def _concerned(command: c.NotifyRegulator, incident: Incident) -> tuple[str, ...]:
    """Who hears of a vendor's filing: the controllers it names, else every client told."""
    return command.controllers or incident.reachable()


def _require_mandates(command: c.NotifyRegulator, incident: Incident, work: Work) -> None:
    for controller in command.controllers:
        line = incident.require_named(controller)
        party = work.require_client(controller, "controllers")
        if not line.reachable:
            raise Refused(
                "this controller was not told of the incident",
                field="controllers",
                got=controller,
                expected="clients that were notified",
                next_step="notify it first (notify_clients)",
            )
        if not party.has_mandated(work.me.id, command.stage, work.now):
            raise Refused(
                f"{controller} has no mandate in force that lets you file a "
                f"{command.stage} report for it",
                field="controllers",
                got=controller,
                expected="a mandate of scope full, or first_report for stage new",
                next_step="let the client grant it (grant_mandate), or file as own_controller",
            )
