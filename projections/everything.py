"""All read models together, in the order in which they build on each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from domain.envelope import Recorded
from domain.events import Event
from projections import (
    awaiting,
    board,
    changes,
    contradictions,
    credentials,
    directory,
    erasures,
    facts,
    matters,
    parties,
    reminders,
    timeline,
)
from projections.feed_index import FeedIndex, Render
from projections.parts import Part, share
from projections.rows import MemoryRows, Project, Rows

SCHEMA = 8  # raise it when rows change shape: views of an older shape are built anew

VIEWS: tuple[Project, ...] = (
    directory.project,
    erasures.project,
    parties.project,
    timeline.project,
    matters.project,
    facts.project,
    contradictions.project,  # after the facts: it keeps how they stood
    board.project,
    reminders.project,
)

BY_PARTY: tuple[Project, ...] = (
    erasures.project,
    timeline.project,
    matters.project,
    facts.project,
    contradictions.project,
    board.project,  # its rows are the vendor's, of whose incident they tell
    changes.project,
)
"""Those that read and write the rows of one party for what that party may see, and nothing else.

The others need one order (the numbers of the feed), look at each other's rows (what is awaited is
found in the feed), or are asked before anybody knows whose row it is (the directory).
"""


REST: tuple[Project, ...] = (changes.project, awaiting.project, credentials.project)
"""What nobody asks as of an earlier time."""


HANDLED: Mapping[Project, frozenset[type[Event]]] = {
    erasures.project: erasures.HANDLED,
    parties.project: parties.HANDLED,
    matters.project: matters.HANDLED,
    facts.project: facts.HANDLED,
    contradictions.project: contradictions.HANDLED,
    board.project: board.HANDLED,
    reminders.project: reminders.HANDLED,
    awaiting.project: awaiting.HANDLED,
    credentials.project: credentials.HANDLED,
}
"""For which events a projection writes rows at all; those that are not named here: for any."""


def concerned(every: Iterable[Project], kind: type[Event]) -> Sequence[Project]:
    """The projections that an event of this kind means something to."""
    return [one for one in every if kind in HANDLED.get(one, (kind,))]


def projections(render: Render) -> tuple[Project, ...]:
    """Every projection a platform runs; `render` makes the bodies of feed messages."""
    return (FeedIndex(render).project, *VIEWS, *REST)


def in_part(part: Part, every: Sequence[Project]) -> tuple[Project, ...]:
    """What one part of the views runs of every projection."""
    return share(part, every, BY_PARTY)


def fold(events: Iterable[Recorded], views: Iterable[Project] = VIEWS) -> Rows:
    """The same read models in memory, from these events alone: what was known as of then."""
    rows, every = MemoryRows(), tuple(views)
    for event in events:
        for project in concerned(every, event.kind):
            project(event, rows)
    return rows
