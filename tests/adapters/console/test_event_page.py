"""An event's page: all of it, what stands beside it, and what it can be checked with."""

from __future__ import annotations

import asyncio
import hashlib
import html
import re
from pathlib import Path

from tests.adapters.console.browsing import browser, house_of, main_of, told
from tests.adapters.running import Up
from tests.builders import a_concern, a_leak, an_acknowledgement


async def first(platform: Up, party: str, kind: str) -> str:
    rows = await platform.ask(party, "timeline")
    return str(next(row["event"] for row in rows if row["type"] == kind))


def test_the_message_is_shown_byte_for_byte_with_the_hash_it_is_known_by(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            event = await first(platform, "joker", "ClientNotified")
            await reader.open(f"/events/{event}")
            raw = re.search(r'<pre class="raw"[^>]*>(.*?)</pre>', reader.page, re.DOTALL)
            assert raw is not None
            body = html.unescape(raw.group(1))
            feed = await house_of(platform).feed.read_feed("joker", {"after": 0})
            assert body in {one.body for one in feed}
            assert hashlib.sha256(body.encode()).hexdigest() in reader.page

    asyncio.run(story())


def test_an_auditor_reads_the_message_of_the_party_it_looks_at(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            event = await first(platform, "joker", "ClientNotified")
            await reader.open(f"/events/{event}?party=joker")
            assert "feed.joker" not in reader.page
            assert "&#34;feed&#34;:&#34;joker&#34;" in reader.page
            assert (await reader.open(f"/events/{event}?party=kiwi")).status == 403

    asyncio.run(story())


def test_one_s_own_event_may_be_taken_back_from_its_page_and_no_other(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            await platform.take(an_acknowledgement())
            own = await first(platform, "joker", "NoticeAcknowledged")
            foreign = await first(platform, "joker", "ClientNotified")
            assert f"/events/{own}/correct" in (await reader.open(f"/events/{own}")).page
            assert "/correct" not in (await reader.open(f"/events/{foreign}")).page
            await reader.send(f"/events/{own}/correct", why="A mistake.")
            assert "/correct" not in (await reader.open(f"/events/{own}")).page

    asyncio.run(story())


def test_an_event_leads_to_those_before_and_after_it_in_its_incident(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            await platform.take(an_acknowledgement())
            rows = [r for r in await platform.ask("joker", "timeline") if r["incident"]]
            await reader.open(f"/events/{rows[-2]['event']}")
            steps = re.search(r'<p class="steps.*?</p>', reader.page, re.DOTALL)
            assert steps is not None
            assert f"/events/{rows[-1]['event']}" in steps.group()
            if len(rows) > 2:
                assert f"/events/{rows[-3]['event']}" in steps.group()

    asyncio.run(story())


def test_a_client_that_raised_its_concern_first_reads_the_title_of_the_answer(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "kiwi") as reader:
            concern = a_concern("kiwi", concern="odd-mail")
            answer = a_leak("wrong-names", answers="odd-mail", title="Wrong names in letters")
            await platform.take(concern, answer)
            await platform.settled()
            assert "Wrong names in letters" in main_of((await reader.open("/")).page)
            told_by = await first(platform, "kiwi", "ClientNotified")
            assert "Wrong names in letters" in (await reader.open(f"/events/{told_by}")).page

    asyncio.run(story())
