"""The platform's own English sentences, told in the reader's language.

Why a duty stands as it does, what a claim collides with, how a severity was reckoned, why a form
was refused: the domain says these in English, and so does the public API. `sentences.py` lists
the forms they come in. A sentence is matched against a form, what stands in its holes is told as
the kind of thing it is, and the form's translation is filled in. What matches none is shown as it
is, marked as English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup

from adapters.console import words
from adapters.console.sentences import SENTENCES
from adapters.console.telling import Teller
from domain.law.terms import FACTS
from domain.severity_tables import ADJUSTMENTS, CIRCUMSTANCES, ELEMENTS, SITUATIONS

Said = Callable[[Teller, str], str | None]
_HOLE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Hole:
    """What may stand in a hole (a regular expression), and how it is told; None: not this."""

    takes: str
    tell: Said


def _word(of: str, takes: str = r"[\w.-]+(?: \w+)*?") -> Hole:
    """A word of a closed list; the domain writes some with blanks."""
    return Hole(takes, lambda tell, said: tell.word(said.replace(" ", "_"), of))


def _words(of: str) -> Hole:
    return Hole(r"[\w.-]+(?:, [\w.-]+)*", lambda tell, said: tell.listed(said.split(", "), of))


def _either(tell: Teller, said: Sequence[str]) -> str:
    between = tell.tongue.gettext("or")
    return f" {between} ".join(said)


def _any(known: Iterable[str]) -> str:
    """One of these texts, the longest that fits."""
    return "|".join(map(re.escape, sorted(known, key=len, reverse=True)))


def _known(of: str, known: Iterable[str]) -> Hole:
    """Texts of a table that the catalogues hold, with `or` between them."""
    one = _any(known)

    def told(tell: Teller, said: str) -> str:
        return _either(tell, [tell.tongue.pgettext(of, each) for each in re.findall(one, said)])

    return Hole(f"(?:{one})(?: or (?:{one}))*", told)


_MEANT = {meaning: name for name, meaning in FACTS.items()}
_STATED = rf"(?:{_any(FACTS)}) \((?:{_any(_MEANT)})\)"


def _stated(tell: Teller, said: str) -> str:
    names = re.findall(rf"({_any(FACTS)}) \((?:{_any(_MEANT)})\)", said)
    return _either(tell, [tell.word(name, "fact") for name in names])


def _numbers(tell: Teller, said: str) -> str:
    """A number, or two with `to` between them."""
    return " – ".join(tell.number(float(each)) for each in said.split(" to "))  # noqa: RUF001


def _place(tell: Teller, said: str) -> str:
    """Where a thing stands that a claim collides with, such as `fact:people/customers/exposed`."""
    t = tell.tongue.gettext
    whose, _, place = said.partition(":")
    match [whose, *place.split("/")]:
        case ["fact", "people", group, role]:
            return f"{tell.word(group, 'group')}, {tell.word(role, 'exposure')}"
        case ["fact", "state", state]:
            return t("the incident is %(state)s") % {"state": tell.word(state, "state")}
        case ["notice", "data", kind]:
            return tell.word(kind, "data")
        case [_, "count"] | ["fact", "people"]:
            return t("the number of people")
        case ["fact", "totals", *roles]:
            return " + ".join(tell.word(role, "exposure") for role in "/".join(roles).split("+"))
        case ["claim", name]:
            return t("its own claim: %(claim)s") % {"claim": name}
        case [_, _, *rest]:
            return " ".join(rest)
        case _:
            return place


def _as_it_is(_: Teller, said: str) -> str:
    return said


def _number(tell: Teller, said: str) -> str:
    return tell.number(float(said))


def _told_within(tell: Teller, said: str) -> str | None:
    return told(tell, said)


def _fact(tell: Teller, said: str) -> str | None:
    return tell.word(said, "fact") if said in FACTS else None


_NUMBER = r"\d+(?:\.\d+)?"
_NAME = r"[\w./-]+"
_TOPICS = _any(topic.replace("_", " ") for topic in words.LISTS["topic"])
_HOLDS = _any(each.replace("_", " ") for each in words.LISTS["holds"])
_MANY = tuple({text for table in ADJUSTMENTS.values() for text in table.values()})
_ROWS = tuple({row.words for table in SITUATIONS.values() for row in table.values()})
_SITUATION = tuple({row.words for table in CIRCUMSTANCES.values() for row in table.values()})

HOLES: Mapping[str, Hole] = {
    "sentence": Hole(r".+", _told_within),
    "judged": Hole(r".+?", _told_within),
    "label": Hole(r".+", _as_it_is),
    "party": Hole(r"[a-z0-9][a-z0-9-]*", _as_it_is),
    "incident": Hole(r"[0-9a-f-]{36}", _as_it_is),
    "country": Hole(r"[A-Z]{2}", _as_it_is),
    "state": Hole(r"[A-Z]{2}-\w{1,3}", _as_it_is),
    "authority": Hole(_NAME, _as_it_is),
    "authorities": Hole(rf"{_NAME}(?:, {_NAME})*", _as_it_is),
    "signed": Hole(r"[+-]\d+", _as_it_is),
    "time": Hole(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)", lambda tell, at: tell.clock(at)),
    "duty": Hole(r"[a-z0-9-]+\.[\w-]+", lambda tell, name: tell.duty(name)),
    "code": Hole(r"[a-z_]+", _fact),
    "fact": Hole(r"[a-z_]+", _fact),
    "meaning": Hole(_any(_MEANT), lambda tell, said: tell.word(_MEANT[said], "fact")),
    "stated": Hole(rf"{_STATED}(?: or {_STATED})*", _stated),
    "number": Hole(_NUMBER, _number),
    "least": Hole(_NUMBER, _number),
    "most": Hole(_NUMBER, _number),
    "span": Hole(rf"{_NUMBER}(?: to {_NUMBER})?", _numbers),
    "points": Hole(rf"{_NUMBER}(?: to {_NUMBER})?", _numbers),
    "stage": _word("stage"),
    "door": _word("door"),
    "channel": _word("channel"),
    "channels": _words("channel"),
    "audiences": _words("audience"),
    "outcome": _word("outcome"),
    "ground": _word("waiver"),
    "asked": _word("reply"),
    "entities": _words("entity"),
    "kinds": _words("data"),
    "conventions": _words("convention"),
    "filing": _word("filing"),
    "event": _word("event"),
    "incident_state": _word("state"),
    "topic": _word("topic", _TOPICS),
    "holds": _word("holds", _HOLDS),
    "against": Hole(r"\w+:.+", _place),
    "category": _word("category"),
    "identifier": _word("identifier"),
    "element": _known("element", ELEMENTS.values()),
    "adjustment": _known("adjustment", _MANY),
    "situations": _known("situation", _ROWS),
    "circumstances": _known("circumstance", _SITUATION),
    "level": _word("level"),
    "possible": _word("affected"),
}


@dataclass(frozen=True)
class Form:
    """A form of sentence: its message, and what matches it."""

    message: str
    matches: re.Pattern[str]

    def told(self, tell: Teller, sentence: str) -> str | None:
        """The sentence in the reader's language; None where it has another form."""
        found = self.matches.fullmatch(sentence)
        if found is None:
            return None
        holes = {name: hole(name).tell(tell, said) for name, said in found.groupdict().items()}
        if None in holes.values():
            return None
        said = tell.tongue.gettext(self.message)
        return said % holes if holes else said


