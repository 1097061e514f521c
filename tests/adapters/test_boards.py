"""A board page by page: each line once, to those who may see it."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import Invalid, NotFound
from tests.adapters.asking import Asked, Tell
from tests.builders import a_leak, a_naming, a_notice, a_party

CLIENTS = ("ahlsell", "bunnpris", "coop", "joker", "kiwi", "meny")
PARTIES = tuple(a_party(client, "client") for client in CLIENTS if client not in {"joker", "kiwi"})


def a_board(tell: Tell, *told: str) -> Asked:
    """Of all of these clients, of whom so many have been told."""
    scoped = a_party("inspector", "auditor", scope=[*CLIENTS[1:5]])
    return tell(*PARTIES, scoped, a_leak(), a_naming(*CLIENTS), a_notice(*told))


def pages(ask: Asked, by: str, limit: int, incident: str) -> list[list[str]]:
    found: list[list[str]] = []
    after: dict[str, str] = {}
    while True:
        page = ask(by, "board", incident=incident, limit=limit, **after)
        found.append([line["client"] for line in page["clients"]])
        if page["next"] is None:
            return found
        after = {"after": page["next"]}


def test_a_board_is_one_answer_where_no_page_is_asked_for(tell: Tell) -> None:
    board = a_board(tell, "joker")("zoopit", "board", incident="leak")
    assert ([line["client"] for line in board["clients"]], board["next"]) == ([*CLIENTS], None)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 6, 7])
def test_pages_hold_every_line_once(tell: Tell, limit: int) -> None:
    found = pages(a_board(tell, "joker"), "zoopit", limit, "leak")
    assert found == [[*CLIENTS[n : n + limit]] for n in range(0, len(CLIENTS), limit)]


def test_whoever_sees_some_clients_alone_is_shown_those_that_were_told_page_by_page(
    tell: Tell,
) -> None:
    ask = a_board(tell, "ahlsell", "bunnpris", "coop", "kiwi")
    assert pages(ask, "inspector", 2, "leak") == [["bunnpris", "coop"], ["kiwi"]]


@pytest.mark.parametrize("by", ["zoopit", "inspector"])
def test_behind_a_client_that_is_not_shown_there_is_no_page(tell: Tell, by: str) -> None:
    ask = a_board(tell, "bunnpris")
    for nobody in ("nobody", *(["ahlsell"] if by == "inspector" else [])):
        refused = ask.refused(by, "board", incident="leak", after=nobody, limit=2)
        assert (type(refused), refused.field) == (Invalid, "after")


@pytest.mark.parametrize(
    ("field", "odd"), [("after", 5), ("limit", -1), ("limit", "many"), ("limit", 2**53)]
)
def test_odd_pages_are_refused(tell: Tell, field: str, odd: Any) -> None:
    refused = a_board(tell, "joker").refused("zoopit", "board", incident="leak", **{field: odd})
    assert (type(refused), refused.field) == (Invalid, field)


def test_a_page_of_nothing_is_empty(tell: Tell) -> None:
    board = a_board(tell, "joker")("zoopit", "board", incident="leak", limit=0)
    assert (board["clients"], board["next"]) == ([], None)


def test_a_name_that_two_vendors_gave_names_none_to_an_auditor_of_both(tell: Tell) -> None:
    both = a_leak(by="other"), a_notice("joker", by="other")
    ask = tell(a_party("watch", "auditor", scope=["joker"]), a_leak(), a_notice("joker"))
    assert ask("watch", "board", incident="leak")["vendor"] == "zoopit"
    ask.story.goes_on(*both)
    assert isinstance(ask.refused("watch", "board", incident="leak"), NotFound)


# --- and parties --------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_the_operator_reads_all_parties_page_by_page(tell: Tell, limit: int) -> None:
    ask = a_board(tell, "joker")
    every = [one["id"] for one in ask("ops", "parties")]
    found: list[str] = []
    while page := ask("ops", "parties", limit=limit, **({"after": found[-1]} if found else {})):
        found += [one["id"] for one in page]
    assert found == every == sorted(every)


def test_behind_a_party_that_is_not_there_is_no_page(tell: Tell) -> None:
    refused = a_board(tell, "joker").refused("ops", "parties", after="nobody")
    assert (type(refused), refused.field) == (Invalid, "after")
