"""The cases of EDPB Guidelines 01/2021 as precedents: which come closest, and what was decided.

A precedent informs and does not decide: any other circumstance may lead to another outcome (the
guidelines' para. 14). What is compared, and with what weight, is our own choice.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field, StrictBool, model_validator

from domain.kinds import FAMILIES
from domain.law.pack import Link, Sentence, Status
from domain.severity import over_100_people
from domain.values import Value
from domain.words import Nature, near
from domain.worksheet import Worksheet, families

FILE = "edpb-01-2021.toml"

Attack = Literal[
    "ransomware",
    "website",
    "credentials",
    "insider",
    "wrong_recipient",
    "stolen_device",
    "stolen_paper",
    "deception",
    "email_account",
]
Group = Literal["customers", "users", "employees", "applicants", "patients", "children"]
YesNo = Literal["yes", "no"]


class Features(Value):
    """What one breach is compared by with another; what is not known is left out."""

    attack: Attack | None = None
    loss: tuple[Nature, ...] = ()
    data: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    taken: YesNo | None = None
    unintelligible: YesNo | None = None
    backup: Literal["ready", "partial", "none"] | None = None
    recipients: Literal["trusted", "known", "unknown"] | None = None
    malicious: YesNo | None = None
    number: Literal["few", "many"] | None = None

    @model_validator(mode="after")
    def _of_known_families(self) -> Features:
        for family in self.data:
            if family not in FAMILIES:
                msg = f"unknown family of data {family!r}; {near(family, list(FAMILIES))}"
                raise ValueError(msg)
        return self


class Precedent(Value):
    """One case: what happened, in our own words, and whom the EDPB says to tell.

    `authority` and `people`: whether the authority and the people concerned are to be told;
    `documented`: whether it goes into the register (all do, para. 15).
    """

    number: int = Field(ge=1)
    section: str
    title: Sentence
    summary: Sentence
    reviewed: StrictBool
    authority: StrictBool
    people: StrictBool
    documented: StrictBool
    features: Features

    @property
    def decided(self) -> str:
        """The outcome in words."""
        told = {
            "the supervisory authority": self.authority,
            "the people concerned": self.people,
        }
        parts = [f"{who} {'to be told' if yes else 'not told'}" for who, yes in told.items()]
        return ", ".join([*parts, *(["documented"] if self.documented else [])])


class Precedents(Value):
    """A file of cases, and where they come from."""

    source: Link
    title: Sentence
    adopted: date
    status: Status
    cases: tuple[Precedent, ...] = Field(alias="case", min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Precedents:
        numbers = [one.number for one in self.cases]
        if len(set(numbers)) < len(numbers):
            msg = "a case number is there twice; expected each once"
            raise ValueError(msg)
        if self.status == "reviewed" and not all(one.reviewed for one in self.cases):
            msg = "a case is not reviewed; expected status unreviewed until all are"
            raise ValueError(msg)
        return self


class Likeness(Value):
    """How close a case comes: `also` is what both share, `there` and `here` what only one has.

    `similarity` runs from 0 to 1, over the features that are known here.
    """

    case: Precedent
    similarity: float
    also: tuple[str, ...]
    there: tuple[str, ...]
    here: tuple[str, ...]


@cache
def precedents() -> Precedents:
    """The cases that come with Varsel."""
    text = (files("domain") / "cases" / FILE).read_text(encoding="utf-8")
    return Precedents.model_validate(tomllib.loads(text))


def closest(
    features: Features, n: int = 3, cases: Iterable[Precedent] | None = None
) -> tuple[Likeness, ...]:
    """The `n` cases that share most with a breach, nearest first; none if nothing is known of it.

    Cases that share nothing are left out; those that come equally close keep their order.
    """
    known = _phrases(features)
    among = precedents().cases if cases is None else cases
    found = [_likeness(known, one) for one in among]
    alike = sorted((one for one in found if one.similarity), key=lambda one: -one.similarity)
    return tuple(alike[:n])


def features_of(worksheet: Worksheet) -> Features:
    """What a worksheet tells; the attack, the groups of people and `taken` are not in it."""
    how = worksheet.circumstances
    return Features.model_validate(
        {
            "loss": [loss for loss in LOSSES if "none" not in (getattr(how, loss) or ("none",))],
            "data": families(kind for one in worksheet.categories for kind in one.kinds),
            "unintelligible": _YES_NO.get(worksheet.unintelligible),
            "backup": _BACKUP.get(_settled(how.availability)),
            "recipients": _RECIPIENTS.get(_settled(how.confidentiality)),
            "malicious": _YES_NO.get(_settled(how.malicious)),
            "number": _NUMBER.get(over_100_people(worksheet.people)),
        }
    )


LOSSES = ("confidentiality", "integrity", "availability")
_YES_NO = {"yes": "yes", "no": "no"}
_BACKUP = {"easily_recovered": "ready", "temporary": "partial", "lost": "none"}
_RECIPIENTS = {"known_recipients": "known", "unknown_recipients": "unknown"}
_NUMBER = {"yes": "many", "no": "few"}


def _settled(possible: tuple[str, ...] | None) -> str:
    """The one possibility that is left, if it is one."""
    return possible[0] if possible is not None and len(set(possible)) == 1 else ""


# --- comparing ---------------------------------------------------------------------------------

_WEIGHTS: Mapping[str, int] = {
    "attack": 3,
    "loss": 2,
    "data": 2,
    "groups": 1,
    "taken": 2,
    "unintelligible": 2,
    "backup": 1,
    "recipients": 1,
    "malicious": 1,
    "number": 1,
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "attack": {
        "website": "an attack on a website",
        "credentials": "stolen or guessed credentials",
        "insider": "an insider's act",
        "wrong_recipient": "sent to the wrong recipient",
        "stolen_device": "a lost or stolen device",
        "stolen_paper": "lost or stolen paper",
        "deception": "somebody posing as another",
        "email_account": "an e-mail account taken over",
    },
    "loss": {loss: f"loss of {loss}" for loss in LOSSES},
    "data": {family: f"data: {family.replace('_', ' ')}" for family in FAMILIES},
    "taken": {"yes": "data taken", "no": "no exfiltration"},
    "unintelligible": {"yes": "unintelligible data", "no": "readable data"},
    "backup": {
        "ready": "backup available",
        "partial": "slow or partial backup",
        "none": "no backup",
    },
    "recipients": {
        "trusted": "a trusted recipient",
        "known": "known recipients",
        "unknown": "unknown recipients",
    },
    "malicious": {"yes": "malicious", "no": "an accident"},
    "number": {"few": "at most 100 people", "many": "more than 100 people"},
}

Phrases = dict[str, frozenset[str]]


def _phrases(features: Features) -> Phrases:
    """Each known feature as a set of phrases, so that one and several compare alike."""
    found: Phrases = {}
    for name in _WEIGHTS:
        value: str | tuple[str, ...] | None = getattr(features, name)
        values = (value,) if isinstance(value, str) else value or ()
        if values:
            words = _WORDS.get(name, {})
            found[name] = frozenset(words.get(one, one) for one in values)
    return found


def _likeness(known: Phrases, case: Precedent) -> Likeness:
    theirs = _phrases(case.features)
    pairs = {name: (mine, theirs.get(name, frozenset[str]())) for name, mine in known.items()}
    shared = sum(_WEIGHTS[name] * len(a & b) / len(a | b) for name, (a, b) in pairs.items())
    most = sum(_WEIGHTS[name] for name in pairs)
    return Likeness(
        case=case,
        similarity=shared / most if most else 0,
        also=tuple(one for a, b in pairs.values() for one in sorted(a & b)),
        there=tuple(one for a, b in pairs.values() for one in sorted(b - a)),
        here=tuple(one for a, b in pairs.values() for one in sorted(a - b)),
    )