def hole(name: str) -> Hole:
    """The kind of hole that a name stands for: `code2` is another `code`."""
    return HOLES[name.rstrip("0123456789")]


@cache
def forms() -> tuple[Form, ...]:
    """All forms there are, in the order in which they are tried."""
    return tuple(Form(message, _pattern(message)) for message in SENTENCES)


def _pattern(message: str) -> re.Pattern[str]:
    parts = _HOLE.split(message)  # text, name, text, name, …, text
    texts, names = parts[::2], parts[1::2]
    holes = [f"(?P<{name}>{hole(name).takes})" for name in names]
    joined = [re.escape(text) + found for text, found in zip(texts, [*holes, ""], strict=True)]
    return re.compile("".join(joined), re.DOTALL)


def told(tell: Teller, sentence: str) -> str | None:
    """A sentence in the reader's language; None where it has no form that is known."""
    return next((said for form in forms() if (said := form.told(tell, sentence))), None)


def shown(tell: Teller, sentence: str | None) -> str | Markup:
    """The same for a page: what is not known stays English, and says so to a screen reader."""
    if not sentence:
        return ""
    said = told(tell, sentence) or tell.tongue.gettext(sentence)  # or a message of the console
    if said != sentence or tell.tongue.code == "en":
        return said
    return Markup('<span lang="en">{}</span>').format(sentence)


def place(tell: Teller, against: str) -> str:
    """Where a thing stands that a claim collides with."""
    return _place(tell, against)
