"""varsel deadline: when is it due, by which rule and convention?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from adapters.deadlines import compute
from domain.errors import Invalid, VarselError
from domain.law.loader import load_packs

OSLO = "Europe/Oslo"


def due(duty: str, start: str, zone: str = "UTC", given: Mapping[str, str] | None = None) -> Any:
    found = compute(duty, start, zone, None, given or {})
    return {one["convention"]: one["at"] for one in found["due"]}


def refusal(start: str = "2023-03-24T16:30Z", **asked: Any) -> VarselError:
    usual: dict[str, Any] = {"name": "gdpr.33-1", "zone": OSLO, "country": None, "given": {}}
    with pytest.raises(VarselError) as refused:
        compute(start=start, **{**usual, **asked})
    return refused.value


# --- what the law says -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "zone", "strict", "r1182"),
    [
        ("2023-03-24T16:30", OSLO, "2023-03-27T17:30:00+02:00", "2023-03-27T18:00:00+02:00"),
        (
            "2020-12-22T12:17",
            "Europe/Berlin",
            "2020-12-25T12:17:00+01:00",
            "2020-12-25T13:00:00+01:00",
        ),
        ("2023-02-28T12:00", OSLO, "2023-03-03T12:00:00+01:00", "2023-03-03T13:00:00+01:00"),
        ("2023-04-05T15:10+02:00", OSLO, "2023-04-08T15:10:00+02:00", "2023-04-08T16:00:00+02:00"),
    ],
)
def test_72_hours_are_elapsed_time_and_the_regulation_rounds_them_up(
    start: str, zone: str, strict: str, r1182: str
) -> None:
    assert due("gdpr.33-1", start, zone) == {"strict": strict, "r1182": r1182}


def test_the_alarm_is_the_earliest() -> None:
    found = compute("gdpr.33-1", "2023-02-28T12:00", OSLO, "NO", {})
    alarms = [one["convention"] for one in found["due"] if one["alarm"]]
    assert alarms == ["strict"]
    assert found["owed_to"] == "NO/datatilsynet"


def test_a_country_may_be_written_small() -> None:
    assert compute("gdpr.33-1", "2023-02-28T12:00", OSLO, "fi", {})["country"] == "FI"


@pytest.mark.parametrize("duty", ["gdpr.34-1", "gdpr.33-2"])
def test_a_duty_without_a_number_has_no_deadline(duty: str) -> None:
    assert due(duty, "2023-02-28T12:00", OSLO) == {}


@pytest.mark.parametrize(
    ("within", "at"),
    [("PT24H", "2023-03-01T12:00:00+01:00"), ("P2D", "2023-03-02T23:59:59+01:00")],
)
def test_a_contract_brings_its_own_period(within: str, at: str) -> None:
    found = due("contract.notice", "2023-02-28T12:00", OSLO, {"within": within})
    assert found == {"strict": at}


# --- what is refused ---------------------------------------------------------------------------


def test_an_unknown_duty_lists_near_names() -> None:
    error = refusal(name="gdpr.33.1")
    assert "unknown duty" in error.message
    assert error.next_step
    assert "gdpr.33-1" in error.next_step


def test_an_hour_that_the_clocks_leave_out_is_asked_about() -> None:
    error = refusal("2023-03-26T02:30")
    assert error.message.startswith("is there not at all in Europe/Oslo")
    assert error.expected
    assert "2023-03-26T02:30+01:00 or 2023-03-26T02:30+02:00" in error.expected


def test_an_hour_that_is_there_twice_is_asked_about() -> None:
    error = refusal("2023-10-29T02:30")
    assert error.message.startswith("is there twice in Europe/Oslo")
    assert error.expected
    for answer in error.expected.removeprefix("the time with its offset: ").split(" or "):
        assert due("gdpr.33-1", answer, OSLO)


def test_the_hours_around_a_change_of_clocks_are_plain() -> None:
    for start in ("2023-03-26T01:59", "2023-03-26T03:00", "2023-10-29T01:59", "2023-10-29T03:00"):
        assert due("gdpr.33-1", start, OSLO)


@pytest.mark.parametrize(
    ("asked", "field", "expected"),
    [
        ({"start": "noon"}, "--from", "2023-03-24T16:30"),
        ({"start": "2023-03-24"}, "--from", "2023-03-24T09:00"),
        ({"start": "0001-01-01T00:00+14:00"}, "--from", "1901 to 8998"),
        ({"start": "9999-12-31T23:00-12:00"}, "--from", "1901 to 8998"),
        ({"zone": "Oslo"}, "--zone", "Europe/Oslo"),
        ({"country": "NOR"}, "--country", "two letters"),
        ({"given": {"within": "PT1H"}}, "--given", "contract.notice alone"),
        ({"name": "contract.notice"}, "--given", "within=PT24H"),
        ({"name": "contract.notice", "given": {"within": "24"}}, "--given", "within=PT24H"),
        ({"name": "contract.notice", "given": {"severity": "high"}}, "--given", "within=PT24H"),
    ],
)
def test_what_is_not_clear_is_asked_about(asked: dict[str, Any], field: str, expected: str) -> None:
    error = refusal(**asked)
    assert isinstance(error, Invalid)
    assert error.field == field
    assert error.expected
    assert expected in error.expected
    assert error.got
    assert error.next_step


# --- what a deadline turns on besides its start ------------------------------------------------

HELSINKI = "Europe/Helsinki"


def answer(duty: str, start: str, *drafts: str, **given: str) -> Any:
    return compute(duty, start, HELSINKI, "FI", given, drafts)


def test_every_duty_is_answered_with_its_steps() -> None:
    rules = load_packs()
    for name in rules.names:
        given = {"within": "PT24H"} if name == "contract.notice" else {}
        found = compute(name, "2026-11-20T12:00", OSLO, "NO", given)
        assert bool(found["due"]) == bool(found["explain"])
        assert sum(one["alarm"] for one in found["due"]) == bool(found["due"])
        assert found["applies"] in {"yes", "no", "open"}


def test_dora_s_initial_report_takes_the_earliest_of_two_clocks() -> None:
    start = "2026-01-29T07:00"
    assert answer("dora.initial", start)["due"][0]["at"] == "2026-01-29T11:00:00+02:00"
    found = answer("dora.initial", start, aware="2026-01-28T09:00")
    assert found["due"][0]["at"] == "2026-01-29T09:00:00+02:00"
    later = answer("dora.initial", "2026-01-29T10:00", aware="2026-01-28T09:00")
    assert later["due"][0]["at"] == "2026-01-29T14:00:00+02:00"


def test_the_relief_is_not_for_everybody() -> None:
    found = answer("dora.initial", "2026-01-30T22:00", entity="credit_institution,nis2_entity")
    assert [one["convention"] for one in found["due"]] == ["strict", "r1182"]


def test_a_final_report_of_what_was_ongoing_runs_from_its_handling() -> None:
    found = answer(
        "nis2.final-report", "2026-08-31T10:00", ongoing="yes", handled="2026-10-15T09:00"
    )
    assert found["due"][0]["at"] == "2026-11-15T23:59:59+02:00"


@pytest.mark.parametrize(
    ("duty", "given", "applies"),
    [
        ("hipaa.hhs-large", {"people_affected": "500"}, "yes"),
        ("hipaa.hhs-large", {"people_affected": "499"}, "no"),
        ("hipaa.hhs-large", {}, "open"),
        ("hipaa.individuals", {"low_probability": "yes"}, "no"),
        ("us-ca.consumers", {"data": "name,passport", "residents_us_ca": "3"}, "yes"),
        ("nis2.notification", {"significant": "unknown"}, "open"),
        ("nis2.notification", {"significant": "yes", "entity": "trust_service"}, "yes"),
    ],
)
def test_whether_it_binds_is_told_from_what_is_given(
    duty: str, given: dict[str, str], applies: str
) -> None:
    assert answer(duty, "2026-11-20T12:00", **given)["applies"] == applies


def test_a_draft_is_answered_beside_the_law() -> None:
    found = answer("gdpr.33-1", "2026-03-02T09:00", "omnibus-2025", risk="high")
    (draft,) = found["drafts"]
    assert found["due"][0]["at"] == "2026-03-05T09:00:00+02:00"
    assert (draft["due"][0]["at"], draft["applies"]) == ("2026-03-06T09:00:00+02:00", "yes")
    assert "drafts" not in answer("gdpr.33-1", "2026-03-02T09:00")


def test_a_disputed_reading_is_told_apart_and_without_a_calendar_by_weekends() -> None:
    for country in ("NO", None, "XX"):
        found = compute("gdpr.33-1", "2026-04-02T12:00", OSLO, country, {})
        (shown,) = found["disputed"]
        assert shown["disputed"]
        assert not shown["alarm"]


@pytest.mark.parametrize(
    ("duty", "given", "expected"),
    [
        ("hipaa.hhs-large", {"people_affected": "many"}, "people_affected=a number"),
        ("dora.initial", {"entity": "bank"}, "entity=kinds of entity"),
        ("us-ca.consumers", {"data": "secrets"}, "data=kinds of data"),
        ("nis2.notification", {"significant": "maybe"}, "significant=yes, no or unknown"),
        ("nis2.notification", {"colour": "red"}, "significant=yes, no or unknown"),
    ],
)
def test_a_fact_it_does_not_take_lists_those_it_does(
    duty: str, given: dict[str, str], expected: str
) -> None:
    error = refusal(name=duty, start="2026-11-20T12:00Z", given=given)
    assert error.field == "--given"
    assert expected in str(error.expected)


def test_a_time_given_is_read_like_the_start() -> None:
    error = refusal(name="dora.initial", start="2026-11-20T12:00Z", given={"aware": "noon"})
    assert error.field == "--given aware"
    error = refusal(
        name="gdpr.33-1", start="2026-11-20T12:00Z", given={"risk": "dire"}, drafts=["omnibus-2025"]
    )
    assert "unlikely, risk or high" in str(error.expected)
