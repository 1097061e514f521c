"""What the rules promise: duties by name and by day, no overlap, one fingerprint."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.errors import Invalid
from domain.law.rules import LAWS, Authorities, Authority, LawError, Pack, Rules
from tests.domain.law.packs import a_pack

OLD = a_pack({"effective_to": "2025-12-31"})
NEW = a_pack({"version": "2", "effective_from": "2026-01-01"}, {"period": '"PT48H"'})


def test_a_duty_is_found_by_name_with_what_its_pack_says_for_all() -> None:
    duty = Rules({"nis2.toml": OLD}).duty("nis2.notification")
    assert (duty.name, duty.law, duty.law_version) == (
        "nis2.notification",
        "nis2",
        "nis2 2024-10-18 v1",
    )
    assert duty.computation == ("strict", "r1182")
    assert str(duty.period) == "PT72H"


def test_a_duty_is_given_as_the_law_stood_on_a_day_or_else_in_its_newest_version() -> None:
    rules = Rules({"new.toml": NEW, "old.toml": OLD})
    assert str(rules.duty("nis2.notification", date(2025, 12, 31)).period) == "PT72H"
    assert str(rules.duty("nis2.notification", date(2026, 1, 1)).period) == "PT48H"
    assert str(rules.duty("nis2.notification").period) == "PT48H"


def test_an_unknown_duty_lists_the_names_that_are_near() -> None:
    with pytest.raises(LawError, match=r"got: nis2.notfication; .* did you mean nis2.notification"):
        Rules({"nis2.toml": OLD}).duty("nis2.notfication")


def test_a_duty_of_another_time_says_which_day_was_asked_for() -> None:
    with pytest.raises(LawError, match="unknown duty in force on 2020-01-01"):
        Rules({"nis2.toml": OLD}).duty("nis2.notification", date(2020, 1, 1))


def test_a_law_error_is_a_value_error_and_an_invalid_input() -> None:
    assert issubclass(LawError, ValueError)
    assert issubclass(LawError, Invalid)


@pytest.mark.parametrize(
    ("day", "versions"),
    [
        (date(2024, 10, 17), []),
        (date(2024, 10, 18), ["nis2 2024-10-18 v1"]),
        (date(2025, 12, 31), ["nis2 2024-10-18 v1"]),
        (date(2026, 1, 1), ["nis2 2026-01-01 v2"]),
    ],
)
def test_the_duties_in_force_are_those_of_the_version_of_that_day(
    day: date, versions: list[str]
) -> None:
    rules = Rules({"old.toml": OLD, "new.toml": NEW})
    assert [duty.law_version for duty in rules.in_force("nis2", day)] == versions


def test_a_known_law_without_a_pack_has_no_duties_and_an_unknown_one_is_refused() -> None:
    rules = Rules({"nis2.toml": OLD})
    assert rules.in_force("dora", date(2026, 1, 1)) == ()
    with pytest.raises(LawError, match=r"unknown law; got: gdrp; .* did you mean gdpr"):
        rules.in_force("gdrp", date(2026, 1, 1))


@pytest.mark.parametrize("last", [None, "2026-01-01", "2030-01-01"])
def test_two_versions_of_one_law_in_force_on_one_day_are_refused_naming_both(
    last: str | None,
) -> None:
    old = a_pack({"effective_to": last})
    with pytest.raises(LawError, match=r"new.toml.*nis2 2026-01-01 v2.*\(old.toml\)"):
        Rules({"new.toml": NEW, "old.toml": old})


def test_versions_of_different_laws_may_be_in_force_together() -> None:
    rules = Rules({"nis2.toml": OLD, "dora.toml": a_pack({"law": '"dora"'})})
    assert rules.names == ("dora.notification", "nis2.notification")


# --- fingerprint -------------------------------------------------------------------------------

SIX = {law: a_pack({"law": f'"{law}"', "computation": '["strict"]'}) for law in LAWS[4:10]}
TWO = (
    Authority(country="NO", id="NO/datatilsynet", name="Datatilsynet"),
    Authority(country="IS", id="IS/personuvernd", name="Persónuvernd"),
)


@given(st.permutations(sorted(SIX)), st.permutations(TWO))
def test_the_order_and_the_names_of_files_do_not_change_the_fingerprint(
    laws: list[str], authorities: list[Authority]
) -> None:
    told = Rules(SIX, TWO).fingerprint
    assert Rules({f"{law}.toml": SIX[law] for law in laws}, tuple(authorities)).fingerprint == told


def test_the_order_of_duties_within_a_pack_does_not_change_the_fingerprint() -> None:
    one = a_pack(None, {"id": '"a"'}, {"id": '"b"'})
    other = a_pack(None, {"id": '"b"'}, {"id": '"a"'})
    assert Rules({"x": one}).fingerprint == Rules({"x": other}).fingerprint


@pytest.mark.parametrize(
    "changed",
    [
        Rules({"x": a_pack({"title": '"Another title"'})}, TWO),
        Rules({"x": a_pack(None, {"period": '"PT24H"'})}, TWO),
        Rules({"x": a_pack(None, {"period": None})}, TWO),
        Rules({"x": a_pack()}, TWO[:1]),
        Rules({}, TWO),
    ],
)
def test_any_change_of_content_changes_the_fingerprint(changed: Rules) -> None:
    told = Rules({"x": a_pack()}, TWO).fingerprint
    assert len(told) == 64
    assert changed.fingerprint != told


# --- what a pack may say -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "duty", "says"),
    [
        ({"law": '"gdrp"'}, {}, "did you mean gdpr"),
        ({"law": '"nis3"', "computation": '["r1182"]'}, {}, "unknown law"),
        ({"law": '"contract"'}, {}, "r1182 counts EU, EEA and UK acts, not contract"),
        ({"law": '"hipaa"'}, {}, "not hipaa"),
        ({"computation": '["lenient"]'}, {}, "'strict', 'r1182', 'relief' or 'business_days'"),
        ({"computation": "[]"}, {}, "one or more of strict, r1182"),
        ({"effective_to": "2024-10-17"}, {}, "on or after effective_from, 2024-10-18"),
        ({"effective_from": '"soon"', "effective_to": "2024-10-17"}, {}, "effective_from"),
        ({"version": "0"}, {}, "greater than or equal to 1"),
        ({"version": "true"}, {}, "valid integer"),
        ({"source": '"see above"'}, {}, "source"),
        ({"status": '"reviewed"'}, {}, "duty notification is not reviewed"),
        ({"colour": '"red"'}, {}, "Extra inputs"),
        ({}, {"law": '"gdpr"'}, "Extra inputs"),
        ({}, {"id": '"Notice!"'}, "duty.0.id"),
        ({}, {"debtor": '"vendor"'}, "'processor' or 'entity'"),
        ({}, {"starts": '"full_moon"'}, "'first_report'"),
        ({}, {"met_by": '"hope"'}, "'people_notified'"),
        ({}, {"period": '"72 hours"'}, "ISO 8601 duration of one unit"),
        ({}, {"waivable_by": '["tired"]'}, "'unlikely_risk'"),
        ({}, {"starts": '"contract"'}, "what starts by contract ends by contract"),
        ({}, {"starts": '"never"', "period": '"PT1H"'}, "starts"),
        ({}, {"reviewed": '"yes"'}, "valid boolean"),
        ({}, {"why": None}, "Field required"),
        ({}, {"title": '" "'}, "at least 1 character"),
        ({}, {"starts": '"fact"'}, "`fact` goes with starts"),
        ({}, {"after": '"notification"'}, "`after` goes with starts"),
        ({}, {"starts": '"after"', "after": '"warning"'}, "no duty here has the id warning"),
        ({}, {"needs": "[{}]"}, "exactly one of any_fact"),
        ({}, {"needs": '[{ any_fact = ["signficant"] }]'}, "did you mean significant"),
        ({}, {"needs": '[{ risk = "high", unless = "agent" }]'}, "exactly one of any_fact"),
        ({"place": '"Norway"'}, {}, "place"),
    ],
)
def test_a_pack_that_says_what_cannot_be_is_refused(
    head: dict[str, str | None], duty: dict[str, str | None], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        a_pack(head, duty)


def test_a_duty_is_there_once() -> None:
    with pytest.raises(ValidationError, match="duty notification is there twice"):
        a_pack(None, {}, {})


def test_a_pack_is_reviewed_when_each_of_its_duties_is() -> None:
    pack = a_pack({"status": '"reviewed"'}, {"reviewed": "true"})
    assert pack.status == "reviewed"


def test_a_pack_without_duties_is_refused() -> None:
    without = a_pack().model_dump(by_alias=True) | {"duty": []}
    with pytest.raises(ValidationError, match=r"expected one \[\[duty\]\] or more"):
        Pack.model_validate(without)


def test_a_contract_is_counted_in_elapsed_hours_and_brings_its_own_period() -> None:
    head: dict[str, str | None] = {"law": '"contract"', "computation": '["strict"]'}
    (duty,) = a_pack(head, {"starts": '"contract"', "period": None}).duties
    assert (duty.period, duty.computation) == (None, ("strict",))


# --- authorities -------------------------------------------------------------------------------


def test_an_authority_is_found_by_country_and_named_in_general_where_none_is_listed() -> None:
    rules = Rules({}, TWO)
    assert rules.authority_for("NO") == "NO/datatilsynet"
    assert rules.authority_for("JP") == "JP/supervisory-authority"


@pytest.mark.parametrize(
    ("country", "name"), [("NO", "SE/imy"), ("NO", "NO/Data Tilsynet"), ("no", "NO/datatilsynet")]
)
def test_an_authority_belongs_to_its_country(country: str, name: str) -> None:
    entry = {"country": country, "id": name, "name": "Authority"}
    with pytest.raises(ValidationError):
        Authorities.model_validate({"status": "unreviewed", "authority": [entry]})


def test_an_authority_is_one_of_laws_that_are_known() -> None:
    entry = {"country": "NO", "id": "NO/nsm", "name": "NSM", "laws": ["nis1"]}
    with pytest.raises(ValidationError, match="unknown law 'nis1'; did you mean nis2"):
        Authorities.model_validate({"status": "unreviewed", "authority": [entry]})


def test_a_place_may_have_several_authorities_under_a_law_and_each_may_have_other_names() -> None:
    rules = Rules(
        {},
        (
            Authority(country="NO", id="NO/nsm", name="NSM", laws=("no-dsl",), also=("NO/ncsc",)),
            Authority(country="NO", id="NO/nkom", name="Nkom", laws=("no-dsl",)),
        ),
    )
    assert rules.authorities_for("NO", "no-dsl") == ("NO/nsm", "NO/nkom")
    assert rules.authority_for("NO") == "NO/supervisory-authority"
    assert rules.authority_for("SE", "nis2") == "SE/csirt"
    assert rules.laws_of("NO/ncsc") == {"no-dsl"}
    assert rules.laws_of("NO/anybody") == set()
