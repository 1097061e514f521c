"""The controls that forms are made of: each knows how it is shown and how it is read.

What a reader typed is kept as it came, a list of texts by the control's full name, so that a
form can be shown again with nothing lost. `kind` names the macro in `controls.html` that shows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from adapters.console.i18n import mark
from domain.basics import LINE, TEXT

Typed = dict[str, list[str]]
_COARSE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


class Mistake(Exception):
    """A control that cannot be read: its full name, and a message that says what to do."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


def first(typed: Typed, name: str) -> str:
    """What was typed into a plain control."""
    return (typed.get(name) or [""])[0].strip()


@dataclass(frozen=True, kw_only=True)
class Control:
    """Base of every control: `label` and `help` are messages, translated when shown.

    `optional_whole` says that it is part of something that may be left blank as a whole: then no
    browser insists on it, and `read` does where anything of the whole was given.
    """

    name: str
    label: str
    help: str = ""
    required: bool = False
    optional_whole: bool = False
    kind: ClassVar[str]

    @property
    def insists(self) -> bool:
        """Whether a browser refuses to send the form without it."""
        return self.required and not self.optional_whole

    def read(self, typed: Typed, at: str, zone: ZoneInfo) -> Any:
        """The value for the command, None where it was left blank; raises `Mistake`."""
        value = self.value(typed, at, zone)
        if value is None and self.required:
            raise Mistake(at, mark("Fill this in."))
        return value

    def value(self, typed: Typed, at: str, zone: ZoneInfo) -> Any:
        """The value, whether or not there must be one."""
        raise NotImplementedError

    def names(self, at: str) -> Iterator[str]:
        """The full names of this control and all within it."""
        yield at


@dataclass(frozen=True, kw_only=True)
class Line(Control):
    """A line of text; `suggest` are words to choose from, any other may be typed."""

    kind: ClassVar[str] = "line"
    maxlength: int = LINE
    suggest: str = ""
    options: tuple[str, ...] = ()
    pattern: str = ""

    def value(self, typed: Typed, at: str, zone: ZoneInfo) -> Any:  # noqa: ARG002 - no time in it
        return first(typed, at) or None


@dataclass(frozen=True, kw_only=True)
class Area(Control):
    """Free text of several lines."""

    kind: ClassVar[str] = "area"
    maxlength: int = TEXT
    rows: int = 4

    def value(self, typed: Typed, at: str, zone: ZoneInfo) -> Any:  # noqa: ARG002 - no time in it
        return first(typed, at).replace("\r\n", "\n") or None


@dataclass(frozen=True, kw_only=True)
class Labels(Control):
    """Several short labels, with commas between them; `suggest` names a list to offer."""

    kind: ClassVar[str] = "labels"
    maxlength: int = 2000
    suggest: str = ""
    options: tuple[str, ...] = ()

    def value(self, typed: Typed, at: str, zone: ZoneInfo) -> Any:  # noqa: ARG002 - no time in it
        parts = (part.strip() for part in first(typed, at).replace("\n", ",").split(","))
        return list(dict.fromkeys(part for part in parts if part)) or None


@dataclass(frozen=True, kw_only=True)
class Choice(Control):
    """One word of the closed list `of`; `options` narrows it, `say` names each in another way."""

    kind: ClassVar[str] = "choice"
    of: str = ""
    options: tuple[str, ...] = ()
    say: Callable[[Any, str], str] | None = None
    radio: bool = False
    truth: bool = False  # yes and no stand for true and false

    def value(self, typed: Typed, at: str, zone: ZoneInfo) -> Any:  # noqa: ARG002 - no time in it
        said = first(typed, at)
        if said and said not in self.options:
            raise Mistake(at, mark("Choose one of the words in the list."))
        return {"yes": True, "no": False}.get(said) if self.truth else said or None


