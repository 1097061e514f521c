"""Does a duty bind this party? Yes, no, or open: then the fact that is missing is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from domain import kinds
from domain.law.facts import Facts
from domain.law.pack import Duty
from domain.law.terms import FACTS, Need
from domain.values import People


class Answer(NamedTuple):
    """Whether a condition holds (None: open), and why, or what to state."""

    holds: bool | None
    why: str = ""


YES = Answer(holds=True)


def binds(duty: Duty, facts: Facts) -> Answer:
    """Whether all that a duty needs holds: the first that does not, else the first that is open."""
    answers = [_NEEDS[need.kind](need, facts) for need in duty.needs]
    if duty.fact:
        answers.append(_fact(duty.fact, facts))
    lacking = [one for one in answers if one.holds is False]
    missing = [one for one in answers if one.holds is None]
    return (lacking + missing + [YES])[0]


def ask(*names: str) -> str:
    """What to say of facts that are open: what each means, and how to state it."""
    said = " or ".join(f"{name} ({FACTS[name]})" for name in names)
    how = "value: a number" if all("(value)" in FACTS[n] for n in names) else "holds: yes or no"
    return f"not stated: {said}; state it with state_fact, fact: {names[0]}, {how}"


def _fact(name: str, facts: Facts) -> Answer:
    holds = facts.holds(name)
    if holds is None:
        return Answer(None, ask(name))
    return YES if holds else Answer(holds=False, why=f"stated not to be so: {FACTS[name]}")


def _any_fact(need: Need, facts: Facts) -> Answer:
    answers = [_fact(name, facts) for name in need.any_fact]
    if any(one.holds for one in answers):
        return YES
    missing = [name for name in need.any_fact if facts.holds(name) is None]
    return Answer(None, ask(*missing)) if missing else answers[0]


def _unless(need: Need, facts: Facts) -> Answer:
    name = need.unless or ""
    return Answer(holds=False, why=f"stated: {FACTS[name]}") if facts.holds(name) else YES


def _entity(need: Need, facts: Facts) -> Answer:
    theirs = {*facts.profile.entity}
    if not theirs:
        said = ", ".join(need.entity)
        return Answer(None, f"which kind of entity it is was not said at its registration: {said}?")
    if theirs & {*need.entity}:
        return YES
    return Answer(holds=False, why=f"it is none of: {', '.join(need.entity)}")


def _not_in(need: Need, facts: Facts) -> Answer:
    country = facts.profile.country
    return Answer(holds=False, why=f"does not bind in {country}") if country in need.not_in else YES


def _data(need: Need, facts: Facts) -> Answer:
    wanted = kinds.union(kinds.covered(kind) for kind in need.data)
    exposed = [row for row in facts.people if row.role == "exposed"]
    found = sorted({kind for row in exposed for kind in row.data.present} & wanted)
    if found:
        return YES
    if exposed and not any(wanted & _possible(row) for row in exposed):
        return Answer(holds=False, why="none of the kinds of data that trigger it is touched")
    listed = ", ".join(need.data)
    return Answer(None, f"whether data are touched that trigger it is open: {listed}")


def _possible(row: People) -> frozenset[str]:
    """The kinds that a row leaves open: all it does not exclude; a wider word leaves its own."""
    if row.data.complete:
        return kinds.union(kinds.covered(kind) for kind in row.data.present)
    return kinds.ALL - kinds.excluded(row.data.absent, row.data.present)


def _people(need: Need, facts: Facts) -> Answer:
    name = need.people or ""
    state = name.removeprefix("residents_").upper().replace("_", "-")
    found = facts.number(name)
    here = facts.profile.states
    if found is None and name.startswith("residents_us_") and here:
        if state not in here:
            return Answer(holds=False, why=f"it has no customers in {state}, by its registration")
        if need.at_least == 1:
            return YES
    if found is None:
        said = need.at_least == 1 and not need.at_most and facts.holds(name)
        return YES if said else Answer(None, ask(name))
    return _within(need, *found)


def _within(need: Need, least: int, most: int | None) -> Answer:
    top = need.at_most
    if (most is not None and most < need.at_least) or (top is not None and least > top):
        return Answer(holds=False, why=f"{need.words}: it is {_spoken(least, most)}")
    if least >= need.at_least and (top is None or (most is not None and most <= top)):
        return YES
    return Answer(None, f"{need.words}: it is {_spoken(least, most)}; {ask(need.people or '')}")


def _spoken(least: int, most: int | None) -> str:
    return str(least) if least == most else f"{least} to {most}"


def _risk(need: Need, facts: Facts) -> Answer:
    if facts.outcome is None:
        return Answer(None, "the risk has not been assessed; assess it with assess_risk")
    if facts.outcome == need.risk:
        return YES
    return Answer(holds=False, why=f"the risk was assessed as {facts.outcome}, not {need.risk}")


_NEEDS: Mapping[str, Callable[[Need, Facts], Answer]] = {
    "any_fact": _any_fact,
    "unless": _unless,
    "entity": _entity,
    "not_in": _not_in,
    "data": _data,
    "people": _people,
    "risk": _risk,
}


def takes(duties: Iterable[Duty]) -> tuple[str, ...]:
    """The facts that these duties turn on, besides what starts them."""
    return tuple(sorted({name for duty in duties for name in _taken(duty)}))


def _taken(duty: Duty) -> Iterable[str]:
    for need in duty.needs:
        named = [*need.any_fact, need.unless, need.people]
        yield from (name for name in named if name)
        if need.kind in {"entity", "data", "risk"}:
            yield need.kind
    if duty.caps:
        yield "aware"
    if duty.periods or duty.no_relief_for:
        yield "entity"
    if duty.restart:
        yield from (duty.restart.when, duty.restart.from_)
