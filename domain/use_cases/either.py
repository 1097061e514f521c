"""What a vendor and a client both do: know, act, speak, file, correct."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from domain import commands as c
from domain import events as e
from domain import notice, streams
from domain.envelope import Context, Recorded, living
from domain.errors import Invalid, NotFound, Refused
from domain.incident import Incident
from domain.values import Awareness, When
from domain.words import Visibility
from domain.work import Work


@dataclass(frozen=True)
class Side:
    """From which side a party acts on an incident, and to which stream its acts go."""

    incident: Incident
    stream: UUID
    about: Context
    is_vendor: bool


def side(reference: str, work: Work) -> Side:
    """The vendor's side for its own incident, else the client's for one it was told of."""
    if "vendor" in work.me.roles:
        own = work.own_incident(reference)
        if own is not None:
            return Side(own, own.id, Context(incident=own.id, vendor=own.vendor), is_vendor=True)
        if "client" not in work.me.roles:
            work.require_own_incident(reference)
    told = work.require_told_incident(reference)
    work.case(told).require_open()
    stream = streams.case_id(told.id, work.me.id)
    about = Context(incident=told.id, vendor=told.vendor, client=work.me.id)
    return Side(told, stream, about, is_vendor=False)


def not_ahead(when: When | None, work: Work, field: str) -> When | None:
    """Refuse a time that lies wholly after now: nothing is reported before it happens."""
    earliest = when.earliest(work.me.zone) if when else None
    if earliest is not None and earliest > work.now:
        raise Invalid(
            "this lies in the future",
            field=field,
            got=when.model_dump(mode="json") if when else None,
            expected=f"a time not after {work.now.isoformat()}",
            next_step="check the date and the zone",
        )
    return when


def state_awareness(command: c.StateAwareness, work: Work) -> None:
    """State since when one has known; a later statement of one's own replaces the earlier."""
    mine = side(command.incident, work)
    not_ahead(command.when, work, "when")
    known = Awareness(stage=command.stage, when=command.when, how=command.how)
    event = e.AwarenessStated(awareness=known, why=command.why)
    _say(mine, event, command.visibility, work, happened=command.when)


def take_measure(command: c.TakeMeasure, work: Work) -> None:
    """Do, plan or finish something about it."""
    mine = side(command.incident, work)
    if command.status == "done":
        not_ahead(command.when, work, "when")
    event = e.MeasureTaken(
        kind=command.kind,
        status=command.status,
        when=command.when,
        helped_by=command.helped_by,
        text=command.text,
    )
    _say(mine, event, command.visibility, work, happened=command.when)


def make_statement(command: c.MakeStatement, work: Work) -> None:
    """Say something in public or to a group."""
    mine = side(command.incident, work)
    made = {
        x.event.statement
        for x in living(work.read(mine.stream))
        if isinstance(x.event, e.StatementMade)
    }
    if command.id in made:
        raise Refused(
            "you made a statement under this id",
            field="id",
            got=command.id,
            expected="an id not used before in this incident",
            next_step="give it another id; use corrects to say that it mends the earlier one",
        )
    if command.corrects and command.corrects not in made:
        raise NotFound(
            "you made no such statement",
            field="corrects",
            got=command.corrects,
            expected="one of: " + (", ".join(sorted(made)) or "none made yet"),
        )
    event = e.StatementMade(
        statement=command.id,
        audience=command.audience,
        channel=command.channel,
        claims=command.claims,
        words=command.words,
        quotes=command.quotes,
        corrects=command.corrects,
        advice=command.advice,
    )
    _say(mine, event, command.visibility, work)


def inform_others(command: c.InformOthers, work: Work) -> None:
    """Tell police, a CSIRT, an insurer, partners and the like."""
    mine = side(command.incident, work)
    not_ahead(command.when, work, "when")
    event = e.OthersInformed(who=command.who, when=command.when)
    _say(mine, event, command.visibility, work, happened=command.when)


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
    if not mine.is_vendor:
        if command.capacity == "for_controllers":
            raise Refused(
                "a client files for itself",
                field="capacity",
                got="for_controllers",
                expected="own_controller",
                next_step="let the vendor file under a mandate, or each client for itself",
            )
        work.add(mine.stream, event, mine.about, [work.me.id, mine.incident.vendor])
        return
    _require_mandates(command, mine.incident, work)
    work.add(mine.stream, event, mine.about, [work.me.id])
    _copies(mine.incident, _concerned(command, mine.incident), event, work)


def record_reply(command: c.RecordReply, work: Work) -> None:
    """Record what a supervisory authority answered."""
    mine = side(command.incident, work)
    event = e.AuthorityReplied(
        authority=command.authority,
        kind=command.kind,
        reference=command.reference,
        due=command.due,
    )
    _say(mine, event, command.visibility, work)


def record_delay(command: c.RecordDelay, work: Work) -> None:
    """Record why a duty is lawfully done later."""
    mine = side(command.incident, work)
    event = e.DelayRecorded(
        duty=command.duty,
        ground=command.ground,
        asked_by=command.asked_by,
        until=command.until,
    )
    _say(mine, event, command.visibility, work)


