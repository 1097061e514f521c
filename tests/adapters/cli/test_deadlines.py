"""varsel deadline: when is it due, by which rule and convention?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from adapters.deadlines import compute
from domain.errors import Invalid, VarselError

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
