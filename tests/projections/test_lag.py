"""How far each party is behind its feed, and which notices it has not been seen to get."""

from __future__ import annotations

from projections import feed_index, lag, parties
from projections.rows import Row, Rows
from tests.builders import a_party, an_update, told
from tests.projections.reading import a_story, delivery, read


def by_party(rows: Rows, **floors: int) -> dict[str, Row]:
    found = lag.query(rows, lambda party: floors.get(party, 0))
    return {str(row["party"]): row for row in found}


def test_who_has_acknowledged_nothing_is_behind_by_its_whole_feed() -> None:
    rows = read(a_story(*told("joker", "tokmanni"))).rows
    joker = by_party(rows)["joker"]
    assert joker["messages"] == joker["behind"] == feed_index.head("joker", rows) > 0


def test_what_lies_below_the_ack_floor_is_not_behind() -> None:
    rows = read(a_story(*told("joker", "tokmanni"), an_update("joker"))).rows
    numbers = [row["number"] for row in feed_index.page("joker", 0, 100, rows)]
    for done, floor in enumerate(numbers, start=1):
        assert by_party(rows, joker=floor)["joker"]["behind"] == len(numbers) - done
        assert by_party(rows, joker=floor - 1)["joker"]["behind"] == len(numbers) - done + 1
    assert by_party(rows, joker=numbers[-1])["tokmanni"]["behind"] > 0


def test_an_auditor_follows_the_feeds_of_its_scope() -> None:
    found = by_party(read(a_story(*told("joker", "tokmanni"))).rows)
    assert found["auditor"]["messages"] == found["joker"]["messages"]


def test_one_party_may_be_asked_for_alone() -> None:
    rows = read(a_story(*told("joker", "tokmanni"), a_party("ops", "operator"))).rows
    for party in ("joker", "tokmanni", "auditor"):
        assert lag.query(rows, lambda _: 0, party) == [by_party(rows)[party]]
    assert lag.query(rows, lambda _: 0, "ops") == lag.query(rows, lambda _: 0, "nobody") == []


def test_the_operator_follows_nothing() -> None:
    rows = read(a_story(a_party("ops", "operator"))).rows
    assert "ops" in {one.id for one in parties.everybody(rows)}
    assert "ops" not in by_party(rows)


def test_notices_are_awaited_until_they_were_seen_to_arrive() -> None:
    waiting = by_party(read(a_story(*told("joker"), an_update())).rows)
    assert waiting["joker"]["awaiting"] == 2
    assert waiting["tokmanni"]["awaiting"] == 0
    seen = by_party(read(a_story(*told("joker"), delivery("joker"))).rows)
    assert seen["joker"]["awaiting"] == 0
