"""What the operator does: parties let in, engagements recorded."""

from __future__ import annotations

from typing import Any

import pytest

from domain import events as e
from domain.errors import Forbidden, Invalid, NotFound, Refused, VarselError
from tests.builders import Step, a_party, step
from tests.spec import Story, given, given_nobody, like


def an_engagement(**more: Any) -> Step:
    usual = {"vendor": "zoopit", "client": "joker"}
    return step("platform", "agree_engagement", **{**usual, **more})


# --- register_party ----------------------------------------------------------------------------


def test_a_party_is_let_in_and_sees_so_itself() -> None:
    given_nobody().when(
        a_party("joker", "client", name="Joker", group="norgesgruppen", laws=["gdpr", "no-dsl"])
    ).then(
        like(
            e.PartyRegistered,
            id="joker",
            roles=("client",),
            name="Joker",
            country="NO",
            zone="Europe/Oslo",
            laws=("gdpr", "no-dsl"),
            laws_presumed=False,
            group="norgesgruppen",
        ).seen_by("joker")
    )


def test_a_party_without_a_name_goes_by_its_id_and_without_a_zone_by_utc() -> None:
    bare = step("platform", "register_party", id="joker", roles=["client"])
    given_nobody().when(bare).then(like(e.PartyRegistered, name="joker", zone="UTC", country=None))


@pytest.mark.parametrize(
    ("country", "laws"), [("NO", ("gdpr",)), ("fi", ("gdpr",)), ("US", ()), (None, ())]
)
def test_where_no_laws_are_given_the_gdpr_is_presumed_within_the_eea(
    country: str | None, laws: tuple[str, ...]
) -> None:
    given_nobody().when(a_party("joker", "client", country=country)).then(
        like(e.PartyRegistered, laws=laws, laws_presumed=True)
    )


def test_no_laws_at_all_may_be_said() -> None:
    given_nobody().when(a_party("joker", "client", laws=[])).then(
        like(e.PartyRegistered, laws=(), laws_presumed=False)
    )


def test_an_auditor_has_a_scope_of_registered_parties_and_maybe_itself() -> None:
    given().when(a_party("group-dpo", "auditor", scope=["joker", "group-dpo"])).then(
        like(e.PartyRegistered, scope=("joker", "group-dpo"))
    )


def test_an_unknown_party_is_in_no_scope() -> None:
    given().when(a_party("group-dpo", "auditor", scope=["joker", "nobody"])).then_refused(
        NotFound, field="scope", match="got: nobody"
    )


def test_only_an_auditor_has_a_scope() -> None:
    given().when(a_party("nosy", "client", scope=["joker"])).then_refused(
        Invalid, field="scope", match="auditor among them"
    )


@pytest.mark.parametrize("taken", ["joker", "platform"])
def test_an_id_serves_one_party(taken: str) -> None:
    given().when(a_party(taken, "client")).then_refused(Refused, field="id")


@pytest.mark.parametrize(
    ("field", "wrong", "match"),
    [
        ("id", "Joker", "match pattern"),
        ("id", "a" * 64, "match pattern"),
        ("roles", [], "at least 1 item"),
        ("roles", ["retailer"], "'vendor', 'client', 'auditor' or 'operator'"),
        ("country", False, "YAML 1.1 readers take NO for false"),
        ("country", "Norway", "match pattern"),
        ("zone", "Europe/Olso", "unknown time zone 'Europe/Olso'"),
        ("laws", ["gdrp"], "did you mean gdpr"),
    ],
)
def test_a_party_that_does_not_add_up_is_refused(field: str, wrong: Any, match: str) -> None:
    outcome = given_nobody().when(a_party("joker", "client").having(**{field: wrong}))
    story = outcome.then_refused(Invalid, match=match)
    assert outcome.error is not None
    assert str(outcome.error.field).startswith(field)
    assert story.log() == []


@pytest.mark.parametrize("do", ["register_party", "set_scope", "agree_engagement"])
@pytest.mark.parametrize("by", ["zoopit", "joker", "auditor"])
def test_only_an_operator_lets_parties_in_and_says_who_audits(do: str, by: str) -> None:
    given().when(step(by, do)).then_refused(Forbidden, field="do", match="role operator")


