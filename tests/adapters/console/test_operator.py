"""The operator's pages: how the platform is, parties, credentials; nothing of what parties say."""

from __future__ import annotations

import asyncio
import base64
import re
from pathlib import Path
from typing import Any

from tests.adapters.console.browsing import browser, inputs, main_of, told
from tests.adapters.running import Up, seed_in
from tests.builders import a_notice

TITLE = "A copy of old data"


def test_the_overview_shows_health_and_each_partys_feed(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "operator") as reader:
            await reader.open("/")
            assert reader.status == 200
            health = platform.running.platform.health()
            assert f"<dd>{health['ledger']}</dd>" in reader.page
            for party in ("zoopit", "joker", "kiwi", "tilsyn"):
                assert f'href="/admin/parties/{party}"' in reader.page

    asyncio.run(story())


def test_a_feed_is_behind_until_its_messages_were_acknowledged(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform:
            before = {row["party"]: row for row in await platform_feeds(platform)}
            assert before["joker"]["behind"] == before["joker"]["messages"] > 0
            assert before["joker"]["awaiting"] == 1
            assert before["kiwi"]["awaiting"] == 0
            floors = platform.admission.floors
            floors.remember("joker", 10_000, floors.epoch())
            after = {row["party"]: row for row in await platform_feeds(platform)}
            assert after["joker"]["behind"] == 0
            assert after["kiwi"] == before["kiwi"]

    asyncio.run(story())


async def platform_feeds(platform: Up) -> list[dict[str, Any]]:
    """What the operator is told of the feeds."""
    return list((await platform.operator.call("feeds", {}))["feeds"])


def test_no_page_of_the_operator_tells_what_the_parties_said(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path, title=TITLE) as platform, browser(platform, "operator") as reader:
            await platform.take(a_notice("kiwi"))
            await platform.settled()
            for path in ("/", "/admin", "/admin/parties/joker", "/admin/engage", "/admin/rebuild"):
                await reader.open(path)
                assert reader.status == 200, path
                assert TITLE not in reader.page
                assert "leak" not in main_of(reader.page)

    asyncio.run(story())


def test_for_whoever_is_no_operator_there_are_no_such_pages(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "tilsyn") as reader:
            for path in ("/admin", "/admin/parties/joker", "/admin/parties/joker/revoke"):
                assert (await reader.open(path)).status == 404
            for path in ("/admin/parties/add", "/admin/engage", "/admin/rebuild"):
                assert (await reader.open(path)).status == 404
                assert (await reader.post(path, {"id": "mine", "roles": "vendor"})).status == 404
            assert "mine" not in {row["party"] for row in await platform_feeds(platform)}

    asyncio.run(story())


def test_a_party_let_in_gets_its_secrets_shown_once_and_they_open(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "operator") as reader:
            said = {"id": "spar", "roles": "client", "country": "NO", "zone": "Europe/Oslo"}
            await reader.send("/admin/parties/add", **said)
            assert reader.status == 200
            assert reader.headers["cache-control"] == "private, no-store"
            key = re.search(r"varsel_[\w-]+", reader.page)
            held = re.search(r'download="spar.creds" href="data:[^,]+,([^"]+)"', reader.page)
            assert key is not None
            assert held is not None
            creds = base64.b64decode(held.group(1).replace("&#43;", "+")).decode()
            assert seed_in(creds)
            await platform.speak("spar", creds)
            assert await platform.ask("spar", "timeline") == []
            await reader.open("/admin/parties/spar")
            assert key.group() not in reader.page
            assert seed_in(creds) not in reader.page
            async with browser(platform) as other:
                await other.post("/login", {"key": key.group()})
                assert other.status == 303

    asyncio.run(story())


def test_a_form_sent_twice_lets_in_once_and_shows_the_same_secrets(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "operator") as reader:
            await reader.open("/admin/parties/add")
            hidden = {name: inputs(reader.page)[name] for name in ("csrf", "command")}
            said = {**hidden, "id": "spar", "roles": "client"}
            keys = set[str]()
            for _ in range(2):
                await reader.post("/admin/parties/add", said)
                keys |= set(re.findall(r"varsel_[\w-]{40,}", reader.page))
            assert len(keys) == 1
            await reader.post("/admin/parties/add", {**said, "id": "meny"})
            assert reader.status == 409
            assert 'value="meny"' in reader.page

    asyncio.run(story())


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_lost(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "operator") as reader:
            await reader.send("/admin/parties/add", id="spar", name="Spar")
            assert reader.status == 422
            assert 'value="Spar"' in reader.page
            assert 'href="#roles"' in reader.page
            await reader.send("/admin/parties/add", id="joker", roles="client")
            assert reader.status == 409
            assert 'value="joker"' in reader.page
            await reader.post("/admin/parties/add", {"csrf": "other", "id": "spar"})
            assert reader.status == 422
            assert 'value="spar"' in reader.page
            assert "spar" not in {row["party"] for row in await platform_feeds(platform)}

    asyncio.run(story())


def test_credentials_are_exchanged_and_cut_off(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "operator") as reader:
            old = platform.given["joker"]["api_key"]
            await reader.send("/admin/parties/joker/rotate", only="api-key")
            [new] = set(re.findall(r"varsel_[\w-]{40,}", reader.page))
            assert new != old
            async with browser(platform) as other:
                assert (await other.post("/login", {"key": old})).status == 422
                assert (await other.post("/login", {"key": new})).status == 303
                await reader.send("/admin/parties/joker/revoke")
                assert reader.status == 303
                assert (await other.post("/login", {"key": new})).status == 422
            await reader.open(reader.headers["location"])
            assert "Cut off." in reader.page
            assert reader.page.count('class="gone"') == 3

    asyncio.run(story())


def test_one_credential_is_cut_off_by_the_start_of_its_name(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "operator") as reader:
            key = next(
                one["short"]
                for one in platform.given["joker"]["credentials"]
                if one["kind"] == "api-key"
            )
            await reader.send("/admin/parties/joker/revoke", credential=key)
            await reader.open("/admin/parties/joker")
            assert reader.page.count('class="gone"') == 1
            await reader.send("/admin/parties/joker/issue", only="api-key", expires="P3D")
            assert reader.status == 200
            await reader.open("/")
            assert "Credentials that end soon" in reader.page

    asyncio.run(story())


def test_a_scope_is_set_anew_and_takes_effect_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            told(tmp_path) as platform,
            browser(platform, "operator") as reader,
            browser(platform, "tilsyn") as auditor,
        ):
            await reader.open("/admin/parties/tilsyn/scope")
            assert inputs(reader.page)["scope"] == "joker"
            await reader.send("/admin/parties/tilsyn/scope", scope="zoopit, kiwi")
            assert reader.status == 303
            await platform.settled()
            await auditor.open("/scope/registers")
            assert ">zoopit<" in auditor.page
            assert ">joker<" not in auditor.page
            await reader.send("/admin/parties/tilsyn/scope", scope="")
            await platform.settled()
            assert "You look at 0 parties." in (await auditor.open("/")).page
            assert (await reader.open("/admin/parties/joker/scope")).status == 404

    asyncio.run(story())


def test_an_engagement_is_put_on_record(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "operator") as reader:
            said = {"vendor": "zoopit", "client": "kiwi", "role": "processor"}
            promised = {"contract_notice__within": "PT24H", "contract_notice__from": "aware"}
            await reader.send("/admin/engage", **said, **promised)
            assert reader.status == 303
            await platform.settled()
            [agreed] = await platform.ask("kiwi", "timeline")
            assert agreed["data"]["contract_notice"]["within"] == "PT24H"
            assert "The engagement is on record." in (await reader.open("/?done=engaged")).page

    asyncio.run(story())


def test_the_views_are_built_anew_after_a_question(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform, "operator") as reader:
            before = platform.running.platform.health()["generation"]
            await reader.open("/admin/rebuild")
            assert platform.running.platform.health()["generation"] == before
            await reader.post("/admin/rebuild", {"csrf": "other"})
            assert reader.status == 422
            await reader.send("/admin/rebuild")
            assert reader.status == 303
            assert platform.running.platform.health()["generation"] != before

    asyncio.run(story())
