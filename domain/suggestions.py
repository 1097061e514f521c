"""Claims that a statement's text seems to make, for a human to take, change or leave.

Phrases are data (`domain/phrases/*.toml`). Nothing is decided here: a suggestion may be wrong,
and what no phrase finds may have been said all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from domain.errors import Invalid
from domain.phrases.book import Book, shipped
from domain.phrases.counting import counts
from domain.phrases.finding import Found, lists, phrases
from domain.phrases.words import Sentence, sentences
from domain.values import Claim, Count, DataMatrix, Label, Text, Value
from domain.words import ClaimTopic, Holds, near

LONGEST = 2000  # characters of its words that a claim carries


class Suggestion(Value):
    """A claim that some words seem to make; `words` is the text from `start` to `end`."""

    suggestion: Literal[True] = True
    language: str
    about: ClaimTopic
    holds: Holds | None = None
    value: Count | Label | None = None
    data: DataMatrix | None = None
    scope: Label | None = None
    provisional: bool = False
    words: str
    start: int
    end: int
    note: str

    def claim(self, name: str) -> Claim:
        """The claim, as it would stand in a statement; its words on one line."""
        return Claim(
            id=name,
            about=self.about,
            holds=self.holds,
            value=self.value,
            data=self.data,
            scope=self.scope,
            provisional=self.provisional,
            words=Text.model_validate(" ".join(self.words.split())[:LONGEST]),
        )


def suggest(text: str, languages: Iterable[str] | None = None) -> tuple[Suggestion, ...]:
    """What a text seems to claim, in its order, each claim once; of all languages if none is named.

    Where two languages find the same topic in the same words, the one is kept to which more of
    the text belongs: its small words, then the length of all that was found. Invalid for a
    language that has no phrases.
    """
    said = list(sentences(text))
    readings = [_Reading.of(text, said, book) for book in _books(languages)]
    readings.sort(key=lambda one: one.likelihood, reverse=True)
    found = [one for reading in readings for one in reading.found]
    taken: dict[tuple[str, int], str] = {}
    kept: list[Suggestion] = []
    for one in found:
        places = [(one.about, place) for place in range(one.start, one.end)]
        if all(taken.get(place, one.language) == one.language for place in places):
            kept.append(one)
            taken.update(dict.fromkeys(places, one.language))
    once: dict[object, Suggestion] = {}
    for one in sorted(kept, key=lambda one: (one.start, one.end)):
        once.setdefault(_content(one), one)
    return tuple(once.values())


def languages() -> Mapping[str, str]:
    """The languages there are phrases in: code and name."""
    return {code: book.name for code, book in shipped().items()}


def _books(chosen: Iterable[str] | None) -> list[Book]:
    books = shipped()
    wanted = list(books if chosen is None else dict.fromkeys(chosen))
    unknown = [code for code in wanted if code not in books]
    if unknown:
        raise Invalid(
            "no phrases in this language",
            field="language",
            got=unknown[0],
            expected=near(unknown[0], list(books)),
            next_step="name one of these, or none for all of them",
        )
    return [books[code] for code in wanted]


@dataclass(frozen=True)
class _Reading:
    """What a text says if it is in one language, and how much of it belongs to that language."""

    likelihood: tuple[int, int]
    found: tuple[Suggestion, ...]

    @classmethod
    def of(cls, text: str, said: Sequence[Sentence], book: Book) -> _Reading:
        found = tuple(
            _suggestion(text, sentence, book, one)
            for sentence in said
            for find in (phrases, lists, counts)
            for one in find(sentence, book)
        )
        small = sum(len(book.small_words.hits(sentence)) for sentence in said)
        return cls((small, sum(one.end - one.start for one in found)), found)


def _suggestion(text: str, sentence: Sentence, book: Book, found: Found) -> Suggestion:
    start, end = sentence[found.start].start, sentence[found.end - 1].end
    return Suggestion(
        language=book.language,
        about=found.about,
        holds=found.holds,
        value=found.value,
        data=found.data,
        scope=found.scope,
        provisional=found.provisional,
        words=text[start:end],
        start=start,
        end=end,
        note=found.note,
    )


def _content(one: Suggestion) -> tuple[object, ...]:
    return one.about, one.holds, one.value, one.data, one.scope
