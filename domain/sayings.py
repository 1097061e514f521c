"""What a claim says, in a form in which two sayings can be compared.

A saying is about some things (data kinds, or the claim's topic): that one of them is so (`yes`,
`possible`), that none is (`no`), or that nothing points to any (`no_sign`). Two are at odds where
one says of things what the other denies of those and perhaps more, about the same people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from domain import kinds
from domain.values import Claim, DataMatrix
from domain.words import CLAIM_TOPICS, Holds

AT_ODDS: frozenset[tuple[Holds, Holds]] = frozenset(
    {("yes", "no"), ("possible", "no"), ("yes", "no_sign")}
)
OPPOSITE: dict[Holds, Holds] = {"yes": "no", "no": "yes"}
REGISTER = frozenset({"register touched", "register disclosed"})
PERSONAL = kinds.ALL | REGISTER
BY_VALUE = ("cause", "exposed_per_recipient", "other")  # two of these may both be so

Meaning = tuple[frozenset[str], Holds]
Rule = Callable[[Claim], tuple[Meaning, ...]]


@dataclass(frozen=True)
class Saying:
    """One thing said: of what, whether it holds, of which people (None: everybody), said where."""

    of: frozenset[str]
    holds: Holds
    scope: str | None = None
    where: str = ""


def denies(one: Saying, other: Saying) -> bool:
    """Whether `one` says that what `other` says is not so."""
    opposed = (other.holds, one.holds) in AT_ODDS and other.of <= one.of
    return opposed and _reaches(one, other)


def _reaches(denial: Saying, other: Saying) -> bool:
    """Whether a denial is about all whom the other may be about.

    A list of kinds without a scope may join what different people lost (customers' addresses,
    drivers' positions): to deny one for some is no denial of it. Misuse without a scope is
    anybody's.
    """
    if denial.scope is None:
        return True
    if other.scope is None:
        return other.of.isdisjoint(kinds.ALL)
    return same(denial.scope, other.scope)


def collide(one: Saying, other: Saying) -> bool:
    """Whether the two cannot both be so; unknown collides with nothing."""
    return denies(one, other) or denies(other, one)


def folded(label: str) -> str:
    """A free label as a word: people write `Data subject`, `data-subject` and `data_subject`."""
    return label.strip().casefold().replace("-", "_").replace(" ", "_")


def same(one: str | None, other: str | None) -> bool:
    """Whether two labels are the same word, or both are missing."""
    return folded(one or "") == folded(other or "")


# --- the rules: what a claim on this topic says ------------------------------------------------


def as_it_stands(claim: Claim) -> tuple[Meaning, ...]:
    """Most topics are things of their own: so, not so, possible; some only with their value."""
    thing = f"{claim.about}: {claim.value}" if claim.about in BY_VALUE else claim.about
    return _of(frozenset({thing}), claim.holds)


def personal_data(claim: Claim) -> tuple[Meaning, ...]:
    """Personal data are touched: some kind of it, or the register."""
    return _of(PERSONAL, claim.holds)


def personal_data_safe(claim: Claim) -> tuple[Meaning, ...]:
    """Personal data are safe: no kind of it is touched."""
    return _denied(PERSONAL, claim)


def payment_data(claim: Claim) -> tuple[Meaning, ...]:
    """Something one can pay with is touched."""
    return _of(kinds.FAMILIES["payment"], claim.holds)


def sensitive_data(claim: Claim) -> tuple[Meaning, ...]:
    """What people call sensitive is touched: more than Art. 9, see `domain/kinds.py`."""
    return _of(kinds.COMMONLY_SENSITIVE, claim.holds)


def contact_data_only(claim: Claim) -> tuple[Meaning, ...]:
    """Nothing but contact data is touched."""
    return _denied(kinds.ALL - kinds.FAMILIES["contact"], claim)


def register_unharmed(claim: Claim) -> tuple[Meaning, ...]:
    """The register is intact, or safe: neither touched nor disclosed."""
    return _denied(REGISTER, claim)


def register_disclosed_as_a_whole(claim: Claim) -> tuple[Meaning, ...]:
    """The whole register got out."""
    return _of(frozenset({"register disclosed"}), claim.holds)


def data(claim: Claim) -> tuple[Meaning, ...]:
    """These kinds are there, these are not; without a list: personal data, of whatever kind."""
    if claim.data is None:
        return personal_data(claim)
    there: list[Meaning] = [(kinds.covered(k), _holds(claim)) for k in claim.data.present]
    return (*there, (kinds.excluded(claim.data.absent, claim.data.present), _lacks(claim)))


def number_of_people(_: Claim) -> tuple[Meaning, ...]:
    """Numbers are compared as numbers: `domain/numbers.py`."""
    return ()


RULES: dict[str, Rule] = {
    **dict.fromkeys(CLAIM_TOPICS, as_it_stands),
    "personal_data": personal_data,
    "personal_data_safe": personal_data_safe,
    "payment_data": payment_data,
    "sensitive_data": sensitive_data,
    "contact_data_only": contact_data_only,
    "register_intact": register_unharmed,
    "register_safe": register_unharmed,
    "register_disclosed_as_a_whole": register_disclosed_as_a_whole,
    "data": data,
    "number_of_people": number_of_people,
}


def _of(things: frozenset[str], holds: Holds | None) -> tuple[Meaning, ...]:
    return ((things, holds),) if holds else ()


def _denied(things: frozenset[str], claim: Claim) -> tuple[Meaning, ...]:
    """A topic that denies: `yes` says that none of the things is so; of doubt only the topic."""
    opposite = OPPOSITE.get(claim.holds) if claim.holds else None
    return as_it_stands(claim) + _of(things, opposite)


# --- lists of kinds ----------------------------------------------------------------------------


def lists(claim: Claim) -> DataMatrix | None:
    """The lists of a claim on data; on other topics they would have no clear sense."""
    return claim.data if claim.about == "data" else None


def listed(claim: Claim) -> tuple[tuple[str, Holds], ...]:
    """Each kind that a claim lists, and whether it is said to be there."""
    matrix = lists(claim) or DataMatrix()
    return (
        *((kind, _holds(claim)) for kind in matrix.present),
        *((kind, _lacks(claim)) for kind in matrix.absent),
    )


def _holds(claim: Claim) -> Holds:
    return claim.holds or "yes"


def _lacks(claim: Claim) -> Holds:
    """A list of absent kinds says no: whether as `yes, they are absent` or `no, not there`."""
    return claim.holds if claim.holds in ("no_sign", "unknown") else "no"


def named(claims: Iterable[Claim]) -> frozenset[str]:
    """Every kind that these claims say is, or may be, there; with all that it may stand for."""
    there = (kind for claim in claims for kind, holds in listed(claim) if holds != "no")
    return kinds.union(map(kinds.related, there))


def sayings(claim: Claim, spoken: frozenset[str], where: str = "") -> list[Saying]:
    """All that a claim says; a list that claims to be whole denies every kind not `spoken` of."""
    said = [Saying(of, holds, claim.scope, where) for of, holds in RULES[claim.about](claim)]
    matrix = lists(claim)
    if matrix and matrix.complete and claim.holds in {"yes", "possible", None}:
        said.append(Saying(kinds.ALL - spoken, "no", claim.scope, where))
    return said
