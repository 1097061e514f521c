"""Who knew what when: what was said of the facts, by the instant at which each party learnt it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from adapters.console import history
from adapters.console.auditor_case import Side
from adapters.console.telling import Teller

KINDS = ("claims", "people", "totals", "count")


@dataclass(frozen=True)
class Learnt:
    """When it stood in a party's feed, and by which event."""

    party: str
    at: datetime
    event: str


@dataclass(frozen=True)
class Piece:
    """Something that was said, who knew it since when, and who of these parties did not."""

    words: str
    by: str
    knew: Sequence[Learnt]
    unaware: Sequence[str]


def learnt(sides: Sequence[Side], tell: Teller) -> list[Piece]:
    """Every piece of knowledge, in the order in which the first of these parties learnt it."""
    found: dict[tuple[str, str], list[Learnt]] = {}
    for side in sides:
        for one in _said(side):
            key = (_words(one, tell), _source(one))
            knew = found.setdefault(key, [])
            if side.party not in {each.party for each in knew}:
                knew.append(Learnt(side.party, datetime.fromisoformat(one.at), one.event))
    pieces = [_piece(words, by, knew, sides) for (words, by), knew in found.items()]
    return sorted(pieces, key=lambda piece: piece.knew[0].at)


def _said(side: Side) -> Iterable[history.Said]:
    return (
        one
        for strand in history.of(history.strands(side.case.entries), *KINDS)
        for one in strand.said
    )


def _piece(words: str, by: str, knew: Sequence[Learnt], sides: Sequence[Side]) -> Piece:
    known = {one.party for one in knew}
    unaware = [side.party for side in sides if side.party not in known]
    return Piece(words, by, sorted(knew, key=lambda one: one.at), unaware)


def _source(said: history.Said) -> str:
    """Whose word it is: a claim's own source, else who said it."""
    return str(said.value.get("source") or said.by) if said.kind == "claims" else said.by


def _words(said: history.Said, tell: Teller) -> str:
    if said.kind == "claims":
        return tell.claim(said.value)
    if said.kind == "people":
        return tell.people(said.value)
    if said.kind == "totals":
        return tell.total(said.value)
    return tell.tongue.gettext("people of its own: %(n)s") % {"n": tell.count(said.value)}
