"""Where a duty is owed: EU and EEA states, and the authorities that each one's law names."""

from __future__ import annotations

from collections.abc import Iterator

from domain.law.facts import Aim, Facts
from domain.law.pack import Duty

# EU member states and the EEA states bound by the GDPR (EEA Joint Committee Decision 154/2018).
EEA = frozenset(
    [
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
        *("IS", "LI", "NO"),
    ]
)


def aims(duty: Duty, facts: Facts) -> Iterator[Aim]:
    """Towards whom a duty is owed: one aim for each authority in each place."""
    if not duty.to_authority:
        yield Aim(duty, facts.profile.country)
        return
    everywhere = duty.law == "gdpr" and facts.profile.establishment == "none"
    for place in _countries(facts) if everywhere else [_place(duty, facts)]:
        every = facts.rules.authorities_for(place, duty.law) if place else (None,)
        for authority in every:
            apart = everywhere or len(every) > 1
            lead = duty.place or facts.profile.establishment
            yield Aim(duty, place, authority, apart, anywhere=not apart and not lead)


def _place(duty: Duty, facts: Facts) -> str | None:
    """The law's own place; the lead authority's (GDPR Art. 56); where the debtor is established."""
    lead = facts.profile.establishment if duty.law == "gdpr" else None
    return duty.place or lead or facts.profile.country


def _countries(facts: Facts) -> list[str | None]:
    """No establishment in the EU: every country where the people live (EDPB 9/2022, 73)."""
    found = {row.country for row in facts.people if row.role == "exposed"} & EEA
    return sorted(found, key=str) or [None]
