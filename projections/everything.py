"""All read models together, in the order in which they build on each other."""

from __future__ import annotations

from collections.abc import Iterable

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
from projections.rows import MemoryRows, Project, Rows

SCHEMA = 5  # raise it when rows change shape: views of an older shape are built anew

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


def projections(render: Render) -> tuple[Project, ...]:
    """Every projection a platform runs; `render` makes the bodies of feed messages."""
    return (FeedIndex(render).project, *VIEWS, awaiting.project, credentials.project)


def fold(events: Iterable[Recorded], views: Iterable[Project] = VIEWS) -> Rows:
    """The same read models in memory, from these events alone: what was known as of then."""
    rows = MemoryRows()
    for event in events:
        for project in views:
            project(event, rows)
    return rows
