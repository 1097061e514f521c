"""What a duty is judged by, and what a party has stated of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from pydantic import ValidationError

from domain.count import Count
from domain.law.matter import Happening, Matter, Profile
from domain.law.pack import Duty
from domain.law.rules import Rules
from domain.law.starts import Start, start
from domain.values import People

UNKNOWN = Count()


class Now:
    """The asker's instant; it notes until when, that instant included, it would answer the same."""

    def __init__(self, at: datetime) -> None:
        self.at = at.astimezone(UTC)
        self.until: datetime | None = None

    def past(self, limit: datetime) -> bool:
        """Whether a limit (aware) has passed."""
        end = limit.astimezone(UTC)
        if self.at > end:
            return True
        self.until = min(self.until or end, end)
        return False


@dataclass(frozen=True)
class Facts:
    """What a duty is judged by: the party, its matter, the law, the asker's now, and its people.

    `people` are the rows of those whose data the party controls, `count` the number it was told.
    """

    profile: Profile
    matter: Matter
    rules: Rules
    now: Now
    people: tuple[People, ...] = ()
    count: Count = UNKNOWN

    @cached_property
    def aware(self) -> Start | None:
        """What started the party's clock, by all that it knows; None while it is not aware."""
        return start(self.matter, self.profile.clock)

    @cached_property
    def day(self) -> date:
        """The day whose law applies: that on which the matter began."""
        return self.matter.happenings[0].at.astimezone(self.profile.clock).date()

    def stated(self, fact: str) -> Happening | None:
        """The party's newest word on a fact, if it said yes or no."""
        mine = [
            one
            for one in self.matter.living("FactStated")
            if one.by == self.profile.id and one.data["fact"] == fact
        ]
        return mine[-1] if mine and mine[-1].data["holds"] in {"yes", "no"} else None

    def holds(self, fact: str) -> bool | None:
        """Whether a fact was stated to hold, or not to; None where that is open."""
        said = self.stated(fact)
        return said.data["holds"] == "yes" if said else None

    def since(self, fact: str) -> datetime | None:
        """Since when a fact holds, at the earliest (UTC); None where it does not, or is open."""
        said = self.stated(fact)
        if said is None or said.data["holds"] == "no":
            return None
        return said.earliest(self.profile.clock)

    def number(self, fact: str) -> tuple[int, int | None] | None:
        """At least and at most how many a fact gives; None where it gives no number."""
        said = self.stated(fact)
        if said and said.data["holds"] == "no":
            return 0, 0
        counted = _count(said.data.get("value")) if said else UNKNOWN
        if not counted.known and fact == "people_affected":
            counted = self.count
        return _range(counted) if counted.unit == "people" else None

    @property
    def outcome(self) -> str | None:
        """The risk as the party assessed it last."""
        assessed = self.matter.last("RiskAssessed")
        return str(assessed.data["outcome"]) if assessed else None


@dataclass(frozen=True)
class Aim:
    """One duty towards one addressee: in which place, with which authority, where there is one."""

    duty: Duty
    place: str | None = None
    authority: str | None = None
    apart: bool = False  # one of several: it needs an id of its own
    anywhere: bool = False  # which country leads is not known: any authority of the law counts


def _count(said: object) -> Count:
    try:
        return Count.model_validate(said)
    except ValidationError:
        return UNKNOWN


def _range(count: Count) -> tuple[int, int | None] | None:
    if count.between:
        return count.between
    if count.exact is not None:
        return count.exact, count.exact
    return None if count.about is None else (count.about, count.about)
