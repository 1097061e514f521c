"""Connections: endpoints and the calendar through the console; a secret is shown once."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from pathlib import Path

from tests.adapters.console.browsing import browser, inputs, main_of, told

ENDPOINT = "https://127.0.0.1:9/varsel"


def secret_in(page: str) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", page)
    assert found is not None, main_of(page)
    return found.group()


def test_an_endpoint_is_added_and_its_secret_shown_this_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            told(tmp_path, webhook_allow_private=True) as platform,
            browser(platform, "joker") as reader,
        ):
            said = {"url": ENDPOINT, "full": "yes", "begin": "now", "types": ["ClientNotified"]}
            await reader.send("/connections/webhooks/add", **said)
            assert reader.status == 200
            assert reader.headers["cache-control"] == "private, no-store"
            secret = secret_in(reader.page)
            listed = main_of((await reader.open("/connections")).page)
            assert ENDPOINT in listed
            assert secret not in listed
            answer = await platform.callers["joker"].call("webhook_list", {})
            [webhook] = answer["webhooks"]
            assert (webhook["full"], webhook["types"]) == (True, ["ClientNotified"])
            assert webhook["state"]["behind"] == 0

    asyncio.run(story())


def test_an_endpoint_is_tried_renewed_and_removed(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            told(tmp_path, webhook_allow_private=True) as platform,
            browser(platform, "joker") as reader,
        ):
            await reader.send("/connections/webhooks/add", url=ENDPOINT, full="no", begin="now")
            first = secret_in(reader.page)
            at = re.search(r"/connections/webhooks/wh-\w+", reader.page)
            assert at is not None
            await reader.send(f"{at.group()}/test")
            assert "did not take the test" in main_of(reader.page)
            await reader.send(f"{at.group()}/rotate")
            assert secret_in(reader.page) != first
            await reader.send(f"{at.group()}/remove")
            assert reader.status == 200
            assert ENDPOINT not in main_of((await reader.open("/connections")).page)
            assert (await reader.open(f"{at.group()}/test")).status == 404

    asyncio.run(story())


def test_an_address_that_nothing_may_be_sent_to_is_refused_and_kept_in_the_form(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            await reader.send("/connections/webhooks/add", url=ENDPOINT, full="no", begin="now")
            assert reader.status == 422
            assert inputs(reader.page)["url"] == ENDPOINT
            assert 'id="url-wrong"' in reader.page

    asyncio.run(story())


def test_another_party_s_endpoint_is_not_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            told(tmp_path, webhook_allow_private=True) as platform,
            browser(platform, "joker") as joker,
            browser(platform, "kiwi") as kiwi,
        ):
            await joker.send("/connections/webhooks/add", url=ENDPOINT, full="no", begin="now")
            at = re.search(r"/connections/webhooks/wh-\w+", joker.page)
            assert at is not None
            for what in ("test", "rotate", "remove"):
                assert (await kiwi.open(f"{at.group()}/{what}")).status == 404

    asyncio.run(story())


def test_an_auditor_adds_an_endpoint_for_a_feed_in_its_scope_and_has_no_calendar(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with (
            told(tmp_path, webhook_allow_private=True) as platform,
            browser(platform, "tilsyn") as reader,
        ):
            assert "/connections/calendar" not in (await reader.open("/connections")).page
            said = {"url": ENDPOINT, "feed": "joker", "full": "no", "begin": "start"}
            await reader.send("/connections/webhooks/add", **said)
            assert reader.status == 200, main_of(reader.page)
            [webhook] = (await platform.callers["tilsyn"].call("webhook_list", {}))["webhooks"]
            assert webhook["feed"] == "joker"

    asyncio.run(story())


def test_a_calendar_s_address_is_shown_once_and_ended(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            await reader.send("/connections/calendar/make")
            url = re.search(r"/calendar/[\w-]+\.ics", reader.page)
            assert url is not None
            assert (await reader.open(url.group())).status == 200
            assert url.group() not in (await reader.open("/connections")).page
            await reader.send("/connections/calendar/end")
            assert (await reader.open(url.group())).status == 404

    asyncio.run(story())


def test_the_duties_come_as_a_table(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "joker") as reader:
            await reader.open("/connections/tables/obligations.csv")
            rows = list(csv.DictReader(io.StringIO(reader.page)))
            owed = await platform.ask("joker", "obligations")
            assert [row["duty"] for row in rows] == [one["duty"] for one in owed]
            assert (await reader.open("/connections/tables/parties.csv")).status == 404

    asyncio.run(story())
