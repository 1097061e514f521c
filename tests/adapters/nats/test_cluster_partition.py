"""A host that is cut off, with the stream's leader on it, is missed in no feed."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from typing import cast
from urllib.parse import urlparse

import pytest
from nats.aio.client import Client, Srv

from adapters.nats import relay as relays
from adapters.nats.connection import connect
from adapters.nats.credentials import Credentials
from tests.adapters.nats.clustered import Desk, Load, Reader, desk
from tests.adapters.nats.lab import TOLERATED, now, until
from tests.cluster import Cluster, Node
from tests.namespaces import ETC, Network, apart

pytestmark = [TOLERATED, pytest.mark.xdist_group("cluster")]

Hosts = tuple[Cluster, Network]


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    with apart(tmp_path_factory.mktemp("hosts") / "cluster") as found:
        yield found


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "BATCH", 40)
    monkeypatch.setattr(relays, "LOOK", 0.2)
    monkeypatch.setattr(relays, "STUCK", 5.0)


def play(hosts: Hosts, story: Callable[[Desk, Load, Node], Awaitable[None]]) -> None:
    """A story that begins with a hundred messages carried; at its end all nodes are there."""
    cluster, _ = hosts

    async def scenario() -> None:
        async with desk(cluster) as found:
            joker, load = await found.admit("joker"), Load()
            reader = Reader(await found.follow(joker))
            load.grow(100)
            await story(found, load, cluster.leader())
            await found.carried(load)
            await reader.until(load.total)
            assert reader.first_times == list(range(1, load.total + 1))

    try:
        asyncio.run(scenario())
    finally:
        cluster.await_whole()


async def a_second_relay(found: Desk, load: Load, at: Node) -> relays.Relay:
    """Its connection is to this node."""
    creds = Credentials.parse(found.cluster.trust.platform_creds(now()))
    nc = await connect(at.url, creds, name="second", ca=found.cluster.ca)
    others = [node for node in found.cluster.nodes if node is not at]
    cast("Client", nc)._server_pool.extend(Srv(urlparse(node.url)) for node in others)  # for later
    found.stack.push_async_callback(nc.close)
    return found.relay(load, nc)


async def grow(load: Load) -> None:
    for _ in range(10):
        load.grow(20)
        await asyncio.sleep(0.1)


def test_a_host_that_nobody_hears_any_more_is_missed_in_no_feed(hosts: Hosts) -> None:
    _, network = hosts

    async def story(found: Desk, load: Load, leader: Node) -> None:
        both = found.relay(load), await a_second_relay(found, load, leader)
        await found.carried(load)
        network.partition(leader)
        await grow(load)
        await until(lambda: max(one.published for one in both) == load.total, 60)
        network.heal(leader)
        load.grow(100)
        await until(lambda: [one.published for one in both] == [load.total] * 2, 60)
        await until(lambda: all(one.trouble is None for one in both))

    play(hosts, story)


def test_a_leader_that_only_clients_still_hear_holds_up_nobody_for_long(hosts: Hosts) -> None:
    _, network = hosts

    async def story(found: Desk, load: Load, leader: Node) -> None:
        relay = await a_second_relay(found, load, leader)
        await found.carried(load)
        network.sever(leader)
        await grow(load)
        await until(lambda: relay.published == load.total, 60)
        network.join(leader)

    play(hosts, story)


def test_nothing_is_left_of_the_hosts(hosts: Hosts) -> None:
    _, network = hosts
    assert len(network._made) == 4
    second = Network()
    second._key, second._hub = f"{network._key}x", f"{network._key}x-hub"
    second._namespace(second._hub)
    second.close()
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True)
    assert second._hub not in listed.stdout
    assert not (ETC / second._hub).exists()
