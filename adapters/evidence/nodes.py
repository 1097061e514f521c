"""Reading the nodes of a tree that is kept in tables: all that are wanted by one question."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import TypeVar

from adapters.evidence import tree
from adapters.evidence.source import disagreement
from adapters.sql.store import Store

T = TypeVar("T")


def with_nodes(store: Store, make: Callable[[tree.Read], T]) -> T:
    """What `make` makes of the nodes that it reads; `Unavailable` where one is missing."""
    wanted: dict[tuple[int, int], bytes] = {}

    def note(level: int, number: int) -> bytes:
        return wanted.setdefault((level, number), tree.EMPTY)

    made = make(note)
    if not wanted:
        return made
    places = ",".join(["(?,?)"] * len(wanted))
    rows = store.rows(  # joined: SQLite finds no index for (level, number) IN (…)
        f"SELECT level, number, hash FROM (VALUES {places}) AS wanted "  # noqa: S608 - marks
        "JOIN nodes ON level=column1 AND number=column2",
        *chain.from_iterable(wanted),
    )
    found = {(level, number): bytes(one) for level, number, one in rows}
    if lacking := sorted(wanted.keys() - found.keys()):
        level, number = lacking[0]
        raise disagreement(f"its node {number} of level {level} is missing")
    return make(lambda level, number: found[level, number])
