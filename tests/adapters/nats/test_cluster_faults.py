"""A node that dies is not noticed in any feed; two that die stop the feed, and lose nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.nats import jetstream
from adapters.nats import relay as relays
from adapters.nats.connection import connect
from adapters.nats.credentials import Credentials
from adapters.nats.errors import CredentialsRefused
from adapters.nats.publish import FeedPublisher
from adapters.nats.subjects import STREAM
from tests import cluster as clusters
from tests.adapters.nats.clustered import Desk, Load, Reader, desk
from tests.adapters.nats.lab import TOLERATED, a_batch, now, read, until

pytestmark = [TOLERATED, pytest.mark.xdist_group("cluster")]


@pytest.fixture
def cluster() -> Iterator[clusters.Cluster]:
    """The shared cluster, whole before and after."""
    shared = clusters.cluster()
    yield shared
    shared.start()


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches and frequent looks: many of them in a short test."""
    monkeypatch.setattr(relays, "BATCH", 40)
    monkeypatch.setattr(relays, "LOOK", 0.2)


async def grow(load: Load, times: int, *relays: relays.Relay) -> None:
    """Some news, again and again."""
    for _ in range(times):
        load.grow(20)
        for relay in relays:
            relay.wake()
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("whom", ["leader", "follower"])
def test_a_node_killed_under_load_is_missed_in_no_feed(
    cluster: clusters.Cluster, whom: str
) -> None:
    async def scenario() -> None:
        async with desk(cluster) as found:
            joker, load = await found.admit("joker"), Load()
            relay, reader = found.relay(load), Reader(await found.follow(joker))
            await grow(load, 10, relay)
            reading = asyncio.create_task(reader.until(600))
            victim = cluster.leader() if whom == "leader" else cluster.followers()[0]
            victim.kill()
            await grow(load, 20, relay)
            await found.carried(load)
            await reading
            assert reader.first_times == list(range(1, 601))
            assert relay.trouble is None
            assert not victim.runs

    asyncio.run(scenario())


def test_with_two_nodes_killed_the_feed_waits_and_says_so_until_they_are_back(
    cluster: clusters.Cluster,
) -> None:
    async def scenario() -> None:
        async with desk(cluster) as found:
            joker, load = await found.admit("joker"), Load()
            relay = found.relay(load)
            await grow(load, 10, relay)
            await found.carried(load)
            before = relay.published
            leader, other = cluster.leader(), cluster.followers()[0]
            other.kill()
            leader.kill()
            await grow(load, 10, relay)
            await until(lambda: relay.trouble is not None)
            assert relay.published in {-1, before}
            leader.start()
            other.start()
            await asyncio.to_thread(cluster.await_whole)
            await found.carried(load)
            await until(lambda: relay.trouble is None)
            reader = Reader(await found.follow(joker))
            await reader.until(400)
            assert reader.first_times == list(range(1, 401))

    asyncio.run(scenario())


def test_two_relays_at_once_never_double_a_message_nor_change_the_order(
    cluster: clusters.Cluster,
) -> None:
    async def scenario() -> None:
        async with desk(cluster) as found:
            load = Load(("joker", "kiwi", "meny"))
            creds = Credentials.parse(cluster.trust.platform_creds(now()))
            other = await connect(cluster.url, creds, name="a second relay", ca=cluster.ca)
            found.stack.push_async_callback(other.close)
            both = found.relay(load), found.relay(load, other)
            await grow(load, 20, *both)
            await found.carried(load)
            cluster.leader().kill()
            await grow(load, 20, *both)
            await found.carried(load)
            await until(lambda: all(one.trouble is None for one in both))
            await until(lambda: [one.published for one in both] == [load.total] * 2)

    asyncio.run(scenario())


def test_what_a_party_has_read_survives_the_leaders_of_its_feed(cluster: clusters.Cluster) -> None:
    async def scenario() -> None:
        async with desk(cluster) as found:
            joker = await found.admit("joker")
            await FeedPublisher(found.nc).publish(a_batch("joker", 1, 6))
            reader = Reader(await found.follow(joker))
            await reader.until(3)
            info = await jetstream.ask(found.nc, f"CONSUMER.INFO.{STREAM}.{joker.key}")
            leads = info["cluster"]["leader"]
            next(node for node in cluster.nodes if node.name == leads).kill()
            await reader.until(6)
            assert reader.first_times == [1, 2, 3, 4, 5, 6]
            assert reader.seen[:3] == [1, 2, 3]
            await until(lambda: has_floor(found, joker.key, 6))

    asyncio.run(scenario())


async def has_floor(found: Desk, account: str, floor: int) -> bool:
    progress = await found.tenancy.consumer_progress(account)
    return progress is not None and progress.ack_floor == floor


def test_a_party_let_in_while_a_node_is_down_is_at_home_there_when_it_is_back(
    cluster: clusters.Cluster,
) -> None:
    async def scenario() -> None:
        async with desk(cluster) as found:
            away = cluster.followers()[0]
            away.kill()
            joker, kiwi = await found.admit("joker"), await found.admit("kiwi")
            assert found.told.count(f"nats.node-silent name={away.name}") <= 1
            await FeedPublisher(found.nc).publish([*a_batch("joker", 1, 1), *a_batch("kiwi", 2, 2)])
            away.start()
            await asyncio.to_thread(cluster.await_whole)
            for party, word in ((joker, b"word 1"), (kiwi, b"word 2")):
                assert await read(await found.follow(party, away.url), 1) == [word]

    asyncio.run(scenario())


def test_a_node_that_missed_a_revocation_learns_of_it_within_seconds(
    cluster: clusters.Cluster,
) -> None:
    async def scenario() -> None:
        async with desk(cluster) as found:
            joker, away = await found.admit("joker"), cluster.followers()[0]
            away.kill()
            await asyncio.sleep(1.1)  # an account's age is counted in whole seconds
            shut_out = {joker.creds.user_key: now() + timedelta(seconds=1)}
            jwt = cluster.trust.party_account_jwt(joker.key, "joker", now(), shut_out)
            await found.tenancy.push_account(jwt)
            away.start()
            await asyncio.to_thread(cluster.await_whole)
            await until(lambda: is_shut_out(cluster, joker.creds, away), 30)

    asyncio.run(scenario())


async def is_shut_out(cluster: clusters.Cluster, creds: Credentials, node: clusters.Node) -> bool:
    try:
        nc = await connect(node.url, creds, name="revoked", ca=cluster.ca)
    except CredentialsRefused:
        return True
    await nc.close()
    return False
