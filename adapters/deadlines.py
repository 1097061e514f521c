"""When is a duty due that starts at a given time? From the packs alone, without a platform."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from domain.errors import Invalid
from domain.law.calendar import Period, deadlines
from domain.law.loader import load_packs
from domain.law.pack import Duty
from domain.values import Country

YEARS = range(1901, 8999)  # well within those that the calendar computes with
_COUNTRY: TypeAdapter[str] = TypeAdapter(Country)


def compute(
    name: str, start: str, zone: str, country: str | None, given: Mapping[str, str]
) -> dict[str, Any]:
    """A duty's deadlines by every convention; raises `Invalid` where something is not clear."""
    folder = os.environ.get("VARSEL_LAW_DIR")
    rules = load_packs(Path(folder) if folder else None)
    place, country = _zone(zone), _country(country)
    at = _instant(start, place)
    duty = rules.duty(name, at.date())
    period = _period(duty, given)
    due = deadlines(at, period, place, duty.computation) if period else ()
    to_authority = duty.owed_to == "supervisory_authority" and country
    return {
        "duty": duty.name,
        "title": duty.title,
        "owed_to": rules.authority_for(country) if to_authority and country else duty.owed_to,
        "country": country,
        "started_at": at.isoformat(),
        "due": [one.model_dump(mode="json") for one in due],
        "why": duty.why,
        "law_version": duty.law_version,
        "citation": duty.citation,
        "source": duty.source,
        "reviewed": "reviewed" if duty.reviewed else "unreviewed",
    }


def _period(duty: Duty, given: Mapping[str, str]) -> Period | None:
    unknown = sorted(set(given) - {"within"})
    if unknown or (given and duty.starts != "contract"):
        raise Invalid(
            f"{duty.name} does not turn on this",
            field="--given",
            got=", ".join(f"{name}={given[name]}" for name in unknown or given),
            expected="within=PT24H, for contract.notice alone",
            next_step="leave it out",
        )
    if duty.starts != "contract":
        return duty.period
    if "within" not in given:
        raise Invalid(
            "a contract brings its own period",
            field="--given",
            got="nothing",
            expected="within=PT24H, as the contract says",
            next_step="look the period up in the contract",
        )
    try:
        return Period.parse(given["within"])
    except ValueError:
        raise Invalid(
            "is no period",
            field="--given",
            got=f"within={given['within']}",
            expected="within=PT24H, within=P2D …",
            next_step="write hours as PT24H, days as P2D, months as P1M",
        ) from None


def _country(code: str | None) -> str | None:
    try:
        return code and _COUNTRY.validate_python(code)
    except ValidationError:
        raise Invalid(
            "is no country",
            field="--country",
            got=code,
            expected="two letters: NO, FI …",
            next_step="correct it",
        ) from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Invalid(
            "unknown time zone",
            field="--zone",
            got=name,
            expected="an IANA name, Europe/Oslo say",
            next_step="correct it",
        ) from None


def _instant(text: str, zone: ZoneInfo) -> datetime:
    """An instant; a local time must exist once in its zone: the other cases are asked about."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _no_start(text, "is no time", "2023-03-24T16:30, say") from None
    if at.year not in YEARS:
        raise _no_start(text, "is out of range", f"a year from {YEARS[0]} to {YEARS[-1]}")
    if at.tzinfo is not None:
        return at.astimezone(zone)
    if "T" not in text and " " not in text:
        what = "is a day, and the clock starts at an hour"
        raise _no_start(text, what, f"the hour with it: {text}T09:00, say")
    return _once(at, text, zone)


def _once(at: datetime, text: str, zone: ZoneInfo) -> datetime:
    """A local time that its zone has exactly once."""
    here, again = at.replace(tzinfo=zone), at.replace(tzinfo=zone, fold=1)
    first, second = here.utcoffset(), again.utcoffset()
    if first == second:
        return here
    often = "twice" if first and second and first > second else "not at all"
    offsets = " or ".join(text + one.isoformat()[-len("+01:00") :] for one in (here, again))
    what = f"is there {often} in {zone.key}: the clocks are changed at that hour"
    raise _no_start(text, what, f"the time with its offset: {offsets}")


def _no_start(text: str, what: str, expected: str) -> Invalid:
    next_step = "say when the clock starts: --from TIME"
    return Invalid(what, field="--from", got=text, expected=expected, next_step=next_step)
