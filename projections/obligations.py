"""What must a party do, by when, says which law, and has it done so?"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from domain.law.duties import Obligation, of_controller
from domain.law.facts import Facts, Now
from domain.law.matter import Matter, Profile
from domain.law.rules import Rules
from domain.law.vendors import of_vendor
from projections import board, matters, parties
from projections import facts as told
from projections.rows import Row, Rows


class Judged(NamedTuple):
    """Obligations as rows, and the last instant (UTC) at which they are the same; None: for ever.

    From the instant they were judged at, that is: what holds before it they do not say.
    """

    rows: list[Row]
    until: datetime | None


def query(
    party: str, rows: Rows, rules: Rules, now: datetime, incident: str | None = None
) -> list[Row]:
    """A party's obligations as they stand at `now` (aware), matter by matter."""
    profile = parties.profile(party, rows)
    if profile is None:
        return []
    found = matters.of(party, rows, incident)
    return [row for matter in found for row in judged(profile, matter, rules, now, rows).rows]


def judged(profile: Profile, matter: Matter, rules: Rules, now: datetime, rows: Rows) -> Judged:
    """The obligations of one matter, and how long they stand if nothing happens."""
    asked = Now(now)
    every = _of(_facts(profile, matter, rules, asked, rows), rows)
    return Judged([one.model_dump(mode="json") for one in every], asked.until)


def _facts(profile: Profile, matter: Matter, rules: Rules, now: Now, rows: Rows) -> Facts:
    """What the duties are judged by; a client's people are those it controls itself."""
    incident = str(matter.incident)
    people = told.known(matter.party, incident, rows).people
    if matter.party != matter.vendor:
        people = tuple(row for row in people if row.controller == "client")
    return Facts(profile, matter, rules, now, people, told.count(matter.party, incident, rows))


def _of(facts: Facts, rows: Rows) -> list[Obligation]:
    matter = facts.matter
    if matter.party != matter.vendor:
        return list(of_controller(facts))
    incident = str(matter.incident)
    return list(
        of_vendor(
            facts,
            board.lines(incident, rows),
            parties.promises(facts.profile.id, rows),
            own_people=_own_people(facts.profile, matter, rows),
        )
    )


def _own_people(profile: Profile, matter: Matter, rows: Rows) -> bool:
    """Whether people are touched whose data the vendor itself controls.

    It says so in its people, by telling itself as one of its clients, or by filing for itself.
    """
    if matter.last("ClientNotified"):
        return True
    said = told.known(profile.id, str(matter.incident), rows)
    own = any(people.controller == "vendor" for people in said.people)
    filed = matter.living("RegulatorNotified")
    return own or any(one.data["capacity"] == "own_controller" for one in filed)
