"""Tables for people: timelines, obligations, boards, registers, feeds.

What draws them is imported with the first one: machines read JSON, and do not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from adapters.cli.phrases import count, instant, plain, when
from adapters.cli.words import said

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

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
    from rich.console import Console  # noqa: PLC0415 - see above

    found = Console(highlight=False, emoji=False)
    return found if found.is_terminal else Console(highlight=False, emoji=False, width=140)


def timeline(out: Console, entries: Iterable[dict[str, Any]], zone: str = "UTC") -> None:
    """What happened, one line an event."""
    table = grid("recorded", "what", "by", "happened", "what it says")
    for one in entries:
        cells = (
            instant(one["recorded_at"], zone),
            one["type"],
            one["by"],
            when(one["happened"], zone),
            said(one["type"], one["data"], zone),
        )
        table.add_row(*map(text, cells), style="strike dim" if one["superseded_by"] else "")
    out.print(table)


def obligations(out: Console, rows: Iterable[dict[str, Any]], zone: str = "UTC") -> None:
    """What is owed, one line a duty, the alarm first."""
    table = grid("duty", "owed to", "clock since", "due", "status", "why")
    for one in rows:
        due = [_due(each, zone) for each in one["due"]]
        table.add_row(
            assembled(one["duty"], "\n", (one["citation"], "dim")),
            text(one["owed_to"]),
            _at(one["started_at"], zone),
            text("\n".join(due) or "-"),
            text(plain(one["status"]), STATUS.get(one["status"], "")),
            text(one["why"]),
        )
    out.print(table)


def board(out: Console, rows: Iterable[dict[str, Any]], zone: str = "UTC") -> None:
    """How far each client has come."""
    table = grid("client", "sure", "count", "told", "delivered", "acknowledged", "stands at")
    for one in rows:
        table.add_row(
            one["client"],
            one["sure"],
            count(one["count"]),
            *(_at(one[name], zone) for name in ("notified_at", "delivered_at", "acknowledged_at")),
            one["standing"]
            + (" (asks)" if one["open_questions"] else "")
            + (f" ({one['escalated_why']})" if _is_silent(one) else ""),
        )
    out.print(table)


def _is_silent(line: dict[str, Any]) -> bool:
    """Whether a silence that was brought up still lasts."""
    return bool(line.get("escalated_at")) and not line["acknowledged_at"]


def register(out: Console, rows: Iterable[dict[str, Any]], zone: str = "UTC") -> None:
    """The record of breaches, one line a breach."""
    table = grid("incident", "vendor", "known since", "effects", "remedies", "authority", "people")
    for one in rows:
        cells = (
            one["incident"],
            one["vendor"],
            instant(one["first_known_at"], zone),
            one["effects"]["outcome"] if one["effects"] else "-",
            ", ".join(f"{m['kind']} {plain(m['status'])}" for m in one["remedial_action"]) or "-",
            ", ".join(f"{n['authority']} {plain(n['stage'])}" for n in one["notifications"]) or "-",
            ", ".join(", ".join(p["audience"]) for p in one["people_told"]) or "-",
        )
        table.add_row(*map(text, cells))
    out.print(table)


def contradictions(out: Console, rows: Iterable[dict[str, Any]]) -> None:
    """Statements that collide with facts."""
    table = grid("statement", "claim", "against", "kind")
    for one in rows:
        cells = (one["statement"], one["claim"], one["against"], plain(one["kind"]))
        table.add_row(*map(text, cells))
    out.print(table)


def severity(out: Console, found: dict[str, Any]) -> None:
    """A severity interval, how it arose, and the precedents closest to it."""
    score = found["score"]
    levels = " to ".join(dict.fromkeys([score["levels"][0], score["levels"][-1]]))
    out.print(f"[bold]{score['low']:g} to {score['high']:g}[/]: {levels} (no legal threshold)")
    for step in score["steps"]:
        worth = f"{step['low']:g} to {step['high']:g}"
        out.print(text(f"  {step['part']:<7} {worth}  {step['words']}"))
    table = grid("closest cases", "authority", "people", "also")
    for one in found["precedents"]:
        decided = one["decided"]
        table.add_row(
            f"{one['case']}: {one['title']}",
            "told" if decided["authority"] else "not told",
            "told" if decided["people"] else "not told",
            ", ".join(one["also"]),
        )
    out.print(table)


def message(out: Console, body: dict[str, Any], texts: dict[str, str], zone: str = "UTC") -> None:
    """One feed message."""
    data = body["data"]
    head = f"  {instant(body['time'], zone)}  {data['type']}  by {data['by']}  "
    facts = said(data["type"], data["with"], zone)
    out.print(assembled((f"{body['sequence']:>4}", "bold"), head, facts))
    for reference, words in texts.items():
        out.print(text(f"      {reference.partition('/')[2]}: {words}", "italic"))


def _at(at: str | None, zone: str) -> Text:
    return text(instant(at, zone) if at else "-")


def _due(due: dict[str, Any], zone: str) -> str:
    mark = " (alarm)" if due["alarm"] else ""
    return f"{instant(due['at'], zone)} {due['convention']}{mark}"


def grid(*columns: str) -> Table:
    """A table without lines."""
    from rich.table import Table  # noqa: PLC0415 - see above

    table = Table(box=None, pad_edge=False, header_style="bold", row_styles=["", ""])
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def text(said: str, style: str = "") -> Text:
    """A text as it is: square brackets in it are nothing but brackets."""
    from rich.text import Text  # noqa: PLC0415 - see above

    return Text(said, style)


def assembled(*parts: str | Text | tuple[str, str]) -> Text:
    """A text of parts, each as it is or with its style."""
    from rich.text import Text  # noqa: PLC0415 - see above

    return Text.assemble(*parts)
