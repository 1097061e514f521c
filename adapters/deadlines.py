"""When is a duty due that starts at a given time? From the packs alone, without a platform."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from adapters.given import NOBODY, described, facts, refuse_unknown, taken
from domain.errors import Invalid
from domain.law.applies import binds
from domain.law.calendar import (
    Clock,
    IsHoliday,
    NoCalendar,
    Period,
    Workdays,
    disputed,
    no_public_holidays,
)
from domain.law.clocks import clocks
from domain.law.dues import reckon
from domain.law.facts import Facts
from domain.law.loader import load_packs
from domain.law.pack import Duty
from domain.law.rules import Rules
from domain.law.starts import Start
from domain.values import Country

YEARS = range(1901, 8999)  # well within those that the calendar computes with
_COUNTRY: TypeAdapter[str] = TypeAdapter(Country)


def compute(  # noqa: PLR0913, PLR0917 - the options of the command
    name: str,
    start: str,
    zone: str,
    country: str | None,
    given: Mapping[str, str],
    drafts: Sequence[str] = (),
) -> dict[str, Any]:
    """A duty's deadlines by every convention; raises `Invalid` where something is not clear.

    Beside them: whether the duty binds by what is given, the steps in words (`explain`), a
    disputed reading, and under `drafts` the answers of proposals that were asked for.
    """
    folder = os.environ.get("VARSEL_LAW_DIR")
    rules = load_packs(Path(folder) if folder else None, drafts)
    place, country = _zone(zone), _country(country)
    at = _instant(start, place)
    duty = rules.duty(name, at.date())
    refuse_unknown([duty, *rules.drafted(name)], given)

    def answer(one: Duty) -> dict[str, Any]:
        asked = {fact: said for fact, said in given.items() if fact in taken(one)}
        known = facts(one, at, place, country, asked, rules, _instant)
        return _answer(one, at, known, asked, rules)

    found = answer(duty)
    if drafts:
        found["drafts"] = [answer(one) for one in rules.drafted(name)]
    return found


def _answer(
    duty: Duty, at: datetime, known: Facts, given: Mapping[str, str], rules: Rules
) -> dict[str, Any]:
    zone, where = known.profile.clock, duty.place or known.profile.country
    period = _period(duty, given)
    running = _clocks(duty.model_copy(update={"period": period}), at, known)
    found = reckon(duty, running, known.profile, where, explain=True)
    binding = binds(duty, known)
    by_1182 = period is not None and "r1182" in duty.computation
    shown = disputed(at, period, zone, _holidays(where)) if by_1182 and period else ()
    to = rules.authority_for(where, duty.law) if where and duty.to_authority else duty.owed_to
    return {
        "duty": duty.name,
        "title": duty.title,
        "stage": duty.stage,
        "owed_to": to,
        "authority": _authority(to, where, duty, rules),
        "country": where,
        "started_at": at.isoformat(),
        "due": [one.model_dump(mode="json") for one in found.due],
        "disputed": [one.model_dump(mode="json") for one in shown],
        "applies": {True: "yes", False: "no", None: "open"}[binding.holds],
        "applies_why": binding.why,
        "takes": [described(fact) for fact in taken(duty)],
        "explain": [*found.steps, *([found.note] if found.note else [])],
        "why": duty.why,
        "law_version": duty.law_version,
        "citation": duty.citation,
        "source": duty.source,
        "reviewed": "reviewed" if duty.reviewed else "unreviewed",
    }


def _authority(to: str, where: str | None, duty: Duty, rules: Rules) -> dict[str, Any] | None:
    """What is known of the authority: its own name, how a filing reaches it, in which languages."""
    known = [one for one in rules.listed(where or "", duty.law) if one.id == to]
    kept = {"id", "name", "channel", "languages", "note"}
    return known[0].model_dump(mode="json", include=kept) if known else None


def _clocks(duty: Duty, at: datetime, known: Facts) -> tuple[Clock, ...]:
    """The clocks that run from `--from`; an incident that was ongoing, from its handling."""
    again = duty.restart
    handled = known.since(again.from_) if again and known.holds(again.when) else None
    return clocks(duty, Start(at=handled or at, by=NOBODY, why="--from"), known)


def _holidays(country: str | None) -> IsHoliday:
    try:
        return Workdays.of(country).is_holiday if country else no_public_holidays
    except NoCalendar:
        return no_public_holidays


def _period(duty: Duty, given: Mapping[str, str]) -> Period | None:
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


def _instant(text: str, zone: ZoneInfo, field: str = "--from") -> datetime:
    """An instant; a local time must exist once in its zone: the other cases are asked about."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise _no_start(text, "is no time", "2023-03-24T16:30, say", field) from None
    if at.year not in YEARS:
        raise _no_start(text, "is out of range", f"a year from {YEARS[0]} to {YEARS[-1]}", field)
    if at.tzinfo is not None:
        return at.astimezone(zone)
    if "T" not in text and " " not in text:
        what = "is a day, and the clock starts at an hour"
        raise _no_start(text, what, f"the hour with it: {text}T09:00, say", field)
    return _once(at, text, zone, field)


def _once(at: datetime, text: str, zone: ZoneInfo, field: str) -> datetime:
    """A local time that its zone has exactly once."""
    here, again = at.replace(tzinfo=zone), at.replace(tzinfo=zone, fold=1)
    first, second = here.utcoffset(), again.utcoffset()
    if first == second:
        return here
    often = "twice" if first and second and first > second else "not at all"
    offsets = " or ".join(text + one.isoformat()[-len("+01:00") :] for one in (here, again))
    what = f"is there {often} in {zone.key}: the clocks are changed at that hour"
    raise _no_start(text, what, f"the time with its offset: {offsets}", field)


def _no_start(text: str, what: str, expected: str, field: str) -> Invalid:
    next_step = f"say when the clock starts: {field} TIME"
    return Invalid(what, field=field, got=text, expected=expected, next_step=next_step)
