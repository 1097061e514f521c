"""An auditor's scope changes while the platform runs: at once, at every door, and for good."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats.js.errors

from adapters.nats.connection import connect
from adapters.nats.credentials import Credentials
from adapters.nats.follower import Follower
from adapters.tasks import end
from domain.desk import Request
from domain.envelope import PLATFORM
from domain.errors import Forbidden, NotFound
from tests.adapters.nats.lab import TOLERATED, bound, until
from tests.adapters.running import Up, raised, up, up_with
from tests.builders import a_leak, a_notice, an_update, told

pytestmark = TOLERATED
JOKER = {"with": {"party": "joker"}}
QUESTIONS = ("timeline", "obligations", "register", "contradictions", "facts", "feed", "messages")
Messages = list[dict[str, Any]]


async def set_scope(platform: Up, *parties: str, auditor: str = "tilsyn") -> dict[str, Any]:
    body = {"with": {"party": auditor, "scope": list(parties)}}
    return await platform.operator.call("set_scope", body)


@asynccontextmanager
async def reading(platform: Up, party: str, *, acks: bool = True) -> AsyncGenerator[Messages]:
    """Follows as long as the block lasts; what has come so far."""
    creds = platform.given[party]["creds"]
    found: Messages = []

    async def run(follower: Follower) -> None:
        async for message in follower:
            found.append(json.loads(message.body))
            if acks:
                await message.ack()

    async with await Follower.connect(platform.running.url, creds) as follower:
        task = asyncio.create_task(run(follower))
        try:
            yield found
        finally:
            await end(task)


def kinds(messages: Messages, feed: str) -> list[str]:
    return [one["data"]["type"] for one in messages if one["feed"] == feed]


async def news(platform: Up) -> None:
    """Something new to joker, and after it something new to kiwi."""
    await platform.take(an_update("joker"), an_update("kiwi"))


def heard_of_kiwi(messages: Messages) -> bool:
    return "ClientUpdated" in kinds(messages, "kiwi")


# --- who is taken out --------------------------------------------------------------------------


def test_what_comes_after_is_not_for_an_auditor_that_was_taken_out(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            await set_scope(platform, "joker", "kiwi")
            await platform.take(*told("joker", "kiwi"))
            async with reading(platform, "tilsyn") as messages:
                await until(lambda: "ClientNotified" in kinds(messages, "joker"))
                await until(lambda: "ClientNotified" in kinds(messages, "kiwi"))
                await set_scope(platform, "kiwi")
                await news(platform)
                await until(lambda: heard_of_kiwi(messages))
                assert "ClientUpdated" not in kinds(messages, "joker")

    asyncio.run(scenario())


def test_what_was_under_way_unread_is_not_for_it_either(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            await set_scope(platform, "joker", "kiwi")
            await platform.take(*told("joker", "kiwi"))
            async with reading(platform, "tilsyn", acks=False) as messages:
                await until(lambda: "ClientNotified" in kinds(messages, "joker"))
            await set_scope(platform, "kiwi")
            await news(platform)
            async with reading(platform, "tilsyn") as messages:
                await until(lambda: heard_of_kiwi(messages))
                assert "ClientNotified" in kinds(messages, "kiwi")
                assert kinds(messages, "joker") == []

    asyncio.run(scenario())


def test_what_it_hands_back_unread_is_not_handed_out_to_it_again(tmp_path: Path) -> None:
    """A reader of its own making, which never asks for what was under way as ours does."""

    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            await set_scope(platform, "joker", "kiwi")
            await platform.take(*told("joker", "kiwi"))
            await platform.settled()
            creds = Credentials.parse(platform.given["tilsyn"]["creds"])
            nc = await connect(platform.running.url, creds, name="raw")
            puller = await bound(nc, creds.account_key)
            first = await puller.fetch(50, timeout=20)
            assert any(".joker." in each.subject for each in first)
            await set_scope(platform, "kiwi")
            for each in first:
                await each.nak()
            await news(platform)
            seen: list[str] = []

            async def heard() -> bool:
                with contextlib.suppress(TimeoutError, nats.js.errors.Error):
                    seen.extend(each.subject for each in await puller.fetch(50, timeout=1))
                return any("ClientUpdated" in subject for subject in seen)

            await until(heard)
            assert [subject for subject in seen if ".joker." in subject] == []
            await nc.close()

    asyncio.run(scenario())


def test_going_back_in_the_feed_does_not_bring_it_back(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            await set_scope(platform, "joker", "kiwi")
            await platform.take(*told("joker", "kiwi"))
            async with reading(platform, "tilsyn") as messages:
                await until(lambda: "ClientNotified" in kinds(messages, "kiwi"))
            await set_scope(platform, "kiwi")
            await platform.settled()
            follower = await platform.follow("tilsyn")
            await follower.rewind(1)
            await news(platform)
            async with reading(platform, "tilsyn") as messages:
                await until(lambda: heard_of_kiwi(messages))
                assert kinds(messages, "joker") == []

    asyncio.run(scenario())


def test_an_auditor_that_is_left_with_nobody_reads_and_asks_nothing_more(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            await platform.take(a_leak(title="A copy"), a_notice("joker"))
            tilsyn = platform.callers["tilsyn"]
            seen = (await tilsyn.call("timeline", JOKER))["timeline"][-1]
            page = await tilsyn.call("messages", JOKER)
            texts = [
                t for one in page["messages"] for t in json.loads(one["body"])["data"]["texts"]
            ]
            assert (await platform.ask("tilsyn", "text", text=texts[0])) == "A copy"
            async with reading(platform, "tilsyn") as messages:
                await until(lambda: "ClientNotified" in kinds(messages, "joker"))
                await set_scope(platform)
                await platform.take(an_update("joker"))
                for question in QUESTIONS:
                    error = await raised(tilsyn.call(question, JOKER))
                    assert isinstance(error, Forbidden), question
                then = {"with": {"party": "joker", "as_of": seen["recorded_at"]}}
                assert isinstance(await raised(tilsyn.call("timeline", then)), Forbidden)
                text = platform.ask("tilsyn", "text", text=texts[0])
                assert isinstance(await raised(text), NotFound)
                await platform.settled()
                key = platform.admission._accounts.key_of("tilsyn")
                assert await platform.admission._tenancy.consumer_progress(str(key)) is None
                assert "ClientUpdated" not in kinds(messages, "joker")

    asyncio.run(scenario())


# --- who is let in -----------------------------------------------------------------------------


def test_an_auditor_reads_a_feed_from_when_it_was_given_it_and_may_ask_for_the_rest(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            await platform.take(*told("joker", "kiwi"))
            async with reading(platform, "tilsyn") as messages:
                await until(lambda: "ClientNotified" in kinds(messages, "joker"))
                await set_scope(platform, "joker", "kiwi")
                await news(platform)
                await until(lambda: heard_of_kiwi(messages))
            page = await platform.callers["tilsyn"].call("messages", {"with": {"party": "kiwi"}})
            whole = [json.loads(one["body"]) for one in page["messages"]]
            assert "ClientNotified" in kinds(whole, "kiwi")

    asyncio.run(scenario())


def test_an_auditor_may_ask_for_its_scope(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            await set_scope(platform, "kiwi")
            assert (await platform.ask("tilsyn", "whoami"))["scope"] == ["kiwi"]

    asyncio.run(scenario())


# --- for good ----------------------------------------------------------------------------------


def test_a_scope_that_was_said_just_before_a_crash_holds_from_the_next_start_on(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            await set_scope(platform, "joker", "kiwi")
            await platform.take(*told("joker", "kiwi"))
            given, parts = platform.given, platform.running.parts
            body = {"party": "tilsyn", "scope": ["kiwi"]}
            request = Request(PLATFORM, "set_scope", "crashed", body)
            await parts.write(lambda: parts.desk.handle(request, parts.clock()))
        async with up(tmp_path / "data") as platform:
            platform.given |= given
            await platform.speak("zoopit", given["zoopit"]["creds"])
            await news(platform)
            async with reading(platform, "tilsyn") as messages:
                await until(lambda: heard_of_kiwi(messages))
                assert kinds(messages, "joker") == []

    asyncio.run(scenario())


def test_a_scope_sent_again_under_its_id_is_said_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            body = {"command": "s-1", "with": {"party": "tilsyn", "scope": ["kiwi"]}}
            first = await platform.operator.call("set_scope", body)
            await set_scope(platform)
            assert await platform.operator.call("set_scope", body) == first
            assert (await platform.ask("tilsyn", "whoami"))["scope"] == []

    asyncio.run(scenario())
