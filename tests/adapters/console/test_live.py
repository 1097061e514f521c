"""An open page hears at once of what its reader may see, and of nothing else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

from tests.adapters.console.browsing import Browser, browser, house_of, incident, told
from tests.builders import a_leak, a_notice, an_update

PATIENCE = 20.0


async def moves(reader: Browser) -> AsyncGenerator[list[str]]:
    """The incidents that moved, time after time; the first answer is that the stream is open."""
    async with reader.http.stream("GET", "/changes") as stream:
        kind = ""
        async for line in stream.aiter_lines():
            if line.startswith(": varsel"):
                yield []
            if line.startswith("event:"):
                kind = line.partition(":")[2].strip()
            if line.startswith("data:") and kind == "moved":
                yield json.loads(line.partition(":")[2])["incidents"]


def test_an_open_page_hears_of_the_incident_that_moved(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            at = await incident(platform)
            heard = moves(reader)
            async with asyncio.timeout(PATIENCE):
                await anext(heard)
                await platform.take(an_update())
                assert at == f"/incidents/{(await anext(heard))[0]}"
            await heard.aclose()

    asyncio.run(story())


def test_nobody_hears_of_what_is_told_to_others(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "kiwi") as reader:
            heard = moves(reader)
            async with asyncio.timeout(PATIENCE):
                await anext(heard)
                await platform.take(a_leak("other"), a_notice("joker", incident="other"))
                await platform.settled()
                await platform.take(a_notice("kiwi"))
                [only] = await anext(heard)
            assert f"/incidents/{only}" == await incident(platform, "kiwi")
            await heard.aclose()

    asyncio.run(story())


def test_the_operators_page_hears_of_whatever_moves(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "operator") as reader:
            heard = moves(reader)
            async with asyncio.timeout(PATIENCE):
                await anext(heard)
                await platform.take(an_update())
                [only] = await anext(heard)
            assert f"/incidents/{only}" == await incident(platform)
            await heard.aclose()

    asyncio.run(story())


def test_the_stream_is_for_those_who_are_logged_in(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform) as stranger:
            assert (await stranger.open("/changes")).status == 303
            assert house_of(platform).sessions.find("") is None

    asyncio.run(story())
