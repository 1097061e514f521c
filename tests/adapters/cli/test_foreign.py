"""varsel foreign tells who was told what, and when, a line a message."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.cli import foreign as command
from tests.adapters.cli.lab import Varsel

EVENT = {"feed": "shop", "sequence": "4", "type": "varsel.ClientNotified.v1", "time": "2024-03-04"}


def a_row(number: int, body: str, **more: Any) -> dict[str, Any]:
    row = {"id": number, "number": number, "subject": "feed.shop._.Told", "body": body}
    return {**row, "found_at": "2024-03-05T10:00:00+00:00", "settled_at": None, **more}


class Asked:
    """Answers as the platform would, a message a page; remembers what was settled."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = rows
        self.settled: list[int] = []

    def __call__(self, _way: object, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        said = body["with"]
        if verb == "foreign_settle":
            self.settled.append(said["through"])
            return {"settled": len(self.rows), "unsettled": 0}
        found = [one for one in self.rows if one["id"] > said["after"]][:1]
        return {"foreign": found, "unsettled": 0, "next": found[0]["id"] if found else None}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    settled = {"settled_at": "2024-03-06T11:00:00+00:00"}
    made = Asked(a_row(7, json.dumps(EVENT)), a_row(8, "an \x1b[31mintruder", **settled))
    monkeypatch.setattr(command, "call", made)
    monkeypatch.setattr(command, "operator", lambda *_: None)
    return made


@pytest.mark.usefixtures("asked")
def test_every_page_is_listed_in_words(varsel: Varsel) -> None:
    first, second, count = varsel("foreign").out.splitlines()
    found = "found 2024-03-05 10:00 UTC"
    kind = "shop #4  varsel.ClientNotified.v1  2024-03-04"
    assert first == f"7  feed.shop._.Told  {kind}  {found}"
    assert second == f"8  feed.shop._.Told  ? #?  no event  {found}  settled 2024-03-06 11:00 UTC"
    assert count == "2 in all"


@pytest.mark.usefixtures("asked")
def test_machines_are_given_all_there_is(varsel: Varsel) -> None:
    assert [one["number"] for one in varsel("foreign", "--json").json()] == [7, 8]


def test_what_is_settled_is_what_was_listed(varsel: Varsel, asked: Asked) -> None:
    assert "2 settled, 0 open" in varsel("foreign", "--settle").out
    assert asked.settled == [8]


def test_a_stranger_s_words_do_not_move_the_cursor(varsel: Varsel, asked: Asked) -> None:
    asked.rows = (a_row(7, "{}", subject="feed.\x1b[2J"),)
    assert "\x1b" not in varsel("foreign").out