def test_a_party_may_be_an_operator() -> None:
    second = a_party("nordic", "client")
    story = given(a_party("host", "operator"))
    story.when(step("host", "register_party", **second.fields)).then(e.PartyRegistered)


# --- set_scope ---------------------------------------------------------------------------------


def a_scope(*parties: str, **more: Any) -> Step:
    return step("platform", "set_scope", **{"party": "auditor", "scope": list(parties), **more})


def scope_of(story: Story, party: str = "auditor") -> frozenset[str]:
    found = story.desk.party(party)
    assert found is not None
    return found.scope


def test_an_auditors_scope_is_said_anew_and_it_is_told() -> None:
    story = given()
    assert scope_of(story) == {"joker"}
    story.when(a_scope("tokmanni", "zoopit")).then(
        like(e.AuditScopeSet, auditor="auditor", scope=("tokmanni", "zoopit")).seen_by(
            "auditor", "platform"
        )
    )
    assert scope_of(story) == {"tokmanni", "zoopit"}


def test_an_auditor_may_be_left_with_nobody() -> None:
    story = given(a_scope())
    assert scope_of(story) == frozenset()


def test_the_scope_that_stands_already_records_nothing() -> None:
    given(a_scope("joker", "tokmanni")).when(a_scope("tokmanni", "joker")).then()


def test_an_operator_of_another_name_is_told_of_the_scope_it_set() -> None:
    story = given(a_party("host", "operator"))
    by_host = step("host", "set_scope", party="auditor", scope=[])
    story.when(by_host).then(like(e.AuditScopeSet, scope=()).seen_by("auditor", "host"))


@pytest.mark.parametrize(
    ("wrong", "kind", "field"),
    [
        ({"scope": ["joker", "nobody"]}, NotFound, "scope"),
        ({"scope": ["joker", "joker"]}, Invalid, "scope"),
        ({"party": "nobody"}, NotFound, "party"),
        ({"party": "joker"}, NotFound, "party"),
    ],
)
def test_a_scope_is_an_auditors_and_of_registered_parties(
    wrong: dict[str, Any], kind: type[VarselError], field: str
) -> None:
    given().when(a_scope("tokmanni").having(**wrong)).then_refused(kind, field=field)


# --- agree_engagement --------------------------------------------------------------------------


def test_an_engagement_is_known_to_vendor_and_client() -> None:
    given().when(
        an_engagement(
            service="delivery of web orders",
            contract_notice={"within": "PT24H", "from": "client_identified"},
        )
    ).then(
        like(
            e.EngagementAgreed,
            role="processor",
            service="delivery of web orders",
            contract_notice=e.ContractNotice.model_validate(
                {"within": "PT24H", "from": "client_identified"}
            ),
        ).seen_by("joker", "zoopit")
    )


def test_an_engagement_may_promise_no_notice() -> None:
    given().when(an_engagement(role="independent")).then(
        like(e.EngagementAgreed, role="independent", contract_notice=None)
    )


def test_a_later_engagement_stands_for_the_earlier_one() -> None:
    story = given(an_engagement(), an_engagement(role="joint"))
    joker = story.desk.party("joker")
    assert joker is not None
    assert [agreed.role for agreed in joker.engagements.values()] == ["joint"]


@pytest.mark.parametrize(
    ("side", "wrong"),
    [("vendor", "nobody"), ("vendor", "joker"), ("client", "nobody"), ("client", "zoopit")],
)
def test_an_engagement_is_between_a_registered_vendor_and_client(side: str, wrong: str) -> None:
    given().when(an_engagement(**{side: wrong})).then_refused(NotFound, field=side)


@pytest.mark.parametrize("within", ["24 hours", "P1DT2H", "PT", "-PT24H", "PT0H"])
def test_a_promise_is_a_whole_number_of_one_unit(within: str) -> None:
    given().when(an_engagement(contract_notice={"within": within, "from": "aware"})).then_refused(
        Invalid, field="contract_notice.within"
    )


def test_nobody_works_for_itself() -> None:
    hub = a_party("hub", "vendor", "client")
    given(hub).when(an_engagement(vendor="hub", client="hub")).then_refused(Invalid, field="client")
