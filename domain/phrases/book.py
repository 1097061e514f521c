"""The phrases of each language (`*.toml` beside this page), read and judged."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
    model_validator,
)

from domain.errors import Invalid
from domain.phrases.words import Index, Pattern, index
from domain.values import Label
from domain.words import ClaimTopic, DataKind, Holds

Says = Literal["yes", "no", "no_sign", "possible"]
Note = Annotated[str, StringConstraints(min_length=1, max_length=400)]
_NEXT = "correct the file and try again"


def _pattern(value: Any) -> Any:
    if isinstance(value, str):
        return Pattern(value)
    msg = "expected words in quotes"
    raise ValueError(msg)


Words = Annotated[Pattern, BeforeValidator(_pattern)]
Patterns = Annotated[tuple[Words, ...], Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Phrase(_Entry):
    """Words, and the claim that they suggest; `follows_cues`: as a "not" or a "may" beside says."""

    words: Patterns
    about: ClaimTopic
    holds: Holds | None = None
    value: Label | None = None
    scope: Label | None = None
    provisional: StrictBool = False
    follows_cues: StrictBool = False
    note: Note
    reviewed: StrictBool = False

    @model_validator(mode="after")
    def _only_a_yes_follows(self) -> Phrase:
        if self.follows_cues and self.holds != "yes":
            msg = "only a phrase that holds 'yes' can follow cues"
            raise ValueError(msg)
        return self


class KindWords(_Entry):
    """How a kind of data is called."""

    kind: DataKind
    words: Patterns
    reviewed: StrictBool = False


class Cue(_Entry):
    """Words that say whether what stands beside them is so."""

    says: Says
    words: Patterns
    reviewed: StrictBool = False


class Scale(_Entry):
    """A word that multiplies the number before it."""

    times: Annotated[int, Field(gt=1, le=10**12)]
    words: Patterns


class NumberWords(_Entry):
    """The words around a number of people, or of records about them."""

    about: Patterns
    bounds: Patterns
    people: Patterns
    records: Patterns
    ranges: tuple[Words, ...] = ()
    between: tuple[Words, ...] = ()
    scales: tuple[Scale, ...] = Field(alias="scale")


class Book(_Entry):
    """All the words of one language. `common` tell it from others; `joins` hold a list together."""

    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    name: Label
    reviewed: StrictBool
    common: Patterns
    joins: Patterns
    breaks: Patterns
    numbers: NumberWords
    cues: tuple[Cue, ...] = Field(alias="cue")
    kinds: tuple[KindWords, ...] = Field(alias="kind")
    phrases: tuple[Phrase, ...] = Field(alias="phrase")

    @cached_property
    def small_words(self) -> Index[str]:
        """Words that tell the language, hold a list together, or break it."""
        return index([("common", self.common)])

    @cached_property
    def linking(self) -> Index[str]:
        """Words that hold a list together."""
        return index([("join", self.joins)])

    @cached_property
    def breaking(self) -> Index[str]:
        """Words after which something else is said."""
        return index([("break", self.breaks)])

    @cached_property
    def saying(self) -> Index[Says]:
        """Cues."""
        return index((cue.says, cue.words) for cue in self.cues)

    @cached_property
    def naming(self) -> Index[str]:
        """Kinds of data."""
        return index((entry.kind, entry.words) for entry in self.kinds)

    @cached_property
    def claiming(self) -> Index[Phrase]:
        """Phrases."""
        return index((phrase, phrase.words) for phrase in self.phrases)

    @cached_property
    def rounding(self) -> Index[str]:
        """Words before a number."""
        said = self.numbers
        return index([("about", said.about), ("bound", said.bounds), ("between", said.between)])

    @cached_property
    def counted(self) -> Index[str]:
        """Words for what a number counts."""
        return index([("people", self.numbers.people), ("records", self.numbers.records)])

    @cached_property
    def ranging(self) -> Index[str]:
        """Words between two numbers of a range."""
        return index([("range", self.numbers.ranges)])

    @cached_property
    def scaling(self) -> Index[int]:
        """Words that multiply a number."""
        return index((scale.times, scale.words) for scale in self.numbers.scales)


@cache
def shipped() -> Mapping[str, Book]:
    """The languages that come with Varsel, by their code."""
    return load(files("domain.phrases"))


def load(folder: Traversable) -> Mapping[str, Book]:
    """The languages of a folder, a file each, named for its code: `fi.toml`.

    Invalid names the file, and the entry in it, that cannot be used.
    """
    found = (file for file in folder.iterdir() if file.name.endswith(".toml"))
    books = [_book(file) for file in sorted(found, key=lambda file: file.name)]
    return {book.language: book for book in books}


def _book(file: Traversable) -> Book:
    try:
        book = Book.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as unreadable:
        raise Invalid(
            f"{file.name}: cannot be read",
            got=str(unreadable),
            expected="a TOML file in UTF-8",
            next_step=_NEXT,
        ) from unreadable
    except tomllib.TOMLDecodeError as broken:
        raise Invalid(
            f"{file.name}: not TOML", got=str(broken), expected="a TOML file", next_step=_NEXT
        ) from broken
    except ValidationError as refused:
        raise _explained(file.name, refused) from refused
    if file.name != f"{book.language}.toml":
        raise Invalid(
            f"{file.name}: refused",
            field="language",
            got=book.language,
            expected="the name of its file",
            next_step=_NEXT,
        )
    return book


def _explained(name: str, refused: ValidationError) -> Invalid:
    """The first thing wrong, by its entry as people count: `phrase 2, about`."""
    first, *rest = refused.errors(include_url=False)
    parts = (f" {part + 1}" if isinstance(part, int) else f", {part}" for part in first["loc"])
    more = f" (and {len(rest)} more)" if rest else ""
    return Invalid(
        f"{name}: refused{more}",
        field="".join(parts).removeprefix(", "),
        got="nothing" if first["type"] == "missing" else first["input"],
        expected=first["msg"].removeprefix("Value error, "),
        next_step=_NEXT,
    )
