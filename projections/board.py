"""Who was told, has it arrived, was it acknowledged, what was asked, who was notified since?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, cast

from pydantic import AwareDatetime

from domain import events as e
from domain.envelope import Recorded
from domain.law.matter import Line
from projections import describe
from projections.rows import Row, Rows, instant

VIEW = "board"


class Followed(Line):
    """A client's line, and when the platform brought up that it is silent (`escalated_at`)."""

    escalated_at: AwareDatetime | None = None
    escalated_why: str | None = None


BLANK: Row = Followed(client="nobody").model_dump(mode="json")
LISTED: dict[type[e.Event], str] = {
    e.QuestionAsked: "asked",
    e.QuestionAnswered: "answered",
    e.RegulatorNotified: "regulator",
    e.CustomersNotified: "customers",
}
HANDLED: frozenset[type[e.Event]] = frozenset(
    {
        *LISTED,
        e.ClientsNamed,
        e.ClientNotified,
        e.ClientUpdated,
        e.ClientCleared,
        e.NoticeDelivered,
        e.NoticeAcknowledged,
        e.ClientEscalated,
        e.EventCorrected,
    }
)
BEFORE = (
    "named_at",
    "named_by",
    "confirmed_at",
    "confirmed_by",
    "notified_at",
    "notified_by",
    "given_at",
    "delivered_at",
    "escalated_at",
    "escalated_why",
)


def project(recorded: Recorded, rows: Rows) -> None:
    """Move the line of each client that the event is about, as its vendor may see it."""
    about = recorded.envelope.about
    if about.incident is None or about.vendor not in recorded.envelope.visibility:
        return
    if recorded.kind is e.ClientsNamed:
        for named in cast("e.ClientsNamed", recorded.event).clients:
            _move(recorded, named.client, partial(_named, named), rows)
    elif about.client is not None:
        _move(recorded, about.client, _change, rows)


def _move(
    recorded: Recorded, client: str, change: Callable[[Row, Recorded], Row | None], rows: Rows
) -> None:
    """Lines are changed as they are kept (see `Followed`)."""
    incident = str(recorded.incident_text)
    here = rows.get(VIEW, incident, client) or _begun(client)
    if recorded.position <= here["position"]:
        return
    changed = change(here, recorded)
    if changed is not None:
        rows.put(VIEW, incident, client, {**here, **changed, "position": recorded.position})


def _begun(client: str) -> Row:
    """A line on which nothing has happened."""
    return {**BLANK, "client": client}


def _named(named: e.NamedClient, line: Row, recorded: Recorded) -> Row:
    """When a client was first named and confirmed; after a clearing all of that begins anew."""
    at, by = instant(recorded.envelope.recorded_at), recorded.id_text
    anew = dict.fromkeys(BEFORE) if line["cleared_at"] else {}
    change: Row = {
        **anew,
        "sure": named.sure,
        "count": named.count.model_dump(mode="json"),
        "since": named.since.model_dump(mode="json") if named.since else line["since"],
        "cleared_at": None,
    }
    if anew or line["named_at"] is None:
        change |= {"named_at": at, "named_by": by}
    if named.sure == "confirmed" and (anew or line["confirmed_at"] is None):
        change |= {"confirmed_at": at, "confirmed_by": by}
    return change


def _change(line: Row, recorded: Recorded) -> Row | None:
    at, said = instant(recorded.envelope.recorded_at), recorded.said
    listed = LISTED.get(recorded.kind)
    if listed:
        return {listed: [*line[listed], _act(recorded)]}
    if recorded.kind is e.ClientNotified:
        return _notified(line, at, recorded)
    if recorded.kind is e.ClientUpdated:
        return {"updates": line["updates"] + 1}
    if recorded.kind is e.ClientCleared:
        return {"cleared_at": at}
    if recorded.kind is e.NoticeDelivered:
        return {"delivered_at": _earlier(line["delivered_at"], said["delivered_at"])}
    if recorded.kind is e.NoticeAcknowledged:
        return {"acknowledged_at": at, "acknowledged_by": recorded.id_text}
    if recorded.kind is e.ClientEscalated:
        return {"escalated_at": at, "escalated_why": said["why"]}
    return _undone(line, said["target"]) if recorded.kind is e.EventCorrected else None


def _earlier(one: str | None, other: str) -> str:
    return min(one or other, other, key=datetime.fromisoformat)


def _notified(line: Row, at: str, recorded: Recorded) -> Row:
    said = recorded.said
    first: Row = {"channels": [*line["channels"], said["channel"]], "cleared_at": None}
    if line["notified_at"] is None or line["cleared_at"]:
        given = said.get("given_at")
        first |= {"notified_at": at, "notified_by": recorded.id_text, "given_at": given}
    return first


def _act(recorded: Recorded) -> dict[str, Any]:
    data = describe.data(recorded)
    kept = ("authority", "stage", "audience", "channel", "count", "question")
    act = {name: data[name] for name in kept if name in data}
    return {"event": recorded.id_text, "at": recorded.recorded_text, **act}


def _undone(line: Row, target: str) -> Row:
    """A corrected act disappears from the line; the timeline still shows it."""
    change: Row = {
        name: [act for act in line[name] if act["event"] != target] for name in LISTED.values()
    }
    if line["acknowledged_by"] == target:
        change |= {"acknowledged_at": None, "acknowledged_by": None}
    return change


def lines(incident: str, rows: Rows) -> dict[str, Line]:
    """The lines of an incident, by client."""
    return {key: Followed.model_validate(row) for key, row in rows.all(VIEW, incident)}


def line(incident: str, client: str, rows: Rows) -> Followed | None:
    """The line of one client."""
    row = rows.get(VIEW, incident, client)
    return Followed.model_validate(row) if row else None


def query(incident: str, rows: Rows, after: str = "", limit: int | None = None) -> list[Row]:
    """The board: one entry a client, with where it stands on the way from told to settled.

    By client, from behind the client `after` on, `limit` at most.
    """
    return [_entry(row) for _, row in rows.all(VIEW, incident, after=after, limit=limit)]


def entry(incident: str, client: str, rows: Rows) -> Row | None:
    """The entry of one client."""
    row = rows.get(VIEW, incident, client)
    return _entry(row) if row else None


def _entry(row: Row) -> Row:
    asked = [one["question"] for one in row["asked"]]
    answered = {one["question"] for one in row["answered"]}
    shown = {k: v for k, v in row.items() if k not in {"position", "answered"}}
    open_questions = [one for one in asked if one not in answered]
    return {
        **shown,
        "asked": asked,
        "open_questions": open_questions,
        "standing": _standing(row),
    }


def _standing(row: Row) -> str:
    if row["cleared_at"]:
        return "cleared"
    if not row["notified_at"]:
        return "named"
    steps = (
        ("customers", "customers told"),
        ("regulator", "regulator notified"),
        ("acknowledged_at", "acknowledged"),
        ("delivered_at", "delivered"),
    )
    return next((name for field, name in steps if row[field]), "told")
