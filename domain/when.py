"""Imprecise time: a point, a range, a bound, or unknown."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_serializer, model_validator

from domain.basics import Value, spelled_out

_DAY = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$", re.ASCII)
_YEARS = range(1901, 8999)  # within what the calendar counts, with a margin for zones at both ends
LONGEST = 64  # characters: an instant with microseconds and its zone takes 32
_FORMS = "one of: a point in time, {from, to}, {before}, {after}, unknown"


def _point(value: Any) -> Any:
    if isinstance(value, datetime):
        value = value.isoformat()
    if not isinstance(value, str):
        msg = "expected an instant with its zone, or a date such as 2023-02-27, 2023-02 or 2023"
        raise ValueError(msg)  # noqa: TRY004 - pydantic turns ValueError into a field error
    text = value.strip()
    if len(text) > LONGEST:
        msg = f"is too long for a time; expected at most {LONGEST} characters"
        raise ValueError(msg)
    if _DAY.match(text):
        _within_years(_first_day(text).year)
        return text
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        msg = (
            f"{text!r} is no time; expected an instant with its zone such as "
            "2023-02-28T12:00+01:00, or a date such as 2023-02-27"
        )
        raise ValueError(msg) from None
    if instant.tzinfo is None:
        msg = f"{text!r} has no zone; add one, for instance {text}+01:00 or {text}Z"
        raise ValueError(msg)
    _within_years(instant.year)
    return instant.isoformat()


def _within_years(year: int) -> None:
    if year not in _YEARS:
        msg = f"the year {year} is out of range; expected {_YEARS[0]} to {_YEARS[-1]}"
        raise ValueError(msg)


Point = Annotated[str, BeforeValidator(_point)]


def _first_day(text: str) -> date:
    parts = [int(part) for part in text.split("-")]
    return date(parts[0], *(parts[1:] or [1]), *([] if len(parts) > 2 else [1]))  # noqa: PLR2004


def _next_day(text: str) -> date:
    first = _first_day(text)
    precision = text.count("-")
    if precision == 2:  # noqa: PLR2004
        return first + timedelta(days=1)
    if precision == 1:
        return (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return first.replace(year=first.year + 1)


def first_instant(point: str, zone: tzinfo) -> datetime:
    """The earliest instant (UTC) that a point allows; days begin at midnight in `zone`."""
    if not _DAY.match(point):
        return datetime.fromisoformat(point).astimezone(UTC)
    day = _first_day(point)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def last_instant(point: str, zone: tzinfo) -> datetime:
    """The latest instant (UTC) that a point allows: a date's last second in `zone`."""
    if not _DAY.match(point):
        return datetime.fromisoformat(point).astimezone(UTC)
    day = _next_day(point)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) - timedelta(
        seconds=1
    )


def _zone_of(*points: str) -> tzinfo:
    """The zone to compare points in: a date beside an instant is read in that instant's zone."""
    instants = (datetime.fromisoformat(point) for point in points if not _DAY.match(point))
    return next((one.tzinfo for one in instants if one.tzinfo), UTC)


class When(Value):
    """A time as well as it is known: a point, a range, a bound, or unknown; maybe estimated.

    Written as an instant with zone, a date (2023-02-27, 2023-02, 2023), `{from, to}`,
    `{before}`, `{after}`, `{at, estimated}` or `unknown`.
    """

    at: Point | None = None
    from_: Point | None = Field(default=None, alias="from")
    to: Point | None = None
    before: Point | None = None
    after: Point | None = None
    estimated: bool = False

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, value: Any) -> Any:
        if isinstance(value, str | datetime):
            return {} if value == "unknown" else {"at": value}
        if not spelled_out(value, When):
            msg = f"expected {_FORMS}"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _one_shape(self) -> When:
        given = set(self.model_dump_short()) - {"estimated"}
        if given not in ({"at"}, {"from", "to"}, {"before"}, {"after"}, set[str]()):
            msg = f"expected {_FORMS}"
            raise ValueError(msg)
        if self.from_ and self.to:
            zone = _zone_of(self.from_, self.to)
            if last_instant(self.to, zone) < first_instant(self.from_, zone):
                msg = (
                    f"the period ends ({self.to}) before it starts ({self.from_}); "
                    "expected an end that is not before its start"
                )
                raise ValueError(msg)
        return self

    def model_dump_short(self) -> dict[str, Any]:
        """Only the parts that were given, under the names people write."""
        parts = {
            "at": self.at,
            "from": self.from_,
            "to": self.to,
            "before": self.before,
            "after": self.after,
            "estimated": True if self.estimated else None,
        }
        return {name: part for name, part in parts.items() if part is not None}

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        point = {
            "type": "string",
            "maxLength": LONGEST,
            "examples": ["2023-02-28T12:00+01:00", "2023-02-27", "2022-09"],
        }
        names = ("at", "from", "to", "before", "after")
        parts: dict[str, Any] = {**dict.fromkeys(names, point), "estimated": {"type": "boolean"}}
        whole = {"type": "object", "properties": parts, "additionalProperties": False}
        return {"anyOf": [point, {"const": "unknown"}, whole]}

    @model_serializer(mode="plain")
    def _short(self) -> str | dict[str, Any]:
        parts = self.model_dump_short()
        if not parts:
            return "unknown"
        return self.at if list(parts) == ["at"] and self.at else parts

    def earliest(self, zone: ZoneInfo) -> datetime | None:
        """The earliest instant (UTC) it allows; None where nothing bounds it from below."""
        point = self.at or self.from_ or self.after
        return first_instant(point, zone) if point else None

    def latest(self, zone: ZoneInfo) -> datetime | None:
        """The latest instant (UTC) it allows; None where nothing bounds it from above.

        Never before the earliest: a date beside an instant may have been meant in another zone.
        """
        if self.before:
            return first_instant(self.before, zone)
        point = self.at or self.to
        if point is None:
            return None
        last = last_instant(point, zone)
        return max(last, self.earliest(zone) or last)


def instant(at: datetime) -> When:
    """An exactly known time; `at` is aware."""
    return When(at=at.isoformat())
