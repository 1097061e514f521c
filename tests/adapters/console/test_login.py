"""Who may come in, how the session is kept, and that nobody else can use it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.adapters.console.browsing import browser, house_of, told


def test_an_api_key_logs_in_and_logging_out_ends_the_session(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform) as reader:
            key = platform.given["joker"]["api_key"]
            await reader.post("/login", {"key": key, "next": "/register"})
            assert (reader.status, reader.headers["location"]) == (303, "/register")
            assert (await reader.open("/")).status == 200
            token = reader.http.cookies["varsel_session"]
            await reader.post("/logout", {})
            assert house_of(platform).sessions.find(token) is None
            assert (await reader.open("/")).headers["location"] == "/login?next=%2F"

    asyncio.run(story())


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform) as reader:
            await reader.open(f"/login/link/{house_of(platform).sessions.link('joker')}")
            name, *flags = reader.headers["set-cookie"].split("; ")
            assert name.startswith("varsel_session=")
            assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(flags)

    asyncio.run(story())


def test_over_tls_the_cookie_is_secure_and_bound_to_its_host(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            told(tmp_path, public_url="https://varsel.example") as platform,
            browser(platform, host="varsel.example") as reader,
        ):
            port = (platform.running.folder.root / "http.port").read_text().strip()
            token = house_of(platform).sessions.link("joker")
            await reader.open(f"http://127.0.0.1:{port}/login/link/{token}")
            assert reader.headers["set-cookie"].startswith("__Host-varsel_session=")
            assert "Secure" in reader.headers["set-cookie"].split("; ")

    asyncio.run(story())


def test_a_login_link_opens_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform) as reader:
            link = f"/login/link/{house_of(platform).sessions.link('joker')}"
            assert (await reader.open(link)).status == 303
            assert (await reader.open(link)).status == 410

    asyncio.run(story())


def test_a_wrong_key_is_told_and_too_many_of_them_have_to_wait(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform) as reader:
            for _ in range(10):
                assert (await reader.post("/login", {"key": "varsel_wrong"})).status == 422
            await reader.post("/login", {"key": platform.given["joker"]["api_key"]})
            assert reader.status == 429
            assert int(reader.headers["retry-after"]) > 0

    asyncio.run(story())


def test_nobody_is_sent_to_another_site_after_login(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform) as reader:
            key = platform.given["joker"]["api_key"]
            for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example", "x"):
                await reader.post("/login", {"key": key, "next": elsewhere})
                assert reader.headers["location"] == "/"

    asyncio.run(story())


def test_a_login_sent_by_another_site_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform) as reader:
            key = {"key": platform.given["joker"]["api_key"]}
            await reader.post("/login", key, **{"sec-fetch-site": "cross-site"})
            assert reader.status == 403
            await reader.post("/login", key, origin="https://evil.example")
            assert reader.status == 403

    asyncio.run(story())


def test_no_provider_s_way_in_is_offered_where_there_is_none(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform) as reader:
            assert "/login/oidc" not in (await reader.open("/login")).page

    asyncio.run(story())
