"""Sharing the work of projecting among processes, by whose rows they are.

Part 1 of several keeps whatever needs all events in one order; the others share the parties. What
a party's projections write for it, they make of what it may see and of its own rows alone. So a
part that is shown each event as if only its own parties could see it writes just its own rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from zlib import crc32

from domain.envelope import Recorded
from projections.rows import Project, Rows

Owns = Callable[[str], bool]


@dataclass(frozen=True)
class Part:
    """Part `number` of so many, from 1."""

    number: int = 1
    of: int = 1

    def owns(self, party: str) -> bool:
        """Whether a party's rows are this part's; alike in every process, today and next year."""
        if self.of == 1:
            return True
        return crc32(party.encode()) % (self.of - 1) + 2 == self.number


WHOLE = Part()


def share(
    part: Part, projections: Sequence[Project], by_party: Collection[Project]
) -> tuple[Project, ...]:
    """What a part runs of all projections; those `by_party` read and write one party's rows."""
    if part == WHOLE:
        return tuple(projections)
    if part.number == 1:
        return tuple(one for one in projections if one not in by_party)
    mine = [one for one in projections if one in by_party]

    def project(recorded: Recorded, rows: Rows) -> None:
        seen = narrowed(recorded, part.owns)
        if seen.envelope.visibility:
            for one in mine:
                one(seen, rows)

    return (project,)


def narrowed(recorded: Recorded, owns: Owns) -> Recorded:
    """An event as if only these parties might see it."""
    return recorded.shown_to(tuple(one for one in recorded.envelope.visibility if owns(one)))
