"""What happened, in order, as far as one party may see it?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain import events as e
from domain.envelope import Recorded
from projections import describe
from projections.rows import Row, Rows, number, under

VIEW = "timeline"
WEBHOOKS = (
    e.WebhookAdded,
    e.WebhookRotated,
    e.WebhookDisabled,
    e.WebhookEnabled,
    e.WebhookRemoved,
)
UNTOLD = ("client", "command")  # for other projections: whom it is about, by which command it came
HIDDEN = frozenset(
    {
        e.PartyRegistered,
        e.CredentialIssued,
        e.CredentialRevoked,
        e.LawPackLoaded,
        *WEBHOOKS,
    }
)


def project(recorded: Recorded, rows: Rows) -> None:
    """One entry for every party that may see the event."""
    if recorded.kind in HIDDEN:
        return
    entry, about = _entry(recorded), recorded.envelope.about
    for party in recorded.envelope.visibility:
        rows.put(VIEW, party, _of(about.incident) + number(recorded.position), entry)


def _entry(recorded: Recorded) -> Row:
    envelope = recorded.envelope
    return {
        "event": recorded.id_text,
        "type": describe.kind(recorded),
        "recorded_at": recorded.recorded_text,
        "happened": recorded.happened_text,
        "by": envelope.party,
        "source": describe.source(recorded),
        "corrects": str(envelope.corrects) if envelope.corrects else None,
        "superseded_by": None,
        "incident": recorded.incident_text,
        "data": describe.judged(recorded),
        "client": envelope.about.client,
        "command": envelope.command,
    }


def query(party: str, rows: Rows, incident: str | None = None) -> list[Row]:
    """A party's timeline, oldest first; each entry names what superseded it since."""
    mine = entries(party, rows, incident)
    replaced = _superseded(mine)
    return [
        {
            **{name: part for name, part in one.items() if name not in UNTOLD},
            "superseded_by": replaced.get(one["event"]),
        }
        for one in mine
    ]


def entries(party: str, rows: Rows, incident: str | None = None) -> list[Row]:
    """The same as it is kept: with `UNTOLD`, and without what superseded it."""
    if incident is not None:
        return [row for _, row in under(VIEW, party, _of(incident), rows)]
    kept = sorted(rows.all(VIEW, party), key=lambda one: one[0].rpartition("/")[2])
    return [row for _, row in kept]


def concerns(party: str, incident: str, rows: Rows) -> bool:
    """Whether there is an entry of this incident."""
    return any(under(VIEW, party, _of(incident), rows, 1))


def _of(incident: UUID | str | None) -> str:
    """What the keys of an incident's entries begin with; the position follows."""
    return f"{incident or ''}/"


def _superseded(entries: list[Row]) -> dict[str, str]:
    """By event id: the event that corrected it, or said the same thing anew."""
    replaced = {one["corrects"]: one["event"] for one in entries if one["corrects"]}
    newest: dict[tuple[Any, ...], str] = {}
    for one in entries:
        for name in _said(one) if one["event"] not in replaced else ():
            if name in newest:
                replaced[newest[name]] = one["event"]
            newest[name] = one["event"]
    return replaced


def _said(entry: Row) -> list[tuple[Any, ...]]:
    """What an entry says that a later one of the same party may say anew."""
    who, data = (entry["by"], entry["incident"]), entry["data"]
    if entry["type"] == "AwarenessStated":
        return [(*who, "awareness", data["awareness"]["stage"])]
    if entry["type"] == "RiskAssessed":
        return [(*who, "risk")]
    if entry["type"] == "StatementMade":
        mine = (*who, "statement", data["statement"])
        corrected = (*who, "statement", data.get("corrects"))
        return [corrected, mine] if "corrects" in data else [mine]
    return []
