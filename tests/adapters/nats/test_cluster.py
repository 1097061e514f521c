"""On three nodes a party is at home on each of them at once, and is cut off from each at once."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from adapters import logs
from adapters.nats import jetstream
from adapters.nats.caller import Caller
from adapters.nats.certificates import Certificates
from adapters.nats.connection import Message, connect
from adapters.nats.credentials import Credentials
from adapters.nats.errors import CredentialsRefused, Disconnected
from adapters.nats.levelling import Levelling, consumer_replicas
from adapters.nats.publish import FeedPublisher
from adapters.nats.subjects import LIVE, STREAM
from adapters.nats.trust import MAX_PAYLOAD
from tests import cluster as clusters
from tests.adapters.nats.clustered import Desk, desk
from tests.adapters.nats.lab import TOLERATED, Party, a_batch, now, read, until

pytestmark = [TOLERATED, pytest.mark.xdist_group("cluster")]


@pytest.fixture(scope="module")
def cluster() -> clusters.Cluster:
    return clusters.cluster()


async def an_intake(found: Desk) -> None:
    """Answers every request with the account and the verb it was asked."""

    async def answer(message: Message) -> None:
        _, account, verb = message.subject.split(".")
        told = {"account": account, "verb": verb}
        await found.nc.publish(message.reply, json.dumps(told).encode())

    await found.nc.subscribe("intake.*.*", queue="intake", cb=answer)


def test_every_node_takes_the_configuration_and_warns_of_nothing(cluster: clusters.Cluster) -> None:
    for node in cluster.nodes:
        tried = subprocess.run(
            node.command("-t"),
            cwd=node.folder,
            env={**os.environ, **node.variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert tried.returncode == 0, tried.stderr
        assert "is valid" in tried.stderr
        log = node.log.read_text()  # the probes of the harness knock before it is ready
        start = log.partition("Server is ready")[0].replace("[WRN] Healthcheck", "")
        assert "[WRN]" not in start
    assert str(MAX_PAYLOAD) in clusters.CONF.read_text()


def test_a_party_let_in_is_at_home_on_every_node(cluster: clusters.Cluster) -> None:
    async def scenario() -> None:
        async with desk(cluster) as found:
            await an_intake(found)
            joker = await found.admit("joker")
            await FeedPublisher(found.nc).publish(a_batch("joker", 1, 3))
            for place, node in enumerate(cluster.nodes, 1):
                async with await Caller.connect(node.url, joker.creds, ca=cluster.ca) as caller:
                    told = await caller.call("report", {})
                    assert told == {"account": joker.key, "verb": "report"}
                follower = await found.follow(joker, node.url)
                assert await read(follower, 1) == [f"word {place}".encode()]
                await follower.close()
            assert (await found.tenancy.consumer_progress(joker.key) or (0,))[0] == 3

    asyncio.run(scenario())


def test_what_is_stored_is_heard_live_once_at_every_node_by_its_party_alone(
    cluster: clusters.Cluster,
) -> None:
    async def scenario() -> None:
        async with desk(cluster) as found:
            joker, kiwi = await found.admit("joker"), await found.admit("kiwi")
            heard: list[list[bytes]] = []
            overheard: list[list[bytes]] = []
            for node in cluster.nodes:
                heard.append(await ear(found, joker, node.url, LIVE))
                overheard.append(await ear(found, kiwi, node.url, LIVE))
            await FeedPublisher(found.nc).publish(a_batch("joker", 1, 3))
            await FeedPublisher(found.nc).publish(a_batch("kiwi", 4, 4))
            await until(lambda: overheard == [[b"word 4"]] * 3)
            assert heard == [[b"word 1", b"word 2", b"word 3"]] * 3

    asyncio.run(scenario())


async def ear(found: Desk, party: Party, url: str, subject: str) -> list[bytes]:
    """What this party hears at this node from here on."""
    heard: list[bytes] = []

    async def hear(message: Message) -> None:
        heard.append(message.data)

    nc = await connect(url, party.creds, name="ear", ca=found.cluster.ca, patience=30)
    found.stack.push_async_callback(nc.close)
    await nc.subscribe(subject, cb=hear)
    await nc.flush()
    return heard


def test_the_stream_and_a_consumer_are_kept_by_three_nodes(cluster: clusters.Cluster) -> None:
    async def scenario() -> None:
        async with desk(cluster) as found:
            joker = await found.admit("joker")
            stream = await jetstream.ask(found.nc, f"STREAM.INFO.{STREAM}")
            assert stream["config"]["num_replicas"] == 3
            assert stream["config"]["storage"] == "file"
            assert await copies(found, joker.key) == 3

    asyncio.run(scenario())


async def copies(found: Desk, account: str) -> int:
    info = await jetstream.ask(found.nc, f"CONSUMER.INFO.{STREAM}.{account}")
    return 1 + len(info.get("cluster", {}).get("replicas", []))


def test_with_many_parties_a_consumer_is_kept_by_one_node(cluster: clusters.Cluster) -> None:
    assert consumer_replicas(2000, 3) == 3
    assert consumer_replicas(2001, 3) == 1
    assert consumer_replicas(5, 3, many=4) == 1

    async def scenario() -> None:
        async with desk(cluster, many=1, parties=2) as found:
            assert await copies(found, (await found.admit("joker")).key) == 1

    asyncio.run(scenario())


def test_consumers_are_levelled_one_by_one_and_stay_where_they_were(
    cluster: clusters.Cluster,
) -> None:
    async def scenario() -> None:
        async with desk(cluster) as found:
            parties = [await found.admit(name) for name in ("joker", "kiwi")]
            keys = [one.key for one in parties]
            await FeedPublisher(found.nc).publish(a_batch("joker", 1, 4))
            first = await found.follow(parties[0])
            assert await read(first, 2) == [b"word 1", b"word 2"]
            await first.close()
            await are_levelled(found, keys, 1)
            await are_levelled(found, keys, 3)
            second = await found.follow(parties[0])
            assert await read(second, 2) == [b"word 3", b"word 4"]

    asyncio.run(scenario())


async def are_levelled(found: Desk, keys: list[str], wanted: int) -> None:
    levelling = Levelling(found.tenancy, lambda: keys, lambda: wanted, logs.get())
    assert await levelling.level() == len(keys)
    assert await levelling.level() == 0

    async def kept() -> bool:
        return [await copies(found, key) for key in keys] == [wanted] * len(keys)

    await until(kept)


def test_a_user_cut_off_is_cut_off_at_every_node(cluster: clusters.Cluster) -> None:
    async def scenario() -> None:
        async with desk(cluster) as found:
            joker = await found.admit("joker")
            everywhere = [
                await connect(node.url, joker.creds, name="joker", ca=cluster.ca)
                for node in cluster.nodes
            ]
            shut_out = {joker.creds.user_key: now() + timedelta(seconds=1)}
            jwt = cluster.trust.party_account_jwt(joker.key, "joker", now(), shut_out)
            await found.tenancy.push_account(jwt)
            await until(lambda: not any(nc.is_connected for nc in everywhere))
            for node in cluster.nodes:
                with pytest.raises(CredentialsRefused):
                    await connect(node.url, joker.creds, name="again", ca=cluster.ca)
            await until(lambda: all(nc.is_closed for nc in everywhere))

    asyncio.run(scenario())


def test_whoever_does_not_know_the_authority_does_not_speak(
    cluster: clusters.Cluster, tmp_path: Path
) -> None:
    stranger = Certificates(tmp_path)
    stranger.make(["nats-1"], [], now())

    async def scenario() -> None:
        creds = Credentials.parse(cluster.trust.platform_creds(now()))
        for authority in (None, stranger.ca):
            with pytest.raises(Disconnected, match="--ca FILE"):
                await connect(cluster.url, creds, name="x", ca=authority, patience=2)
        plain = cluster.url.replace("tls://", "nats://")
        with pytest.raises(Disconnected):
            await connect(plain, creds, name="x", patience=2)

    asyncio.run(scenario())


def test_in_the_clear_a_node_says_no_more_than_hello(cluster: clusters.Cluster) -> None:
    async def scenario() -> None:
        place = cluster.nodes[0].place
        reader, writer = await asyncio.open_connection(place.host, place.client)
        hello = await reader.readline()
        assert json.loads(hello.removeprefix(b"INFO "))["tls_required"] is True
        writer.write(b'CONNECT {"verbose":false}\r\nPING\r\n')
        assert b"PONG" not in await reader.read()
        writer.close()

    asyncio.run(scenario())
