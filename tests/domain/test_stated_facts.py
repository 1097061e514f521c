"""Facts the law asks for: stated by whoever owes the duty, for itself alone."""

from __future__ import annotations

from typing import Any

from domain import events as e
from domain.errors import Invalid, NotFound
from domain.values import Count
from tests.builders import Step, a_leak, step, told
from tests.spec import given, like


def a_fact(fact: str, by: str = "joker", **more: Any) -> Step:
    return step(by, "state_fact", incident="leak", fact=fact, **more)


def test_a_fact_is_stated_by_the_client_and_seen_by_nobody_else() -> None:
    given(*told("joker")).when(a_fact("people_affected", value=501)).then(
        like(e.FactStated, fact="people_affected", value=Count(exact=501)).seen_by("joker")
    )


def test_a_fact_that_takes_no_value_is_refused_with_one() -> None:
    given(*told("joker")).when(a_fact("classified_major", value=501)).then_refused(
        Invalid, match="takes no value"
    )


def test_a_fact_that_the_law_does_not_ask_for_names_its_neighbours() -> None:
    given(*told("joker")).when(a_fact("people_afected")).then_refused(
        Invalid, field="fact", match="people_affected"
    )


def test_a_fact_that_lies_ahead_is_refused() -> None:
    given(*told("joker")).when(a_fact("material", when="2199-01-01")).then_refused(
        Invalid, field="when"
    )


def test_nobody_states_facts_of_an_incident_it_was_not_told_of() -> None:
    given(a_leak()).when(a_fact("material")).then_refused(NotFound, field="incident")
