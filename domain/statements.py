"""Public statements held against the facts, the vendor's notice, and their own other claims.

`contradicts`: false against the facts as they stood when it was said, or against another claim
of the same statement. It stays so if the facts change later.
`overtaken`: fitted the facts when it was said, and does not fit them now.
`differs_from_notice`: gives a kind of data, or a number of people, of which the vendor's notice
to the party said nothing then, and which the facts did not contradict.

A flag is a question for a human, not a verdict. A claim whose source is a third party (press, a
data subject …) is a quotation: it is neither judged nor held against the party's own claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from domain.kinds import covered
from domain.known import OVER, Known, in_notice, numbers, told
from domain.numbers import allowed, claimed
from domain.sayings import Saying, collide, denies, folded, listed, named, same, sayings
from domain.values import Claim, Value

Kind = Literal["contradicts", "overtaken", "differs_from_notice"]
THIRD_PARTIES = frozenset(
    {"press", "media", "data_subject", "customer", "outsider", "authority", "police"}
)


class Contradiction(Value):
    """One claim of a public statement, and one thing it collides with.

    `against` is a place: `claim:<id>` in the same statement; `fact:people/<group>/<role>`,
    `fact:claims/<id>` (with `/provisional` where the fact is), `fact:systems/<name>`, `fact:count`,
    `fact:totals/<roles>`, `fact:people` (a bound from all rows), `fact:state/<state>`;
    `notice:data/<kind>`, `notice:count`. `words` refers to the quoted text, the claim's own or
    else the statement's (`<event id>/<path>`); where nothing was quoted, it is a sentence.
    """

    statement: str
    claim: str
    against: str
    kind: Kind
    words: str


@dataclass(frozen=True)
class Statement:
    """What was said: its claims, and where its text and the words of each claim can be fetched."""

    id: str
    claims: tuple[Claim, ...]
    words: Mapping[str, str] = field(default_factory=dict[str, str])
    text: str | None = None


def contradictions(statement: Statement, then: Known, now: Known) -> list[Contradiction]:
    """Every collision of a statement, claim by claim; `then` is when it was made."""
    claims = in_own_voice(statement.claims)
    spoken = named(claims)
    found: list[Contradiction] = []
    for claim in claims:
        against = [
            *_kind("contradicts", against_itself(claim, claims)),
            *against_facts(claim, spoken, then, now),
            *_kind("differs_from_notice", beyond_notice(claim, then)),
        ]
        found += [_found(statement, claim, place, kind) for place, kind in against]
    return list(dict.fromkeys(found))


def in_own_voice(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims without those in which somebody else is quoted; an expert it engaged is not."""
    return tuple(one for one in claims if folded(one.source or "") not in THIRD_PARTIES)


# --- what a claim is held against --------------------------------------------------------------


def against_facts(
    claim: Claim, spoken: frozenset[str], then: Known, now: Known
) -> Iterator[tuple[str, Kind]]:
    """The facts as they stood; and, if the claim fitted those, the facts as they stand."""
    contradicted = clashes(claim, spoken, then)
    if contradicted:
        return _kind("contradicts", contradicted)
    return _kind("overtaken", clashes(claim, spoken, now))


def clashes(claim: Claim, spoken: frozenset[str], known: Known) -> set[str]:
    """The places in the facts that a claim collides with."""
    facts = told(known, claim.scope)
    said = {fact.where for one in sayings(claim, spoken) for fact in facts if collide(one, fact)}
    return said | _miscounted(claim, known)


def against_itself(claim: Claim, claims: Iterable[Claim]) -> set[str]:
    """The other claims of the statement that it cannot stand beside.

    Each pair is named once: by the claim that denies. Where both deny something of the other, or
    two numbers differ, by the one whose id sorts first.
    """
    beside = tuple(claims)
    spoken = named(beside)
    return {
        f"claim:{other.id}"
        for other in beside
        if _denies(claim, other, spoken)
        and (claim.id <= other.id or not _denies(other, claim, spoken))
    }


def beyond_notice(claim: Claim, then: Known) -> set[str]:
    """The kinds and the number of which the notice said nothing, and the facts nothing else."""
    if then.notice is None or then.state in OVER:
        return set()
    facts = told(then, claim.scope)
    new = {
        f"notice:data/{kind}"
        for kind, holds in listed(claim)
        if holds != "unknown"
        and not in_notice(then, kind, holds, claim.scope)
        and not any(collide(Saying(covered(kind), holds, claim.scope), one) for one in facts)
    }
    count = claimed(claim)
    unheard = count is not None and not numbers(then, claim, count.unit)
    return new | ({"notice:count"} if unheard else set())


def _denies(claim: Claim, other: Claim, spoken: frozenset[str]) -> bool:
    said = any(denies(one, two) for one in sayings(claim, spoken) for two in sayings(other, spoken))
    mine, theirs = claimed(claim), claimed(other)
    return said or (
        mine is not None
        and theirs is not None
        and mine.unit == theirs.unit
        and same(claim.scope, other.scope)
        and allowed(mine).misses(allowed(theirs))
    )


def _miscounted(claim: Claim, known: Known) -> set[str]:
    count = claimed(claim)
    if count is None:
        return set()
    mine = allowed(count)
    groups = numbers(known, claim, count.unit)
    return {
        number.where
        for group in groups
        if all(mine.misses(number) for number in group)
        for number in group
    }


# --- how it is told ----------------------------------------------------------------------------


def _kind(kind: Kind, places: Iterable[str]) -> Iterator[tuple[str, Kind]]:
    return ((place, kind) for place in sorted(places))


def _found(statement: Statement, claim: Claim, against: str, kind: Kind) -> Contradiction:
    quoted = statement.words.get(claim.id) or statement.text
    return Contradiction(
        statement=statement.id,
        claim=claim.id,
        against=against,
        kind=kind,
        words=quoted or _sentence(claim, against, kind),
    )


_SAYS: dict[Kind, str] = {
    "contradicts": "contradicts {against}",
    "overtaken": "was overtaken by {against}",
    "differs_from_notice": "goes beyond the vendor's notice ({against})",
}


def _sentence(claim: Claim, against: str, kind: Kind) -> str:
    """What collides, in closed words and ids alone."""
    about = claim.about.replace("_", " ")
    holds = f" ({claim.holds.replace('_', ' ')})" if claim.holds else ""
    return f"the claim on {about}{holds} {_SAYS[kind].format(against=against)}"
