"""What a party knew at one moment, in a form that its public claims can be held against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain import kinds
from domain.numbers import Range, allowed, bounds, claimed
from domain.sayings import PERSONAL, REGISTER, Saying, folded, listed, named, same, sayings
from domain.values import Claim, Count, Facts, People, System
from domain.words import Holds

# Whom a client means by these, where the facts know its people under another name (Tokmanni's
# customers are `newsletter_subscribers` to its vendor): everybody whose data it controls.
CUSTOMERS = ("customers", "all_customers", "our_customers", "consumers", "users", "data_subjects")
REGISTERS = ("register", "rekister", "registre")  # a system so named is a register
OVER = ("cleared", "withdrawn")


@dataclass(frozen=True)
class Known:
    """The facts as a party had them: what it was told, its own number, and how the matter stood.

    `vendor`: the party is the vendor itself. `notice` holds what the vendor said to a client in
    statements besides the facts, and is None where there is no notice to differ from.
    """

    party: str
    vendor: bool = False
    facts: Facts = Facts()  # noqa: RUF009 - frozen: safe as a default
    count: Count = Count()
    state: str = "open"
    notice: tuple[Claim, ...] | None = None


def meant(scope: str | None, people: Iterable[People]) -> list[People]:
    """The rows that a scope speaks of; no scope speaks of everybody."""
    if scope is None:
        return list(people)
    rows = [row for row in people if same(row.group, scope)]
    if rows or folded(scope) not in CUSTOMERS:
        return rows
    return _clients(people)


def _clients(people: Iterable[People]) -> list[People]:
    """The rows of people whose data the clients control."""
    return [row for row in people if row.controller == "client"]


# --- what the facts say ------------------------------------------------------------------------


def told(known: Known, scope: str | None) -> list[Saying]:
    """All that the facts say of these people, each with its place in the facts."""
    if known.state in OVER:
        return [Saying(PERSONAL, "no", None, f"fact:state/{known.state}")]
    facts = known.facts
    spoken = named(facts.claims) | _related(_present(facts.people))
    claims = (sayings(claim, spoken, _place(claim)) for claim in _claims(facts, scope))
    systems = (_of_register(system) for system in facts.systems)
    return [
        *(said for claim in claims for said in claim),
        *(said for system in systems for said in system),
        *_of_people(_exposed(meant(scope, facts.people)), scope),
    ]


def _claims(facts: Facts, scope: str | None) -> list[Claim]:
    """The claims of the facts; those about the same people under another name are given `scope`."""
    if scope is None:
        return list(facts.claims)
    rows = meant(scope, facts.people)
    renamed = {"scope": scope}
    return [
        claim.model_copy(update=renamed)
        if claim.scope and rows and meant(claim.scope, facts.people) == rows
        else claim
        for claim in facts.claims
    ]


def _place(claim: Claim) -> str:
    """Where a claim stands in the facts; a provisional one says so."""
    return f"fact:claims/{claim.id}" + ("/provisional" if claim.provisional else "")


def _of_register(system: System) -> list[Saying]:
    if not any(word in system.name.casefold() for word in REGISTERS):
        return []
    where = f"fact:systems/{system.name}"
    if system.affected == "yes":
        return [Saying(frozenset({"register touched"}), "yes", None, where)]
    return [Saying(REGISTER, "no", None, where)] if system.affected == "no" else []


def _of_people(rows: Sequence[People], scope: str | None) -> list[Saying]:
    """A kind is there if one row has it, and is not there only if every row excludes it."""
    there = [
        Saying(kinds.covered(kind), "yes", scope, _row(row))
        for row in rows
        for kind in row.data.present
    ]
    lacking = kinds.ALL
    for row in rows:
        lacking &= _excluded(row)
    return [*there, *(Saying(lacking, "no", scope, _row(row)) for row in rows if lacking)]


def _row(row: People) -> str:
    return f"fact:people/{row.group}/{row.role}"


def _excluded(row: People) -> frozenset[str]:
    """The kinds a row excludes: those it lists as absent; all unlisted ones if it is complete."""
    absent = kinds.excluded(row.data.absent, row.data.present)
    return absent | (kinds.ALL - _related(row.data.present) if row.data.complete else absent)


def _exposed(rows: Iterable[People]) -> list[People]:
    """Rows of those whose data got out: a wrong recipient's own data did not."""
    return [row for row in rows if row.role == "exposed"]


