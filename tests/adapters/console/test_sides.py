"""A party in several roles: its vendor's side comes first, every other is in the navigation."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.adapters.console.browsing import browser, main_of, told
from tests.builders import a_leak, a_notice

SEVERAL = ("vendor", "client", "auditor")


def test_a_party_in_several_roles_reaches_all_its_sides(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform:
            await platform.add("mailer", *SEVERAL, scope=["joker"])
            async with browser(platform, "mailer") as reader:
                first = main_of((await reader.open("/")).page)
                pages = {}
                for role in SEVERAL:
                    assert f'href="/?as={role}"' in reader.page
                    pages[role] = main_of((await reader.open(f"/?as={role}")).page)
                assert pages["vendor"] == first
                assert len({*pages.values()}) == len(SEVERAL)

    asyncio.run(story())


def test_an_incident_is_shown_by_the_role_that_knows_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform:
            await platform.add("mailer", *SEVERAL, scope=["joker"])
            await platform.take(
                a_leak("own", by="mailer"), a_notice("kiwi", by="mailer", incident="own")
            )
            await platform.settled()
            [seen] = {r["incident"] for r in await platform.ask("joker", "timeline")} - {None}
            async with browser(platform, "mailer") as reader:
                assert (await reader.open(f"/incidents/{seen}")).status == 200
                assert "joker" in main_of(reader.page)
            async with browser(platform, "kiwi") as reader:
                assert (await reader.open("/")).status == 200
                assert "?as=" not in reader.page

    asyncio.run(story())
