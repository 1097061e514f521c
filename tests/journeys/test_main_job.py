"""A leak's whole way, each step another process: from the vendor's word to its client's duties."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.folder import Folder
from tests.journeys.lab import Serve, Town, alive, seen, varsel

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

LEAK: dict[str, Any] = {
    "incident": "archive",
    "title": "A copy of the archive",
    "text": "An outsider wrote to us that he holds a copy.",
    "nature": ["confidentiality"],
    "people": [
        {
            "group": "customers",
            "role": "exposed",
            "count": {"about": "1200"},
            "data": {"present": ["name", "email"], "complete": "no"},
        }
    ],
    "aware": {"stage": "aware", "when": "2026-02-27T09:00+01:00", "how": "outsider"},
}
MORE = {
    "incident": "archive",
    "reason": "new_knowledge",
    "claims": [{"id": "c1", "about": "misuse", "holds": "no_sign", "source": "expert"}],
}
TOLD = {"incident": "archive", "clients": ["joker"], "channel": "platform"}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A vendor, a client that was told of its leak, another client, and the first one's auditor."""
    with Serve(tmp_path / "data") as serve:
        town = Town(serve, tmp_path)
        town.add("zoopit", "vendor")
        town.add("joker", "client")
        town.add("kiwi", "client")
        town.add("tilsyn", "auditor", scope="joker")
        town.do("zoopit", "report", **LEAK)
        yield town


def types(rows: list[dict[str, Any]]) -> list[str]:
    return [row["type"] for row in rows]


def kinds(feed: list[dict[str, Any]]) -> list[str]:
    return [message["data"]["type"] for message in feed]


def clock(town: Town, *as_of: str) -> dict[str, Any]:
    """Joker's duty to notify its authority."""
    duties = town.ask("joker", "obligations", *as_of)
    found: dict[str, Any] = next(one for one in duties if one["duty"] == "gdpr.33-1")
    return found


def test_a_vendors_word_reaches_its_client_and_starts_its_clock(town: Town) -> None:
    told = town.do("zoopit", "notify_clients", **TOLD)
    before = clock(town)
    assert before["started_at"] is None
    assert before["status"] == "not_started"
    assert before["why"]

    *_, notice = town.follow("joker", 4)
    assert notice["data"]["type"] == "ClientNotified"
    assert sorted(notice["texts"].values()) == sorted([LEAK["title"], LEAK["text"]])
    started = seen(lambda: (found := clock(town))["started_at"] and found)
    delivered = town.ask("joker", "timeline", "joker")[-1]
    assert delivered["type"] == "NoticeDelivered"
    assert datetime.fromisoformat(started["started_at"]) == datetime.fromisoformat(
        delivered["data"]["delivered_at"]
    )
    assert delivered["data"]["observed"] == "seen"
    assert started["started_by"] == delivered["event"]
    assert started["status"] == "open"

    town.do("joker", "acknowledge", incident="archive")
    assert types(town.ask("joker", "timeline", "joker")) == [
        "ClientNotified",
        "NoticeDelivered",
        "NoticeAcknowledged",
    ]
    [line] = town.ask("zoopit", "board", "archive")["clients"]
    assert line["standing"] == "acknowledged"
    assert len(town.ask("joker", "register", "joker")) == 1

    earlier = ["--as-of", told["recorded_at"]]
    assert types(town.ask("joker", "timeline", "joker", *earlier)) == ["ClientNotified"]
    assert clock(town, *earlier)["started_at"] is None

    the_auditor_sees_its_scope_and_nothing_else(town)
    the_operator_sees_that_all_is_well(town)


def the_auditor_sees_its_scope_and_nothing_else(town: Town) -> None:
    theirs = town.ask("joker", "timeline", "joker")
    assert town.ask("tilsyn", "timeline", "joker") == theirs
    assert town.ask("tilsyn", "obligations", "joker") == town.ask("joker", "obligations")
    [line] = town.ask("tilsyn", "board", "archive")["clients"]
    assert line["client"] == "joker"
    for other in ("zoopit", "kiwi", "operator"):
        refused = town.refuse("tilsyn", "timeline", other)
        assert refused == town.refuse("tilsyn", "timeline", "nobody") | {"got": other}
    town.refuse("tilsyn", "do", "acknowledge", "-", said={"incident": "archive"})
    assert town.ask("kiwi", "timeline", "kiwi") == []
    town.refuse("kiwi", "board", "archive")


