"""What a sentence may claim: its phrases, and its lists of data kinds, as the words beside say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from domain import kinds
from domain.phrases.book import Book, Phrase, Says
from domain.phrases.words import Hit, Sentence
from domain.values import Count, DataMatrix
from domain.words import Holds

Reach = tuple[int, int]
REACH: Reach = (8, 4)  # words between a cue and what it speaks of: before it, after it
SHORT: Reach = (5, 2)
FILLERS = 2  # words between two members of a list: "verkkokaupan ostotiedot"
_APART = frozenset(",()\u2013\u2014")


@dataclass(frozen=True)
class Found:
    """A claim that a sentence may make, and the places of its first and after its last word."""

    start: int
    end: int
    about: str
    holds: Holds | None = None
    value: Count | str | None = None
    data: DataMatrix | None = None
    scope: str | None = None
    provisional: bool = False
    note: str = ""


@dataclass(frozen=True)
class Beside:
    """The cues of a sentence, and its places where something else begins."""

    sentence: Sentence
    cues: Sequence[Hit[Says]]
    breaks: frozenset[int]

    def cue(
        self, hit: Hit[Any], floor: int, ceiling: int, reach: Reach = REACH
    ) -> Hit[Says] | None:
        """The nearest cue: before it, then inside, then after; a "yes" only if there is no other.

        Of those before it, none that stands before `floor` or a breaking word; of those after
        it, none that ends after `ceiling`, or stands after a comma or breaking word.
        """
        low = max((place for place in self.breaks if place < hit.start), default=0)
        high = min((p for p in range(hit.end, ceiling) if self._apart(p)), default=ceiling)
        free = [cue for cue in self.cues if not set(cue.places) & set(hit.places)]
        before = [c for c in free if max(low, floor) <= c.start and c.end <= hit.start]
        before = [c for c in before if hit.start - c.end <= reach[0]]
        inside = [c for c in free if hit.start < c.start < hit.end]
        after = [c for c in free if hit.end <= c.start <= hit.end + reach[1] and c.end <= high]
        found = [*reversed(before), *inside, *after]
        return next((cue for cue in found if cue.what != "yes"), found[0] if found else None)

    def comma_before(self, place: int) -> int:
        """The place of the nearest word at or before this one that stands after a comma."""
        return next((p for p in range(place, 0, -1) if self._apart(p)), 0)

    def _apart(self, place: int) -> bool:
        return place in self.breaks or not _APART.isdisjoint(self.sentence[place].gap)


def beside(sentence: Sentence, book: Book) -> Beside:
    """The cues and breaks of a sentence."""
    breaks = frozenset(hit.start for hit in book.breaking.hits(sentence))
    return Beside(sentence, book.saying.hits(sentence), breaks)


# --- phrases -----------------------------------------------------------------------------------


def phrases(sentence: Sentence, book: Book) -> Iterator[Found]:
    """The phrases of a sentence; one that follows cues holds as the nearest one says."""
    around = beside(sentence, book)
    joins = [hit.start for hit in book.linking.hits(sentence)]
    for hit in book.claiming.hits(sentence):
        phrase, start, end, holds = hit.what, hit.start, hit.end, hit.what.holds
        if phrase.follows_cues:
            joined = next((place for place in joins if place >= end), len(sentence))
            cue = around.cue(hit, around.comma_before(start), joined)
            if cue is not None:
                start, end, holds = min(start, cue.start), max(end, cue.end), cue.what
        yield _claimed(phrase, start, end, holds)


def _claimed(phrase: Phrase, start: int, end: int, holds: Holds | None) -> Found:
    return Found(
        start,
        end,
        phrase.about,
        holds,
        value=phrase.value,
        scope=phrase.scope,
        provisional=phrase.provisional,
        note=phrase.note,
    )


# --- lists of kinds ----------------------------------------------------------------------------


def lists(sentence: Sentence, book: Book) -> Iterator[Found]:
    """Lists of data kinds: there, perhaps there, or not there, as the words beside them say.

    One kind alone is a list only where such a word is close: not "write to our e-mail address".
    """
    named = book.naming.hits(sentence)
    if not named:
        return
    around = beside(sentence, book)
    joins = frozenset(hit.start for hit in book.linking.hits(sentence))
    groups = list(_groups(named, around, joins))
    ends = [0, *(group.end for group in groups)]
    starts = [*(group.start for group in groups[1:]), len(sentence)]
    for group, floor, ceiling in zip(groups, ends, starts, strict=False):
        members = _members(group.what)
        low, reach = floor, REACH
        if len(members) == 1:
            low, reach = max(floor, around.comma_before(group.start)), SHORT
        cue = around.cue(group, low, ceiling, reach)
        if cue is None and len(members) == 1:
            continue
        said: Says = cue.what if cue else "yes"
        there = said in {"yes", "possible"}
        start, end = (cue.start, cue.end) if cue else (group.start, group.end)
        yield Found(
            min(start, group.start),
            max(end, group.end),
            "data",
            said,
            data=DataMatrix(present=members) if there else DataMatrix(absent=members),
            note="kinds of data that are listed",
        )


def _groups(
    named: Sequence[Hit[str]], around: Beside, joins: frozenset[int]
) -> Iterator[Hit[tuple[str, ...]]]:
    group = [named[0]]
    for last, hit in pairwise(named):
        if not _joined(last, hit, around, joins):
            yield _group(group)
            group = []
        group.append(hit)
    yield _group(group)


def _group(hits: Iterable[Hit[str]]) -> Hit[tuple[str, ...]]:
    each = tuple(hits)
    return Hit(tuple(hit.what for hit in each), tuple(p for hit in each for p in hit.places))


def _joined(last: Hit[str], hit: Hit[str], around: Beside, joins: frozenset[int]) -> bool:
    """Whether a kind goes on with the list: only joins, or a join and words before its noun."""
    between = range(last.end, hit.start)
    parted = {place for cue in around.cues for place in cue.places} | around.breaks
    fillers = [place for place in between if place not in joins]
    if len(fillers) > FILLERS or not parted.isdisjoint(between):
        return False
    if not fillers:
        return True
    gaps = [around.sentence[place].gap for place in range(fillers[0] + 1, hit.start + 1)]
    opened = around.sentence[last.end].gap.strip() or fillers[0] > last.end
    return bool(opened) and not any(gap.strip() for gap in gaps)


def _members(named: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of a list; a first one that covers all the others is only its heading."""
    head, *others = dict.fromkeys(named)
    if others and kinds.covered(head) >= set(others):
        return tuple(others)
    return (head, *others)
