"""Hypothesis strategies for every event there is, read off the vocabulary's own type hints."""

from __future__ import annotations

import types
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel

from domain import severity_tables as tables
from domain import values as v
from domain.characters import hides, one_spelling
from domain.envelope import Envelope
from domain.events import Event
from domain.law.terms import ENTITY_KINDS, FACTS, EntityKind, Establishment, FactName, State
from domain.words import CLAIM_TOPICS, DATA_KINDS, ClaimTopic, DataKind
from domain.worksheet import Category, Circumstances, Identifier, Worksheet

M = TypeVar("M", bound=BaseModel)
Strategy = st.SearchStrategy[Any]

# Control, text-direction and line-breaking characters are no part of a label, nor what is unseen.
letters = st.characters(
    codec="utf-8", exclude_categories=["Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Zl", "Zp"]
)
written = st.text(letters, min_size=1, max_size=40).filter(str.strip)
labels = written.map(one_spelling).filter(lambda line: not hides(line))
texts = st.text(letters | st.sampled_from('\n\t"'), min_size=1, max_size=200).filter(str.strip)
instants = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone itself
    max_value=datetime(2090, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
days = st.dates(date(1901, 1, 1), date(8998, 12, 31)).map(str)
points = days | days.map(lambda day: day[:7]) | instants.map(datetime.isoformat)
spans = st.tuples(instants, instants).map(sorted).map(lambda pair: [x.isoformat() for x in pair])
naturals = st.integers(0, 10**9)
ordered = st.tuples(naturals, naturals).map(sorted).map(tuple)
exposures = st.sampled_from(["exposed", "wrong_recipient"])


def some(parts: Strategy, least: int = 0) -> Strategy:
    return st.lists(parts, min_size=least, max_size=2).map(tuple)


whens = (
    st.just("unknown")
    | points
    | spans.map(lambda pair: {"from": pair[0], "to": pair[1]})
    | st.fixed_dictionaries({"before": points})
    | st.fixed_dictionaries({"after": points, "estimated": st.booleans()})
).map(v.When.model_validate)
counts = (
    st.just("unknown")
    | naturals
    | st.fixed_dictionaries({"about": naturals})
    | st.fixed_dictionaries({"between": ordered, "unit": st.sampled_from(["people", "records"])})
).map(v.Count.model_validate)
matrices = st.builds(
    lambda kinds, cut, complete: v.DataMatrix(
        present=tuple(kinds[:cut]), absent=tuple(kinds[cut:]), complete=complete
    ),
    st.lists(st.sampled_from(DATA_KINDS), unique=True, max_size=4),
    st.integers(0, 4),
    st.none() | st.booleans(),
)

KNOWN: dict[Any, Strategy] = {
    str: labels,
    int: naturals,
    bool: st.booleans(),
    type(None): st.none(),
    UUID: st.uuids(),
    datetime: instants,
    AwareDatetime: instants,
    v.Label: labels,
    v.Slug: st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", fullmatch=True),
    v.PartyId: st.from_regex(r"[a-z0-9][a-z0-9-]{0,62}", fullmatch=True),
    v.Country: st.from_regex(r"[A-Z]{2}", fullmatch=True),
    v.Zone: st.sampled_from(["UTC", "Europe/Oslo", "Asia/Kathmandu"]),
    v.Text: texts.map(v.Text.model_validate),
    v.When: whens,
    v.Count: counts,
    v.DataMatrix: matrices,
    DataKind: st.sampled_from(DATA_KINDS),
    ClaimTopic: st.sampled_from(CLAIM_TOPICS),
    FactName: st.sampled_from(sorted(FACTS)),
    EntityKind: st.sampled_from(ENTITY_KINDS),
    State: st.from_regex(r"[A-Z]{2}-[A-Z0-9]{1,3}", fullmatch=True),
    Establishment: st.from_regex(r"[A-Z]{2}|none", fullmatch=True),
}


@st.composite
def categories(draw: st.DrawFn) -> Category:
    """A category with an adjustment that its table allows, and the reason it asks for."""
    name = draw(st.sampled_from(sorted(tables.ADJUSTMENTS)))
    points = draw(st.sampled_from(sorted(tables.ADJUSTMENTS[name])))
    adjusted = [{"points": points, "reason": draw(texts)}]
    return Category.model_validate({"name": name, "adjusted": adjusted})


@st.composite
def identifiers(draw: st.DrawFn) -> Identifier:
    name = draw(st.sampled_from(sorted(tables.SITUATIONS)))
    situations = draw(st.none() | some(st.sampled_from(sorted(tables.SITUATIONS[name])), least=1))
    return Identifier.model_validate({"name": name, "situation": situations})


def possibly(table: Any) -> Strategy:
    return st.none() | some(st.sampled_from(sorted(table)), least=1)


KNOWN[Category], KNOWN[Identifier] = categories(), identifiers()
NARROWER: dict[type, dict[str, Strategy]] = {
    Circumstances: {name: possibly(table) for name, table in tables.CIRCUMSTANCES.items()},
    Worksheet: {"categories": some(categories(), least=1)},
    v.People: {"controller": st.sampled_from(["client", "vendor"])},
    v.Total: {"of": some(exposures, least=1), "overlap": counts | st.just("none")},
}


def of(hint: Any) -> Strategy:
    """Values that a field with this type hint takes."""
    if hint in KNOWN:
        return KNOWN[hint]
    parts = get_args(hint)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return models(hint)
    if get_origin(hint) is Annotated:
        return of(parts[0])
    if get_origin(hint) is Literal:
        return st.sampled_from(parts)
    if get_origin(hint) in {Union, types.UnionType}:
        return st.one_of([of(part) for part in parts])
    if get_origin(hint) is tuple and parts[1:] == (Ellipsis,):
        return some(of(parts[0]))
    msg = f"no strategy for {hint}: add one to KNOWN"
    raise NotImplementedError(msg)


@st.composite
def models(draw: st.DrawFn, kind: type[M]) -> M:
    """Whole models: every field filled from its type hint, or from `NARROWER`."""
    hints = get_type_hints(kind, include_extras=True)
    narrower = NARROWER.get(kind, {})
    said = {
        field.alias or name: draw(narrower[name] if name in narrower else of(hints[name]))
        for name, field in kind.model_fields.items()
    }
    return kind.model_validate(said)


def events(kind: type[Event]) -> st.SearchStrategy[Event]:
    return models(kind)


envelopes = models(Envelope)
