"""Controls that only a vendor's forms have: people with their data, claims, lists of clients."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast
from zoneinfo import ZoneInfo

from adapters.console.controls import (
    Area,
    Choice,
    Control,
    Group,
    Labels,
    Line,
    Mistake,
    Number,
    Rows,
    Several,
    Time,
    Typed,
    first,
)
from adapters.console.i18n import mark
from adapters.console.words import LISTS
from domain.kinds import FAMILIES

Row = Mapping[str, Any]
MANY = 500_000  # characters of pasted clients: some 50,000 lines
YES_NO = ("yes", "no")
KINDS: Mapping[str, Sequence[str]] = {  # the families in the order of the closed list
    name: [kind for kind in LISTS["data"] if kind in family] for name, family in FAMILIES.items()
}

_DATA = Group(
    name="data",
    label=mark("Kinds of data"),
    parts=(
        Several(name="present", label=mark("there"), of="data", options=LISTS["data"]),
        Several(name="absent", label=mark("not there"), of="data", options=LISTS["data"]),
        Choice(
            name="complete",
            label=mark("Is this list complete?"),
            of="affected",
            options=YES_NO,
            truth=True,
        ),
    ),
)
_WHO: tuple[Control, ...] = (
    Line(
        name="group",
        label=mark("Who they are"),
        options=LISTS["group"],
        suggest="group",
        required=True,
        help=mark("Such as customers, employees, drivers."),
    ),
    Choice(
        name="role",
        label=mark("How they are touched"),
        of="exposure",
        options=LISTS["exposure"],
        required=True,
    ),
    Number(name="count", label=mark("How many")),
    _DATA,
    Choice(
        name="controller",
        label=mark("Whose responsibility their data are (who is controller)"),
        of="side",
        options=("client", "vendor"),
    ),
    Line(name="country", label=mark("Country, by its two letters"), maxlength=2),
)


def people(*, required: bool = False, help_: str = "") -> Rows:
    """Rows of the people matrix."""
    return Rows(
        name="people",
        label=mark("People"),
        parts=_WHO,
        least=1 if required else 0,
        required=required,
        help=help_,
    )


def typed_people(rows: Iterable[Row]) -> Typed:
    """What the form shows of rows that are known: to be changed, not typed anew."""
    found: Typed = {}
    for n, row in enumerate(rows):
        at, data = f"people.{n}", row.get("data", {})
        found |= {f"{at}.{name}": [str(row.get(name) or "")] for name in ("group", "role")}
        found |= {f"{at}.{name}": [str(row.get(name) or "")] for name in ("country", "controller")}
        found |= {f"{at}.data.{name}": list(data.get(name, ())) for name in ("present", "absent")}
        if data.get("complete") is not None:
            found[f"{at}.data.complete"] = ["yes" if data["complete"] else "no"]
        found |= typed_count(f"{at}.count", row.get("count", "unknown"))
    return found


def typed_count(at: str, count: Any) -> Typed:
    """What a number's control shows of a count."""
    if not isinstance(count, Mapping):
        known = count not in {None, "unknown"}
        exact: Typed = {f"{at}.n": [str(count)]} if known else {}
        return {f"{at}.kind": ["exact" if known else "unknown"], **exact}
    said = cast("Row", count)
    kind = next((name for name in ("about", "between", "exact") if name in said), "unknown")
    numbers = said[kind] if kind == "between" else [said.get(kind, "")]
    shown = {f"{at}.{name}": [str(n)] for name, n in zip(("n", "n2"), numbers, strict=False)}
    return {f"{at}.kind": [kind], **shown, f"{at}.unit": [said.get("unit", "people")]}


def totals() -> Rows:
    """Numbers over several roles."""
    return Rows(
        name="totals",
        label=mark("Numbers in all"),
        least=0,
        parts=(
            Several(
                name="of",
                label=mark("Of which people"),
                of="exposure",
                options=LISTS["exposure"],
                required=True,
            ),
            Number(name="count", label=mark("How many"), required=True),
            Line(
                name="source",
                label=mark("Who says so"),
                options=LISTS["source"],
                suggest="source",
            ),
        ),
    )


