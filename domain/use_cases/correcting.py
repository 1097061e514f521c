"""Correcting: an event recorded by mistake stays readable and no longer counts."""

from __future__ import annotations

from domain import commands as c
from domain import events as e
from domain import streams
from domain.envelope import Recorded, living
from domain.errors import NotFound, Refused
from domain.incident import Incident
from domain.use_cases.telling import issued
from domain.work import Work

CORRECTABLE = (
    e.NoticeAcknowledged,
    e.QuestionAsked,
    e.QuestionAnswered,
    e.CustomersNotified,
    e.RiskAssessed,
    e.NotificationWaived,
    e.CaseClosed,
    e.AwarenessStated,
    e.FactStated,
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
    incident = work.own_incident(str(mine[0].envelope.about.incident))
    for target in mine:
        _require_correctable(target, command)
        _undo(target, command, work, _readers(target, incident))
    if incident is not None:
        _undo_copies(mine, incident, command, work)


def _require_correctable(target: Recorded, command: c.Correct) -> None:
    if not isinstance(target.event, CORRECTABLE):
        raise Refused(
            f"{type(target.event).__name__} cannot be corrected away: others acted on it",
            field="event",
            got=command.event,
            expected="an acknowledgement, filing, assessment, statement or the like",
            next_step="say what is right instead: revise_facts, update_client, withdraw",
        )


def _readers(target: Recorded, incident: Incident | None) -> tuple[str, ...]:
    """Who saw the original; of its clients, those that are not cleared: they hear nothing more."""
    client = target.envelope.about.client
    hushed = incident is not None and client is not None and client not in incident.reachable()
    return tuple(one for one in target.envelope.visibility if not (hushed and one == client))


def _undo(target: Recorded, command: c.Correct, work: Work, readers: tuple[str, ...]) -> None:
    envelope = target.envelope
    work.incident = envelope.about.incident
    event = e.EventCorrected(target=target.id, why=command.why)
    work.add(target.stream, event, envelope.about, readers, corrects=target.id)


def _undo_copies(
    undone: list[Recorded], incident: Incident, command: c.Correct, work: Work
) -> None:
    """A vendor's act that was copied to its clients is undone there too, if they still hear it.

    The incident counts every event on its notices, so that the next one finds its version.
    """
    touched = [x.envelope.about.client for x in undone if x.stream != incident.id]
    commands = {x.envelope.command for x in undone if x.stream == incident.id}
    for client in incident.reachable() if commands else ():
        for copy in living(work.read(streams.notice_id(incident.id, client))):
            if copy.envelope.command in commands and isinstance(copy.event, CORRECTABLE):
                _undo(copy, command, work, copy.envelope.visibility)
                touched.append(client)
    issued(incident, "corrected", (client for client in touched if client), work)
