"""AMCA 2019: one breach, eighteen clients, eighteen filings."""

from __future__ import annotations

import pytest

from tests.adapters.play.lab import Staged
from tests.scenarios.reading import Played, require_structure, the, timeline

pytestmark = pytest.mark.parametrize("played", ["scenarios/amca-2019.yaml"], indirect=True)


def test_it_has_the_public_structure(found: Played) -> None:
    require_structure(found)
    assert len(found["clients"]) == 18


def test_all_eighteen_are_on_the_board_and_each_has_filed(found: Played) -> None:
    board = found["incidents"]["amca-2019"]["board"]
    assert {line["client"] for line in board} == found["clients"].keys()
    assert {line["standing"] for line in board} == {"regulator notified"}
    assert sum(line["count"] for line in board) == 13706103
    assert all(line["delivered_at"] and line["acknowledged_at"] for line in board)


def test_each_filing_is_the_clients_own_and_on_its_own_day(found: Played) -> None:
    days = {
        client: the(timeline(found, client, "RegulatorNotified"))["happened"]
        for client in found["clients"]
    }
    assert days["south-texas-dermatopathology"] == "2019-10-07"
    assert days["west-hills-hospital"] == "2019-08-06"
    assert len(set(days.values())) > 5


def test_no_client_sees_anything_of_another(found: Played) -> None:
    for client, said in found["clients"].items():
        others = found["clients"].keys() - {client}
        assert not [other for other in others if f"'{other}'" in str(said)]


def test_the_board_as_of_an_earlier_day_is_shorter(played: Staged) -> None:
    first = played.outcome("2019-05-14")["incidents"]["amca-2019"]["board"]
    told = [line["client"] for line in first if line["notified_at"]]
    assert sorted(told) == ["carecentrix", "labcorp", "penobscot-chc"]
    assert not any(line["regulator"] for line in first)
    assert {line["client"]: line["count"] for line in first}["labcorp"] == {"about": 7700000}
