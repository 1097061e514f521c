"""Values that events are made of: imprecise time, imprecise counts, people, claims, facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from domain.words import (
    Affected,
    ClaimTopic,
    DataKind,
    Exposure,
    Holds,
    Nature,
    Stage,
)


class Value(BaseModel):
    """Base of every value: frozen, closed, compared by content."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, serialize_by_alias=True
    )


def _spelled_out(value: Any, kind: type[Value]) -> bool:
    return isinstance(value, Mapping | kind)


# --- plain words -------------------------------------------------------------------------------

_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


def _printable(text: str) -> str:
    if _UNSEEN.search(text):
        msg = "holds control or text-direction characters; remove them and send it again"
        raise ValueError(msg)
    return text


def _one_line(text: str) -> str:
    if len(text.splitlines()) > 1 or "\t" in text:
        msg = "holds a line break or a tab; keep it on one line"
        raise ValueError(msg)
    return _printable(text)


def _country(code: Any) -> Any:
    if isinstance(code, bool):
        msg = "expected a two-letter country code in quotes: YAML 1.1 readers take NO for false"
        raise ValueError(msg)  # noqa: TRY004 - pydantic turns ValueError into a field error
    return code.strip().upper() if isinstance(code, str) else code


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as unknown:
        msg = f"unknown time zone {name!r}; expected an IANA name such as Europe/Oslo"
        raise ValueError(msg) from unknown
    return name


PartyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(_one_line)]
Country = Annotated[str, BeforeValidator(_country), StringConstraints(pattern=r"^[A-Z]{2}$")]
Zone = Annotated[str, AfterValidator(_zone)]


STORED = "stored"  # validation context of the ledger's mapper: sealed text is let in


class Text(Value):
    """Free text: plain only between the door and the ledger, sealed for ever after.

    `plain` is what the author wrote (at most 10 000 characters). The ledger stores `sealed`
    alone: base64 of nonce and AES-256-GCM ciphertext. No door lets sealed text in.
    """

    plain: (
        Annotated[
            str, StringConstraints(min_length=1, max_length=10_000), AfterValidator(_printable)
        ]
        | None
    ) = None
    sealed: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_string(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            return {"plain": value}
        if isinstance(value, Text) or info.context == STORED:
            return value
        msg = "expected text"
        raise ValueError(msg)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": 10_000}


# --- time --------------------------------------------------------------------------------------

_DAY = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$", re.ASCII)
_YEARS = range(1000, 9999)  # a margin at both ends: zones and "the day after" stay computable
_FORMS = "one of: a point in time, {from, to}, {before}, {after}, unknown"


def _point(value: Any) -> Any:
    if isinstance(value, datetime):
        value = value.isoformat()
    if not isinstance(value, str):
        msg = "expected an instant with its zone, or a date such as 2023-02-27, 2023-02 or 2023"
        raise ValueError(msg)  # noqa: TRY004 - pydantic turns ValueError into a field error
    text = value.strip()
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
        if not _spelled_out(value, When):
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
                msg = f"the period ends ({self.to}) before it starts ({self.from_})"
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
        point = {"type": "string", "examples": ["2023-02-28T12:00+01:00", "2023-02-27", "2022-09"]}
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


# --- counts ------------------------------------------------------------------------------------


def _no_bool(value: Any) -> Any:
    if isinstance(value, bool):
        msg = "expected a number, {about: n}, {between: [low, high]} or unknown"
        raise ValueError(msg)  # noqa: TRY004 - pydantic turns ValueError into a field error
    return value


MOST = 2**53 - 1  # JSON numbers are exact up to here (RFC 8259 section 6)
Natural = Annotated[int, BeforeValidator(_no_bool), Field(ge=0, le=MOST)]


class Count(Value):
    """How many, as well as it is known: exact, about, between, or unknown; people or records."""

    exact: Natural | None = None
    about: Natural | None = None
    between: tuple[Natural, Natural] | None = None
    unit: str = Field(default="people", pattern="^(people|records)$")

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, value: Any) -> Any:
        if value == "unknown":
            return {}
        return value if _spelled_out(value, Count) else {"exact": _no_bool(value)}

    @property
    def known(self) -> bool:
        """Whether anything at all is known of the number."""
        return not (self.exact is None and self.about is None and self.between is None)

    @model_validator(mode="after")
    def _one_shape(self) -> Count:
        if sum(part is not None for part in (self.exact, self.about, self.between)) > 1:
            msg = "expected only one of exact, about and between"
            raise ValueError(msg)
        if self.between and self.between[0] > self.between[1]:
            msg = f"between {self.between[0]} and {self.between[1]} is empty; put the lower first"
            raise ValueError(msg)
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: Any) -> dict[str, Any]:
        number = {"type": "integer", "minimum": 0}
        pair = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
        unit = {"enum": ["people", "records"]}
        parts = {"exact": number, "about": number, "between": pair, "unit": unit}
        whole = {"type": "object", "properties": parts, "additionalProperties": False}
        return {"anyOf": [number, {"const": "unknown"}, whole]}

    @model_serializer(mode="plain")
    def _short(self) -> int | str | dict[str, Any]:
        parts: dict[str, Any] = {}
        for name in ("exact", "about", "between"):
            if getattr(self, name) is not None:
                parts[name] = getattr(self, name)
        if self.unit != "people":
            return {**parts, "unit": self.unit}
        if self.exact is not None:
            return self.exact
        return parts or "unknown"