CORRECTABLE = (
    e.NoticeAcknowledged,
    e.QuestionAsked,
    e.QuestionAnswered,
    e.CustomersNotified,
    e.RiskAssessed,
    e.NotificationWaived,
    e.CaseClosed,
    e.AwarenessStated,
    e.MeasureTaken,
    e.StatementMade,
    e.OthersInformed,
    e.RegulatorNotified,
    e.AuthorityReplied,
    e.DelayRecorded,
)


def correct(command: c.Correct, work: Work) -> None:
    """Undo an event of one's own: it stays readable and no longer counts."""
    stream = work.directory.event(work.me.id, command.event)
    recorded = work.read(stream) if stream else []
    mine = [
        x
        for x in living(recorded)
        if command.event in {str(x.id), x.envelope.command}
        and x.envelope.party == work.me.id
        and not isinstance(x.event, e.NoticesIssued)
    ]
    if not mine:
        raise NotFound(
            "you recorded no such event, or it was corrected before",
            field="event",
            got=command.event,
            expected="an event id from your timeline, or the id of the command that made it",
        )
    for target in mine:
        _require_correctable(target, command)
        _undo(target, command, work)
    _undo_copies(mine, command, work)


def _require_correctable(target: Recorded, command: c.Correct) -> None:
    if not isinstance(target.event, CORRECTABLE):
        raise Refused(
            f"{type(target.event).__name__} cannot be corrected away: others acted on it",
            field="event",
            got=command.event,
            expected="an acknowledgement, filing, assessment, statement or the like",
            next_step="say what is right instead: revise_facts, update_client, withdraw",
        )


def _undo(target: Recorded, command: c.Correct, work: Work) -> None:
    envelope = target.envelope
    work.incident = envelope.about.incident
    event = e.EventCorrected(target=target.id, why=command.why)
    work.add(target.stream, event, envelope.about, envelope.visibility, corrects=target.id)


def _undo_copies(undone: list[Recorded], command: c.Correct, work: Work) -> None:
    """A vendor's act that was copied to its clients is undone there too.

    The incident counts every event on its notices, so that the next one finds its version.
    """
    incident = work.own_incident(str(work.incident))
    if incident is None:
        return
    touched = [x.envelope.about.client for x in undone if x.stream != incident.id]
    commands = {x.envelope.command for x in undone if x.stream == incident.id}
    for client in incident.clients if commands else ():
        for copy in living(work.read(streams.notice_id(incident.id, client))):
            if copy.envelope.command in commands and isinstance(copy.event, CORRECTABLE):
                _undo(copy, command, work)
                touched.append(client)
    _issued(incident, "corrected", (client for client in touched if client), work)


# --- parts -------------------------------------------------------------------------------------


def _say(
    mine: Side, event: e.Event, visibility: Visibility, work: Work, happened: When | None = None
) -> None:
    """Put an act on one's own stream; a shared one reaches the other side as well."""
    if not mine.is_vendor:
        readers = [work.me.id, *([mine.incident.vendor] if visibility == "shared" else [])]
        work.add(mine.stream, event, mine.about, readers, happened=happened)
        return
    work.add(mine.stream, event, mine.about, [work.me.id], happened=happened)
    if visibility == "shared":
        _copies(mine.incident, mine.incident.reachable(), event, work, happened)


def _copies(
    incident: Incident,
    clients: Iterable[str],
    event: e.Event,
    work: Work,
    happened: When | None = None,
) -> None:
    """A vendor's act, told to clients: each sees its own copy alone, and nothing of others."""
    parties = work.parties_among(notice.words_of(event))
    copies = {c: notice.copy_for_client(event, c, incident.vendor, parties) for c in clients}
    told = {client: copy for client, copy in copies.items() if copy is not None}
    for client, copy in told.items():
        work.add(
            streams.notice_id(incident.id, client),
            copy,
            Context(incident=incident.id, vendor=incident.vendor, client=client),
            [client],
            happened=happened,
            version=incident.clients[client].version,
        )
    _issued(incident, "shared", told, work)


def _issued(incident: Incident, act: str, clients: Iterable[str], work: Work) -> None:
    told = tuple(clients)
    if told:
        event = e.NoticesIssued(act=act, clients=told)
        about = Context(incident=incident.id, vendor=incident.vendor)
        work.add(incident.id, event, about, [incident.vendor])


def _concerned(command: c.NotifyRegulator, incident: Incident) -> tuple[str, ...]:
    """Who hears of a vendor's filing: the controllers it names, else every client told."""
    return command.controllers or incident.reachable()


def _require_mandates(command: c.NotifyRegulator, incident: Incident, work: Work) -> None:
    for controller in command.controllers:
        line = incident.require_named(controller)
        party = work.require_client(controller)
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


__all__ = [
    "CORRECTABLE",
    "Side",
    "correct",
    "inform_others",
    "make_statement",
    "not_ahead",
    "notify_regulator",
    "record_delay",
    "record_reply",
    "side",
    "state_awareness",
    "take_measure",
]
