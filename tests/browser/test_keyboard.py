"""The keyboard alone is enough, and always shows where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import expect

from tests.browser.chrome import Chrome, Desk
from tests.browser.world import TITLE, at_the_incident, leaked, recorded

# Which stop of the page's tab order has the focus, and whether it can be seen there.
HERE = """() => {
  const here = document.activeElement;
  if (here === document.body) return null;
  const style = getComputedStyle(here), box = here.getBoundingClientRect();
  const all = [...document.querySelectorAll("*")];
  return {
    place: all.indexOf(here),
    name: here.tagName + " " + (here.textContent.trim() || here.name || here.id).slice(0, 40),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    there: box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth
      && box.bottom > 0 && box.top < innerHeight,
  };
}"""


async def stops(desk: Desk) -> list[dict[str, Any]]:
    """Every stop of the tab key through a page, until it leaves it or comes around.

    A date or a time has several stops within itself: it is taken down once.
    """
    found: list[dict[str, Any]] = []
    for _ in range(300):
        await desk.page.keyboard.press("Tab")
        here = await desk.page.evaluate(HERE)
        if found and here and here["place"] == found[-1]["place"]:
            continue
        if here is None or here["place"] in {one["place"] for one in found}:
            return found
        found.append(here)
    raise AssertionError("the tab key does not come to an end")


def test_tab_goes_through_a_page_in_its_order_and_every_stop_is_seen(
    chrome: Chrome, tmp_path: Path
) -> None:
    async def story() -> None:
        async with (
            leaked(tmp_path) as (_, house),
            chrome.desk(house, "joker") as joker,
        ):
            at = await at_the_incident(joker)
            for path in (at, f"{at}/assess_risk"):
                await joker.open(path)
                found = await stops(joker)
                assert len(found) > 10, path
                places = [one["place"] for one in found]
                assert places == sorted(places), path
                assert [one for one in found if not (one["outlined"] and one["there"])] == [], path

    chrome.run(story())


def test_the_first_stop_skips_to_the_content(chrome: Chrome, tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            leaked(tmp_path) as (_, house),
            chrome.desk(house, "joker") as joker,
        ):
            await joker.page.keyboard.press("Tab")
            skip = joker.page.get_by_role("link", name="Skip to the content")
            await expect(skip).to_be_focused()
            await joker.page.keyboard.press("Enter")
            await expect(joker.main()).to_be_focused()
            await joker.page.keyboard.press("Tab")
            await expect(joker.page.get_by_role("link", name=TITLE)).to_be_focused()

    chrome.run(story())


def test_the_keys_under_the_question_mark_do_what_they_say(chrome: Chrome, tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            leaked(tmp_path) as (_, house),
            chrome.desk(house, "joker") as joker,
        ):
            page, keys = joker.page, joker.page.keyboard
            await at_the_incident(joker)
            await keys.press("?")
            listed = page.get_by_role("dialog", name="Shortcuts")
            await expect(listed).to_contain_text("what to do next")
            await keys.press("Escape")
            await expect(listed).to_be_hidden()
            await keys.press("j")
            await expect(page.get_by_role("heading", name="Clocks")).to_be_focused()
            await keys.press("n")
            await keys.press("Enter")
            await expect(page.get_by_role("heading", level=1)).to_have_text("Acknowledge")
            await page.get_by_role("button", name="Acknowledge").press("Enter")
            await recorded(joker, "Notice acknowledged")
            await keys.press("g")
            await keys.press("r")
            await expect(page.get_by_role("heading", level=1)).to_have_text("Record of breaches")
            await keys.press("g")
            await keys.press("o")
            await expect(page.get_by_role("link", name=TITLE)).to_be_visible()

    chrome.run(story())


def test_a_letter_typed_into_a_field_is_no_shortcut(chrome: Chrome, tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            leaked(tmp_path) as (_, house),
            chrome.desk(house, "joker") as joker,
        ):
            await joker.open("/concern")
            await joker.page.keyboard.press("/")
            vendor = joker.page.get_by_label("Vendor")
            await expect(vendor).to_be_focused()
            await joker.page.keyboard.type("gr?jn/")
            await expect(vendor).to_have_value("gr?jn/")
            assert joker.path == "/concern"

    chrome.run(story())
