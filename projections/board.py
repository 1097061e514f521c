"""Who was told, has it arrived, was it acknowledged, what was asked, who was notified since?"""

from __future__ import annotations

from typing import Any

from domain import events as e
from domain.envelope import Recorded
from domain.law.matter import Line
from projections import describe
from projections.rows import Row, Rows

VIEW = "board"
LISTED: dict[type[e.Event], str] = {
    e.QuestionAsked: "asked",
    e.QuestionAnswered: "answered",
    e.RegulatorNotified: "regulator",
    e.CustomersNotified: "customers",
}


def project(recorded: Recorded, rows: Rows) -> None:
    """Move the line of each client that the event is about, as its vendor may see it."""
    about = recorded.envelope.about
    if about.incident is None or about.vendor not in recorded.envelope.visibility:
        return
    if isinstance(recorded.event, e.ClientsNamed):
        for named in recorded.event.clients:
            _move(recorded, named.client, _named(named, recorded), rows)
    elif about.client is not None:
        _move(recorded, about.client, None, rows)


def _move(recorded: Recorded, client: str, update: Row | None, rows: Rows) -> None:
    incident = str(recorded.envelope.about.incident)
    row = rows.get(VIEW, incident, client)
    line = Line.model_validate(row) if row else Line(client=client)
    if recorded.position <= line.position:
        return
    change = update if update is not None else _change(line, recorded)
    if change is None:
        return
    if "confirmed_at" in change and line.confirmed_at:
        del change["confirmed_at"], change["confirmed_by"]
    if line.named_at:
        change.pop("named_at", None)
        change.pop("named_by", None)
    moved = line.model_copy(update={**change, "position": recorded.position})
    rows.put(VIEW, incident, client, moved.model_dump(mode="json"))


def _named(named: e.NamedClient, recorded: Recorded) -> Row:
    at = recorded.envelope.recorded_at
    change: Row = {
        "sure": named.sure,
        "count": named.count.model_dump(mode="json"),
        "named_at": at,
        "named_by": recorded.id,
        "cleared_at": None,
    }
    if named.since:
        change["since"] = named.since
    if named.sure == "confirmed":
        change |= {"confirmed_at": at, "confirmed_by": recorded.id}
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
        case e.EventCorrected(target=target):
            return _undone(line, str(target))
        case _:
            return None


def _notified(line: Line, one: e.ClientNotified, recorded: Recorded) -> Row:
    first: Row = {"channels": (*line.channels, one.channel), "cleared_at": None}
    if line.notified_at is None:
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
    return {key: Line.model_validate(row) for key, row in rows.all(VIEW, incident)}


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
    steps = (
        ("customers", "customers told"),
        ("regulator", "regulator notified"),
        ("acknowledged_at", "acknowledged"),
        ("delivered_at", "delivered"),
        ("notified_at", "told"),
    )
    return next((name for field, name in steps if row[field]), "named")
