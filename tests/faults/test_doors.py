"""An answer that gets lost, and a second platform at the door."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from adapters.nats.connection import connect
from adapters.nats.credentials import Credentials
from tests.adapters.nats.lab import TOLERATED
from tests.faults import causes
from tests.faults.checks import examined
from tests.faults.crowd import LOST, PEOPLE, Crowd, Said
from tests.faults.report import tell
from tests.faults.stage import Stage, embedded
from tests.journeys.lab import PATIENCE, VARSEL, until

pytestmark = [pytest.mark.fault, TOLERATED]
OVER_HTTP, OVER_NATS, SECONDS = 15, 10, 2


class Cutting:
    """A way to the HTTP door that takes a request there, and cuts the answer off."""

    def __init__(self, web: str) -> None:
        self._host, self._port = urlsplit(web).hostname, urlsplit(web).port
        self.cut = 0
        self.url = ""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, ahead = await asyncio.open_connection(self._host, self._port)
        sending = asyncio.create_task(self._send(reader, ahead))
        self.cut += bool(await behind.read(1))  # the answer has begun: the command is accepted
        for one in (writer, ahead):
            one.close()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)

    async def _send(self, reader: asyncio.StreamReader, ahead: asyncio.StreamWriter) -> None:
        while said := await reader.read(2**16):
            ahead.write(said)


@asynccontextmanager
async def cutting(web: str) -> AsyncIterator[Cutting]:
    way = Cutting(web)
    server = await asyncio.start_server(way, "127.0.0.1", 0)
    async with server:
        way.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield way


def a_report(name: str) -> dict[str, Any]:
    return {"incident": name, "nature": ["integrity"], "people": [PEOPLE]}


async def lost_over_http(crowd: Crowd) -> list[float]:
    """How long it took, each time, to be told by the first receipt what had become of it."""
    recovery: list[float] = []
    async with cutting(crowd.stage.webs[0]) as way:
        for number in range(OVER_HTTP):
            name, host = f"cut-{number}", urlsplit(crowd.stage.webs[0]).netloc
            headers = {
                "Authorization": f"Bearer {crowd.keys['zoopit']}",
                "Host": host,
                "Idempotency-Key": name,
            }
            async with httpx2.AsyncClient(base_url=way.url, headers=headers) as client:
                with pytest.raises(LOST):
                    await client.post("/v1/commands/report_leak", json={"with": a_report(name)})
            recovery.append(await told_now(crowd, name))
        assert way.cut == OVER_HTTP
    return recovery


async def lost_over_nats(crowd: Crowd) -> list[float]:
    """The same, by a client that goes away after it has asked."""
    recovery: list[float] = []
    for number in range(OVER_NATS):
        name = f"gone-{number}"
        creds = Credentials.of(crowd.creds["zoopit"])
        nc = await connect(crowd.stage.nats, creds, name="goes away")
        body = json.dumps({"command": name, "with": a_report(name)}).encode()
        await nc.publish("intake.report_leak", body, nc.new_inbox())
        await nc.flush()
        await nc.close()

        async def recorded(name: str = name) -> bool:
            return await crowd.knows("zoopit", name)

        await until(recorded)
        recovery.append(await told_now(crowd, name))
    return recovery


async def told_now(crowd: Crowd, name: str) -> float:
    began = time.monotonic()
    position = (await crowd.health())["ledger"]
    receipt = await crowd.sent("zoopit", "report_leak", name, a_report(name))
    assert receipt is not None
    assert all(one["position"] <= position for one in receipt["events"]), "it came twice"
    crowd.said.append(Said("zoopit", "report_leak", name, a_report(name), receipt))
    return await crowd.goes_on() - began


def test_a_command_whose_answer_was_lost_is_answered_with_its_first_receipt(
    tmp_path: Path,
) -> None:
    async def story(stage: Stage) -> None:
        async with Crowd.of(stage) as crowd:
            recovery = await lost_over_http(crowd) + await lost_over_nats(crowd)
            tell(causes.ANSWER_LOST, stage.engine, await examined(crowd), recovery)

    with embedded(tmp_path) as stage:
        asyncio.run(story(stage))


def test_a_second_platform_on_a_folder_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    words = [VARSEL, "serve", "--nats", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data"]

    async def story(stage: Stage) -> None:
        recovery: list[float] = []
        async with Crowd.of(stage) as crowd:
            async with crowd.talking():
                for _ in range(SECONDS):
                    second = await asyncio.to_thread(refused)
                    over = time.monotonic()
                    assert "another varsel serve runs on this data folder" in second
                    recovery.append(await crowd.goes_on() - over)
            tell(causes.SECOND_PLATFORM, stage.engine, await examined(crowd), recovery)

    def refused() -> str:
        second = subprocess.run(
            [*words, str(tmp_path / "data")],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert second.returncode != 0
        return second.stderr

    with embedded(tmp_path) as stage:
        asyncio.run(story(stage))
