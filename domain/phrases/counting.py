"""Numbers of people, or of records about them, in a sentence: "noin 400 000 asiakasta"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from domain.count import MOST
from domain.phrases.book import Book
from domain.phrases.finding import Found
from domain.phrases.words import Hit, Sentence
from domain.values import Count

THOUSANDS = frozenset(" \u00a0\u202f\u2009\u2007.,'\u2019")
DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014")
NEAR = 3  # words from a number to what it counts: "400 000 kauppaketjun asiakkaan"
DIGITS = 3
LONGEST = len(str(MOST))
YEARS = range(1900, 2100)


@dataclass(frozen=True)
class Number:
    """A number, the places of its first and after its last word; whether written as a year is.

    `times` is the word after it: of "3 to 4 million" the 3 are millions too.
    """

    value: int
    times: int
    start: int
    end: int
    year: bool


def counts(sentence: Sentence, book: Book) -> Iterator[Found]:
    """Each number that is followed by a word for people or records."""
    numbers = list(_numbers(sentence, book))
    if not numbers:
        return
    before = book.rounding.hits(sentence)
    between = frozenset(hit.end for hit in before if hit.what == "between")
    linked = frozenset(hit.start for hit in book.ranging.hits(sentence))
    joined = frozenset(hit.start for hit in book.linking.hits(sentence))
    last: Number | None = None
    for number in numbers:
        low = last if last and _ranged(sentence, last, number, linked) else None
        if last and last.start in between and last.end in joined and last.end + 1 == number.start:
            low = last
        last = number
        noun = _counted(sentence, book, number.end)
        if noun is not None:
            yield from _claimed(low, number, before, noun)


def _claimed(
    low: Number | None, number: Number, before: list[Hit[str]], noun: Hit[str]
) -> Iterator[Found]:
    start = (low or number).start
    word = next((hit for hit in before if start - 1 <= hit.end <= start), None)
    note = "the number of people or of records about them"
    least = -1 if low is None else _as_large(low, number)
    if 0 <= least <= number.value:
        said = Count(between=(least, number.value), unit=noun.what)
    elif word is not None:
        said = Count(about=number.value, unit=noun.what)
    elif number.year:
        return
    else:
        said = Count(exact=number.value, unit=noun.what)
    if word is not None and word.what == "bound":
        note = "the words set a bound, which a count cannot carry: about is a stand-in"
    first = start if word is None else word.start
    yield Found(first, noun.end, "number_of_people", value=said, note=note)


def _as_large(low: Number, high: Number) -> int:
    return low.value * high.times if low.value * high.times <= high.value else low.value


def _numbers(sentence: Sentence, book: Book) -> Iterator[Number]:
    scales = {hit.start: hit.what for hit in book.scaling.hits(sentence)}
    place = 0
    while place < len(sentence):
        end = _end_of_digits(sentence, place)
        if end == place:
            place += 1
            continue
        digits = "".join(word.folded for word in sentence[place:end])
        year = end == place + 1 and len(digits) == len("2023") and int(digits) in YEARS
        fraction = _fraction(sentence, end) if end + 1 in scales else ""
        after = end + 1 if fraction else end
        times = scales.get(after, 1)
        value = int(Decimal(f"{digits}.{fraction or 0}") * times) if len(digits) < LONGEST else -1
        end = after if times == 1 else after + 1
        if 0 <= value <= MOST:
            yield Number(value, times, place, end, year)
        place = end


def _end_of_digits(sentence: Sentence, place: int) -> int:
    """The place after a number that may be written in groups of three."""
    if not sentence[place].folded.isdecimal():
        return place
    end = place + 1
    if len(sentence[place].folded) <= DIGITS:
        while end < len(sentence) and _group_of_three(sentence, end):
            end += 1
    return end


def _group_of_three(sentence: Sentence, place: int) -> bool:
    word = sentence[place]
    return word.gap in THOUSANDS and len(word.folded) == DIGITS and word.folded.isdecimal()


def _fraction(sentence: Sentence, place: int) -> str:
    word = sentence[place]
    short = word.gap in {".", ","} and len(word.folded) < LONGEST
    return word.folded if short and word.folded.isdecimal() else ""


def _ranged(sentence: Sentence, low: Number, high: Number, linked: frozenset[int]) -> bool:
    if low.end == high.start:
        return sentence[high.start].gap.strip() in DASHES
    return low.end in linked and low.end + 1 == high.start


def _counted(sentence: Sentence, book: Book, place: int) -> Hit[str] | None:
    """What a number counts: the first such word near it, or records right after people."""
    near: list[int] = []
    for at in range(place, min(place + NEAR + 1, len(sentence))):
        if sentence[at].gap.strip(" \n\t\u00a0'\u2019"):
            break
        near.append(at)
    found = book.counted.hits([sentence[at] for at in near])
    if not found or found[0].start >= NEAR:
        return None
    first = found[0]
    if len(found) > 1 and found[1].start == first.end:
        first = found[1]
    return Hit(first.what, tuple(near[at] for at in first.places))
