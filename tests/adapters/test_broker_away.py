"""Outside NATS servers that are away at the start: the ledger takes what it can hold."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from adapters.admission import OPERATOR
from adapters.compose import running
from adapters.composition import speaking
from adapters.folder import Folder, claimed, open_vault
from adapters.nats import outside
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
            assert made.platform.away is None
            assert made.platform.health()["published"] > 0

    try:
        asyncio.run(story())
    finally:
        cluster.stop()
    assert not Folder(tmp_path / "data").operator_creds.exists()  # varsel setup makes those
