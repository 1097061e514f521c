"""The public holidays of countries and their parts, from the library `holidays`: data, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from holidays import country_holidays, list_supported_countries
from holidays.registry import COUNTRIES

from domain.law.workdays import NoCalendar
from domain.words import near

_SATURDAY_AND_SUNDAY = {5, 6}
_NOT_GUESSED = "name a place that has one; holidays are not guessed"


def named(country: str, subdivision: str | None, day: date) -> str | None:
    """The name of the public holiday that falls on `day` there, in English where there is one.

    Without a subdivision: the holidays of the whole country alone. NoCalendar for a place that
    `known` refuses, and for a year that the library does not cover.
    """
    return _of_year(country, subdivision, day.year).get(day)


def known(country: str, subdivision: str | None = None) -> None:
    """NoCalendar, with near names, unless the place has a calendar that our laws can use.

    A country with other days off than Saturday and Sunday has none: no law here counts so.
    """
    if country not in _parts():
        raise NoCalendar(
            "no calendar of public holidays",
            field="country",
            got=country,
            expected="an ISO 3166 code of two letters, such as NO, DE or US",
            next_step=_near_country(country),
        )
    if subdivision is not None and subdivision not in _parts()[country]:
        parts = _parts()[country]
        raise NoCalendar(
            f"no calendar for that part of {country}",
            field="subdivision",
            got=subdivision,
            expected=f"one of {', '.join(parts)}" if parts else f"none: {country} has no parts",
            next_step=near(subdivision, parts) if parts else "leave the subdivision out",
        )
    weekend = country_holidays(country, expand=False).weekend
    if weekend != _SATURDAY_AND_SUNDAY:
        raise NoCalendar(
            "its week does not end with Saturday and Sunday, as in every law here",
            field="country",
            got=country,
            expected="a country whose Saturdays and Sundays are days off",
            next_step=_NOT_GUESSED,
        )


@cache
def _of_year(country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
    """One year's holidays, complete: the library's own lazy years are no use to two threads."""
    known(country, subdivision)
    entity = country_holidays(country, expand=False)
    if not entity.start_year <= year <= entity.end_year:
        raise NoCalendar(
            f"no calendar of public holidays of {country} for that year",
            field="year",
            got=year,
            expected=f"{entity.start_year} to {entity.end_year}",
            next_step="check the date; holidays are not guessed",
        )
    return dict(
        country_holidays(
            country, subdiv=subdivision, years=year, expand=False, language="en_US"
        ).items()
    )


@cache
def _parts() -> Mapping[str, list[str]]:
    return list_supported_countries(include_aliases=False)


def _near_country(said: str) -> str:
    """The country meant by its name or another code (`norway`, `nor`, `no`), or `near` codes."""
    meant = {"uk": "GB"}
    for name, (_, two, three, *_) in COUNTRIES.items():
        meant |= {name.replace("_", " "): two, two.lower(): two, three.lower(): two}
    spoken = " ".join(said.lower().split())
    if spoken in meant:
        return f"did you mean {meant[spoken]}?"
    return near(said.upper(), sorted(_parts()))
