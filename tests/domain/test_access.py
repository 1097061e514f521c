"""Who may do what: one row for every verb, and nobody else."""

from __future__ import annotations

import pytest

from domain import access, commands, desk
from domain.errors import Forbidden, Invalid
from tests.builders import step
from tests.spec import given

PARTIES = {"zoopit": "vendor", "joker": "client", "auditor": "auditor", "platform": "operator"}


def test_every_verb_has_a_row_a_model_and_a_use_case() -> None:
    assert set(access.MAY) == set(commands.VERBS) == set(desk.VERBS)
    for verb, (model, _) in desk.VERBS.items():
        assert model is commands.VERBS[verb]
        assert verb == model.VERB


def test_every_verb_is_for_somebody() -> None:
    assert all(access.MAY.values())
    assert frozenset().union(*access.MAY.values()) == {"vendor", "client", "operator"}


@pytest.mark.parametrize("verb", sorted(access.MAY))
@pytest.mark.parametrize("party", PARTIES)
def test_a_verb_is_refused_to_whoever_has_no_row_for_it(verb: str, party: str) -> None:
    outcome = given().when(step(party, verb))
    if PARTIES[party] in access.MAY[verb]:
        outcome.then_refused(Invalid, match="is missing")  # of its fields: it was let in
    else:
        outcome.then_refused(Forbidden, field="do", match=f"got: {verb}.*a party with the role")


def test_an_auditor_does_nothing_but_look() -> None:
    assert all("auditor" not in allowed for allowed in access.MAY.values())


def test_one_of_several_roles_is_enough() -> None:
    access.require_role("mailer", frozenset({"vendor", "client"}), "acknowledge")
    with pytest.raises(Forbidden, match="mailer, which is client and vendor"):
        access.require_role("mailer", frozenset({"vendor", "client"}), "register_party")


def test_a_party_without_roles_is_nobody_here() -> None:
    with pytest.raises(Forbidden, match="which is nobody here"):
        access.require_role("ghost", frozenset(), "acknowledge")


def test_a_verb_that_is_not_in_the_table_names_its_neighbours() -> None:
    with pytest.raises(Invalid, match="did you mean acknowledge"):
        access.require_role("joker", frozenset({"client"}), "acknowlege")


# --- who may look ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("party", "role", "scope", "target"),
    [
        ("joker", "client", (), "joker"),
        ("auditor", "auditor", ("joker",), "joker"),
        ("platform", "operator", (), "joker"),
    ],
)
def test_a_view_is_for_its_party_its_auditors_and_the_operator(
    party: str, role: str, scope: tuple[str, ...], target: str
) -> None:
    access.require_sight(party, frozenset({role}), frozenset(scope), target)


@pytest.mark.parametrize(
    ("party", "role", "scope"),
    [
        ("tokmanni", "client", ()),
        ("zoopit", "vendor", ()),
        ("zoopit", "vendor", ("joker",)),
        ("auditor", "auditor", ()),
        ("auditor", "auditor", ("tokmanni",)),
    ],
)
def test_a_view_is_for_nobody_else(party: str, role: str, scope: tuple[str, ...]) -> None:
    with pytest.raises(Forbidden, match="not yours to see"):
        access.require_sight(party, frozenset({role}), frozenset(scope), "joker")
