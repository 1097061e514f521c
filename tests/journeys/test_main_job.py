"""A leak's whole way, each step another process: from the vendor's word to its client's duties.

Each journey is made twice: on one process with its embedded engines, and in production.
"""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime
from typing import Any

import pytest

from adapters.nats.caller import Caller
from tests.adapters.nats.lab import TOLERATED
from tests.journeys.conftest import Settle
from tests.journeys.lab import GLANCE, Serve, Stage, Town, alive, insist, seen, varsel

pytestmark = [pytest.mark.journey, TOLERATED]

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
def town(stage: Stage, settle: Settle) -> Town:
    """A vendor with a leak, a client to be told of it, another client, the first one's auditor."""
    town = settle(stage)
    town.do("zoopit", "report", **LEAK)
    return town


def told(town: Town, *clients: str) -> dict[str, Any]:
    """The vendor tells them."""
    return town.do("zoopit", "notify_clients", **{**TOLD, "clients": [*map(town.id, clients)]})


def types(rows: list[dict[str, Any]]) -> list[str]:
    return [row["type"] for row in rows]


def kinds(feed: list[dict[str, Any]]) -> list[str]:
    return [message["data"]["type"] for message in feed]


def clock(town: Town, *as_of: str) -> dict[str, Any]:
    """Joker's duty to notify its authority."""
    duties = town.ask("joker", "obligations", *as_of)
    found: dict[str, Any] = next(one for one in duties if one["duty"] == "gdpr.33-1")
    return found


def timeline(town: Town, party: str, *as_of: str) -> list[dict[str, Any]]:
    """What a party sees of itself."""
    found: list[dict[str, Any]] = town.ask(party, "timeline", town.id(party), *as_of)
    return found


def test_a_vendors_word_reaches_its_client_and_starts_its_clock(town: Town) -> None:
    notified = told(town, "joker")
    before = clock(town)
    assert before["started_at"] is None
    assert before["status"] == "not_started"
    assert before["why"]

    *_, notice = town.follow("joker", 4)
    assert notice["data"]["type"] == "ClientNotified"
    assert sorted(notice["texts"].values()) == sorted([LEAK["title"], LEAK["text"]])
    started = seen(lambda: (found := clock(town))["started_at"] and found)
    delivered = timeline(town, "joker")[-1]
    assert delivered["type"] == "NoticeDelivered"
    assert datetime.fromisoformat(started["started_at"]) == datetime.fromisoformat(
        delivered["data"]["delivered_at"]
    )
    assert delivered["data"]["observed"] == "seen"
    assert started["started_by"] == delivered["event"]
    assert started["status"] == "open"

    town.do("joker", "acknowledge", incident="archive")
    assert types(timeline(town, "joker")) == [
        "ClientNotified",
        "NoticeDelivered",
        "NoticeAcknowledged",
    ]
    [line] = town.ask("zoopit", "board", "archive")["clients"]
    assert line["standing"] == "acknowledged"
    assert len(town.ask("joker", "register", town.id("joker"))) == 1

    earlier = ("--as-of", notified["recorded_at"])
    assert types(timeline(town, "joker", *earlier)) == ["ClientNotified"]
    assert clock(town, *earlier)["started_at"] is None

    the_auditor_sees_its_scope_and_nothing_else(town)


def the_auditor_sees_its_scope_and_nothing_else(town: Town) -> None:
    joker = town.id("joker")
    assert town.ask("tilsyn", "timeline", joker) == timeline(town, "joker")
    assert town.ask("tilsyn", "obligations", joker) == town.ask("joker", "obligations")
    [line] = town.ask("tilsyn", "board", "archive")["clients"]
    assert line["client"] == joker
    for other in (town.id("zoopit"), town.id("kiwi"), "operator"):
        refused = town.refuse("tilsyn", "timeline", other)
        assert refused == town.refuse("tilsyn", "timeline", "nobody") | {"got": other}
    town.refuse("tilsyn", "do", "acknowledge", "-", said={"incident": "archive"})
    assert timeline(town, "kiwi") == []
    town.refuse("kiwi", "board", "archive")


