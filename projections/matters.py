"""What must the law know of each party's part in each incident? Rows that duties are read from."""

from __future__ import annotations

from domain import events as e
from domain.envelope import Recorded
from domain.law.matter import Matter
from projections import describe
from projections.rows import Row, Rows, instant

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
BY_CLIENT: frozenset[type[e.Event]] = frozenset(CONTROLLER + EITHER)
BY_VENDOR: frozenset[type[e.Event]] = frozenset(EITHER + VENDOR)
HANDLED: frozenset[type[e.Event]] = BY_CLIENT | BY_VENDOR
BULKY = frozenset(
    {
        *("facts", "people", "totals", "claims", "worksheet"),
        *("text", "title", "why", "words", "report_texts"),
    }
)


def project(recorded: Recorded, rows: Rows) -> None:
    """Add the event to the matter of each party whose duties may turn on it."""
    about, incident = recorded.envelope.about, recorded.incident_text
    if incident is None or about.vendor is None:
        return
    party = about.client or about.vendor
    handled = recorded.kind in (BY_CLIENT if about.client else BY_VENDOR)
    if handled and party in recorded.envelope.visibility:
        _add(recorded, party, incident, rows)


def _add(recorded: Recorded, party: str, incident: str, rows: Rows) -> None:
    """Rows are changed as they are kept: a long matter is not judged anew for each happening."""
    row = rows.get(VIEW, party, incident) or _begun(recorded, party, incident)
    if recorded.position <= row["position"]:
        return
    row = _with_concern(recorded, row, rows)
    corrects = recorded.envelope.corrects
    newer: Row = {
        **row,
        "position": recorded.position,
        "happenings": [*row["happenings"], _happening(recorded)],
        "undone": [*row["undone"], str(corrects)] if corrects else row["undone"],
    }
    rows.put(VIEW, party, incident, newer)


def _begun(recorded: Recorded, party: str, incident: str) -> Row:
    """See `Matter`: one in which nothing has happened."""
    return {
        "party": party,
        "incident": incident,
        "vendor": recorded.envelope.about.vendor,
        "position": 0,
        "happenings": [],
        "undone": [],
        "continued_in": None,
    }


def _with_concern(recorded: Recorded, row: Row, rows: Rows) -> Row:
    """A report that answers a concern takes up what the client had already said."""
    answers = recorded.said.get("answers") if recorded.kind is e.ClientNotified else None
    concern = rows.get(VIEW, row["party"], answers) if answers else None
    if concern is None:
        return row
    rows.put(VIEW, row["party"], concern["incident"], {**concern, "continued_in": row["incident"]})
    return {
        **row,
        "happenings": concern["happenings"] + row["happenings"],
        "undone": concern["undone"] + row["undone"],
    }


def _happening(recorded: Recorded) -> Row:
    """See `Happening`."""
    happened = recorded.envelope.happened
    return {
        "id": recorded.id_text,
        "type": describe.kind(recorded),
        "at": instant(recorded.envelope.recorded_at),
        "by": recorded.envelope.party,
        "happened": happened.model_dump(mode="json") if happened else None,
        "data": {k: v for k, v in describe.judged(recorded).items() if k not in BULKY},
    }


def get(party: str, incident: str, rows: Rows) -> Matter | None:
    """A party's matter in an incident (or concern)."""
    row = rows.get(VIEW, party, incident)
    return Matter.model_validate(row) if row else None


def of(party: str, rows: Rows, incident: str | None = None) -> list[Matter]:
    """All matters of a party, oldest first; the one in an incident alone, where that is given."""
    found = [Matter.model_validate(row) for row in kept(party, rows, incident)]
    return sorted(found, key=lambda matter: matter.happenings[0].at)


def kept(party: str, rows: Rows, incident: str | None = None) -> list[Row]:
    """The same as they are kept, in the order of their incidents' ids."""
    if incident is None:
        return [row for _, row in rows.all(VIEW, party)]
    row = rows.get(VIEW, party, incident)
    return [row] if row else []


def version(row: Row) -> tuple[int, str | None]:
    """Another one after every change of a kept matter, and of the facts that its party was told."""
    return row["position"], row["continued_in"]