def claims(known: Mapping[str, str] = MappingProxyType({})) -> Rows:
    """Claims; `known` are those said before, by id, that a new one may replace."""
    older = (
        Choice(
            name="supersedes",
            label=mark("Takes the place of what was said before"),
            options=tuple(known),
            say=lambda _, name: known[name],
        ),
    )
    return Rows(
        name="claims",
        label=mark("What you say of it"),
        help=mark("One sentence each: about what, whether it holds, who says so, how surely."),
        least=0,
        parts=(*(older if known else ()), *_CLAIM),
    )


_CLAIM: tuple[Control, ...] = (
    Choice(name="about", label=mark("About"), of="topic", options=LISTS["topic"], required=True),
    Choice(name="holds", label=mark("Holds"), of="holds", options=LISTS["holds"]),
    Line(name="says", label=mark("In a few words")),
    Number(name="value", label=mark("How many")),
    Labels(
        name="present",
        label=mark("Kinds of data that are there"),
        suggest="data",
        options=LISTS["data"],
    ),
    Labels(
        name="absent",
        label=mark("Kinds of data that are not"),
        suggest="data",
        options=LISTS["data"],
    ),
    Line(name="scope", label=mark("Of which people"), options=LISTS["group"], suggest="group"),
    Line(name="source", label=mark("Who says so"), options=LISTS["source"], suggest="source"),
    Choice(
        name="provisional",
        label=mark("Only for now?"),
        of="affected",
        options=YES_NO,
        truth=True,
    ),
    Time(name="as_of", label=mark("As of"), coarse=True),
    Area(name="words", label=mark("Word for word"), rows=2),
)
_PLAIN = (
    "about",
    "holds",
    "value",
    "scope",
    "source",
    "provisional",
    "as_of",
    "supersedes",
    "words",
)


def claim(read: Row, name: str) -> dict[str, Any]:
    """A row of claims as the command takes it, under a name of its own."""
    said = {part: read[part] for part in _PLAIN if part in read}
    if "says" in read:
        said["value"] = read["says"]
    lists = {part: read[part] for part in ("present", "absent") if part in read}
    return {"id": name, **said, **({"data": lists} if lists else {})}


def named_claims(read: Row) -> dict[str, Any]:
    """The fields of a form with claims: each gets a name that this form alone gives."""
    stem = read.get("stem", "")
    fields = {name: value for name, value in read.items() if name != "stem"}
    if "claims" in read:
        fields["claims"] = [claim(one, f"c{stem}-{n}") for n, one in enumerate(read["claims"], 1)]
    return fields


_LINE = re.compile(r"(?P<client>[a-z0-9][a-z0-9-]{0,62})(?:[\s,;]+(?P<count>\d[\d\s.']*))?")


@dataclass(frozen=True, kw_only=True)
class Clients(Area):
    """Clients by their ids, one a line as they are pasted; `counted` lets a number follow."""

    maxlength: int = MANY
    rows: int = 6
    counted: bool = False

    def value(self, typed: Typed, at: str, zone: ZoneInfo) -> Any:  # noqa: ARG002 - no time in it
        found: dict[str, int | None] = {}
        for line in filter(None, map(str.strip, first(typed, at).lower().splitlines())):
            said = _LINE.fullmatch(line.rstrip(",;"))
            if said is None or (said["count"] and not self.counted):
                raise Mistake(at, _LINES_COUNTED if self.counted else _LINES)
            digits = re.sub(r"\D", "", said["count"] or "")
            found[said["client"]] = int(digits) if digits else None
        if not self.counted:
            return list(found) or None
        return [
            {"client": client, **({} if n is None else {"count": {"exact": n}})}
            for client, n in found.items()
        ] or None


_LINES = mark(
    "Give one client a line, by its id: small letters, digits, hyphens. Look at each line."
)
_LINES_COUNTED = mark(
    "Give one client a line, by its id, and after a comma how many of its people, if known: "
    "joker, 1200. Look at each line."
)