def test_following_goes_on_where_it_was_and_shows_all_again_when_asked(town: Town) -> None:
    told(town, "joker")
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
    told(town, "joker", "kiwi")
    read = town.follow("tilsyn", 4)
    assert {message["feed"] for message in read} == {town.id("joker")}
    assert kinds(read)[-1] == "ClientNotified"
    # Acks are taken in their order: once Kiwi's has had its effect, the auditor's have had theirs.
    town.follow("kiwi", 4)
    seen(lambda: "NoticeDelivered" in types(timeline(town, "kiwi")))
    assert types(timeline(town, "joker")) == ["ClientNotified"]
    assert clock(town)["started_at"] is None


def test_revoked_credentials_are_refused_at_once_at_every_node(town: Town) -> None:
    joker = town.id("joker")
    town.creds("joker").rename(town.creds("old"))
    town.operator("party", "rotate", joker, "--creds", town.creds("joker"))
    for node in town.serve.nodes:
        refused = town.refuse("old", "timeline", joker, "--url", node)
        assert refused["type"].endswith("forbidden")
        assert town.ask("joker", "timeline", joker, "--url", node) == []
    assert town.operator("party", "revoke", joker)["revoked"] >= 1
    for node in town.serve.nodes:
        town.refuse("joker", "timeline", joker, "--url", node)


def test_a_platform_that_is_restarted_goes_on(town: Town) -> None:
    told(town, "joker")
    read = town.follow("joker", 4)
    seen(lambda: clock(town)["started_at"])
    kept = clock(town), timeline(town, "joker")
    kiwi = town.id("kiwi")
    town.creds("kiwi").rename(town.creds("old"))
    town.operator("party", "rotate", kiwi, "--creds", town.creds("kiwi"))

    accepted = asyncio.run(restarted_while_kiwi_speaks(town))
    assert types(timeline(town, "kiwi")) == ["ClientRaisedConcern"] * accepted
    assert (clock(town), timeline(town, "joker")) == kept
    assert town.follow("joker", 4, "--from", 1) == read
    town.do("zoopit", "revise_facts", **MORE)
    goes_on(town)
    town.refuse("old", "timeline", kiwi)


async def restarted_while_kiwi_speaks(town: Town) -> int:
    """How many commands were accepted; in production none is refused, and none goes unanswered."""
    restart = asyncio.create_task(asyncio.to_thread(town.serve.restart))
    accepted = 0
    async with await town.connect(town.creds("kiwi")) as kiwi:
        while not restart.done() or not accepted:
            said = {"vendor": town.id("zoopit"), "concern": f"c{accepted}"}
            body = {"command": f"c{accepted}", "with": said}
            await (insist if town.serve.pauses else Caller.call)(kiwi, "raise_concern", body)
            accepted += 1
            await asyncio.sleep(GLANCE)
    await restart
    return accepted


def goes_on(town: Town) -> None:
    """Joker, who has read its notice, finds the next messages behind it."""
    delivered, revised = town.follow("joker", 2)
    assert kinds([delivered, revised]) == ["NoticeDelivered", "ClientUpdated"]
    assert [int(delivered["sequence"]), int(revised["sequence"])] == [5, 6]


def test_a_folder_is_one_platforms_and_its_views_and_feed_are_but_copies(
    alone: Serve, settle: Settle
) -> None:
    town = settle(alone)
    town.do("zoopit", "report", **LEAK)
    told(town, "joker")
    read = town.follow("joker", 4)
    seen(lambda: clock(town)["started_at"])
    kept = clock(town), timeline(town, "joker")
    broker, second = alone.broker(), ("--nats", "127.0.0.1:0", "--http", "off")
    refused = varsel("serve", "--data", alone.data, *second, refused=True)
    assert "another varsel serve runs on this data folder" in refused

    assert alone.stop() == 0
    seen(lambda: not alive(broker))
    unavailable = town.refuse("joker", "timeline", town.id("joker"))
    assert unavailable["type"].endswith("unavailable")
    shutil.rmtree(alone.folder.views)
    shutil.rmtree(alone.folder.nats)
    alone.start()
    assert seen(lambda: (health := town.operator("doctor"))["ok"] and health)
    assert (clock(town), timeline(town, "joker")) == kept
    assert town.follow("joker", 4, "--from", 1) == read
    town.do("zoopit", "revise_facts", **MORE)
    goes_on(town)
