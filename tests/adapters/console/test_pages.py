"""What a page shows, to whom, and what it lets a browser do."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from adapters.http.security import HEADERS
from tests.adapters.console.browsing import browser, incident, main_of, told
from tests.builders import a_notice

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def test_a_hostile_title_is_shown_as_text(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path, title=HOSTILE) as platform, browser(platform, "joker") as reader:
            for path in ("/", await incident(platform)):
                await reader.open(path)
                assert "&lt;script&gt;alert(1)" in main_of(reader.page)
                assert "<script>alert" not in reader.page
                assert "<img" not in reader.page

    asyncio.run(story())


def test_no_page_needs_an_inline_script_or_style(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            at = await incident(platform)
            pages = (
                "/",
                at,
                f"{at}/ask",
                f"{at}/assess_risk",
                f"{at}/notify_customers",
                "/register",
            )
            for path in (*pages, "/mandates", "/concern"):
                await reader.open(path)
                assert reader.status == 200, path
                policy = reader.headers["content-security-policy"]
                assert policy == HEADERS["Content-Security-Policy"]
                assert not re.search(r"\sstyle=|\son[a-z]+=|hx-on|<style|<script>", reader.page)

    asyncio.run(story())


def test_a_page_is_kept_by_no_cache_and_framed_by_nobody(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            await reader.open("/")
            assert reader.headers["cache-control"] == "private, no-store"
            assert reader.headers["x-frame-options"] == "DENY"
            assert "frame-ancestors 'none'" in reader.headers["content-security-policy"]

    asyncio.run(story())


def test_what_is_not_there_and_what_is_not_yours_look_alike(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            told(tmp_path) as platform,
            browser(platform, "kiwi") as stranger,
        ):
            theirs = await incident(platform)
            [event] = [row["event"] for row in await platform.ask("joker", "timeline")][:1]
            none = "00000000-0000-4000-8000-000000000000"
            for mine, absent in (
                (theirs, f"/incidents/{none}"),
                (f"/events/{event}", f"/events/{none}"),
            ):
                shown = await stranger.open(mine)
                assert shown.status == 404
                text = main_of(shown.page)
                assert text == main_of((await stranger.open(absent)).page)

    asyncio.run(story())


def test_no_client_is_named_on_another_clients_pages(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            await platform.take(a_notice("kiwi"))
            await platform.settled()
            at = await incident(platform)
            for path in ("/", at, f"{at}/ask", f"{at}/notify_regulator", "/register", "/mandates"):
                await reader.open(path)
                assert "kiwi" not in reader.page.lower(), path

    asyncio.run(story())


def test_every_clock_shows_its_rule_and_leads_to_the_event_that_started_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            at = await incident(platform)
            await reader.send(f"{at}/acknowledge")
            await reader.open(at)
            [filing] = [
                one
                for one in await platform.ask("joker", "obligations")
                if one["duty"] == "gdpr.33-1"
            ]
            assert "GDPR Art. 33(1)" in reader.page
            assert f'href="/events/{filing["started_by"]}"' in reader.page
            await reader.open(f"/events/{filing['started_by']}")
            assert reader.status == 200
            assert filing["started_by"] in reader.page

    asyncio.run(story())


def test_times_are_shown_in_the_readers_zone_with_the_zone(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            await reader.post("/reading", {"zone": "Asia/Tokyo", "language": "en", "next": "/"})
            await reader.open("/")
            assert "All times are shown in Asia/Tokyo" in reader.page
            assert " JST</time>" in main_of(reader.page)

    asyncio.run(story())


def test_a_reader_gets_the_language_that_the_browser_asks_for(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform) as reader:
            await reader.open("/login", **{"accept-language": "nn,en;q=0.8"})
            assert '<html lang="nb">' in reader.page
            await reader.open("/login", **{"accept-language": "fi-FI"})
            assert '<html lang="fi">' in reader.page

    asyncio.run(story())
