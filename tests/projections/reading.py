"""Reading what a story left in the read models, and the promises that every projection keeps.

a_story(*acts) plays commands through the real desk, whose directory is folded from the same
ledger; read(story) projects the log and, every time, checks what all read models promise:
delivered twice, or from the first event again, nothing changes; and what a party sees as of then
is what a fold of the events visible to it alone gives.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from adapters.wire import render
from domain.desk import Desk
from domain.envelope import Recorded
from domain.law.loader import load_packs
from domain.law.rules import Rules
from domain.use_cases.platform import Delivery, LateWord
from projections import (
    awaiting,
    board,
    contradictions,
    directory,
    everything,
    facts,
    matters,
    obligations,
    parties,
    register,
    timeline,
)
from projections.rows import MemoryRows, Project, Row, Rows
from tests.builders import THE_WORLD, Step, moment, step
from tests.spec import ALL, KEY, Story

RULES = load_packs()
EVERY: tuple[Project, ...] = everything.projections(render)
LATER = moment("2030-01-01T00:00Z")


class RowsDirectory:
    """`domain.ports.Directory` over read models that follow the ledger."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._rows = MemoryRows()
        self._reached = 0

    @property
    def rows(self) -> MemoryRows:
        for event in self._story.ledger.since(self._reached, ALL):
            project(event, self._rows)
            self._reached = event.position
        return self._rows

    def incidents(self, client: str, slug: str) -> Sequence[UUID]:
        return directory.incidents(client, slug, self.rows)

    def named(self, words: Collection[str]) -> Mapping[str, frozenset[str]]:
        return parties.named(words, self.rows)

    def concerns(self, vendor: str, slug: str) -> Sequence[UUID]:
        return directory.concerns(vendor, slug, self.rows)

    def event(self, party: str, reference: str) -> UUID | None:
        return directory.event(party, reference, self.rows)


class Played(Story):
    """A story whose desk finds its streams in the read models, as the real one does."""

    def __post_init__(self) -> None:
        self.found = RowsDirectory(self)
        self.desk = Desk(self.ledger, self.found, KEY)

    def goes_on(self, *acts: Act) -> Played:
        for act in acts:
            if isinstance(act, Step):
                self.take(act)
            else:
                act(self)
        return self

    def id_of(self, command: str) -> str:
        """The id of the event that a command wrote on its own stream."""
        return next(str(x.id) for x in self.log() if x.envelope.command == command)


Act = Step | Callable[[Played], object]


def a_story(*acts: Act) -> Played:
    """The small world, and these acts in it."""
    return Played().goes_on(*THE_WORLD, *acts)


def delivery(
    client: str,
    *,
    at: str | None = None,
    recorded: str | None = None,
    door: str = "stream",
    observed: str = "seen",
) -> Callable[[Played], None]:
    """Everything on its way to a client arrives, now or at `at`; it is `recorded` then too."""

    def arrives(story: Played) -> None:
        arrived = moment(at) if at else story.now
        story.now = moment(recorded) if recorded else arrived
        for row in awaiting.deliveries(story.found.rows, client):
            where = (UUID(row["incident"]), row["vendor"], client, UUID(row["notice"]))
            story.desk.observe_delivery(Delivery(*where, door, arrived, observed), story.now)

    return arrives


def reopenings(story: Played) -> None:
    """The platform opens the closed cases that a vendor has spoken on since."""
    for row in awaiting.reopenings(story.found.rows):
        where = (UUID(row["incident"]), row["vendor"], row["client"], UUID(row["notice"]))
        story.desk.reopen_case(LateWord(*where), story.now)


# --- steps that only readers need --------------------------------------------------------------


def awareness(when: Any, by: str = "joker", *, stage: str = "aware", **more: Any) -> Step:
    usual = {"incident": "leak", "stage": stage, "when": when, "how": "a mail"}
    return step(by, "state_awareness", **{**usual, **more})


