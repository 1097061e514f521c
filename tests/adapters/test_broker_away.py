"""Outside NATS servers that are away at the start: the ledger takes what it can hold."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters import logs
from adapters.admission import OPERATOR
from adapters.compose import running
from adapters.composition import speaking
from adapters.composition.speaking import Speaking
from adapters.folder import Folder, claimed, open_vault
from adapters.nats import outside
from adapters.nats.errors import (
    CredentialsRefused,
    Disconnected,
    JetStreamRefused,
    Unanswered,
)
from adapters.settings import Settings
from tests.adapters.nats.lab import TOLERATED, until
from tests.cluster import Cluster

pytestmark = TOLERATED


def test_what_is_accepted_while_nats_is_away_is_carried_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "PATIENCE", 1.0)
    monkeypatch.setattr(speaking, "RETRY", 0.2)
    cluster = Cluster(tmp_path / "cluster")
    with claimed(tmp_path / "data") as folder, closing(open_vault(folder, None)) as vault:
        cluster.trusts(vault)
    settings = Settings(data=tmp_path / "data", nats_url=cluster.url, nats_ca=cluster.ca)

    async def story() -> None:
        async with running(settings) as made:
            joker = {"id": "joker", "roles": ["client"], "name": "Joker", "country": "NO"}
            asked = {"with": {**joker, "zone": "Europe/Oslo"}, "command": "c1"}
            answer = await made.platform.handle(OPERATOR, "register_party", asked)
            assert answer["receipt"]["events"]
            assert made.platform.away is not None
            assert not made.platform.health()["ok"]

            await asyncio.to_thread(cluster.start)
            await until(lambda: bool(made.platform.health()["ok"]), patience=60.0)
            await until(lambda: made.platform.away is None)
            assert made.platform.health()["published"] > 0

    try:
        asyncio.run(story())
    finally:
        cluster.stop()
    assert not Folder(tmp_path / "data").operator_creds.exists()  # varsel setup makes those


class Speaker(Speaking):
    """Joins as often as `troubles` are left, in vain."""

    def __init__(self, stack: AsyncExitStack, nats_url: str | None, *troubles: Exception) -> None:
        self._ground = cast(
            "Any",
            SimpleNamespace(
                settings=SimpleNamespace(nats_url=nats_url), stack=stack, log=logs.get()
            ),
        )
        self._platform = cast("Any", SimpleNamespace(away=None))
        self._troubles = list(troubles)
        self.joined = asyncio.Event()

    async def _join(self) -> None:
        if self._troubles:
            raise self._troubles.pop(0)
        self._platform.away = None
        self.joined.set()


@pytest.mark.parametrize(
    "trouble",
    [
        Unanswered("no answer within 3 s"),
        JetStreamRefused("JetStream is not ready", err_code=10008, passing=True),
        Disconnected("no NATS server reached"),
    ],
    ids=["unanswered", "no-quorum", "away"],
)
def test_servers_without_a_quorum_are_joined_when_they_have_one(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    monkeypatch.setattr(speaking, "RETRY", 0.01)
    logs.configure("ERROR")

    async def story() -> None:
        async with AsyncExitStack() as stack:
            speaker = Speaker(stack, "tls://nats.example", trouble, trouble)
            await speaker.begin()
            assert speaker._platform.away == str(trouble)
            async with asyncio.timeout(20):
                await speaker.joined.wait()
            assert speaker._platform.away is None

    asyncio.run(story())


@pytest.mark.parametrize(
    ("nats_url", "trouble"),
    [
        ("tls://nats.example", CredentialsRefused("the server refuses the creds")),
        ("tls://nats.example", JetStreamRefused("no such thing", err_code=10059)),
        (None, Disconnected("our own server is not reached")),
    ],
    ids=["refused", "not-passing", "our-own"],
)
def test_what_will_not_pass_ends_the_start(nats_url: str | None, trouble: Exception) -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            with pytest.raises(type(trouble)):
                await Speaker(stack, nats_url, trouble).begin()

    asyncio.run(story())
