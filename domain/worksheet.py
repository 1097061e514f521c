"""A client's worksheet for ENISA's method: what it knows of a breach, and what is open.

Every part holds the possibilities that are left. One is knowledge, several are doubt, None is not
knowing, which leaves all that the table allows. `worksheet_for` fills in what the facts tell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ValidationInfo, field_validator, model_validator

from domain import severity_tables as tables
from domain.basics import KINDS, AtMost
from domain.kinds import FAMILIES
from domain.numbers import bounds
from domain.severity_tables import CategoryName, IdentifierName
from domain.statements import in_own_voice
from domain.values import Claim, Count, People, Text, Value
from domain.words import Affected, DataKind, Folded, Holds, Nature, Short, near


def _several(value: Any) -> Any:
    """One word for one possibility, `unknown` for all of them."""
    if value == "unknown":
        return None
    return (value,) if isinstance(value, str) else value


Possible = Annotated[
    Annotated[tuple[Annotated[str, Short], ...], AtMost(KINDS)] | None, BeforeValidator(_several)
]


def _known(words: tuple[str, ...] | None, table: Collection[str], what: str) -> None:
    """Refuse words that are not in the table, and a doubt between nothing and nothing."""
    if words is not None and not words:
        msg = f"got no possibility; expected unknown, or some of: {', '.join(table)}"
        raise ValueError(msg)
    for word in words or ():
        if word not in table:
            msg = f"unknown {what} {word!r}; {near(word, list(table))}"
            raise ValueError(msg)


class Adjustment(Value):
    """Points away from a category's base score, and why; 0 says that nothing changes it."""

    points: int
    reason: Text | None = None


class Category(Value):
    """One category of the breached data, and the adjustments to its base that are possible.

    No `name`: the category itself is not known, as for credentials until somebody says what they
    open. No `adjusted`: not judged yet.
    """

    name: Annotated[CategoryName, Folded] | None = None
    kinds: Annotated[tuple[DataKind, ...], AtMost(KINDS)] = ()
    adjusted: Annotated[tuple[Adjustment, ...], AtMost(KINDS)] | None = None

    @model_validator(mode="after")
    def _allowed(self) -> Category:
        if self.adjusted is None:
            return self
        if self.name is None or not self.adjusted:
            msg = "expected a category, and for it one adjustment or more, or none of both"
            raise ValueError(msg)
        table = tables.ADJUSTMENTS[self.name]
        for one in self.adjusted:
            if one.points not in table:
                msg = f"{self.name} data may be adjusted by {_listed(table)}, not by {one.points}"
                raise ValueError(msg)
            if one.points and one.reason is None:
                msg = f"write down why {self.name} data are adjusted by {one.points} (ENISA 3.1.1)"
                raise ValueError(msg)
        return self


class Identifier(Value):
    """Something that tells who the people are, and the situations that are possible."""

    name: Annotated[IdentifierName, Folded]
    situation: Possible = None

    @model_validator(mode="after")
    def _allowed(self) -> Identifier:
        _known(self.situation, tables.SITUATIONS[self.name], f"situation of {self.name}")
        return self


class Circumstances(Value):
    """How the data were lost, altered or out of reach, and whether somebody meant it."""

    confidentiality: Possible = None
    integrity: Possible = None
    availability: Possible = None
    malicious: Possible = None

    @field_validator("*")
    @classmethod
    def _allowed(cls, words: tuple[str, ...] | None, info: ValidationInfo) -> Any:
        name = str(info.field_name)
        _known(words, tables.CIRCUMSTANCES[name], name)
        return words


class Worksheet(Value):
    """What is known of one breach for one client; `complete`: no other kinds of data are touched.

    Only when it is complete can the data that are not listed raise nothing.
    """

    categories: Annotated[tuple[Category, ...], AtMost(KINDS)] = ()
    identifiers: Annotated[tuple[Identifier, ...], AtMost(KINDS)] = ()
    complete: bool | None = None
    circumstances: Circumstances = Circumstances()
    people: Count = Count()
    unintelligible: Affected = "unknown"

    @model_validator(mode="after")
    def _of_something(self) -> Worksheet:
        if self.complete and not self.categories:
            msg = "a complete list of no data has no severity; name a category"
            raise ValueError(msg)
        return self