def an_engagement(client: str = "joker", **more: Any) -> Step:
    usual = {"vendor": "zoopit", "client": client}
    return step("platform", "agree_engagement", **{**usual, **more})


def a_delay(duty: str = "gdpr.33-1", by: str = "joker", **more: Any) -> Step:
    usual = {"incident": "leak", "duty": duty, "ground": "the police asked"}
    return step(by, "record_delay", **{**usual, **more})


def a_withdrawal() -> Step:
    return step("zoopit", "withdraw", incident="leak", reason="there was no leak")


def an_end() -> Step:
    return step("zoopit", "close_incident", incident="leak")


# --- the promises ------------------------------------------------------------------------------


def project(event: Recorded, rows: Rows, views: Iterable[Project] = EVERY) -> None:
    for view in views:
        view(event, rows)


def fold(events: Iterable[Recorded], views: Iterable[Project] = EVERY) -> MemoryRows:
    rows = MemoryRows()
    for event in events:
        project(event, rows, views)
    return rows


def seen_by(party: str, rows: Rows, now: datetime) -> dict[str, Any]:
    """All that a party is shown."""
    incidents = [key for key, row in rows.all("incidents", "") if row["vendor"] == party]
    return {
        "timeline": timeline.query(party, rows),
        "matters": matters.of(party, rows),
        "facts": rows.all(facts.VIEW, party),
        "obligations": obligations.query(party, rows, RULES, now),
        "contradictions": contradictions.query(party, rows),
        "register": register.query(party, rows),
        "promises": parties.promises(party, rows),
        "boards": {incident: board.query(incident, rows) for incident in incidents},
    }


def assert_promises(events: Sequence[Recorded]) -> None:
    whole = fold(events)
    twice = fold(event for event in events for _ in range(2))
    assert twice.snapshot() == whole.snapshot(), "delivered twice, a view differs"
    assert fold([*events, *events]).snapshot() == whole.snapshot(), "replayed, a view differs"
    assert_seen_alike(events, whole)


def assert_seen_alike(events: Sequence[Recorded], whole: Rows) -> None:
    now = events[-1].envelope.recorded_at
    for party in parties.everybody(whole):
        visible = [event for event in events if party.id in event.envelope.visibility]
        own = seen_by(party.id, everything.fold(visible), now)
        assert own == seen_by(party.id, whole, now), f"{party.id} sees something else as of then"


@dataclass(frozen=True)
class Views:
    """The read models of a story, asked as the doors ask them."""

    story: Played
    rows: MemoryRows

    @property
    def incident(self) -> str:
        return str(self.story.incident())

    def timeline(self, party: str, *types: str) -> list[Row]:
        entries = timeline.query(party, self.rows, self.incident)
        return [one for one in entries if not types or one["type"] in types]

    def board(self) -> dict[str, Row]:
        return {line["client"]: line for line in board.query(self.incident, self.rows)}

    def facts(self, party: str) -> Row:
        return facts.query(party, self.incident, self.rows) or {}

    def register(self, party: str) -> Row:
        (entry,) = register.query(party, self.rows)
        return entry

    def duties(
        self,
        party: str,
        duty: str,
        *,
        now: str | None = None,
        rules: Rules = RULES,
        about: UUID | None = None,
    ) -> list[Row]:
        """All obligations of that name in the leak (or `about` another), now or as of `now`."""
        at = moment(now) if now else self.story.now
        incident = str(about) if about else self.incident
        found = obligations.query(party, self.rows, rules, at, incident)
        return [one for one in found if one["duty"] == duty]

    def duty(self, party: str, duty: str, **more: Any) -> Row:
        """The one obligation of that name that was not replaced."""
        found = self.duties(party, duty, **more)
        (current,) = [one for one in found if one["status"] != "superseded"]
        return current


def read(story: Played) -> Views:
    events = story.log()
    assert_promises(events)
    return Views(story, fold(events))
