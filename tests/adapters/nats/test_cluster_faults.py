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


def test_when_the_node_dies_that_leads_a_partys_consumer_it_goes_on_where_it_was(
    cluster: clusters.Cluster,
) -> None:
    async def scenario() -> None:
        async with desk(cluster) as found:
            joker, load = await found.admit("joker"), Load()
            relay, reader = found.relay(load), Reader(await found.follow(joker))
            await grow(load, 5, relay)
            await reader.until(100)
            info = await jetstream.ask(found.nc, f"CONSUMER.INFO.{STREAM}.{joker.key}")
            victim = cluster.named(info["cluster"]["leader"])
            reading = asyncio.create_task(reader.until(500))
            await grow(load, 5, relay)
            victim.kill()
            await grow(load, 15, relay)
            await found.carried(load)
            await reading
            assert reader.first_times == list(range(1, 501))
            assert reader.seen[:100] == list(range(1, 101))
            await until(lambda: has_floor(found, joker.key, 500))

    asyncio.run(scenario())


async def has_floor(found: Desk, account: str, floor: int) -> bool:
    progress = await found.tenancy.consumer_progress(account)
    return progress is not None and progress.ack_floor == floor


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
            joker, load = await found.admit("joker"), Load()
            reader = Reader(await found.follow(joker))
            creds = Credentials.parse(cluster.trust.platform_creds(now()))
            other = await connect(cluster.url, creds, name="a second relay", ca=cluster.ca)
            found.stack.push_async_callback(other.close)
            both = found.relay(load), found.relay(load, other)
            reading = asyncio.create_task(reader.until(800))
            await grow(load, 20, *both)
            cluster.leader().kill()
            await grow(load, 20, *both)
            await found.carried(load)
            await until(lambda: all(one.trouble is None for one in both))
            await until(lambda: [one.published for one in both] == [load.total] * 2)
            await reading
            assert reader.first_times == list(range(1, 801))

    asyncio.run(scenario())


def test_a_node_that_was_away_knows_soon_who_came_and_who_was_cut_off(
    cluster: clusters.Cluster,
) -> None:
    async def scenario() -> None:
        async with desk(cluster) as found:
            joker, away = await found.admit("joker"), cluster.followers()[0]
            away.kill()
            kiwi = await found.admit("kiwi")
            await FeedPublisher(found.nc).publish(a_batch("kiwi", 1, 1))
            await asyncio.sleep(1.1 - now().microsecond / 1e6)  # accounts' ages are whole seconds
            shut_out = {joker.creds.user_key: now() + timedelta(seconds=1)}
            jwt = cluster.trust.party_account_jwt(joker.key, "joker", now(), shut_out)
            await found.tenancy.push_account(jwt)
            away.start()
            await asyncio.to_thread(cluster.await_whole)
            assert await read(await found.follow(kiwi, away.url), 1) == [b"word 1"]
            await until(lambda: is_shut_out(cluster, joker.creds, away), 30)

    asyncio.run(scenario())


async def is_shut_out(cluster: clusters.Cluster, creds: Credentials, node: clusters.Node) -> bool:
    try:
        nc = await connect(node.url, creds, name="revoked", ca=cluster.ca)
    except CredentialsRefused:
        return True
    await nc.close()
    return False