@dataclass(frozen=True, kw_only=True)
class Several(Control):
    """Some words of a closed list; `groups` puts them under headings."""

    kind: ClassVar[str] = "several"
    of: str = ""
    options: tuple[str, ...] = ()
    say: Callable[[Any, str], str] | None = None
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])

    def value(self, typed: Typed, at: str, zone: ZoneInfo) -> Any:  # noqa: ARG002 - no time in it
        said = typed.get(at, [])
        if set(said) - set(self.options):
            raise Mistake(at, mark("Choose from the words in the list."))
        return said or None


@dataclass(frozen=True, kw_only=True)
class Hidden(Control):
    """A value that travels along."""

    kind: ClassVar[str] = "hidden"
    label: str = ""

    def value(self, typed: Typed, at: str, zone: ZoneInfo) -> Any:  # noqa: ARG002 - no time in it
        return first(typed, at) or None


TIMES = ("at", "between", "before", "after", "unknown")


@dataclass(frozen=True, kw_only=True)
class Time(Control):
    """A time as well as it is known. A day without an hour is a date; `coarse` takes years too.

    Hours are read in the reader's zone. Where the clocks go back an hour is there twice: the
    first is meant. Where they go forward, an hour is missing: that is a mistake.
    """

    kind: ClassVar[str] = "time"
    options: tuple[str, ...] = TIMES
    coarse: bool = False

    def value(self, typed: Typed, at: str, zone: ZoneInfo) -> Any:
        said = first(typed, f"{at}.kind") or self.options[0]
        start = self._point(typed, f"{at}.day", f"{at}.hour", at, zone)
        end = self._point(typed, f"{at}.day2", f"{at}.hour2", at, zone)
        if said == "unknown":
            return "unknown"
        if said == "between":
            if not start and not end:
                return None
            if not start or not end:
                raise Mistake(at, mark("Give both ends: the first and the last possible day."))
            value: dict[str, Any] = {"from": start, "to": end}
        elif start is None:
            if first(typed, f"{at}.hour"):
                raise Mistake(at, mark("Give the day as well as the hour."))
            return None
        else:
            value = {said: start}
        if typed.get(f"{at}.estimated"):
            value["estimated"] = True
        return start if set(value) == {"at"} else value

    def _point(self, typed: Typed, day: str, hour: str, at: str, zone: ZoneInfo) -> str | None:
        on, clock = first(typed, day), first(typed, hour)
        if not on:
            return None
        if self.coarse and not clock and _COARSE.fullmatch(on):
            return on
        try:
            whole = date.fromisoformat(on)
            return _instant(whole, time.fromisoformat(clock), zone) if clock else on
        except ValueError as wrong:
            if str(wrong) == _MISSING:
                raise Mistake(at, _MISSING) from None
            raise Mistake(at, _DAY) from None


_DAY = mark("Give a day such as 2026-03-01, and an hour such as 09:30.")
_MISSING = mark("This hour does not exist on that day: the clocks go forward. Give another.")


def _instant(day: date, clock: time, zone: ZoneInfo) -> str:
    moment = datetime.combine(day, clock, zone)
    elapsed = moment.timestamp()
    if datetime.fromtimestamp(elapsed, zone).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise ValueError(_MISSING)
    return moment.isoformat()


COUNTS = ("exact", "about", "between", "unknown")


@dataclass(frozen=True, kw_only=True)
class Number(Control):
    """A number as well as it is known, of people or of records."""

    kind: ClassVar[str] = "number"
    options: tuple[str, ...] = COUNTS

    def value(self, typed: Typed, at: str, zone: ZoneInfo) -> Any:  # noqa: ARG002 - no time in it
        said = first(typed, f"{at}.kind") or self.options[0]
        low, high = (_natural(typed, f"{at}.{name}", at) for name in ("n", "n2"))
        records = first(typed, f"{at}.unit") == "records"
        if said == "unknown":
            return {"unit": "records"} if records else "unknown"
        if low is None:
            return None
        if said == "between":
            if high is None:
                raise Mistake(at, mark("Give both numbers: the least and the most."))
            value: dict[str, Any] = {"between": [low, high]}
        else:
            value = {said: low}
        return {**value, "unit": "records"} if records else value


