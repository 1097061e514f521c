"""A client's main path: from the notice that came to everybody having been told."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from tests.browser.chrome import Chrome, Desk
from tests.browser.world import at_the_incident, clock, kinds, leaked, recorded, take_step
from tests.builders import a_customer_notice


def test_a_client_goes_from_the_notice_to_everybody_having_been_told(
    chrome: Chrome, tmp_path: Path
) -> None:
    async def story() -> None:
        async with (
            leaked(tmp_path) as (platform, house),
            chrome.desk(house, "joker") as joker,
        ):
            await expect(joker.main()).to_contain_text("from zoopit")
            await at_the_incident(joker)
            await acknowledges(joker)
            await assesses(joker)
            await notifies_the_authority(joker)
            await tells_its_customers(joker)
            await asks(joker)
            said = [one for one in await kinds(platform, "joker") if one != "ClientNotified"]
            assert [one for one in said if one != "NoticeDelivered"] == [
                "NoticeAcknowledged",
                "RiskAssessed",
                "RegulatorNotified",
                "CustomersNotified",
                "QuestionAsked",
            ]

    chrome.run(story())


async def acknowledges(joker: Desk) -> None:
    """The clock runs from here on: large, ticking, with rule and citation."""
    await take_step(joker, "Acknowledge the vendor's notice")
    await joker.go("Acknowledge", role="button")
    await recorded(joker, "Notice acknowledged")
    filing = clock(joker.page, "Notify the supervisory authority")
    await expect(filing).to_contain_text("GDPR Art. 33(1)")
    large = filing.locator(".big")
    await expect(large).to_have_text(re.compile(r"71:\d\d:\d\d left"))
    size = "node => parseFloat(getComputedStyle(node).fontSize)"
    assert await large.evaluate(size) > 1.3 * await filing.locator("h3").evaluate(size)
    before = await large.inner_text()
    await expect(large).not_to_have_text(before)


async def assesses(joker: Desk) -> None:
    """The interval moves with what is chosen, before anything is recorded."""
    await take_step(joker, "Assess the risk to people")
    interval = joker.page.locator("#interval .num").first
    before = await interval.inner_text()
    await joker.page.get_by_label("an error or an accident").check()
    await (
        joker.page.locator("#loss_of_confidentiality, #confidentiality")
        .get_by_label("came to an unknown number of recipients")
        .check()
    )
    await expect(interval).not_to_have_text(before)
    await joker.page.get_by_label("a high risk", exact=True).check()
    await joker.page.get_by_label("Why", exact=True).fill("phishing is likely")
    await joker.go("Record the assessment", role="button")
    await recorded(joker, "Risk assessed")
    people_told = clock(joker.page, "Tell the people concerned")
    await expect(people_told).to_contain_text("GDPR Art. 34(1)")


async def notifies_the_authority(joker: Desk) -> None:
    """The form knows to whom and what; the clock stops."""
    await take_step(joker, "Notify the supervisory authority")
    await expect(joker.page.get_by_label("Supervisory authority")).to_have_value("NO/datatilsynet")
    await expect(joker.page.get_by_role("radio", name="new")).to_be_checked()
    await joker.page.get_by_role("radio", name="own controller").check()
    await joker.go("Record", role="button")
    await recorded(joker, "Regulator notified")
    await (
        joker.page.get_by_text("duty is settled")
        .or_(joker.page.get_by_text("duties are settled"))
        .click()
    )
    filing = clock(joker.page, "Notify the supervisory authority")
    await expect(filing.locator(".big")).to_have_text("met")


async def tells_its_customers(joker: Desk) -> None:
    """What the text claims is held against the facts first; said all the same, it collides."""
    await take_step(joker, "Tell the people concerned")
    page = joker.page
    await page.get_by_label("To whom").fill("customers")
    await page.get_by_label("By which channel").fill("email")
    await page.get_by_label("how exactly it is known").first.select_option("about")
    await page.get_by_label("number", exact=True).first.fill("1200")
    await page.get_by_label("The text, word for word").fill("No e-mail addresses were leaked.")
    await joker.go("Check it", role="button")
    await expect(page.get_by_role("alert")).to_contain_text("1 collision")
    await joker.go("Record that they were told", role="button")
    await expect(page.get_by_role("alert")).to_contain_text("1 collision")
    await page.get_by_label("I have looked at every collision above").check()
    await joker.go("Record that they were told", role="button")
    await recorded(joker, "Customers notified")
    collision = page.locator("#collisions li")
    await expect(collision).to_contain_text("Customers notified: No e-mail addresses")
    await expect(collision).to_contain_text("contradicts")


async def asks(joker: Desk) -> None:
    """A question to the vendor."""
    await joker.go("Ask the vendor")
    await joker.page.get_by_label("A short name for the question").fill("who-else")
    await joker.page.get_by_label("Question", exact=True).fill("Who else is touched?")
    await joker.go("Send", role="button")
    await recorded(joker, "Question asked")
    questions = joker.page.locator("#questions")
    await expect(questions).to_contain_text("Who else is touched?")
    await expect(questions).to_contain_text("not answered yet")


def test_what_comes_up_while_a_page_is_open_appears_on_it_and_nothing_in_use_is_lost(
    chrome: Chrome, tmp_path: Path
) -> None:
    async def story() -> None:
        async with leaked(tmp_path) as (platform, house), chrome.desk(house, "joker") as joker:
            page = joker.page
            await at_the_incident(joker)
            await expect(page.locator("#collisions")).to_have_count(0)
            await page.locator("#timeline a").first.focus()
            held = await page.evaluate("document.activeElement.getAttribute('href')")
            absent = [{"id": "c1", "about": "data", "holds": "no", "data": {"absent": ["email"]}}]
            await platform.take(a_customer_notice(claims=absent))
            await expect(page.locator("#collisions")).to_contain_text("Customers notified")
            await expect(page.locator("#timeline")).to_contain_text("Customers notified")
            assert await page.evaluate("document.activeElement.getAttribute('href')") == held

    chrome.run(story())
