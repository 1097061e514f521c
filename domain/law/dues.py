"""From clocks to deadlines: the law's conventions, the place's calendar, what was assumed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from domain.law.calendar import (
    Clock,
    Convention,
    Counting,
    Due,
    NoCalendar,
    Workdays,
    earliest_of,
    edgar,
    explain_earliest,
)
from domain.law.matter import Profile
from domain.law.pack import Duty

ANALOGY = "by analogy: national law governs the counting"
NOTHING_KNOWN = "no calendar of public holidays is known for {}: only weekends are counted as off"


class Reckoning(NamedTuple):
    """The deadlines, the steps to each in words, and what had to be assumed."""

    due: tuple[Due, ...] = ()
    steps: tuple[str, ...] = ()
    note: str = ""


def reckon(
    duty: Duty,
    clocks: Sequence[Clock],
    profile: Profile,
    place: str | None = None,
    *,
    explain: bool = False,
) -> Reckoning:
    """When a duty is due that these clocks limit, in the debtor's zone; empty without a clock."""
    if not clocks:
        return Reckoning()
    names = _conventions(duty, profile)
    for counting, note in _countings(names, clocks, profile, place):
        try:
            due = earliest_of(clocks, names, counting)
            steps = _explained(clocks, names, counting) if explain else ()
        except NoCalendar:
            continue
        return Reckoning(tuple(_shown(one, duty, profile) for one in due), steps, note)
    return Reckoning()  # pragma: no cover - weekends are known in every year


def _conventions(duty: Duty, profile: Profile) -> tuple[Convention, ...]:
    if {*profile.entity} & {*duty.no_relief_for}:
        return tuple(name for name in duty.computation if name != "relief")
    return duty.computation


def _countings(
    names: Sequence[Convention],
    clocks: Sequence[Clock],
    profile: Profile,
    place: str | None,
) -> Iterator[tuple[Counting, str]]:
    """With the holidays of the place where they matter; then with weekends alone, and saying so."""
    if "business_days" in names:
        counting = edgar(event_zone=profile.clock)
        without = replace(counting, workdays=Workdays())
        yield from ((counting, ""), (without, NOTHING_KNOWN.format("that year")))
    else:
        yield from _by_country(names, clocks, profile, place)


def _by_country(
    names: Sequence[Convention], clocks: Sequence[Clock], profile: Profile, place: str | None
) -> Iterator[tuple[Counting, str]]:
    longer = any(clock.period.unit != "hours" for clock in clocks)
    country = profile.country if place in {None, "EU"} else place
    note = ""
    if "relief" in names or ("r1182" in names and longer):
        note = NOTHING_KNOWN.format(country or "a country that was not said")
        holidays = _holidays(country)
        if holidays:
            yield Counting(profile.clock, holidays), ""
    yield Counting(profile.clock), note


def _holidays(country: str | None) -> Workdays | None:
    try:
        return Workdays.of(country) if country else None
    except NoCalendar:
        return None


def _explained(
    clocks: Sequence[Clock], names: Sequence[Convention], counting: Counting
) -> tuple[str, ...]:
    return tuple(
        f"{name}: {step}" for name in names for step in explain_earliest(clocks, name, counting)
    )


def _shown(one: Due, duty: Duty, profile: Profile) -> Due:
    note = ANALOGY if one.convention == "r1182" and duty.by_analogy else None
    return one.model_copy(update={"at": one.at.astimezone(profile.clock), "note": note})
