"""A running platform with an HTTP door, and a client for each party that knocks at it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

from adapters.http.house import House
from tests.adapters.running import Up, up
from tests.builders import Step, a_claim, a_leak, a_notice, an_acknowledgement, step

OPS = "ops"  # a party with the operator's role: the operator of the folder holds no API key
BATCH = "application/cloudevents-batch+json"

STORY: tuple[Step, ...] = (
    a_leak(text="A copy was taken.", title="Old data", claims=[a_claim("live", "misuse")]),
    a_notice("joker"),
    an_acknowledgement(),
    step("joker", "ask", incident="leak", question="how-many", text="How many of ours?"),
    step("joker", "take_measure", incident="leak", kind="fix", status="done", text="We reset all."),
    step("joker", "assess_risk", incident="leak", outcome="high", why="It is a lot."),
    step(
        "joker",
        "make_statement",
        incident="leak",
        id="press-1",
        audience="press",
        channel="press_release",
        claims=[a_claim("misused", "misuse", holds="no")],
    ),
)


class Door:
    """The door, and who stands before it."""

    def __init__(self, platform: Up) -> None:
        self.platform = platform
        self._ids = itertools.count()

    @property
    def house(self) -> House:
        assert self.platform.running.house is not None
        return self.platform.running.house

    @property
    def position(self) -> int:
        """How far the ledger has come."""
        return self.platform.running.parts.ledger.position()

    def key(self, party: str) -> str:
        return str(self.platform.given[party]["api_key"])

    async def client(self, key: str | None) -> httpx2.AsyncClient:
        """A client with this API key; closed with the platform."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        client = httpx2.AsyncClient(base_url=self.house.url, headers=headers, timeout=30)
        return await self.platform.stack.enter_async_context(client)

    async def by(self, party: str) -> httpx2.AsyncClient:
        return await self.client(self.key(party))

    async def say(
        self, client: httpx2.AsyncClient, verb: str, key: str | None = None, **fields: Any
    ) -> httpx2.Response:
        """A command, under a key of its own unless one is given."""
        headers = {"Idempotency-Key": key or f"key-{next(self._ids)}"}
        return await client.post(f"/v1/commands/{verb}", json={"with": fields}, headers=headers)


@asynccontextmanager
async def open_door(folder: Path, **settings: Any) -> AsyncGenerator[Door]:
    """With a vendor, two clients, an auditor of one of them, and an operator."""
    chosen = {"http_port": 0, "log_level": "ERROR", **settings}
    async with up(folder, **chosen) as platform:
        await platform.add("zoopit", "vendor")
        await platform.add("joker", "client")
        await platform.add("kiwi", "client")
        await platform.add("tilsyn", "auditor", scope=["joker"])
        await platform.add(OPS, "operator")
        yield Door(platform)


async def tell(door: Door) -> None:
    """A small story, up to the views."""
    await door.platform.take(*STORY)
    await door.platform.settled()


def problem(response: httpx2.Response) -> dict[str, Any]:
    """The problem document of a refusal."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    said: dict[str, Any] = response.json()
    assert said["status"] == response.status_code
    return said
