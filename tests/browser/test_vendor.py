"""A vendor's main path, with its client at the next desk: each sees at once what the other did."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Locator, expect

from tests.browser.chrome import Chrome, Desk
from tests.browser.world import clock, open_platform, recorded, take_step

TITLE = "An unknown person claims a copy of delivery data"


def test_a_vendor_reports_tells_answers_and_revises_while_its_client_looks_on(
    chrome: Chrome, tmp_path: Path
) -> None:
    async def story() -> None:
        async with (
            open_platform(tmp_path) as (_, house),
            chrome.desk(house, "zoopit") as zoopit,
            chrome.desk(house, "joker") as joker,
        ):
            await expect(joker.main()).to_contain_text("No vendor has told you of an incident")
            await unmoved(joker)
            await reports(zoopit)
            await names(zoopit)
            await expect(joker.page.locator("#cases .empty")).to_be_visible()
            await tells(zoopit)
            await expect(joker.page.get_by_role("link", name=TITLE)).to_be_visible()
            await still_the_same_page(joker)

            await joker.go(TITLE)
            await acknowledges_and_asks(joker)
            await expect(board(zoopit, "acknowledged")).to_contain_text("✓")
            await expect(board(zoopit, "asked")).to_contain_text("answer: which-customers")
            await still_the_same_page(zoopit)

            await unmoved(joker)
            await answers(zoopit)
            questions = joker.page.locator("#questions")
            await expect(questions).to_contain_text("Those with an order before September.")
            await revises(zoopit)
            facts = joker.page.locator("#facts")
            await expect(facts).to_contain_text("customers, exposed: about 1,200")
            await expect(facts.locator(".gone")).to_contain_text("number not known")
            await still_the_same_page(joker)
            await zoopit.shot("vendor after a revision")
            await joker.shot("client after a revision")

    chrome.run(story())


async def unmoved(desk: Desk) -> None:
    """Mark the page that is open, so that loading it anew would show."""
    await desk.page.evaluate("document.notLoadedAnew = true")


async def still_the_same_page(desk: Desk) -> None:
    assert await desk.page.evaluate("document.notLoadedAnew === true")


def board(zoopit: Desk, stage: str) -> Locator:
    """Where the only client stands."""
    return zoopit.page.locator(f'#board tbody tr td[data-label="{stage}"]')


async def reports(zoopit: Desk) -> None:
    """A first report, in a few fields."""
    page = zoopit.page
    await zoopit.go("Report a leak", within=page.locator("nav"))
    await page.get_by_label("What happened, in one line").fill(TITLE)
    await page.get_by_label("A short name for it").fill("deliveries")
    await page.get_by_role("checkbox", name="confidentiality").check()
    await page.get_by_label("Who they are").fill("customers")
    await page.get_by_label("How they are touched").select_option("exposed")
    await page.get_by_role("checkbox", name="e-mail address: there").check()
    await page.get_by_role("checkbox", name="telephone number: not there").check()
    await zoopit.go("Report it", role="button")
    await recorded(zoopit, "Vendor reported leak")
    await expect(page.locator("#facts")).to_contain_text("e-mail address")


async def names(zoopit: Desk) -> None:
    """Clients that are touched; nobody hears of it yet."""
    await take_step(zoopit, "Name")
    await zoopit.page.get_by_label("Clients, one a line").fill("joker")
    await zoopit.page.get_by_role("radio", name="suspected").check()
    await zoopit.go("Name them", role="button")
    await expect(board(zoopit, "told")).to_contain_text("not told")


async def tells(zoopit: Desk) -> None:
    """The notice, to those that are named."""
    await take_step(zoopit, "Tell")
    await expect(zoopit.page.get_by_label("Clients, one a line")).to_have_value("joker")
    await zoopit.go("Tell them", role="button")
    await expect(board(zoopit, "told")).to_contain_text("✓")
    await unmoved(zoopit)


async def acknowledges_and_asks(joker: Desk) -> None:
    await take_step(joker, "Acknowledge the vendor's notice")
    await joker.go("Acknowledge", role="button")
    filing = clock(joker.page, "Notify the supervisory authority")
    await expect(filing.locator(".big")).to_contain_text("left")
    await joker.go("Ask the vendor")
    await joker.page.get_by_label("A short name for the question").fill("which-customers")
    await joker.page.get_by_label("Question", exact=True).fill("Which of our customers?")
    await joker.go("Send", role="button")
    await recorded(joker, "Question asked")


async def answers(zoopit: Desk) -> None:
    await zoopit.go("Answer", within=zoopit.page.locator("#questions"))
    await expect(zoopit.main()).to_contain_text("Which of our customers?")
    answer = zoopit.page.get_by_role("textbox", name="Answer")
    await answer.fill("Those with an order before September.")
    await zoopit.go("Answer", role="button")
    await recorded(zoopit, "Question answered")


async def revises(zoopit: Desk) -> None:
    """One row anew: it comes filled in as it stands."""
    await zoopit.go("revise", within=zoopit.page.locator("#facts tr").filter(has_text="customers"))
    page = zoopit.page
    await expect(page.get_by_label("Who they are")).to_have_value("customers")
    await expect(page.get_by_role("checkbox", name="e-mail address: there")).to_be_checked()
    await page.get_by_role("radio", name="new knowledge").check()
    count = page.get_by_role("group", name="How many")
    await count.get_by_label("how exactly it is known").select_option("about")
    await count.get_by_label("number", exact=True).fill("1200")
    await zoopit.go("Record the revision and tell the clients", role="button")
    await recorded(zoopit, "Facts revised")
