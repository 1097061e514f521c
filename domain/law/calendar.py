"""When a period ends: exact arithmetic, under a named convention, in a named time zone."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

Convention = Literal["strict", "r1182", "relief", "business_days"]
Unit = Literal["hours", "days", "weeks", "months", "years"]
IsHoliday = Callable[[date], bool]

_ISO = re.compile(r"P(?:T([1-9][0-9]{0,6})(H)|([1-9][0-9]{0,6})([DWMY]))")
_UNITS: Mapping[str, Unit] = {
    "H": "hours",
    "D": "days",
    "W": "weeks",
    "M": "months",
    "Y": "years",
}
_LETTERS: Mapping[Unit, str] = {unit: letter for letter, unit in _UNITS.items()}
_A_CENTURY: Mapping[Unit, int] = {
    "hours": 876_600,
    "days": 36_525,
    "weeks": 5_218,
    "months": 1_200,
    "years": 100,
}
_YEARS = range(1900, 9000)
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_SATURDAY = 5


class Period(BaseModel):
    """A length of time in one unit; written and stored as ISO 8601 (`PT72H`, `P14D`, `P1M`).

    One unit only, because Reg. (EEC, Euratom) 1182/71 Art. 3 counts each kind of unit by a rule
    of its own. A century at most: more is a slip of the pen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Unit
    amount: int = Field(ge=1, strict=True)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The period that an ISO 8601 duration names; ValueError for any other text."""
        return cls.model_validate(text)

    @property
    def iso(self) -> str:
        """The period as an ISO 8601 duration."""
        clock = "T" if self.unit == "hours" else ""
        return f"P{clock}{self.amount}{_LETTERS[self.unit]}"

    def __str__(self) -> str:
        return self.iso

    @model_validator(mode="before")
    @classmethod
    def _from_iso(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = _ISO.fullmatch(value)
        if found is None:
            msg = (
                f"got {value!r}; expected an ISO 8601 duration of one unit, at least 1, such as "
                "PT72H, P14D, P2W, P1M or P1Y; write the period in its one largest unit"
            )
            raise ValueError(msg)
        hours, hour, days, letter = found.groups()
        return {"unit": _UNITS[hour or letter], "amount": int(hours or days)}

    @field_validator("amount")
    @classmethod
    def _no_longer_than_a_century(cls, amount: int, info: ValidationInfo) -> int:
        unit: Unit | None = info.data.get("unit")
        if unit is not None and amount > _A_CENTURY[unit]:
            msg = f"got {amount} {unit}; expected a century at most ({_A_CENTURY[unit]} {unit})"
            raise ValueError(msg)
        return amount

    @model_serializer
    def _to_iso(self) -> str:
        return self.iso


class Due(BaseModel):
    """One deadline: the last instant in time, under one convention.

    `at` is aware and in the zone asked for. Compare two of them as UTC (`at.astimezone(UTC)`):
    Python compares datetimes of the same zone by their wall clock, wrong when clocks go back.
    `alarm` marks the one deadline that reminders use: the earliest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    convention: Convention
    at: AwareDatetime
    alarm: bool