# --- people, claims, facts ---------------------------------------------------------------------


class DataMatrix(Value):
    """Which kinds of data: known to be there, known not to be, and whether the list is whole."""

    present: tuple[DataKind, ...] = ()
    absent: tuple[DataKind, ...] = ()
    complete: bool | None = None

    @model_validator(mode="after")
    def _not_both(self) -> DataMatrix:
        both = sorted(set(self.present) & set(self.absent))
        if both:
            msg = f"{', '.join(both)} said to be present and absent at once"
            raise ValueError(msg)
        return self


class People(Value):
    """One row of the people matrix: who they are, how they were touched, how many, what data."""

    group: Label
    role: Exposure
    count: Count = Count()
    country: Country | None = None
    controller: str = Field(default="client", pattern="^(client|vendor)$")
    data: DataMatrix = DataMatrix()


class Total(Value):
    """A number over several roles; `overlap` says how many are counted in more than one."""

    count: Count
    of: tuple[Exposure, ...] = Field(min_length=1)
    overlap: Count | Annotated[str, StringConstraints(pattern="^none$")] = Field(
        default=Count(), union_mode="left_to_right"
    )
    client: PartyId | None = None
    source: Label | None = None


class Claim(Value):
    """What somebody says is so: about what, whether it holds, says who, as of when."""

    id: Slug
    about: ClaimTopic
    holds: Holds | None = None
    value: Count | Label | None = Field(default=None, union_mode="left_to_right")
    data: DataMatrix | None = None
    scope: Label | None = None
    source: Label | None = None
    provisional: bool = False
    as_of: When | None = None
    supersedes: Slug | None = None
    words: Text | None = None


class System(Value):
    """A system named in a report, and whether it was touched."""

    name: Label
    owner: Label | None = None
    affected: Affected


class Awareness(Value):
    """A stage of knowing: since when, and how it came about."""

    stage: Stage
    when: When
    how: Label | None = None


class Facts(Value):
    """What is said of an incident; `revised` lays newer statements over older ones."""

    happened: When | None = None
    data_period: When | None = None
    discovered_by: Label | None = None
    nature: tuple[Nature, ...] = ()
    systems: tuple[System, ...] = ()
    people: tuple[People, ...] = ()
    totals: tuple[Total, ...] = ()
    claims: tuple[Claim, ...] = ()

    def revised(
        self,
        people: tuple[People, ...] = (),
        totals: tuple[Total, ...] = (),
        claims: tuple[Claim, ...] = (),
    ) -> Facts:
        """The facts after a revision.

        People given anew restate their whole group (all its rows of that role and country); a
        total replaces the one over the same roles for the same client; a claim replaces the one
        it supersedes, or its own earlier form.
        """
        restated = {(p.group, p.role, p.country) for p in people}
        recounted = {(frozenset(t.of), t.client) for t in totals}
        replaced = {name for c in claims for name in (c.id, c.supersedes)}
        return self.model_copy(
            update={
                "people": (
                    *(p for p in self.people if (p.group, p.role, p.country) not in restated),
                    *people,
                ),
                "totals": (
                    *(t for t in self.totals if (frozenset(t.of), t.client) not in recounted),
                    *totals,
                ),
                "claims": (*(c for c in self.claims if c.id not in replaced), *claims),
            }
        )
