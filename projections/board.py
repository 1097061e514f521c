"""Who was told, has it arrived, was it acknowledged, what was asked, who was notified since?"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from pydantic import AwareDatetime

from domain import events as e
from domain.envelope import Recorded
from domain.law.matter import Line
from projections import describe
from projections.rows import Row, Rows

VIEW = "board"


class Followed(Line):
    """A client's line, and when the platform brought up that it is silent (`escalated_at`)."""

    escalated_at: AwareDatetime | None = None
    escalated_why: str | None = None


LISTED: dict[type[e.Event], str] = {
    e.QuestionAsked: "asked",
    e.QuestionAnswered: "answered",
    e.RegulatorNotified: "regulator",
    e.CustomersNotified: "customers",
}
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
    if isinstance(recorded.event, e.ClientsNamed):
        for named in recorded.event.clients:
            _move(recorded, named.client, partial(_named, named), rows)
    elif about.client is not None:
        _move(recorded, about.client, _change, rows)


def _move(
    recorded: Recorded, client: str, change: Callable[[Line, Recorded], Row | None], rows: Rows
) -> None:
    incident = str(recorded.envelope.about.incident)
    here = line(incident, client, rows) or Followed(client=client)
    if recorded.position <= here.position:
        return
    changed = change(here, recorded)
    if changed is not None:
        moved = here.model_copy(update={**changed, "position": recorded.position})
        rows.put(VIEW, incident, client, moved.model_dump(mode="json"))


def _named(named: e.NamedClient, line: Line, recorded: Recorded) -> Row:
    """When a client was first named and confirmed; after a clearing all of that begins anew."""
    at, by = recorded.envelope.recorded_at, recorded.id
    anew = dict.fromkeys(BEFORE) if line.cleared_at else {}
    change: Row = {
        **anew,
        "sure": named.sure,
        "count": named.count.model_dump(mode="json"),
        "since": named.since or line.since,
        "cleared_at": None,
    }
    if anew or line.named_at is None:
        change |= {"named_at": at, "named_by": by}
    if named.sure == "confirmed" and (anew or line.confirmed_at is None):
        change |= {"confirmed_at": at, "confirmed_by": by}
    return change


def _change(line: Line, recorded: Recorded) -> Row | None:
    at = recorded.envelope.recorded_at
    listed = LISTED.get(type(recorded.event))
    if listed:
        return {listed: (*getattr(line, listed), _act(recorded))}
    match recorded.event:
        case e.ClientNotified() as one:
            return _notified(line, one, recorded)
        case e.ClientUpdated():
            return {"updates": line.updates + 1}
        case e.ClientCleared():
            return {"cleared_at": at}
        case e.NoticeDelivered(delivered_at=delivered):
            return {"delivered_at": min(line.delivered_at or delivered, delivered)}
        case e.NoticeAcknowledged():
            return {"acknowledged_at": at, "acknowledged_by": recorded.id}
        case e.ClientEscalated(why=why):
            return {"escalated_at": at, "escalated_why": why}
        case e.EventCorrected(target=target):
            return _undone(line, str(target))
        case _:
            return None


def _notified(line: Line, one: e.ClientNotified, recorded: Recorded) -> Row:
    first: Row = {"channels": (*line.channels, one.channel), "cleared_at": None}
    if line.notified_at is None or line.cleared_at:
        first |= {
            "notified_at": recorded.envelope.recorded_at,
            "notified_by": recorded.id,
            "given_at": one.given_at,
        }
    return first


def _act(recorded: Recorded) -> dict[str, Any]:
    data = describe.data(recorded)
    kept = ("authority", "stage", "audience", "channel", "count", "question")
    act = {name: data[name] for name in kept if name in data}
    return {"event": str(recorded.id), "at": recorded.envelope.recorded_at.isoformat(), **act}


def _undone(line: Line, target: str) -> Row:
    """A corrected act disappears from the line; the timeline still shows it."""
    change: Row = {
        name: tuple(act for act in getattr(line, name) if act["event"] != target)
        for name in LISTED.values()
    }
    if str(line.acknowledged_by) == target:
        change |= {"acknowledged_at": None, "acknowledged_by": None}
    return change


def lines(incident: str, rows: Rows) -> dict[str, Line]:
    """The lines of an incident, by client."""
    return {key: Followed.model_validate(row) for key, row in rows.all(VIEW, incident)}


def line(incident: str, client: str, rows: Rows) -> Followed | None:
    """The line of one client."""
    row = rows.get(VIEW, incident, client)
    return Followed.model_validate(row) if row else None


def query(incident: str, rows: Rows) -> list[Row]:
    """The board: one entry a client, with where it stands on the way from told to settled."""
    return [_entry(row) for _, row in rows.all(VIEW, incident)]


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