def no_public_holidays(day: date) -> bool:  # noqa: ARG001 - the shape of every holiday calendar
    """A calendar without public holidays: Saturdays and Sundays alone are not working days."""
    return False


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last second of a local day, 23:59:59.

    The law says "the expiry of the last hour" (1182/71 Art. 3(2)), which is 24:00; a datetime
    can show that only as 00:00 of the day after, and people would read the wrong date. So the
    last full second stands for it. When clocks go back over midnight it is the second 23:59:59;
    a day the zone leaves out (Apia, 30 December 2011) ends when the day before it does.
    """
    last = datetime.combine(day, time(23, 59, 59, fold=1), zone)
    return last.astimezone(UTC).astimezone(zone)


def deadlines(
    start: datetime,
    period: Period,
    zone: ZoneInfo,
    conventions: Sequence[str],
    is_holiday: IsHoliday = no_public_holidays,
) -> tuple[Due, ...]:
    """When `period`, started by an event at `start`, ends in `zone` under each convention.

    `strict`: hours are elapsed time; longer units run to the end of their last day, wherever it
    falls. `r1182`: Regulation (EEC, Euratom) 1182/71 Art. 3, where Saturdays, Sundays and the
    days `is_holiday` names are not working days (Art. 2). The order is strict, r1182, however
    asked; exactly one is the alarm, strict if both fall together. ValueError for a `start`
    without offset or outside the years 1900-8999, for no convention and for an unknown one.
    https://eur-lex.europa.eu/eli/reg/1971/1182/oj
    """
    _refuse_unknown(conventions)
    local = _local(start, zone)
    ends: dict[Convention, datetime] = {
        name: end(local, period, zone, is_holiday)
        for name, end in _CONVENTIONS.items()
        if name in conventions
    }
    alarm = min(ends, key=lambda name: ends[name].astimezone(UTC))
    return tuple(Due(convention=name, at=at, alarm=name == alarm) for name, at in ends.items())


def _refuse_unknown(conventions: Sequence[str]) -> None:
    unknown = [name for name in conventions if name not in COMPUTED]
    if unknown or not conventions:
        msg = f"got conventions {list(conventions)}; expected one or more of {', '.join(COMPUTED)}"
        raise ValueError(msg)


def _local(start: datetime, zone: ZoneInfo) -> datetime:
    if start.utcoffset() is None:
        msg = f"got {start.isoformat()} without an offset; expected an aware instant; add its zone"
        raise ValueError(msg)
    if start.year not in _YEARS:
        msg = f"got the year {start.year}; expected 1900 to 8999; check the date"
        raise ValueError(msg)
    return start.astimezone(zone)


def _strict(local: datetime, period: Period, zone: ZoneInfo, _: IsHoliday) -> datetime:
    if period.unit == "hours":
        return (local.astimezone(UTC) + period.amount * _HOUR).astimezone(zone)
    return end_of_day(_last_day(local.date(), period), zone)


def _r1182(local: datetime, period: Period, zone: ZoneInfo, is_holiday: IsHoliday) -> datetime:
    if period.unit == "hours":
        return (_next_full_hour(local) + period.amount * _HOUR).astimezone(zone)
    return end_of_day(_r1182_last_day(local.date(), period, is_holiday), zone)


def _next_full_hour(local: datetime) -> datetime:
    """Art. 3(1): the hour of the event is not counted, so 09:00 sharp starts at 10:00 (in UTC)."""
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return local.astimezone(UTC) - into + _HOUR


def _r1182_last_day(event: date, period: Period, is_holiday: IsHoliday) -> date:
    """Art. 3(4) moves the end to a working day; 3(5) puts two working days into two days or more.

    Neither is for hours: 3(4) says so, and for 3(5) two authorities read it so (BayLfD 2019,
    LDI NRW 2024); others dispute that, and a safe answer is the earlier one.
    """
    last = _working_day(_last_day(event, period), is_holiday)
    if period.unit == "days" and period.amount == 1:
        return last
    first = _working_day(event + _DAY, is_holiday)
    return max(last, _working_day(first + _DAY, is_holiday))


def _working_day(day: date, is_holiday: IsHoliday) -> date:
    """The first working day on or after `day` (Art. 2(2)); ValueError if a year has none."""
    for ahead in range(366):
        candidate = day + ahead * _DAY
        if candidate.weekday() < _SATURDAY and not is_holiday(candidate):
            return candidate
    msg = f"got a calendar without a working day in the year after {day}; check the holidays"
    raise ValueError(msg)


def _last_day(event: date, period: Period) -> date:
    """The day a period of days or longer ends on; the day of the event is not counted (3(1)).

    Weeks, months and years end on the weekday or date of the event itself (3(2)(c); CJEU
    C-171/03, Toeters); a date the month does not have becomes its last day.
    """
    match period.unit:
        case "months":
            return _months_later(event, period.amount)
        case "years":
            return _months_later(event, 12 * period.amount)
        case "weeks":
            return event + 7 * period.amount * _DAY
        case _:
            return event + period.amount * _DAY


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


_CONVENTIONS: Mapping[Convention, Callable[[datetime, Period, ZoneInfo, IsHoliday], datetime]] = {
    "strict": _strict,
    "r1182": _r1182,
}

COMPUTED: tuple[Convention, ...] = tuple(_CONVENTIONS)
"""The conventions that `deadlines` computes."""
