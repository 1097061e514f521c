"""What must the law know of each party's part in each incident? Rows that duties are read from."""

from __future__ import annotations

from domain import events as e
from domain.envelope import Recorded
from domain.law.matter import Happening, Matter
from projections import describe
from projections.rows import Rows

VIEW = "matters"

CONTROLLER = (
    e.ClientNotified,
    e.ClientUpdated,
    e.ClientCleared,
    e.NoticeDelivered,
    e.NoticeAcknowledged,
    e.RiskAssessed,
    e.NotificationWaived,
    e.CustomersNotified,
    e.CaseClosed,
    e.CaseReopened,
    e.ClientRaisedConcern,
)
EITHER = (
    e.AwarenessStated,
    e.FactStated,
    e.MeasureTaken,
    e.RegulatorNotified,
    e.AuthorityReplied,
    e.DelayRecorded,
    e.StatementMade,
    e.OthersInformed,
    e.EventCorrected,
)
VENDOR = (e.VendorReportedLeak, e.FactsRevised, e.IncidentClosed, e.IncidentWithdrawn)
BULKY = frozenset(
    {
        *("facts", "people", "totals", "claims", "worksheet"),
        *("text", "title", "why", "words", "report_texts"),
    }
)


def project(recorded: Recorded, rows: Rows) -> None:
    """Add the event to the matter of each party whose duties may turn on it."""
    about = recorded.envelope.about
    if about.incident is None or about.vendor is None:
        return
    for party in _concerned(recorded):
        if party in recorded.envelope.visibility:
            _add(recorded, party, about.vendor, rows)


def _concerned(recorded: Recorded) -> list[str]:
    about, happening = recorded.envelope.about, recorded.event
    if about.client is None:
        return [about.vendor] if about.vendor and isinstance(happening, EITHER + VENDOR) else []
    return [about.client] if isinstance(happening, CONTROLLER + EITHER) else []


def _add(recorded: Recorded, party: str, vendor: str, rows: Rows) -> None:
    incident = recorded.envelope.about.incident
    matter = get(party, str(incident), rows) or Matter.model_validate(
        {"party": party, "incident": incident, "vendor": vendor}
    )
    if recorded.position <= matter.position:
        return
    matter = _with_concern(recorded, matter, rows)
    undone = (recorded.envelope.corrects,) if recorded.envelope.corrects else ()
    matter = matter.model_copy(
        update={
            "position": recorded.position,
            "happenings": (*matter.happenings, _happening(recorded)),
            "undone": matter.undone + undone,
        }
    )
    put(matter, rows)


def _with_concern(recorded: Recorded, matter: Matter, rows: Rows) -> Matter:
    """A report that answers a concern takes up what the client had already said."""
    if not isinstance(recorded.event, e.ClientNotified) or recorded.event.answers is None:
        return matter
    concern = get(matter.party, str(recorded.event.answers), rows)
    if concern is None:
        return matter
    put(concern.model_copy(update={"continued_in": matter.incident}), rows)
    return matter.model_copy(
        update={
            "happenings": concern.happenings + matter.happenings,
            "undone": concern.undone + matter.undone,
        }
    )


def _happening(recorded: Recorded) -> Happening:
    data = {k: v for k, v in describe.judged(recorded).items() if k not in BULKY}
    return Happening(
        id=recorded.id,
        type=describe.kind(recorded),
        at=recorded.envelope.recorded_at,
        by=recorded.envelope.party,
        happened=recorded.envelope.happened,
        data=data,
    )


def get(party: str, incident: str, rows: Rows) -> Matter | None:
    """A party's matter in an incident (or concern)."""
    row = rows.get(VIEW, party, incident)
    return Matter.model_validate(row) if row else None


def put(matter: Matter, rows: Rows) -> None:
    """Write a matter back."""
    rows.put(VIEW, matter.party, str(matter.incident), matter.model_dump(mode="json"))


def of(party: str, rows: Rows) -> list[Matter]:
    """All matters of a party, oldest first."""
    found = [Matter.model_validate(row) for _, row in rows.all(VIEW, party)]
    return sorted(found, key=lambda matter: matter.happenings[0].at)
