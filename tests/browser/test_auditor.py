"""An auditor's main path: its scope, one case across parties, what was known and when."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from tests.browser.chrome import Chrome
from tests.browser.world import TITLE, at_the_incident, leaked
from tests.builders import a_customer_notice, a_filing, an_acknowledgement


def test_an_auditor_goes_from_its_scope_to_a_case_and_back_in_time(
    chrome: Chrome, tmp_path: Path
) -> None:
    async def story() -> None:
        async with leaked(tmp_path) as (platform, house):
            await platform.take(an_acknowledgement(), a_filing(), a_customer_notice())
            await platform.settled()
            async with chrome.desk(house, "tilsyn") as tilsyn:
                page = tilsyn.page
                await expect(page.locator("#scope tbody tr")).to_have_count(1)
                await expect(page.locator("#scope")).to_contain_text("joker")
                await at_the_incident(tilsyn)
                for what in ("Regulator notified", "Customers notified", "GDPR Art. 33(1)"):
                    await expect(tilsyn.main()).to_contain_text(what)
                await expect(page.get_by_role("button", name="Record")).to_have_count(0)
                now = await tilsyn.main().inner_text()
                await page.locator(".steps a[rel=prev]").click()
                loud = page.get_by_role("status")
                await expect(loud).to_contain_text("As known at")
                await page.locator(".steps a[rel=prev]").click()
                await expect(loud).to_contain_text("Nothing that was recorded later")
                then = await tilsyn.main().inner_text()
                assert "Customers notified" in now.replace("later: Customers notified", "")
                assert "Customers notified" not in then.replace("later: Customers notified", "")
                await tilsyn.shot("auditor as known earlier")
                await tilsyn.go("Back to now")
                await expect(tilsyn.main()).to_contain_text("Customers notified")

    chrome.run(story())


def test_an_auditor_sees_what_happens_in_its_scope_while_it_looks(
    chrome: Chrome, tmp_path: Path
) -> None:
    async def story() -> None:
        async with (
            leaked(tmp_path) as (platform, house),
            chrome.desk(house, "tilsyn") as tilsyn,
        ):
            await expect(tilsyn.main()).to_contain_text(TITLE)
            await tilsyn.page.evaluate("window.sameDocument = true")
            row = tilsyn.page.locator("#scope tbody tr")
            before = await row.inner_text()
            await platform.take(an_acknowledgement())
            await expect(row).not_to_have_text(before)
            await expect(row).to_contain_text("left, until")
            assert await tilsyn.page.evaluate("window.sameDocument")

    chrome.run(story())
