"""Which filings count for a duty: from whom, with which authority, at which stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.law.facts import Aim, Facts
from domain.law.matter import Happening
from domain.law.rules import Rules


@dataclass(frozen=True)
class Met:
    """The act that met a duty, and when (UTC)."""

    at: datetime
    by: UUID
    how: str
    reasons: bool = False


LATER = {
    "first": ("new", "follow_up", "complete"),
    "second": ("follow_up", "complete"),
    "final": ("complete",),
}
"""The stages of filings that meet a first, second or final report: a later one meets all before."""


def filings(facts: Facts, aim: Aim | None = None) -> list[Happening]:
    """The filings that count for this party: its own, and those a mandate let a vendor make.

    With an aim only those with its authority. A withdrawal takes back what was filed with that
    authority before it.
    """
    me = facts.profile.id
    counted: list[Happening] = []
    for one in facts.matter.living("RegulatorNotified"):
        if one.by != me and me not in one.data["controllers"]:
            continue
        if aim and accepted(one.data["authority"], aim, facts.rules) is None:
            continue
        if one.data["stage"] == "withdrawn":
            counted = [f for f in counted if f.data["authority"] != one.data["authority"]]
        else:
            counted.append(one)
    return counted


def accepted(authority: str, aim: Aim, rules: Rules) -> str | None:
    """Whether an authority is the one a duty means: a remark (or none, ``""``) if so, else None.

    One that is not listed counts only where the duty's own is not listed either, or is one of
    many in its country. One of another country counts while nobody said which country leads.
    """
    law, unlisted = aim.duty.law, not rules.laws_of(authority)
    if aim.place is None:
        known = law in rules.laws_of(authority)
        return "" if known else "; where it is due is not known" if unlisted else None
    theirs = rules.listed(aim.place, law)
    if any(authority in {one.id, *one.also} for one in theirs if one.id == aim.authority):
        return ""
    same_place = authority.split("/", maxsplit=1)[0] == aim.place
    if unlisted and same_place and (not theirs or any(one.others for one in theirs)):
        return f"; whether {authority} is the right one is not listed: check"
    if aim.anywhere and law in rules.laws_of(authority):
        return f"; right only if it leads, in place of {aim.authority}: check"
    return None


def first(facts: Facts, aim: Aim, report: str) -> Met | None:
    """The earliest filing that meets a first, second or final report."""
    zone = facts.profile.clock
    staged = [one for one in filings(facts, aim) if one.data["stage"] in LATER[report]]
    one = min(staged, key=lambda one: one.latest(zone), default=None)
    return _met(one, facts, aim) if one else None


def latest(facts: Facts, aim: Aim, report: str) -> Met | None:
    """The newest filing of exactly that report."""
    staged = [one for one in filings(facts, aim) if one.data["stage"] == LATER[report][0]]
    return _met(staged[-1], facts, aim) if staged else first(facts, aim, report)


def astray(facts: Facts, aim: Aim) -> str:
    """What to say of filings with authorities that are none of any law of the party's here."""
    wrong = {
        one.data["authority"]
        for one in filings(facts)
        if accepted(one.data["authority"], aim, facts.rules) is None
        and not (facts.rules.laws_of(one.data["authority"]) - {aim.duty.law})
    }
    if not wrong or not aim.authority:
        return ""
    return f"; filed with {', '.join(sorted(wrong))}, which is not {aim.authority}"


def _met(one: Happening, facts: Facts, aim: Aim) -> Met:
    who = "itself" if one.by == facts.profile.id else f"{one.by} under its mandate"
    remark = accepted(one.data["authority"], aim, facts.rules) or ""
    how = f"filed by {who} with {one.data['authority']}{remark}"
    return Met(one.latest(facts.profile.clock), one.id, how, "late_reasons" in one.data)
