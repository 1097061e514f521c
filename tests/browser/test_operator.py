"""The operator's main path: the platform's health, a party let in, a party cut off."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from tests.browser.chrome import Chrome, Desk
from tests.browser.world import TITLE, leaked

OPERATOR = "operator"
LISTEN = """new Promise(open => {
  const stream = new EventSource("/changes");
  window.ended = new Promise(end => stream.addEventListener("ended", () => {
    stream.close();
    end(true);
  }));
  stream.addEventListener("open", open);
}).then(() => true)"""


async def lets_in(operator: Desk, party: str) -> str:
    """Through the form; the API key, as it is shown this once."""
    page = operator.page
    await operator.go("Let a party in", within=operator.main())
    await page.get_by_label("Id", exact=True).fill(party)
    await page.get_by_role("checkbox", name="client").check()
    await page.get_by_label("Country").fill("FI")
    await page.get_by_label("Time zone").first.fill("Europe/Helsinki")
    await operator.go("Let it in", role="button")
    await expect(page.get_by_role("status")).to_contain_text("Shown this once.")
    return await page.locator("pre").last.inner_text()


def test_an_operator_sees_the_health_and_lets_a_party_in_whose_key_is_shown_once(
    chrome: Chrome, tmp_path: Path
) -> None:
    async def story() -> None:
        async with (
            leaked(tmp_path) as (_, house),
            chrome.desk(house, OPERATOR) as operator,
            chrome.desk(house) as newcomer,
        ):
            await expect(operator.page.locator("#health")).to_contain_text("well")
            key = await lets_in(operator, "nykund")
            assert key.startswith("varsel_")
            await operator.open("/admin/parties/nykund")
            assert key not in await operator.page.content()
            await operator.open("/")
            await expect(operator.page.locator("#parties")).to_contain_text("nykund")
            await newcomer.open("/")
            await newcomer.page.get_by_label("API key").fill(key)
            await newcomer.go("Log in", role="button")
            await expect(newcomer.main()).to_contain_text("No vendor has told you of an incident")
            await expect(newcomer.page.locator("footer")).to_contain_text("Europe/Helsinki")

    chrome.run(story())


def test_who_is_cut_off_is_out_at_the_next_click_and_hears_nothing_more(
    chrome: Chrome, tmp_path: Path
) -> None:
    async def story() -> None:
        async with (
            leaked(tmp_path) as (_, house),
            chrome.desk(house, OPERATOR) as operator,
            chrome.desk(house, "joker") as joker,
        ):
            await expect(joker.main()).to_contain_text(TITLE)
            await joker.page.evaluate(LISTEN)
            await operator.open("/admin/parties/joker/revoke")
            await operator.go("Cut off", role="button")
            await expect(operator.page.get_by_role("status")).to_contain_text("Cut off.")
            assert await joker.page.evaluate("window.ended")
            await joker.go(TITLE)
            await expect(joker.page.get_by_label("API key")).to_be_visible()
            await joker.page.go_back()
            await expect(joker.page.get_by_label("API key")).to_be_visible()

    chrome.run(story())
