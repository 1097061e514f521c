"""Looking back: what was known at an earlier instant, and nothing to be done about it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from urllib.parse import urlencode

from tests.adapters.console.auditing import across
from tests.adapters.console.browsing import browser, incident, main_of, told
from tests.builders import an_acknowledgement


def test_a_client_sees_its_case_as_it_knew_it_then_without_forms(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            rows = await platform.ask("joker", "timeline")
            before = rows[-1]["recorded_at"]
            await platform.take(an_acknowledgement())
            await platform.settled()
            at = await incident(platform)
            assert "Notice acknowledged" in main_of((await reader.open(at)).page)
            await reader.open(f"{at}?{urlencode({'as_of': before})}")
            assert "data-as-of=" in reader.page
            assert main_of(reader.page).count("Notice acknowledged") == 1  # the next step
            assert f'href="{at}/' not in reader.page
            assert 'method="post"' not in main_of(reader.page)

    asyncio.run(story())


def test_before_a_client_knew_anything_it_is_told_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            await reader.open(f"{await incident(platform)}?as_of=2020-01-01")
            assert reader.status == 200
            assert "Nothing was known of it at that instant." in reader.page
            assert "data-as-of=" not in reader.page

    asyncio.run(story())


def test_an_earlier_instant_shows_what_was_known_then_and_says_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            [before] = [
                one["recorded_at"]
                for one in await platform.ask("joker", "timeline")
                if one["type"] == "ClientNotified"
            ]
            await platform.take(an_acknowledgement())
            await platform.settled()
            at = await across(reader)
            assert "The notice was not acknowledged." not in reader.page
            await reader.open(f"{at}?{urlencode({'as_of': before})}")
            assert "data-as-of=" in reader.page
            assert "Nothing that was recorded later is on this page." in reader.page
            assert "The notice was not acknowledged." in reader.page
            assert "Notice acknowledged" not in reader.page.replace(
                "later: Notice acknowledged", ""
            )
            assert "data-live " not in main_of(reader.page)
            await reader.open(f"{at}?as_of=2020-01-01")
            assert "joker knew nothing of it at this instant." in reader.page

    asyncio.run(story())


def test_one_steps_from_event_to_event_and_back_to_now(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            await platform.take(an_acknowledgement())
            await platform.settled()
            await reader.open("/scope/duties?party=joker")
            instants = 0
            while earlier := re.search(r'rel="prev" href="([^"]+)"', reader.page):
                instants += 1
                await reader.open(earlier.group(1).replace("&amp;", "&"))
                assert "party=joker" in reader.page
            recorded = {one["recorded_at"] for one in await platform.ask("joker", "timeline")}
            assert instants == len(recorded)
            later = re.search(r'rel="next" href="([^"]+)"', reader.page)
            assert later is not None
            assert 'href="/scope/duties?party=joker">Back to now' in reader.page

    asyncio.run(story())


def test_an_instant_is_typed_in_the_readers_zone(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            await reader.post("/reading", {"zone": "Asia/Tokyo", "language": "en", "next": "/"})
            await reader.open("/?at.day=2024-03-01&at.hour=09:30")
            assert "1 Mar 2024, 09:30 JST" in main_of(reader.page)
            assert "as_of=2024-03-01T00%3A30%3A00%2B00%3A00" in reader.page
            await reader.open("/?at.day=2024-03-01&at.hour=")
            assert "1 Mar 2024, 23:59:59 JST" in main_of(reader.page)

    asyncio.run(story())


def test_an_instant_that_cannot_be_is_told_beside_the_control(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            for asked, said in {
                "as_of=yesterday": "This is no instant.",
                "as_of=2999-01-01": "This is still to come",
                "at.day=2024-03-31&at.hour=02:30": "This hour does not exist on that day",
            }.items():
                await reader.open(f"/?{asked}")
                assert reader.status == 200
                assert said in reader.page
                assert "data-as-of=" not in reader.page

    asyncio.run(story())
