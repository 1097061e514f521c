"""Of any statement: said as told it never contradicts, and the order of its claims is no matter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given as forall
from hypothesis import strategies as st

from domain import kinds
from domain.known import Known
from domain.sayings import RULES
from domain.values import Claim, Count, DataMatrix, Facts, People
from domain.words import CLAIM_TOPICS, DATA_KINDS
from tests.domain.speaking import Told, claim, people, told

SOME_KINDS = st.lists(st.sampled_from(DATA_KINDS), max_size=4, unique=True)
COUNTS = st.one_of(
    st.just(Count()),
    st.integers(0, 9999).map(lambda n: Count(exact=n)),
    st.integers(0, 9999).map(lambda n: Count(about=n)),
)
PLAIN = [topic for topic in CLAIM_TOPICS if RULES[topic] is RULES["misuse"]]
HOLDS = st.sampled_from(["yes", "no", "no_sign", "possible", "unknown", None])


@st.composite
def rows_of(draw: Callable[[Any], Any], group: str) -> People:
    present = draw(SOME_KINDS)
    near = kinds.union(map(kinds.related, present))
    absent = [kind for kind in draw(SOME_KINDS) if not kinds.covered(kind) & near]
    return people(
        *present,
        absent=absent,
        complete=draw(st.sampled_from([True, False, None])),
        group=group,
        count=draw(COUNTS),
        controller=draw(st.sampled_from(["client", "vendor"])),
    )


@st.composite
def coherent_facts(draw: Callable[[Any], Any]) -> Facts:
    """Rows of people, and claims that follow from them or have nothing to do with them."""
    rows = tuple(draw(rows_of(group)) for group in ("customers", "drivers"))
    there = {kind for row in rows for kind in row.data.present}
    topics = {
        "personal_data": kinds.ALL,
        "payment_data": kinds.FAMILIES["payment"],
        "sensitive_data": kinds.COMMONLY_SENSITIVE,
    }
    following = [
        claim(about, "yes" if there & family else "no", about) for about, family in topics.items()
    ]
    others = [claim(about, draw(HOLDS), about) for about in draw(st.sets(st.sampled_from(PLAIN)))]
    return Facts(people=rows, claims=(*following, *others))


def as_told(facts: Facts, count: Count) -> tuple[Claim, ...]:
    """A statement that says just what the facts say."""
    data = [
        claim("data", "yes", f"data-{row.group}", scope=row.group, data=row.data.model_dump())
        for row in facts.people
    ]
    own = [claim("number_of_people", name="number", value=count)]
    each = [
        claim("number_of_people", name=f"number-{row.group}", scope=row.group, value=row.count)
        for row in facts.people
        if row.count.known
    ]
    return (*data, *(own if count.known else each), *facts.claims)


@forall(facts=coherent_facts(), count=COUNTS, vendor=st.booleans())
def test_a_statement_identical_to_the_facts_never_contradicts(
    facts: Facts, count: Count, *, vendor: bool
) -> None:
    count = Count() if vendor else count
    known = Known("me", vendor, facts, count, notice=None if vendor else ())
    Told(known, known).when_said(*as_told(facts, count)).then_nothing()


MATRICES = st.tuples(SOME_KINDS, SOME_KINDS, st.booleans()).map(
    lambda drawn: DataMatrix(
        present=tuple(drawn[0]),
        absent=tuple(kind for kind in drawn[1] if kind not in drawn[0]),
        complete=drawn[2],
    )
)


@st.composite
def claims(draw: Callable[[Any], Any]) -> Claim:
    about = draw(st.sampled_from(CLAIM_TOPICS))
    return claim(
        about,
        draw(HOLDS),
        draw(st.sampled_from("abcdef")),
        scope=draw(st.sampled_from([None, "customers", "drivers"])),
        data=draw(MATRICES).model_dump() if about == "data" else None,
        value=draw(COUNTS) if about == "number_of_people" else None,
    )


@forall(
    st.lists(claims(), max_size=6).flatmap(
        lambda said: st.tuples(st.just(said), st.permutations(said))
    ),
    coherent_facts(),
    coherent_facts(),
)
def test_the_order_of_claims_does_not_matter(
    said: tuple[list[Claim], list[Claim]], then: Facts, now: Facts
) -> None:
    story = Told(Known("me", facts=then, notice=()), Known("me", facts=now))
    one, other = (story.when_said(*order).all for order in said)
    assert set(one) == set(other)


@forall(claims())
def test_no_claim_contradicts_itself(said: Claim) -> None:
    told(notice=None).when_said(said).then_nothing()