def _present(rows: Iterable[People]) -> list[str]:
    return [kind for row in rows for kind in row.data.present]


def _related(words: Iterable[str]) -> frozenset[str]:
    return kinds.union(map(kinds.related, words))


# --- which numbers the facts give --------------------------------------------------------------


def numbers(known: Known, claim: Claim, unit: str) -> list[list[Range]]:
    """The numbers to hold a claim against; within a group, fitting one of them is enough.

    The number told to a party and the totals count different roles, so they are one group. Rows
    of people count only where there are none: in a client's notice they may hold other clients'.
    """
    if known.state in OVER:
        return []
    facts = known.facts
    claims = _claims(facts, claim.scope)
    said = [(one, claimed(one)) for one in claims if same(one.scope, claim.scope)]
    groups = [[allowed(n, _place(one))] for one, n in said if n is not None and n.unit == unit]
    own = _own(known, unit) if _everybody(claim.scope, facts.people) else []
    if not own:
        rows = meant(claim.scope, facts.people)
        bound = bounds(rows, unit, "fact:people", whole=known.vendor)
        own = [bound] if bound else []
    return [*groups, own] if own else groups


def _own(known: Known, unit: str) -> list[Range]:
    mine = None if known.vendor else known.party
    counts = [
        (known.count, "fact:count"),
        *(
            (total.count, "fact:totals/" + "+".join(total.of))
            for total in known.facts.totals
            if total.client == mine
        ),
    ]
    return [allowed(n, where) for n, where in counts if n.known and n.unit == unit]


def _everybody(scope: str | None, people: Sequence[People]) -> bool:
    """Whether a scope leaves out nobody whose data a client controls."""
    rows = meant(scope, people)
    return scope is None or (bool(rows) and all(row in rows for row in _clients(people)))


# --- what the notice says ----------------------------------------------------------------------


def in_notice(known: Known, kind: str, holds: Holds, scope: str | None) -> bool:
    """Whether the vendor's notice speaks of this kind for these people, in the same sense.

    People under a name that the facts do not know are a client's own: customers of some sort.
    A wider or narrower word is enough to say that a kind is there. That it is not there must be
    said of it, of a wider word, of all other personal data, or by a list that is complete.
    """
    rows = meant(scope, known.facts.people) or _clients(known.facts.people)
    said = _said_of_kinds(known, rows, scope)
    there = _related(k for k, h in said if h in {"yes", "possible"})
    if holds in {"yes", "possible"}:
        return kind in there
    lacking = {k for k, h in said if h in {"no", "no_sign"}}
    if kind not in there and ("other_personal" in lacking or _whole(rows)):
        return True
    return any(kind in kinds.covered(wider) for wider in lacking)


def _said_of_kinds(
    known: Known, rows: Sequence[People], scope: str | None
) -> list[tuple[str, Holds]]:
    there: list[tuple[str, Holds]] = [(kind, "yes") for kind in _present(rows)]
    lacking: list[tuple[str, Holds]] = [(k, "no") for row in rows for k in row.data.absent]
    claims = (*_claims(known.facts, scope), *(known.notice or ()))
    theirs = (one for one in claims if None in {one.scope, scope} or same(one.scope, scope))
    return [*there, *lacking, *(said for claim in theirs for said in listed(claim))]


def _whole(rows: Iterable[People]) -> bool:
    """Whether the lists of all exposed people are complete."""
    exposed = _exposed(rows)
    return bool(exposed) and all(row.data.complete for row in exposed)
