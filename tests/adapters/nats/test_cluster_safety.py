"""A cluster that could lose what it acknowledges is not used, and what to change is said."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from adapters.nats import conf, jetstream
from adapters.nats.connection import connect
from adapters.nats.credentials import Credentials
from adapters.nats.errors import ClusterUnsafe, CredentialsRefused, JetStreamRefused, StreamDiffers
from adapters.nats.insisting import insist
from adapters.nats.nodes import Node
from adapters.nats.outside import Cluster as Where
from adapters.nats.outside import broker_outside
from adapters.nats.safety import require_safe
from adapters.nats.subjects import STREAM
from adapters.nats.trust import Trust
from domain.errors import Invalid
from tests import cluster as clusters
from tests.adapters.nats.clustered import Desk, desk
from tests.adapters.nats.lab import TOLERATED, now, platform

pytestmark = [TOLERATED, pytest.mark.xdist_group("cluster")]

SAFE = {"sync_always": True, "max_storage": 10**9, "unique_tag": "az:"}


def nodes(config: dict[str, Any] | None = None, size: int = 3) -> list[Node]:
    """Three nodes, the second of which says this of itself."""
    meta = {"cluster_size": size}
    return [
        Node(f"nats-{n}", "2.15.1", {"config": {**SAFE, **changed}, "meta_cluster": meta})
        for n, changed in ((1, {}), (2, config or {}), (3, {}))
    ]


def told_of(found: list[Node], replicas: int = 3) -> list[str]:
    told: list[str] = []
    require_safe(found, replicas, lambda event, _: told.append(event))
    return told


@pytest.mark.parametrize(
    ("config", "what"),
    [
        ({"sync_always": False}, r"nats-2: .*sync_interval: always"),
        ({"max_storage": 0}, r"nats-2: .*max_file_store"),
        ({"domain": "hub"}, r"nats-2: JetStream domain hub.*take jetstream.domain away"),
    ],
)
def test_what_would_lose_acknowledged_messages_is_refused(
    config: dict[str, Any], what: str
) -> None:
    assert told_of(nodes()) == []
    with pytest.raises(ClusterUnsafe, match=what):
        told_of(nodes(config))


def test_fewer_nodes_than_copies_are_refused_one_that_is_down_counts() -> None:
    with pytest.raises(ClusterUnsafe, match="2 nodes with JetStream cannot keep 3 copies"):
        told_of(nodes(size=2))
    assert told_of(nodes()[:2]) == ["nats.unwise 1 of 3 nodes are down; up: nats-1, nats-2"]


def test_a_node_without_jetstream_is_refused() -> None:
    with pytest.raises(ClusterUnsafe, match="nats-4: JetStream is off"):
        told_of([*nodes(), Node("nats-4", "2.15.1", {"disabled": True})])


def test_what_is_only_unwise_is_told() -> None:
    older = nodes()[0]._replace(version="2.14.6")
    assert told_of([older, *nodes()[1:]]) == ["nats.unwise versions differ: 2.14.6, 2.15.1"]
    (told,) = told_of(nodes({"unique_tag": ""}))
    assert "set jetstream.unique_tag" in told


async def joined(where: Where, trust: Trust) -> None:
    from contextlib import AsyncExitStack  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        await broker_outside(where, trust, lambda: 0, now(), lambda *_: None, stack)


def test_one_server_alone_is_refused_where_three_copies_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as alone:
            with pytest.raises(ClusterUnsafe, match="1 nodes with JetStream"):
                await joined(Where(alone.url), alone.trust)
            await joined(Where(alone.url, replicas=1), alone.trust)

    monkeypatch.setattr(conf, "SYNC", "always")
    asyncio.run(scenario())


def test_the_embedded_server_is_no_one_node_cluster(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as alone:
            with pytest.raises(ClusterUnsafe, match="sync_interval: always"):
                await joined(Where(alone.url, replicas=1), alone.trust)

    asyncio.run(scenario())


def test_over_a_network_nothing_is_said_in_the_clear() -> None:
    for url in ("nats://nats-1:4222", "tls://nats-1:4222,nats://nats-2:4222"):
        with pytest.raises(Invalid, match="in the clear"):
            asyncio.run(joined(Where(url), Trust.new()))


@pytest.mark.parametrize("url", ["", "http://x", "nats://127.0.0.1,tls://127.0.0.1"])
def test_a_url_that_leads_nowhere_is_refused(url: str) -> None:
    trust = Trust.new()
    creds = Credentials.parse(trust.system_creds(now()))
    with pytest.raises(Invalid, match="no way to NATS"):
        asyncio.run(connect(url, creds, name="x"))


def test_an_authority_that_is_none_is_refused(tmp_path: Path) -> None:
    creds = Credentials.parse(Trust.new().system_creds(now()))
    (tmp_path / "ca.pem").write_text("nothing")
    for path in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        with pytest.raises(Invalid, match="authority"):
            asyncio.run(connect("tls://127.0.0.1:1", creds, name="x", ca=path))


def test_nodes_that_trust_another_platform_say_so() -> None:
    cluster = clusters.cluster()
    with pytest.raises(CredentialsRefused, match=r"varsel setup"):
        asyncio.run(joined(Where(cluster.url, cluster.ca), Trust.new()))


def test_a_stream_with_fewer_copies_than_asked_gets_more() -> None:
    cluster = clusters.cluster()

    async def scenario() -> None:
        async with desk(cluster) as found:
            info = await jetstream.ask(found.nc, f"STREAM.INFO.{STREAM}")
            fewer = {**info["config"], "num_replicas": 1}
            await jetstream.insist(found.nc, f"STREAM.UPDATE.{STREAM}", fewer)
            await found.tenancy.ensure_stream()
            info = await jetstream.insist(found.nc, f"STREAM.INFO.{STREAM}")
            assert info["config"]["num_replicas"] == 3

    asyncio.run(scenario())


def test_a_stream_in_memory_is_refused() -> None:
    cluster = clusters.cluster()

    async def scenario() -> None:
        async with desk(cluster) as found:
            await jetstream.insist(found.nc, f"STREAM.DELETE.{STREAM}")
            wanted = {"name": STREAM, "subjects": ["feed.*.>"], "storage": "memory"}
            await jetstream.insist(found.nc, f"STREAM.CREATE.{STREAM}", wanted)
            with pytest.raises(StreamDiffers, match="storage='memory'"):
                await found.tenancy.ensure_stream()
            await found.tenancy.recreate_stream()

    asyncio.run(scenario())


def test_what_passes_is_asked_for_again_and_told_what_does_not_is_raised_at_once() -> None:
    cluster, told = clusters.cluster(), list[str]()

    def passing(text: str, *, so: bool) -> JetStreamRefused:
        return JetStreamRefused(text, err_code=10008, passing=so)

    async def scenario(found: Desk) -> None:
        answers: list[Exception | str] = [passing("no leader", so=True), "yes"]

        async def once() -> str:
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        def report(event: str, error: Exception | None) -> None:
            told.append(f"{event}: {error}")

        assert await insist(found.nc, "X", once, report) == "yes"
        assert told == ["nats.asked-again X: no leader"]
        answers[:] = [passing("never", so=False), "not asked for"]
        with pytest.raises(JetStreamRefused, match="never"):
            await insist(found.nc, "X", once, report)
        answers[:] = [passing("still", so=True) for _ in range(9)]
        with pytest.raises(JetStreamRefused, match="still"):
            await insist(found.nc, "X", once, report, patience=0.6)
        assert len(told) > 2

    async def play() -> None:
        async with desk(cluster) as found:
            await scenario(found)

    asyncio.run(play())
