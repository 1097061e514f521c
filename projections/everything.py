"""All read models together, in the order in which they build on each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.envelope import Recorded
from projections import (
    awaiting,
    board,
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

SCHEMA = 6  # raise it when rows change shape: views of an older shape are built anew

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
)
"""Those that read and write the rows of one party for what that party may see, and nothing else.

The others need one order (the numbers of the feed), look at each other's rows (what is awaited is
found in the feed), or are asked before anybody knows whose row it is (the directory).
"""


def projections(render: Render) -> tuple[Project, ...]:
    """Every projection a platform runs; `render` makes the bodies of feed messages."""
    return (FeedIndex(render).project, *VIEWS, awaiting.project, credentials.project)


def in_part(part: Part, every: Sequence[Project]) -> tuple[Project, ...]:
    """What one part of the views runs of every projection."""
    return share(part, every, BY_PARTY)


def fold(events: Iterable[Recorded], views: Iterable[Project] = VIEWS) -> Rows:
    """The same read models in memory, from these events alone: what was known as of then."""
    rows = MemoryRows()
    for event in events:
        for project in views:
            project(event, rows)
    return rows
