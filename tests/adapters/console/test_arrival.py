"""A notice that a client's people open at the console has arrived: its clock runs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.adapters.console.browsing import browser, incident, main_of, told
from tests.adapters.running import Up


async def doors(platform: Up, party: str = "joker") -> list[Any]:
    rows = await platform.ask(party, "timeline")
    return [row["data"]["door"] for row in rows if row["type"] == "NoticeDelivered"]


def test_opening_the_incident_delivers_its_notice_and_shows_the_clock_it_starts(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            assert await doors(platform) == []
            await reader.open(await incident(platform))
            assert "notice was delivered" in main_of(reader.page)
            assert await doors(platform) == ["console"]
            await reader.open(await incident(platform))
            assert await doors(platform) == ["console"]

    asyncio.run(story())


def test_the_overview_alone_delivers_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            await reader.open("/")
            assert await doors(platform) == []

    asyncio.run(story())


def test_an_auditor_who_opens_it_delivers_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            await reader.open(await incident(platform))
            assert reader.status == 200
            assert await doors(platform) == []

    asyncio.run(story())
