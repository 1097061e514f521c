"""A text as sentences of words with their places, and patterns that find phrases among them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

T = TypeVar("T")

_WORD = re.compile(
    r"[\w\u0300-\u036f\u00ad]+(?:[-\u2010\u2011'\u2019][^\W\d_][\w\u0300-\u036f\u00ad]*)*"
)
_ENDS = re.compile(
    r"[;!?\u2026]|\n\s*\n"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_FOLDS = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2019": "'", "\u00ad": None})
REMEMBERED = 10_000  # words
LONGEST = 200  # words in a sentence: the time to read one grows with their square
GAPS = {"..": 3, "...": 8}
_PART = re.compile(r"\*?[\w'-]+\*?(?:\|\*?[\w'-]+\*?)*")


@dataclass(frozen=True)
class Word:
    """One word: folded, where it stands in the text, and what stands between it and the last."""

    folded: str
    start: int
    end: int
    gap: str


Sentence = Sequence[Word]


def folded(word: str) -> str:
    """A word as patterns write it: NFKC, small, plain hyphens and apostrophes."""
    return unicodedata.normalize("NFKC", word.translate(_FOLDS)).casefold()


def sentences(text: str) -> Iterator[Sentence]:
    """The words of each sentence.

    A full stop ends one only before a word that begins large: "ca. 400 000" goes on. What no
    statement may hold (control and text-direction characters) ends one too, and so do 200 words.
    """
    sentence: list[Word] = []
    last = 0
    for found in _WORD.finditer(text):
        gap = text[last : found.start()]
        stopped = _ENDS.search(gap) or ("." in gap and found[0][0].isupper())
        if stopped or len(sentence) == LONGEST:
            yield sentence
            sentence = []
        sentence.append(Word(folded(found[0]), found.start(), found.end(), gap))
        last = found.end()
    yield sentence


class Pattern:
    """A phrase: words, `stem*`, `*ending`, `one|other`, `..` and `...` for up to 3 or 8 more words.

    ValueError for what is none of these, or begins or ends with a gap.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._parts: list[tuple[int, re.Pattern[str]]] = []
        gap = 0
        for part in text.split():
            if part in GAPS and self._parts and not gap:
                gap = GAPS[part]
                continue
            if not _PART.fullmatch(part) or folded(part) != part:
                msg = f"{part!r} in {text!r} is no small word, stem* or one|other, or a gap amiss"
                raise ValueError(msg)
            self._parts.append((gap, re.compile(part.replace("*", ".*"), re.DOTALL)))
            gap = 0
        if gap or not self._parts:
            msg = f"{text!r} holds no words, or ends with a gap"
            raise ValueError(msg)

    def begins(self, word: str) -> bool:
        """Whether the phrase may begin with this word."""
        return self._parts[0][1].fullmatch(word) is not None

    def match(self, sentence: Sentence, at: int) -> tuple[int, ...] | None:
        """The places of its words where it begins at a word; the shortest gaps win."""
        return self._rest(sentence, at, 0)

    def _rest(self, sentence: Sentence, at: int, part: int) -> tuple[int, ...] | None:
        if part == len(self._parts):
            return ()
        gap, wanted = self._parts[part]
        for place in range(at, min(at + gap + 1, len(sentence))):
            if wanted.fullmatch(sentence[place].folded):
                rest = self._rest(sentence, place + 1, part + 1)
                if rest is not None:
                    return (place, *rest)
        return None


@dataclass(frozen=True)
class Hit(Generic[T]):
    """A phrase found in a sentence: what it stands for, and the places of its own words."""

    what: T
    places: tuple[int, ...]

    @property
    def start(self) -> int:
        """The place of its first word."""
        return self.places[0]

    @property
    def end(self) -> int:
        """The place after its last word."""
        return self.places[-1] + 1


class Index(Generic[T]):
    """Many patterns at once; a word is held against all of them only the first time it is met."""

    def __init__(self, entries: Sequence[tuple[T, Pattern]]) -> None:
        self._entries = entries
        self._beginning = lru_cache(REMEMBERED)(self._look)

    def hits(self, sentence: Sentence) -> list[Hit[T]]:
        """What is found, in order; of two hits, one inside the other, the longer."""
        found: list[Hit[T]] = []
        for place, word in enumerate(sentence):
            for what, pattern in self._beginning(word.folded):
                places = pattern.match(sentence, place)
                if places is not None:
                    found.append(Hit(what, places))
        return _longest(found)

    def _look(self, word: str) -> list[tuple[T, Pattern]]:
        return [entry for entry in self._entries if entry[1].begins(word)]


def index(entries: Iterable[tuple[T, Iterable[Pattern]]]) -> Index[T]:
    """An index of what may be written in several ways."""
    return Index([(what, pattern) for what, patterns in entries for pattern in patterns])


def _longest(found: list[Hit[T]]) -> list[Hit[T]]:
    kept: list[Hit[T]] = []
    for hit in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or hit.end > kept[-1].end:
            kept.append(hit)
    return kept
