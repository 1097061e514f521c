"""An authority's own deadlines: a question or an order with a date adds a clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid5

from domain.law.calendar import Due
from domain.law.facts import Facts, Now
from domain.law.matter import Happening
from domain.law.obligation import Obligation
from domain.values import When

ASKING = ("question", "order")


def of_authorities(facts: Facts) -> Iterator[Obligation]:
    """One obligation for each question or order with a date that the party recorded.

    It is called `<law>.authority-question` or `<law>.authority-order`, by the first of the
    party's laws under which the authority is listed (else by its first law).
    """
    for one in facts.matter.living("AuthorityReplied"):
        law = _law(one, facts)
        if law and one.by == facts.profile.id and one.data["kind"] in ASKING and "due" in one.data:
            yield _owed(one, law, facts)


def _owed(one: Happening, law: str, facts: Facts) -> Obligation:
    zone, authority = facts.profile.clock, one.data["authority"]
    limit = When.model_validate(one.data["due"]).latest(zone)
    due = (Due(convention="strict", at=limit.astimezone(zone), alarm=True),) if limit else ()
    answered = _answered(one, facts)
    at = answered.latest(zone) if answered else None
    duty = f"{law}.authority-{one.data['kind']}"
    in_force = facts.rules.in_force(law, facts.day)
    return Obligation(
        id=uuid5(facts.matter.incident, f"{facts.profile.id}/{duty}/{one.id}"),
        duty=duty,
        incident=facts.matter.incident,
        debtor=facts.profile.id,
        owed_to=authority,
        authority=authority,
        country=facts.profile.country,
        started_at=one.latest(zone).astimezone(zone),
        started_by=one.id,
        due=due,
        status=_status(at, limit, facts.now),
        met_at=at.astimezone(zone) if at else None,
        met_by=answered.id if answered else None,
        why=f"{authority} set this date with its {one.data['kind']}; a filing with it answers",
        law_version=in_force[0].law_version if in_force else law,
        citation=f"{authority}'s own {one.data['kind']}",
    )


def _answered(asked: Happening, facts: Facts) -> Happening | None:
    """The first filing with that authority after it asked, or its word that it is closed."""
    seen = False
    for one in facts.matter.living("AuthorityReplied", "RegulatorNotified"):
        same = one.data.get("authority") == asked.data["authority"]
        mine = one.by == facts.profile.id or facts.profile.id in one.data.get("controllers", ())
        closes = one.type == "RegulatorNotified" or one.data["kind"] == "closed"
        if seen and same and mine and closes:
            return one
        seen = seen or one.id == asked.id
    return None


def _status(met: datetime | None, limit: datetime | None, now: Now) -> str:
    if met:
        return "met_late" if limit and met > limit else "met"
    return "overdue" if limit and now.past(limit) else "open"


def _law(one: Happening, facts: Facts) -> str | None:
    listed = facts.rules.laws_of(one.data["authority"])
    laws = facts.profile.laws
    return next((law for law in laws if law in listed), next(iter(laws), None))
