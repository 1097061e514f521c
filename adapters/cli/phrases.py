"""Values in plain words: times, counts, people, claims; and whatever else, as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

Data = Mapping[str, Any]
Part = str | None
MANY = 6  # names; more are counted


def instant(at: str, zone: str) -> str:
    """An instant in a zone, with the zone shown."""
    return datetime.fromisoformat(at).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")


def when(said: Any, zone: str) -> str:
    """A time as well as it is known."""
    if isinstance(said, str):
        return instant(said, zone) if "T" in said else said
    points = {name: when(point, zone) for name, point in said.items() if name != "estimated"}
    if "from" in points:
        points = {"at": f"{points['from']} to {points['to']}"}
    text = points.get("at") or " ".join(f"{name} {point}" for name, point in points.items())
    return f"{text} (estimated)" if said.get("estimated") else text


def count(said: Any) -> str:
    """A number as well as it is known."""
    parts = mapping(said)
    if parts is None:
        return str(said)
    unit = " records" if parts.get("unit") == "records" else ""
    if "between" in parts:
        low, high = parts["between"]
        return f"{low} to {high}{unit}"
    about = f"about {parts['about']}" if "about" in parts else str(parts.get("exact", "unknown"))
    return about + unit


def some(names: Iterable[str]) -> str:
    """A few names, or how many there are."""
    listed = list(names)
    return ", ".join(listed) if len(listed) <= MANY else f"{len(listed)} of them"


def data_kinds(data: Data) -> str:
    """Which kinds of data are known to be there, and which not to be."""
    absent = ", ".join(data.get("absent", ()))
    return f"{', '.join(data.get('present', ()))}{f' (not {absent})' if absent else ''}".strip()


def people(row: Data) -> str:
    """One row of the people matrix."""
    country = f" in {row['country']}" if "country" in row else ""
    kinds = data_kinds(row.get("data", {}))
    who = f"{row['group']} {plain(row['role'])}{country} ({count(row.get('count', 'unknown'))})"
    return f"{who}: {kinds}" if kinds else who


def claim(row: Data) -> str:
    """One claim: about what, how surely, by whom."""
    value = row.get("value")
    parts = [
        plain(row["holds"]) if "holds" in row else None,
        count(value) if value is not None else None,
        data_kinds(row["data"]) if "data" in row else None,
        "provisional" if row.get("provisional") else None,
    ]
    said = ", ".join(part for part in parts if part)
    source = f" (says {row['source']})" if "source" in row else ""
    return f"{plain(row['about'])}: {said or 'said'}{source}"


def total(row: Data) -> str:
    """One number over several roles."""
    roles = " and ".join(map(plain, row["of"]))
    return f"{count(row['count'])} {roles} in all (overlap {count(row['overlap'])})"


def plain(word: str) -> str:
    """A word as people write it."""
    return word.replace("_", " ")


def anything(data: Data) -> Iterator[str]:
    """A compact list of facts, whatever they are; references to free text are left out."""
    for name, value in data.items():
        shown = _shown(value)
        if shown:
            yield f"{plain(name)}: {shown}"


def _shown(value: Any) -> str:
    parts = mapping(value)
    if parts is not None:
        inner = "" if set(parts) == {"text"} else ", ".join(anything(parts))
        return f"({inner})" if inner else ""
    if isinstance(value, list | tuple):
        return some(filter(None, map(_shown, cast("list[Any]", value))))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def mapping(value: Any) -> Data | None:
    """The value, where it is a mapping."""
    return cast("Data", value) if isinstance(value, Mapping) else None
