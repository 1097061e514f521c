"""Feeds without NATS: polled or streamed, the same bytes, resumed without a gap."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from adapters.feeds import FeedMessage
from adapters.http import streaming
from adapters.http.streaming import STREAMS
from domain.events import NoticeDelivered
from tests.adapters.http.lab import BATCH, OPS, STORY, Door, open_door, problem, tell
from tests.adapters.http.test_commands import play
from tests.adapters.nats.lab import TOLERATED, read, until
from tests.builders import a_leak, a_notice

pytestmark = TOLERATED
Event = dict[str, str]


class Stream:
    """A reader of server-sent events."""

    def __init__(self, response: httpx2.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self, seconds: float = 20) -> Event:
        """The next event or comment; {} where the stream has ended."""
        found: Event = {}
        async with asyncio.timeout(seconds):
            async for line in self._lines:
                if not line and found:
                    return found
                name, _, value = line.partition(": ")
                found[name or "comment"] = value
        return found

    async def messages(self, count: int) -> list[Event]:
        """So many messages; comments are passed over."""
        found: list[Event] = []
        while len(found) < count:
            event = await self.next()
            assert event, "the stream has ended"
            found += [event] if "data" in event else []
        return found


@asynccontextmanager
async def streaming_to(client: httpx2.AsyncClient, **asked: str | int) -> AsyncIterator[Stream]:
    headers = {"Last-Event-ID": str(asked.pop("last"))} if "last" in asked else {}
    async with client.stream("GET", "/v1/feed/stream", params=asked, headers=headers) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Stream(response)


def doors_of_deliveries(door: Door) -> list[str]:
    log = door.platform.running.parts.ledger.since(0, 10_000)
    return [one.event.door for one in log if isinstance(one.event, NoticeDelivered)]


def test_every_door_hands_out_the_same_bytes(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        await tell(door)
        joker, follower = await door.by("joker"), await door.platform.follow("joker")
        polled = await joker.get("/v1/feed")
        assert polled.headers["content-type"] == BATCH
        count = int(polled.headers["varsel-last-sequence"])
        over_nats = await read(follower, count)
        async with streaming_to(joker) as stream:
            streamed = await stream.messages(count)
        assert b"[" + b",".join(over_nats) + b"]" == polled.content
        assert [one["data"].encode() for one in streamed] == over_nats
        assert [one["id"] for one in streamed] == [str(1 + n) for n in range(count)]

    play(tmp_path, story)


def test_a_poll_goes_on_behind_the_last_sequence(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        await tell(door)
        joker, found, after = await door.by("joker"), [], 0
        while page := (await joker.get("/v1/feed", params={"after": after, "limit": 3})).json():
            found += [int(one["sequence"]) for one in page]
            after = found[-1]
        assert found == list(range(1, len(found) + 1))
        assert len(found) > len(STORY)

    play(tmp_path, story)


def test_a_stream_goes_on_where_its_reader_was_and_tells_what_happens_meanwhile(
    tmp_path: Path,
) -> None:
    async def story(door: Door) -> None:
        await tell(door)
        joker = await door.by("joker")
        async with streaming_to(joker) as stream:
            first = await stream.messages(3)
        async with streaming_to(joker, last=first[-1]["id"]) as stream:
            assert (await stream.messages(1))[0]["id"] == "4"
        head = int((await joker.get("/v1/feed")).headers["varsel-last-sequence"])
        async with streaming_to(joker, last=head) as stream:
            await door.say(joker, "take_measure", incident="leak", kind="review", status="done")
            found: list[Event] = []
            while not found or json.loads(found[-1]["data"])["data"]["type"] != "MeasureTaken":
                found += await stream.messages(1)  # what was polled above may come in between
            assert [one["id"] for one in found] == [str(head + 1 + n) for n in range(len(found))]

    play(tmp_path, story)


def test_what_a_stream_hands_over_counts_as_delivered_through_it(
    tmp_path: Path,
) -> None:
    async def story(door: Door) -> None:
        joker = await door.by("joker")
        async with streaming_to(joker) as stream:
            await door.platform.take(a_leak(), a_notice("joker"))

            kinds = [json.loads(one["data"])["data"]["type"] for one in await stream.messages(4)]
            assert "ClientNotified" in kinds
            await until(lambda: bool(doors_of_deliveries(door)))
        assert doors_of_deliveries(door) == ["sse"]

    play(tmp_path, story)


def test_what_an_auditor_reads_counts_as_delivered_to_nobody(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        await door.platform.take(a_leak(), a_notice("joker"))
        await door.platform.settled()
        tilsyn = await door.by("tilsyn")
        async with streaming_to(tilsyn, party="joker") as stream:
            feeds = {json.loads(one["data"])["feed"] for one in await stream.messages(2)}
        assert feeds == {"joker"}
        assert (await tilsyn.get("/v1/feed", params={"party": "joker"})).json()
        assert doors_of_deliveries(door) == []
        assert problem(await tilsyn.get("/v1/feed", params={"party": "kiwi"}))["status"] == 403
        refused = await tilsyn.get("/v1/feed/stream", params={"party": "kiwi"})
        assert problem(refused)["status"] == 403

    play(tmp_path, story)


def test_a_quiet_stream_shows_that_it_lives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT", 0.1)

    async def story(door: Door) -> None:
        ops = await door.by(OPS)
        async with streaming_to(ops, after=10_000) as stream:
            said = [(await stream.next()).get("comment") for _ in range(3)]
        assert said == ["varsel", "still here", "still here"]

    play(tmp_path, story)


def test_a_stream_ends_when_its_key_is_cut_off(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        joker = await door.by("joker")
        async with streaming_to(joker, after=10_000) as stream:
            await stream.next()
            await door.platform.operator.call("party_revoke", {"with": {"id": "joker"}})
            last = await stream.next(seconds=10)
            assert last.get("event") == "ended"
            assert await stream.next() == {}

    play(tmp_path, story)


def test_streams_end_when_the_platform_stops(tmp_path: Path) -> None:
    async def story() -> Event:
        async with httpx2.AsyncClient(timeout=30) as client:
            async with open_door(tmp_path) as door:
                headers = {"Authorization": f"Bearer {door.key('joker')}"}
                url = f"{door.house.url}/v1/feed/stream?after=10000"
                opened = client.build_request("GET", url, headers=headers)
                response = await client.send(opened, stream=True)
                stream = Stream(response)
                await stream.next()
            return await stream.next()

    assert asyncio.run(story())["event"] == "ended"


def test_a_party_has_so_many_streams_and_gets_a_place_back_when_one_closes(
    tmp_path: Path,
) -> None:
    async def story(door: Door) -> None:
        joker = await door.by("joker")
        async with streaming_to(joker) as first:
            await first.next()
            door.house.streams["joker"] = STREAMS
            refused = await joker.get("/v1/feed/stream")
            assert problem(refused)["status"] == 429
            assert (await (await door.by("kiwi")).get("/v1/feed")).status_code == 200

        await until(lambda: door.house.streams["joker"] == STREAMS - 1)

    play(tmp_path, story)


class Endless:
    """A feed of large messages that has no end."""

    async def read_feed(self, party: str, asked: dict[str, Any]) -> list[FeedMessage]:
        body = json.dumps("x" * 100_000)
        return [FeedMessage(party, asked["after"] + 1, uuid4(), body)]

    async def seen(self, party: str, notice: str, door: str) -> None:
        """Nothing to record."""


def test_a_reader_that_does_not_read_is_let_go_and_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "SLOW", 1.0)

    async def story(door: Door) -> None:
        object.__setattr__(door.house, "feed", Endless())
        host, _, port = door.house.url.removeprefix("http://").rpartition(":")
        _, writer = await asyncio.open_connection(host, int(port), limit=1024)
        request = f"GET /v1/feed/stream HTTP/1.1\r\nHost: {host}\r\n"
        writer.write(f"{request}Authorization: Bearer {door.key('joker')}\r\n\r\n".encode())
        await until(lambda: door.house.streams["joker"] == 1)
        assert (await (await door.by("kiwi")).get("/v1/feed")).status_code == 200
        await until(lambda: door.house.streams["joker"] == 0)
        writer.transport.abort()

    play(tmp_path, story)