def _listed(points: Iterable[int]) -> str:
    return ", ".join(f"{one:+d}" if one else "0" for one in sorted(points))


# --- from the facts ----------------------------------------------------------------------------


def worksheet_for(
    people: tuple[People, ...],
    nature: tuple[Nature, ...] = (),
    claims: tuple[Claim, ...] = (),
    *,
    count: Count = Count(),
    controller: Literal["client", "vendor"] = "client",
) -> Worksheet:
    """What the facts tell about the people of one controller; all else stays open.

    `count` is the client's own number of people. Without it the rows set no lower limit, since
    they may count other clients' people too. How data were adjusted, who can be found by them and
    whether they can be read is never in the facts: people judge that.
    """
    own = [row for row in people if row.controller == controller]
    rows = [row for row in own if row.role == "exposed"]
    present = tuple(dict.fromkeys(kind for row in rows for kind in row.data.present))
    return Worksheet(
        categories=_categories(present),
        identifiers=_identifiers(present, rows),
        complete=(bool(present) and all(row.data.complete for row in rows)) or None,
        circumstances=Circumstances(
            confidentiality=_disclosed(own, nature, claims),
            integrity=_occurred("integrity", nature),
            availability=_occurred("availability", nature),
            malicious=_said(verdict(claims, "malicious")),
        ),
        people=count if count.known else _counted(rows),
    )


def verdict(claims: Iterable[Claim], topic: str) -> Holds | None:
    """What is settled of a topic: said of everything, for good, in one voice; else None.

    Left out are claims about some of the data or people only, provisional ones, and quotations.
    """
    said: set[Holds | None] = {
        claim.holds
        for claim in in_own_voice(claims)
        if claim.about == topic and claim.scope is None and not claim.provisional
    }
    return said.pop() if len(said) == 1 else None


def families(present: Iterable[str]) -> tuple[str, ...]:
    """The families that these kinds of data belong to, in the order of `domain/kinds.py`."""
    there = frozenset(present)
    return tuple(name for name, kinds in FAMILIES.items() if kinds & there)


def _categories(present: tuple[str, ...]) -> tuple[Category, ...]:
    found: dict[CategoryName | None, list[str]] = {}
    for kind in present:
        (family,) = families([kind])
        found.setdefault(tables.CATEGORY_OF[family], []).append(kind)
    return tuple(Category(name=name, kinds=tuple(kinds)) for name, kinds in found.items())


def _identifiers(present: tuple[str, ...], rows: Iterable[People]) -> tuple[Identifier, ...]:
    settled = {
        name: (situation,)
        for (name, situation), needed in tables.TOGETHER.items()
        if any(all(one & set(row.data.present) for one in needed) for row in rows)
    }
    names = {name for kind in present for name in tables.IDENTIFIERS_OF.get(kind, ())}
    return tuple(
        Identifier(name=name, situation=settled.get(name))
        for name in tables.SITUATIONS
        if name in names
    )


def _disclosed(
    people: Iterable[People], nature: Collection[str], claims: Collection[Claim]
) -> tuple[str, ...] | None:
    """Who got the data: as a report of a loss, its claims, and wrong recipients tell."""
    if verdict(claims, "public_availability") == "yes":
        return ("unknown_recipients",)
    taken = any(verdict(claims, topic) == "yes" for topic in ("copy_taken", "exfiltration"))
    if taken or any(row.role == "wrong_recipient" for row in people):
        return ("known_recipients", "unknown_recipients")
    return _occurred("confidentiality", nature)


def _occurred(loss: Nature, nature: Collection[str]) -> tuple[str, ...] | None:
    """A reported loss happened somehow; one that is not reported may yet have happened."""
    return tuple(tables.CIRCUMSTANCES[loss])[1:] if loss in nature else None


def _said(holds: Holds | None) -> tuple[str, ...] | None:
    return (holds,) if holds in {"yes", "no"} else None


def _counted(rows: Iterable[People]) -> Count:
    found = bounds(rows, "people", "", whole=False)
    return Count() if found is None else Count(between=(0, int(found.high)))