def _natural(typed: Typed, name: str, at: str) -> int | None:
    said = re.sub(r"[\s\u00a0\u202f.,']", "", first(typed, name))
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) <= 16):  # noqa: PLR2004 - 2**53
        raise Mistake(at, mark("Give a whole number, such as 1200."))
    return int(said)


@dataclass(frozen=True, kw_only=True)
class Group(Control):
    """Controls that belong together: one value with several parts."""

    kind: ClassVar[str] = "group"
    parts: tuple[Control, ...] = ()

    @property
    def shown_parts(self) -> tuple[Control, ...]:
        """Its parts as a page shows them."""
        return self.parts if self.insists else _of_an_optional_whole(self.parts)

    def value(self, typed: Typed, at: str, zone: ZoneInfo) -> Any:
        if not self.required and is_blank(typed, at):
            return None
        return read_all(self.parts, typed, f"{at}.", zone) or None

    def names(self, at: str) -> Iterator[str]:
        for part in self.parts:
            yield from part.names(f"{at}.{part.name}")
        yield at


@dataclass(frozen=True, kw_only=True)
class Rows(Control):
    """The same controls several times over; rows that were left blank are left out."""

    kind: ClassVar[str] = "rows"
    parts: tuple[Control, ...] = ()
    least: int = 1
    most: int = 200

    def value(self, typed: Typed, at: str, zone: ZoneInfo) -> Any:
        places = [n for n in range(self.shown(typed, at)) if not is_blank(typed, f"{at}.{n}")]
        return [read_all(self.parts, typed, f"{at}.{n}.", zone) for n in places] or None

    def shown(self, typed: Typed, at: str) -> int:
        """How many rows there are to show: those typed, and one more where that was asked for."""
        start = f"{at}."
        found = [name[len(start) :].partition(".")[0] for name in typed if name.startswith(start)]
        used = max((int(n) + 1 for n in found if n.isdigit() and len(n) < 4), default=0)  # noqa: PLR2004
        more = int(first(typed, "more") == at)
        return min(max(used + more, self.least), self.most)

    def row(self, n: int) -> tuple[Control, ...]:
        """The parts of a row as a page shows them: beyond the least, any may be left blank."""
        insists = self.insists and n < self.least
        return self.parts if insists else _of_an_optional_whole(self.parts)

    def names(self, at: str) -> Iterator[str]:
        for n in range(self.most):
            for part in self.parts:
                yield from part.names(f"{at}.{n}.{part.name}")
        yield at


def _of_an_optional_whole(parts: tuple[Control, ...]) -> tuple[Control, ...]:
    return tuple(replace(part, optional_whole=True) for part in parts)


def is_blank(typed: Typed, at: str) -> bool:
    """Whether nothing was said below this name: a choice of kind or unit says nothing yet."""
    start = f"{at}."
    idle = (".unit", ".estimated")
    return not any(
        value.strip() and not (name.endswith(".kind") and value != "unknown")
        for name, values in typed.items()
        if name.startswith(start) and not name.endswith(idle)
        for value in values
    )


def read_all(controls: Sequence[Control], typed: Typed, before: str, zone: ZoneInfo) -> Any:
    """The values of several controls; raises `Mistakes` with every one that cannot be read."""
    found: dict[str, Any] = {}
    wrong: list[Mistake] = []
    for control in controls:
        try:
            value = control.read(typed, f"{before}{control.name}", zone)
        except Mistakes as several:
            wrong += several.each
        except Mistake as one:
            wrong.append(one)
        else:
            if value is not None:
                found[control.name] = value
    if wrong:
        raise Mistakes(wrong)
    return found


class Mistakes(Mistake):
    """Several at once."""

    def __init__(self, each: list[Mistake]) -> None:
        super().__init__(each[0].name, each[0].message)
        self.each = each

    @property
    def by_name(self) -> dict[str, str]:
        """The first message at each control, in the order of the form."""
        found: dict[str, str] = {}
        for one in self.each:
            found.setdefault(one.name, one.message)
        return found
