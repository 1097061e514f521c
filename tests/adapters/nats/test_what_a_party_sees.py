"""All that a party learns of the platform over NATS, named; whatever else shows up fails here.

Platform-wide and visible are numbers only: FEED's sequences, the ledger's positions, and from them
how much is going on; beside the server's own name, version, key and address.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from adapters.nats.connection import Connection, Message, ask
from adapters.nats.subjects import STREAM
from tests.adapters.nats.attacks import VICTIM, Siege, siege
from tests.adapters.nats.lab import TOLERATED, bound
from tests.adapters.running import Up
from tests.builders import an_acknowledgement

pytestmark = TOLERATED

INFO = {
    "type",
    "stream_name",
    "name",
    "created",
    "ts",
    "config.durable_name",
    "config.name",
    "config.deliver_policy",
    "config.ack_policy",
    "config.ack_wait",
    "config.max_deliver",
    "config.filter_subject",
    "config.replay_policy",
    "config.sample_freq",
    "config.max_waiting",
    "config.max_ack_pending",
    "config.num_replicas",
    "config.metadata._nats.level",
    "config.metadata._nats.req.level",
    "config.metadata._nats.ver",
    "delivered.consumer_seq",
    "delivered.stream_seq",  # platform-wide
    "delivered.last_active",
    "ack_floor.consumer_seq",
    "ack_floor.stream_seq",  # platform-wide
    "ack_floor.last_active",
    "num_ack_pending",
    "num_redelivered",
    "num_waiting",
    "num_pending",  # of the party's own feed
}
HEADERS = {
    "Nats-Msg-Id",  # uuid5 of event and feed
    "Nats-Expected-Stream",
    "Nats-Expected-Last-Sequence",  # platform-wide
    "Varsel-Checkpoint",  # platform-wide: how many events there are, and a root that tells nothing
}
SERVER = {
    "server_id",
    "server_name",
    "version",
    "proto",
    "git_commit",
    "go",
    "host",
    "port",
    "headers",
    "auth_required",
    "max_payload",
    "jetstream",
    "api_lvl",
    "feature_flags",
    "client_id",  # platform-wide: connections since the server started
    "client_ip",
    "nonce",
    "xkey",
}
RECEIPT = {
    "command",
    "verb",
    "recorded_at",
    "incident",
    "notices",
    "events.id",
    "events.type",
    "events.position",  # platform-wide
}


def names(found: Any, prefix: str = "") -> set[str]:
    """The names of all fields, those within others by their path."""
    if isinstance(found, list):
        return {name for each in found for name in names(each, prefix)}
    if not isinstance(found, dict):
        return {prefix.rstrip(".")}
    return {name for key, value in found.items() for name in names(value, f"{prefix}{key}.")}


def of_others(held: Siege) -> list[str]:
    """What joker must not come to know: who else is there, and what concerns them."""
    up, others = held.up, (VICTIM, "tilsyn", "operator")
    keys = [held.key(party) for party in (*others, "zoopit")]
    users = [held.creds(party).user_key for party in (*others, "zoopit")]
    return [*keys, *users, *others, *ids_of(up, *others)]


def ids_of(up: Up, *parties: str) -> list[str]:
    """The ids of events that only these may see."""
    log = up.running.parts.ledger.since(0, 10_000)
    return [str(one.id) for one in log if {*one.envelope.visibility} <= {*parties}]


async def pulled(held: Siege, nc: Connection) -> list[Message]:
    puller = await bound(nc, held.key("joker"))
    return list(await puller.fetch(4, timeout=20))


def test_a_consumer_tells_its_owner_these_things_and_no_more(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data") as held:
            nc = await held.bot("joker")
            for each in await pulled(held, nc):
                await nc.request(each.reply, b"+ACK", timeout=20)
            answer = await ask(nc, f"FEED.API.CONSUMER.INFO.FEED.{held.key('joker')}", b"", 5)
            info = json.loads(answer.data)
            assert names(info) == INFO
            assert answer.headers is None
            assert [word for word in of_others(held) if word in answer.data.decode()] == []
            assert info["config"]["filter_subject"] == "feed.joker.>"
            assert (info["delivered"]["consumer_seq"], info["num_pending"]) == (4, 0)

    asyncio.run(scenario())


def test_a_feed_message_carries_these_headers_and_nothing_of_another(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data") as held:
            messages = await pulled(held, await held.bot("joker"))
            others = of_others(held)
            for each in messages:
                assert set(each.headers or {}) == HEADERS
                said = f"{each.subject} {each.reply} {each.headers} {each.data.decode()}"
                assert [word for word in others if word in said] == []
                *head, _, stream, _, _, pending = each.reply.split(".")
                assert head == ["$JS", "ACK", STREAM, held.key("joker")]
                # What its ack subject counts is its own, but for the place in FEED.
                assert int(stream) > int(pending)
            assert [each.reply.split(".")[-1] for each in messages] == ["3", "2", "1", "0"]

    asyncio.run(scenario())


def test_the_server_introduces_itself_with_these_words(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data") as held:
            nc: Any = await held.bot("joker")
            said = nc._server_info
            assert set(said) <= SERVER
            assert said["server_name"] == "varsel"
            assert [word for word in of_others(held) if word in json.dumps(said)] == []

    asyncio.run(scenario())


def test_a_receipt_says_these_things_and_no_more(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data") as held:
            [receipt] = await held.up.take(an_acknowledgement("joker"))
            assert names(receipt) == RECEIPT
            assert [word for word in of_others(held) if word in json.dumps(receipt)] == []

    asyncio.run(scenario())
