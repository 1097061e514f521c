"""What FEED held and the ledger does not know is kept, and named until somebody has looked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters import foreign as words
from adapters.foreign import Foreign
from adapters.nats.feed_log import StoredMessage
from adapters.sql.postgres import Database, address
from adapters.sql.sqlite import SqliteStore
from domain.errors import Unavailable
from tests.postgres import database as new_database

NOW = datetime(2024, 3, 1, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture(params=["sqlite", "postgres"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Foreign]:
    if request.param == "sqlite":
        with closing(SqliteStore(tmp_path / "foreign.sqlite")) as store:
            yield Foreign(store)
        return
    with closing(Database(address(new_database()))) as database:
        yield Foreign(database.store())


def a_message(number: int, body: bytes = b"{}", **headers: str) -> StoredMessage:
    return StoredMessage(number, "feed.joker._.ClientNotified", headers, body)


def numbers(found: list[dict[str, Any]]) -> list[int]:
    return [one["number"] for one in found]


def test_a_message_is_kept_as_it_was_found(kept: Foreign) -> None:
    kept.keep([a_message(7, b'{"feed": "joker"}', **{"Nats-Msg-Id": "an-id", "More": "ø"})], NOW)
    [one] = kept.page()
    assert one == {
        "id": 1,
        "number": 7,
        "subject": "feed.joker._.ClientNotified",
        "message": "an-id",
        "headers": {"Nats-Msg-Id": "an-id", "More": "ø"},
        "hash": hashlib.sha256(b'{"feed": "joker"}').hexdigest(),
        "found_at": NOW.isoformat(),
        "settled_at": None,
        "settled_by": None,
        "bytes": 17,
        "body": '{"feed": "joker"}',
    }


def test_anything_can_be_kept_whatever_a_stranger_wrote(kept: Foreign) -> None:
    kept.keep([a_message(1, b"\x00\xff"), a_message(2, b"", Odd="\x00")], NOW)
    first, second = kept.page()
    assert (first["body"], first["message"], first["bytes"]) == ("\x00\\xff", None, 2)
    assert (second["body"], second["headers"]) == ("", {"Odd": "\x00"})


def test_what_is_found_again_before_it_is_settled_is_kept_once(kept: Foreign) -> None:
    kept.keep([a_message(1), a_message(2)], NOW)
    kept.keep([a_message(1), a_message(2), a_message(2, b"[]")], LATER)
    assert numbers(kept.page()) == [1, 2, 2]


def test_it_is_a_trouble_until_it_is_settled_and_stays_kept(kept: Foreign) -> None:
    assert kept.troubles() == []
    kept.keep([a_message(1)], NOW)
    assert kept.troubles() == [
        "FEED held a message that the ledger does not know: varsel foreign shows it"
    ]
    kept.keep([a_message(2)], NOW)
    assert kept.troubles() == [
        f"FEED held 2 messages that the ledger does not know: {words.LISTED}"
    ]
    assert kept.settle(2, "operator", LATER) == 2
    assert kept.troubles() == []
    assert [(one["settled_at"], one["settled_by"]) for one in kept.page()] == [
        (LATER.isoformat(), "operator")
    ] * 2


def test_only_what_was_looked_at_is_settled_and_only_once(kept: Foreign) -> None:
    kept.keep([a_message(1), a_message(2)], NOW)
    assert kept.settle(1, "operator", NOW) == 1
    assert kept.settle(1, "somebody", LATER) == 0
    assert kept.unsettled() == 1
    assert [one["settled_by"] for one in kept.page()] == ["operator", None]


def test_what_was_settled_and_is_found_again_is_a_trouble_again(kept: Foreign) -> None:
    kept.keep([a_message(1)], NOW)
    kept.settle(1, "operator", NOW)
    kept.keep([a_message(1)], LATER)
    assert kept.unsettled() == 1
    assert len(kept.page()) == 2


def test_many_are_shown_page_by_page(kept: Foreign, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.keep([a_message(one) for one in range(1, words.ROWS + 3)], NOW)
    first = kept.page()
    assert len(first) == words.ROWS
    assert numbers(kept.page(first[-1]["id"])) == [words.ROWS + 1, words.ROWS + 2]
    monkeypatch.setattr(words, "ROOM", 3)
    assert numbers(kept.page()) == [1], "at least one, however large"


def test_a_body_without_end_is_kept_whole_and_shown_in_part(kept: Foreign) -> None:
    kept.keep([a_message(1, b"x" * (words.SHOWN + 1))], NOW)
    [one] = kept.page()
    assert (one["bytes"], len(one["body"])) == (words.SHOWN + 1, words.SHOWN)


def test_a_page_is_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "foreign.sqlite")) as store:
        kept = Foreign(store)
        with pytest.raises(Unavailable):
            kept.keep([a_message(1), a_message(1 << 70)], NOW)
        assert kept.page() == []