def the_operator_sees_that_all_is_well(town: Town) -> None:
    health = town.operator("doctor")
    assert health["ok"], health
    assert [one["id"] for one in town.operator("party", "list")] == sorted(
        ["joker", "kiwi", "operator", "tilsyn", "zoopit"]
    )
    before = town.ask("joker", "timeline", "joker"), town.ask("zoopit", "board", "archive")
    rebuilt = town.operator("rebuild")
    assert rebuilt["generation"] != health["generation"]
    assert rebuilt["position"] == health["ledger"]
    assert before == (
        town.ask("joker", "timeline", "joker"),
        town.ask("zoopit", "board", "archive"),
    )


def test_following_goes_on_where_it_was_and_shows_all_again_when_asked(town: Town) -> None:
    town.do("zoopit", "notify_clients", **TOLD)
    first = town.follow("joker", 4)
    assert kinds(first)[3:] == ["ClientNotified"]
    seen(lambda: clock(town)["started_at"])
    town.do("zoopit", "revise_facts", **MORE)
    assert kinds(town.follow("joker", 2)) == ["NoticeDelivered", "ClientUpdated"]
    again = town.follow("joker", 6, "--from", 1)
    assert again[:4] == first
    assert [int(message["sequence"]) for message in again] == list(range(1, 7))
    assert town.follow("joker", 2, "--from", 3) == again[2:4]


def test_an_auditor_that_reads_a_notice_delivers_it_to_nobody(town: Town) -> None:
    town.do("zoopit", "notify_clients", **{**TOLD, "clients": ["joker", "kiwi"]})
    read = town.follow("tilsyn", 4)
    assert {message["feed"] for message in read} == {"joker"}
    assert kinds(read)[-1] == "ClientNotified"
    # Acks are taken in their order: once Kiwi's has had its effect, the auditor's have had theirs.
    town.follow("kiwi", 4)
    seen(lambda: "NoticeDelivered" in types(town.ask("kiwi", "timeline", "kiwi")))
    assert types(town.ask("joker", "timeline", "joker")) == ["ClientNotified"]
    assert clock(town)["started_at"] is None


def test_revoked_credentials_are_refused_at_once_and_rotated_ones_work(town: Town) -> None:
    old = town.creds("joker").read_text()
    town.creds("joker").unlink()
    town.operator("party", "rotate", "joker", "--creds", town.creds("joker"))
    assert town.ask("joker", "timeline", "joker") == []
    (town.folder / "old.creds").write_text(old)
    refused = town.refuse("old", "timeline", "joker")
    assert refused["type"].endswith("forbidden")
    assert town.operator("party", "revoke", "joker")["revoked"] >= 1
    town.refuse("joker", "timeline", "joker")
    town.creds("joker").unlink()
    town.operator("party", "rotate", "joker", "--creds", town.creds("joker"))
    town.serve.stop()
    town.serve.start()
    town.refuse("old", "timeline", "joker")
    assert town.ask("joker", "timeline", "joker") == []


def test_a_platform_stopped_and_started_goes_on(town: Town) -> None:
    town.do("zoopit", "notify_clients", **TOLD)
    read = town.follow("joker", 4)
    seen(lambda: clock(town)["started_at"])
    kept = clock(town), town.ask("joker", "timeline", "joker")
    broker = town.serve.broker()
    refused = varsel(
        "serve", "--data", town.serve.data, "--nats", "127.0.0.1:0", "--http", "off", refused=True
    )
    assert "another varsel serve runs on this data folder" in refused

    assert town.serve.stop() == 0
    seen(lambda: not alive(broker))
    told = town.refuse("joker", "timeline", "joker")
    assert told["type"].endswith("unavailable")
    town.serve.start()
    assert (clock(town), town.ask("joker", "timeline", "joker")) == kept

    town.serve.stop()
    shutil.rmtree(Folder(town.serve.data).views)
    town.serve.start()
    assert (clock(town), town.ask("joker", "timeline", "joker")) == kept

    town.serve.stop()
    shutil.rmtree(Folder(town.serve.data).nats)
    town.serve.start()
    assert seen(lambda: (health := town.operator("doctor"))["ok"] and health)
    assert (clock(town), town.ask("joker", "timeline", "joker")) == kept
    assert town.follow("joker", 4, "--from", 1) == read
    town.do("zoopit", "revise_facts", **MORE)
    delivered, revised = town.follow("joker", 2)
    assert kinds([delivered, revised]) == ["NoticeDelivered", "ClientUpdated"]
    assert [int(delivered["sequence"]), int(revised["sequence"])] == [5, 6]
