"""Tables for people: timelines, obligations, boards, registers, feeds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

STATUS = {
    "met": "green",
    "met_late": "yellow",
    "open": "cyan",
    "overdue": "bold red",
    "undetermined": "magenta",
    "delayed": "magenta",
    "superseded": "dim",
    "not_started": "dim",
    "not_required": "dim",
    "waived": "dim",
}


def console() -> Console:
    """A console that is as wide as the terminal, and wide enough for a table in a file."""
    found = Console(highlight=False, emoji=False)
    return found if found.is_terminal else Console(highlight=False, emoji=False, width=140)


def timeline(out: Console, entries: Iterable[dict[str, Any]], zone: str = "UTC") -> None:
    """What happened, one line an event."""
    table = _table("recorded", "what", "by", "happened", "what it says")
    for one in entries:
        struck = "strike dim" if one["superseded_by"] else ""
        table.add_row(
            when(one["recorded_at"], zone),
            one["type"],
            one["by"],
            _when_said(one["happened"], zone),
            _brief(one["data"]),
            style=struck,
        )
    out.print(table)


def obligations(out: Console, rows: Iterable[dict[str, Any]], zone: str = "UTC") -> None:
    """What is owed, one line a duty, the alarm first."""
    table = _table("duty", "owed to", "clock since", "due", "status", "why")
    for one in rows:
        due = [_due(each, zone) for each in one["due"]]
        status = str(one["status"])
        table.add_row(
            f"{one['duty']}\n[dim]{one['citation']}[/dim]",
            one["owed_to"],
            when(one["started_at"], zone) if one["started_at"] else "-",
            "\n".join(due) or "-",
            f"[{STATUS.get(status, '')}]{status}[/]" if STATUS.get(status) else status,
            one["why"],
        )
    out.print(table)


def board(out: Console, rows: Iterable[dict[str, Any]], zone: str = "UTC") -> None:
    """How far each client has come."""
    table = _table("client", "sure", "count", "told", "delivered", "acknowledged", "stands at")
    for one in rows:
        table.add_row(
            one["client"],
            one["sure"],
            _brief(one["count"]),
            *(
                when(one[name], zone) if one[name] else "-"
                for name in ("notified_at", "delivered_at", "acknowledged_at")
            ),
            one["standing"] + (" (asks)" if one["open_questions"] else ""),
        )
    out.print(table)


def register(out: Console, rows: Iterable[dict[str, Any]], zone: str = "UTC") -> None:
    """The record of breaches, one line a breach."""
    table = _table(
        "incident", "vendor", "known since", "effects", "remedies", "authority", "people"
    )
    for one in rows:
        table.add_row(
            one["incident"],
            one["vendor"],
            when(one["first_known_at"], zone),
            one["effects"]["outcome"] if one["effects"] else "-",
            ", ".join(f"{m['kind']} {m['status']}" for m in one["remedial_action"]) or "-",
            ", ".join(f"{n['authority']} {n['stage']}" for n in one["notifications"]) or "-",
            ", ".join(", ".join(p["audience"]) for p in one["people_told"]) or "-",
        )
    out.print(table)


def contradictions(out: Console, rows: Iterable[dict[str, Any]]) -> None:
    """Statements that collide with facts."""
    table = _table("statement", "claim", "against", "kind", "words")
    for one in rows:
        table.add_row(
            *(str(one[name]) for name in ("statement", "claim", "against", "kind", "words"))
        )
    out.print(table)


def message(out: Console, body: dict[str, Any], texts: dict[str, str], zone: str = "UTC") -> None:
    """One feed message."""
    data = body["data"]
    head = f"[bold]{body['sequence']:>4}[/]  {when(body['time'], zone)}  {data['type']}"
    out.print(f"{head}  by {data['by']}  {_brief(data['with'])}")
    for reference, text in texts.items():
        out.print(f"      [italic]{reference.partition('/')[2]}: {text}[/]", markup=True)


def when(at: str, zone: str) -> str:
    """An instant in a zone, with the zone shown."""
    moment = datetime.fromisoformat(at).astimezone(ZoneInfo(zone))
    return moment.strftime("%Y-%m-%d %H:%M %Z")


def _when_said(said: Any, zone: str) -> str:
    if isinstance(said, str) and "T" in said:
        return when(said, zone)
    return said if isinstance(said, str) else _brief(said)


def _due(due: dict[str, Any], zone: str) -> str:
    mark = " (alarm)" if due["alarm"] else ""
    return f"{when(due['at'], zone)} {due['convention']}{mark}"


def _brief(value: Any, length: int = 90) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.replace("[", "\\[")
    return text if len(text) <= length else text[: length - 1] + "…"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", row_styles=["", ""])
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
