"""When is a duty due that starts at a given time? From the packs alone, without a platform."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.errors import Invalid
from domain.law.calendar import Period, deadlines
from domain.law.loader import load_packs
from domain.law.pack import Duty


def compute(
    name: str, start: str, zone: str, country: str | None, given: Mapping[str, str]
) -> dict[str, Any]:
    """A duty's deadlines by every convention; raises `Invalid` where something is not clear."""
    folder = os.environ.get("VARSEL_LAW_DIR")
    rules = load_packs(Path(folder) if folder else None)
    place = _zone(zone)
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
    if unknown:
        raise Invalid("is not needed", field="--given", got=unknown[0], expected="within=PT24H")
    if duty.starts != "contract":
        return duty.period
    if "within" not in given:
        raise Invalid(
            "a contract brings its own period",
            field="--given",
            expected="within=PT24H, as the contract says",
        )
    try:
        return Period.parse(given["within"])
    except ValueError:
        raise Invalid(
            "is no period", field="within", got=given["within"], expected="PT24H, P2D …"
        ) from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Invalid(
            "unknown time zone", field="--zone", got=name, expected="Europe/Oslo, say"
        ) from None


def _instant(text: str, zone: ZoneInfo) -> datetime:
    """An instant; a local time must exist once in its zone: the other cases are asked about."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(
            "is no time", field="--from", got=text, expected="2023-03-24T16:30, say"
        ) from None
    if at.tzinfo is not None:
        return at.astimezone(zone)
    if "T" not in text and " " not in text:
        raise Invalid(
            "is a day, and the clock starts at an hour",
            field="--from",
            got=text,
            expected=f"{text}T09:00, say",
        )
    here = at.replace(tzinfo=zone)
    again = at.replace(tzinfo=zone, fold=1)
    if here.utcoffset() == again.utcoffset():
        return here
    offsets = " or ".join(f"{text}{one.strftime('%z')}" for one in (here, again))
    raise Invalid(
        "the clocks are changed at that hour, so it is there twice or not at all",
        field="--from",
        got=text,
        expected=f"the time with its offset: {offsets}",
    )
