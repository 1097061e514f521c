"""A party erases its own free text at the console; whoever read it sees that it is gone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.adapters.console.browsing import browser, incident, main_of, told
from tests.builders import a_correction, a_measure

TITLE = "A copy of old data"


@pytest.mark.parametrize("language", ["en", "nb", "fi"])
def test_what_was_erased_is_gone_from_its_writers_and_its_readers_pages(
    tmp_path: Path, language: str
) -> None:
    async def story() -> None:
        speaks = {"accept-language": language}
        async with (
            told(tmp_path, TITLE) as platform,
            browser(platform, "zoopit", **speaks) as vendor,
            browser(platform, "joker", **speaks) as client,
        ):
            at = await incident(platform)
            assert TITLE in main_of((await client.open(at)).page)
            assert "/erase" in main_of((await vendor.open(at)).page)
            await vendor.send(f"{at}/erase", why="mistake", reference="24/01234")
            assert vendor.status == 303
            for reader in (vendor, client):
                await reader.open(at)
                assert reader.status == 200
                assert TITLE not in reader.page
            rows = await platform.ask("zoopit", "timeline")
            event = next(row["event"] for row in rows if row["type"] == "ContentErased")
            assert "24/01234" in main_of((await vendor.open(f"/events/{event}")).page)

    asyncio.run(story())


def test_a_reason_must_be_chosen(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as vendor:
            at = await incident(platform)
            await vendor.send(f"{at}/erase")
            assert vendor.status == 422
            assert 'href="#why"' in vendor.page

    asyncio.run(story())


def test_where_there_is_nothing_to_erase_the_form_says_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as client:
            at = await incident(platform)
            await client.send(f"{at}/erase", why="mistake")
            assert client.status in {404, 409}
            assert "ContentErased" not in str(await platform.ask("joker", "timeline"))

    asyncio.run(story())


def test_nobody_else_is_shown_the_form(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "kiwi") as other:
            at = await incident(platform)
            assert (await other.open(f"{at}/erase")).status == 404

    asyncio.run(story())


def test_the_vendors_page_shows_that_its_clients_were_told_of_a_correction(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "zoopit") as vendor:
            shared = a_measure(visibility="shared").under("fixed")
            await platform.take(shared, a_correction("fixed", by="zoopit"))
            await platform.settled()
            assert (await vendor.open(await incident(platform))).status == 200
            assert "told of a correction" in vendor.page

    asyncio.run(story())
