"""Where is it? Streams by the names people use; events by id; texts by who may fetch them."""

from __future__ import annotations

from uuid import UUID

from domain import events as e
from domain.envelope import Recorded
from projections import describe
from projections.rows import Rows

EVENTS, BY_COMMAND, INCIDENTS, CALLED, TOLD, CONCERNS, TEXTS = (
    "events",
    "by-command",
    "incidents",
    "called",
    "told",
    "concerns",
    "texts",
)


def project(recorded: Recorded, rows: Rows) -> None:
    """Note where an event stands, and what names it gives to things."""
    envelope, stream = recorded.envelope, str(recorded.stream)
    where = {"stream": stream, "position": recorded.position, "by": envelope.party}
    rows.put(EVENTS, "", recorded.id_text, where)
    if rows.get(BY_COMMAND, envelope.party, envelope.command) is None:  # the first it wrote to
        rows.put(BY_COMMAND, envelope.party, envelope.command, {"stream": stream})
    for party in envelope.visibility:
        for text in describe.texts(recorded):
            rows.put(TEXTS, party, text, {"position": recorded.position})
    _names(recorded, rows)


def _names(recorded: Recorded, rows: Rows) -> None:
    kind, said = recorded.kind, recorded.said
    if kind is e.VendorReportedLeak:
        row = {"slug": said["slug"], "vendor": recorded.envelope.party}
        rows.put(INCIDENTS, "", str(recorded.stream), row)
        rows.put(CALLED, said["slug"], str(recorded.stream), {})
    elif kind is e.ClientNotified:
        _told(recorded, rows)
    elif kind is e.ClientRaisedConcern:
        rows.put(CONCERNS, said["vendor"], f"{said['slug']}/{recorded.stream}", {})


def _told(recorded: Recorded, rows: Rows) -> None:
    about = recorded.envelope.about
    incident = rows.get(INCIDENTS, "", str(recorded.incident_text))
    if incident is not None and about.client is not None:
        rows.put(TOLD, about.client, f"{incident['slug']}/{recorded.incident_text}", {})


def called(slug: str, rows: Rows) -> list[str]:
    """All incidents that are called so, whoever reported them."""
    return [key for key, _ in rows.all(CALLED, slug)]


def incidents(client: str, slug: str, rows: Rows) -> list[UUID]:
    """Incidents called `slug` of which this client was told."""
    return _called(TOLD, client, slug, rows)


def concerns(vendor: str, slug: str, rows: Rows) -> list[UUID]:
    """Concerns called `slug` that were put to this vendor."""
    return _called(CONCERNS, vendor, slug, rows)


def event(party: str, reference: str, rows: Rows) -> UUID | None:
    """The stream of a party's own event, by event id or by the id of its command."""
    row = rows.get(EVENTS, "", reference)
    if row is None or row["by"] != party:
        row = rows.get(BY_COMMAND, party, reference)
    return UUID(row["stream"]) if row else None


def position(event_id: str, rows: Rows) -> int | None:
    """Where in the log an event stands."""
    row = rows.get(EVENTS, "", event_id)
    return row["position"] if row else None


def slug(incident: str, rows: Rows) -> str | None:
    """What an incident is called by its vendor."""
    row = rows.get(INCIDENTS, "", incident)
    return row["slug"] if row else None


def may_fetch(party: str, reference: str, rows: Rows) -> bool:
    """Whether an event that this party may see lets it fetch a text."""
    return rows.get(TEXTS, party, reference) is not None


def _called(view: str, scope: str, slug: str, rows: Rows) -> list[UUID]:
    found = rows.all(view, scope, after=f"{slug}/", limit=20)
    return [UUID(key.split("/")[1]) for key, _ in found if key.startswith(f"{slug}/")]
