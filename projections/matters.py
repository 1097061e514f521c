"""What must the law know of each party's part in each incident? Rows that duties are read from.

A head for each matter, and a row for each thing that happened in it: what an event writes does not
grow with all that happened before it.
"""

from __future__ import annotations

from typing import Any

from domain import events as e
from domain.envelope import Recorded
from domain.law.matter import Matter
from projections import describe
from projections.rows import Row, Rows, instant, number

VIEW, HAPPENINGS = "matters", "happenings"

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
UNDOING = e.EventCorrected.__name__
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
    head = rows.get(VIEW, party, incident) or _begun(recorded, party, incident)
    if recorded.position <= head["position"]:
        return
    head = _with_concern(recorded, head, rows)
    happened = _happening(recorded)
    rows.put(HAPPENINGS, _scope(party, incident), number(recorded.position), happened)
    rows.put(VIEW, party, incident, {**head, "position": recorded.position})


def _begun(recorded: Recorded, party: str, incident: str) -> Row:
    """The head of a matter in which nothing has happened.

    `takes_up`: the concerns whose happenings come before its own, each up to a position.
    """
    return {
        "party": party,
        "incident": incident,
        "vendor": recorded.envelope.about.vendor,
        "position": 0,
        "takes_up": [],
        "continued_in": None,
    }


def _scope(party: str, incident: str) -> str:
    return f"{party}/{incident}"


def _with_concern(recorded: Recorded, head: Row, rows: Rows) -> Row:
    """A report that answers a concern takes up what the client had already said."""
    answers = recorded.said.get("answers") if recorded.kind is e.ClientNotified else None
    concern = rows.get(VIEW, head["party"], answers) if answers else None
    if concern is None:
        return head
    rows.put(
        VIEW, head["party"], concern["incident"], {**concern, "continued_in": head["incident"]}
    )
    return {**head, "takes_up": [*_parts(concern), *head["takes_up"]]}


def _parts(head: Row) -> list[list[Any]]:
    """Where all that happened in a matter stands: incidents, each up to a position."""
    return [*head["takes_up"], [head["incident"], head["position"]]]


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
    head = rows.get(VIEW, party, incident)
    return whole(head, rows) if head else None


def of(party: str, rows: Rows, incident: str | None = None) -> list[Matter]:
    """All matters of a party, oldest first; the one in an incident alone, where that is given."""
    found = [whole(head, rows) for head in kept(party, rows, incident)]
    return sorted(found, key=lambda matter: matter.happenings[0].at)


def kept(party: str, rows: Rows, incident: str | None = None) -> list[Row]:
    """Their heads, in the order of their incidents' ids."""
    if incident is None:
        return [head for _, head in rows.all(VIEW, party)]
    head = rows.get(VIEW, party, incident)
    return [head] if head else []


def whole(head: Row, rows: Rows) -> Matter:
    """The matter that a head is of, as it stood then: what was added since is left out."""
    happenings = [
        one
        for incident, position in _parts(head)
        for one in _until(position, _scope(head["party"], incident), rows)
    ]
    undone = [one["data"]["target"] for one in happenings if one["type"] == UNDOING]
    said = {name: part for name, part in head.items() if name != "takes_up"}
    return Matter.model_validate({**said, "happenings": happenings, "undone": undone})


def _until(position: int, scope: str, rows: Rows) -> list[Row]:
    last = number(position)
    return [one for key, one in rows.all(HAPPENINGS, scope) if key <= last]


def version(head: Row) -> tuple[int, str | None]:
    """Another one after every change of a matter, and of the facts that its party was told."""
    return head["position"], head["continued_in"]
