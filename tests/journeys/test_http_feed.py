"""A reader of server-sent events, while the platform is killed under it: no gap, no loss."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from adapters.folder import Folder
from adapters.nats.caller import Caller
from adapters.tasks import end
from tests.adapters.nats.lab import TOLERATED
from tests.builders import a_leak, a_notice, a_revision
from tests.journeys.lab import GLANCE, PATIENCE, Serve, until

pytestmark = [pytest.mark.journey, TOLERATED]
REVISIONS, KILLS = 60, 3
LOST = (httpx2.HTTPError, OSError)


@dataclass
class Reader:
    """Follows a feed by its last event id, connection after connection."""

    url: str
    key: str
    found: list[tuple[int, str]] = field(default_factory=list)
    connections: int = 0

    async def follow(self) -> None:
        while True:
            try:
                await self._read()
            except LOST:
                await asyncio.sleep(GLANCE)

    async def _read(self) -> None:
        last = {"Last-Event-ID": str(self.found[-1][0])} if self.found else {}
        headers = {"Authorization": f"Bearer {self.key}", **last}
        async with (
            httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=30) as client,
            client.stream("GET", "/v1/feed/stream") as response,
        ):
            response.raise_for_status()
            self.connections += 1
            data = ""
            async for line in response.aiter_lines():  # `data` comes before `id`, as sent here
                name, _, value = line.partition(": ")
                data = value if name == "data" else data
                if name == "id":
                    self.found.append((int(value), data))


async def insist(url: str, key: str, verb: str, fields: Any, command: str) -> None:
    """Send a command, under its one id, until it is answered."""
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": command}
    async with asyncio.timeout(2 * PATIENCE):
        while True:
            try:
                async with httpx2.AsyncClient(base_url=url, headers=headers) as client:
                    answer = await client.post(f"/v1/commands/{verb}", json={"with": dict(fields)})
                if answer.status_code == 200:
                    return
                assert answer.status_code == 503, answer.text
            except LOST:
                pass
            await asyncio.sleep(GLANCE)


async def admit(serve: Serve, party: str, role: str) -> str:
    fields = {"id": party, "roles": [role], "country": "NO", "zone": "Europe/Oslo"}
    async with await Caller.connect(serve.url, Folder(serve.data).operator_creds) as operator:
        given = await operator.call("party_add", {"with": fields})
    return str(given["api_key"])


async def polled(url: str, key: str) -> list[str]:
    """The whole feed as a poll gives it, message by message."""
    found: list[str] = []
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=30) as client:
        while page := (await client.get("/v1/feed", params={"after": len(found)})).json():
            found += [json.dumps(one, sort_keys=True) for one in page]
    return found


def told_of(found: list[tuple[int, str]], kind: str) -> list[dict[str, Any]]:
    said = (json.loads(body)["data"] for _, body in found)
    return [one for one in said if one["type"] == kind]


def kinds(found: list[tuple[int, str]]) -> list[str]:
    return [json.loads(body)["data"]["type"] for _, body in found]


def reached(reader: Reader, kind: str, count: int) -> Callable[[], Any]:
    async def look() -> bool:
        return kinds(reader.found).count(kind) >= count

    return look


def test_a_stream_of_events_survives_kill_9_without_a_gap(tmp_path: Path) -> None:
    async def story(serve: Serve) -> None:
        url = Folder(serve.data).web_url.read_text().strip()
        zoopit, joker = (
            await admit(serve, "zoopit", "vendor"),
            await admit(serve, "joker", "client"),
        )
        reader = Reader(url, joker)
        following = asyncio.create_task(reader.follow())

        async def speak() -> None:
            for number, said in enumerate((a_leak(), a_notice("joker"))):
                await insist(url, zoopit, said.do, said.fields, f"begin-{number}")
            for number in range(REVISIONS):
                revision = a_revision()
                await insist(url, zoopit, revision.do, revision.fields, f"revision-{number}")

        speaking = asyncio.create_task(speak())
        for kill in range(KILLS):
            await until(reached(reader, "ClientUpdated", REVISIONS * (kill + 1) // (KILLS + 2)))
            serve.kill()
            await asyncio.to_thread(serve.start)
            assert Folder(serve.data).web_url.read_text().strip() == url
        await speaking
        await until(reached(reader, "ClientUpdated", REVISIONS))
        # Of each it is told that it has arrived, which follows only once it has.
        await until(reached(reader, "NoticeDelivered", 1 + REVISIONS))
        await end(following)

        assert reader.connections > KILLS
        whole = await polled(url, joker)
        assert [number for number, _ in reader.found] == list(range(1, len(reader.found) + 1))
        streamed = [json.dumps(json.loads(body), sort_keys=True) for _, body in reader.found]
        assert streamed == whole[: len(streamed)]
        told = kinds(reader.found)
        assert told.count("ClientUpdated") == REVISIONS
        delivered = [said["with"]["notice"] for said in told_of(reader.found, "NoticeDelivered")]
        assert len(delivered) == len(set(delivered)) == 1 + REVISIONS

    with Serve(tmp_path / "data") as serve:
        asyncio.run(story(serve))
