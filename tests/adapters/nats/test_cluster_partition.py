"""A host that is cut off, with the stream's leader on it, is missed in no feed."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Iterator

import pytest

from adapters.nats import relay as relays
from adapters.nats.connection import connect
from adapters.nats.credentials import Credentials
from tests.adapters.nats.clustered import Load, Reader, desk
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


def play(hosts: Hosts, cut: Callable[[Node], None], mend: Callable[[Node], None]) -> None:
    cluster, _ = hosts

    async def scenario() -> None:
        # Ours is the connection to the very node that is cut off; the second relay's is any.
        async with desk(cluster) as found:
            joker, load = await found.admit("joker"), Load()
            leader = cluster.leader()
            creds = Credentials.parse(cluster.trust.platform_creds(now()))
            nearest = ",".join([leader.url, *(n.url for n in cluster.nodes if n is not leader)])
            stale = await connect(nearest, creds, name="stale", ca=cluster.ca, ping=1)
            found.stack.push_async_callback(stale.close)
            both = found.relay(load), found.relay(load, stale)
            reader = Reader(await found.follow(joker))
            load.grow(100)
            await found.carried(load)
            cut(leader)
            for _ in range(10):
                load.grow(20)
                await asyncio.sleep(0.1)
            await until(lambda: max(one.published for one in both) == load.total, 60)
            mend(leader)
            load.grow(100)
            await found.carried(load)
            await until(lambda: all(one.trouble is None for one in both), 60)
            await until(lambda: [one.published for one in both] == [load.total] * 2)
            await reader.until(load.total)
            assert reader.first_times == list(range(1, load.total + 1))

    try:
        asyncio.run(scenario())
    finally:
        cluster.await_whole()


def test_a_host_that_nobody_hears_any_more_is_missed_in_no_feed(hosts: Hosts) -> None:
    play(hosts, hosts[1].partition, hosts[1].heal)


def test_a_leader_that_only_clients_still_hear_misleads_nobody(hosts: Hosts) -> None:
    play(hosts, hosts[1].sever, hosts[1].join)


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
