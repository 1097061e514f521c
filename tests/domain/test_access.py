"""Who may do what: one row for every operation, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from domain import access, commands, desk
from domain.access import ROWS, TABLE, Grant
from domain.errors import Forbidden, Invalid, NotFound, Refused
from tests.builders import (
    a_clearing,
    a_closing,
    a_correction,
    a_leak,
    a_notice,
    a_party,
    a_question,
    an_acknowledgement,
    an_assessment,
    step,
    told,
)
from tests.spec import given

PARTIES = {"zoopit": "vendor", "joker": "client", "auditor": "auditor", "platform": "operator"}
VERBS = sorted(desk.VERBS)


@dataclass(frozen=True)
class Somebody:
    """A party as far as access turns on it."""

    id: str
    roles: frozenset[str]
    scope: frozenset[str] = frozenset()


def somebody(party: str, *roles: str, scope: Iterable[str] = ()) -> Somebody:
    return Somebody(party, frozenset(roles), frozenset(scope))


# --- the table ---------------------------------------------------------------------------------


def test_every_verb_has_a_row_a_model_and_a_use_case() -> None:
    assert set(desk.VERBS) == set(commands.VERBS)
    assert set(desk.VERBS) <= set(ROWS)
    for verb, (model, _) in desk.VERBS.items():
        assert model is commands.VERBS[verb]
        assert verb == model.VERB


def test_every_operation_is_for_somebody() -> None:
    assert all(access.users(operation) for operation in ROWS)


def test_an_auditor_does_nothing_but_look() -> None:
    assert [verb for verb in VERBS if "auditor" in access.users(verb)] == []


def test_a_vendor_reaches_incidents_it_reported_and_a_client_those_it_was_told_of() -> None:
    for verb in set(VERBS) - {"report_leak"}:
        assert ROWS[verb]["vendor"] <= {"own"}
        assert ROWS[verb]["client"] <= {"told", "touched", "self", "new"}


def test_nobody_but_the_operator_reaches_what_is_of_everyone() -> None:
    for row in ROWS.values():
        assert not {"everyone", "platform"} & (row["vendor"] | row["client"] | row["auditor"])


@pytest.mark.parametrize(
    "spoilt",
    [
        TABLE + "\nacknowledge - told - -",
        TABLE + "\nwink - told -",
        TABLE + "\nwink - told - - -",
        TABLE + "\nwink - friend - -",
        TABLE + "\nwink - told;own - -",
        TABLE.replace("auditor", "author", 1),
    ],
    ids=["twice", "too few", "too many", "no relation", "no list", "no role"],
)
def test_a_table_that_is_not_whole_is_refused(spoilt: str) -> None:
    with pytest.raises(Invalid, match=r"the table .* is not in order.*domain/access\.py"):
        access.read_table(spoilt)


def test_what_is_registered_and_what_has_a_row_is_the_same() -> None:
    access.require_rows(list(ROWS))


@pytest.mark.parametrize(
    ("registered", "words"),
    [({*ROWS, "wink"}, "without a row: wink"), ({*ROWS} - {"ask"}, "a row for nothing: ask")],
)
def test_an_operation_without_a_row_and_a_row_for_nothing_stop_the_start(
    registered: set[str], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        access.require_rows(registered)


# --- roles -------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("party", PARTIES)
def test_a_verb_is_refused_to_whoever_has_no_row_for_it(verb: str, party: str) -> None:
    outcome = given().when(step(party, verb))
    if ROWS[verb][PARTIES[party]]:
        outcome.then_refused(Invalid, match="is missing")  # of its fields: it was let in
    else:
        outcome.then_refused(Forbidden, field="do", match=f"got: {verb}.*a party with the role")


def test_an_operation_whose_row_was_taken_away_is_refused_to_everybody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = given(*told("joker"))
    monkeypatch.delitem(ROWS, "acknowledge")
    story.when(an_acknowledgement()).then_refused(Invalid, match="no such verb")


def test_one_of_several_roles_is_enough() -> None:
    mailer = somebody("mailer", "vendor", "client")
    assert access.grant(mailer, "take_measure").relations == {"own", "told"}
    with pytest.raises(Forbidden, match="mailer, which is client and vendor"):
        access.grant(mailer, "register_party")


@pytest.mark.parametrize("roles", [(), ("superuser",)])
def test_a_party_without_a_role_of_the_table_may_do_nothing(roles: tuple[str, ...]) -> None:
    for operation in ROWS:
        with pytest.raises(Forbidden, match=f"is {roles[0] if roles else 'nobody here'};"):
            access.grant(somebody("ghost", *roles), operation)


def test_a_verb_that_is_not_in_the_table_names_its_neighbours() -> None:
    with pytest.raises(Invalid, match="did you mean acknowledge"):
        access.require_role("joker", frozenset({"client"}), "acknowlege")


# --- relations ---------------------------------------------------------------------------------


def test_a_use_case_reaches_no_incident_through_a_relation_that_its_row_does_not_give(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    story = given(*told("joker"))
    monkeypatch.setitem(ROWS["acknowledge"], "client", frozenset({"self"}))
    monkeypatch.setitem(ROWS["withdraw"], "vendor", frozenset({"told"}))
    for act in (an_acknowledgement(), step("zoopit", "withdraw", incident="leak")):
        story.when(act).then_refused(NotFound, match="none that concerns you")


def test_a_client_that_was_cleared_goes_on_with_its_own_record() -> None:
    story = given(*told("joker"), an_acknowledgement(), a_clearing())
    story.given(an_assessment(), a_correction("command-7"), a_closing())


def test_a_client_that_was_cleared_asks_no_more_until_it_is_told_anew() -> None:
    story = given(*told("joker"), a_clearing())
    story.when(a_question()).then_refused(Refused, field="incident", match="raise a concern")
    story.given(a_notice("joker"), a_question())


def test_a_client_that_was_never_told_is_not_told_that_it_was_cleared() -> None:
    story = given(a_leak(), a_party("kiwi", "client"), *told("kiwi")[1:])
    story.when(a_question("joker")).then_refused(NotFound, match="none that concerns you")


# --- who may look ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who",
    [
        somebody("joker", "client"),
        somebody("auditor", "auditor", scope=["joker"]),
        somebody("platform", "operator"),
        somebody("group", "client", "auditor", scope=["joker"]),
    ],
    ids=lambda who: who.id,
)
def test_a_view_is_for_its_party_its_auditors_and_the_operator(who: Somebody) -> None:
    access.grant(who, "timeline").require_sight("joker")


@pytest.mark.parametrize(
    "who",
    [
        somebody("tokmanni", "client"),
        somebody("zoopit", "vendor"),
        somebody("zoopit", "vendor", scope=["joker"]),
        somebody("auditor", "auditor"),
        somebody("auditor", "auditor", scope=["tokmanni"]),
    ],
    ids=["a client", "a vendor", "no auditor", "an emptied scope", "another scope"],
)
def test_a_view_is_for_nobody_else(who: Somebody) -> None:
    with pytest.raises(Forbidden, match="not yours to see"):
        access.grant(who, "timeline").require_sight("joker")


@pytest.mark.parametrize(
    ("who", "feeds"),
    [
        (somebody("joker", "client"), {"joker"}),
        (somebody("auditor", "auditor", scope=["joker"]), {"joker"}),
        (somebody("auditor", "auditor"), set()),
        (somebody("mailer", "vendor", "auditor", scope=["joker"]), {"joker", "mailer"}),
        (somebody("ops", "operator"), {"ops"}),
    ],
)
def test_the_feeds_handed_to_a_party_are_its_own_and_those_it_audits(
    who: Somebody, feeds: set[str]
) -> None:
    assert access.grant(who, "messages").named == feeds


def test_a_grant_of_nothing_reaches_nobody() -> None:
    assert not Grant("joker", scope=frozenset({"kiwi"})).named
