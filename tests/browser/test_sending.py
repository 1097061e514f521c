"""What happens to forms in a browser: nothing typed is lost, nothing sent is done twice."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from tests.browser.chrome import Chrome, Desk
from tests.browser.world import TITLE, at_the_incident, kinds, leaked, recorded, take_step

QUESTION = "Which of our customers are on the list? Æ, ø, å."


async def starts_to_ask(joker: Desk) -> None:
    await at_the_incident(joker)
    await joker.go("Ask the vendor")
    await joker.page.get_by_label("A short name for the question").fill("which-customers")
    await joker.page.get_by_label("Question", exact=True).fill(QUESTION)


def test_a_lost_session_loses_nothing_that_was_typed(chrome: Chrome, tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            leaked(tmp_path) as (platform, house),
            chrome.desk(house, "joker") as joker,
        ):
            await starts_to_ask(joker)
            await joker.context.clear_cookies()
            await joker.go("Send", role="button")
            await expect(joker.page.get_by_role("status")).to_contain_text("nothing was recorded")
            assert "QuestionAsked" not in await kinds(platform, "joker")
            await joker.page.get_by_label("API key").fill(platform.given["joker"]["api_key"])
            await joker.go("Log in", role="button")
            kept = joker.page.get_by_label("Question", exact=True)
            await expect(kept).to_have_value(QUESTION)
            await joker.go("Send", role="button")
            await recorded(joker, "Question asked")
            await expect(joker.page.locator("#questions")).to_contain_text(QUESTION)

    chrome.run(story())


def test_a_double_click_is_one_command(chrome: Chrome, tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            leaked(tmp_path) as (platform, house),
            chrome.desk(house, "joker") as joker,
        ):
            await starts_to_ask(joker)
            await joker.page.get_by_role("button", name="Send", exact=True).dblclick()
            await recorded(joker, "Question asked")
            assert (await kinds(platform, "joker")).count("QuestionAsked") == 1

    chrome.run(story())


def test_who_goes_back_after_sending_has_asked_once_and_the_form_is_a_new_one(
    chrome: Chrome, tmp_path: Path
) -> None:
    async def story() -> None:
        async with (
            leaked(tmp_path) as (platform, house),
            chrome.desk(house, "joker") as joker,
        ):
            await starts_to_ask(joker)
            command = joker.page.locator("form.verb input[name=command]")
            first = await command.input_value()
            await joker.go("Send", role="button")
            await recorded(joker, "Question asked")
            await joker.page.go_back()
            await expect(joker.page.get_by_role("heading", level=1)).to_have_text("Ask the vendor")
            await expect(command).not_to_have_value(first)
            assert (await kinds(platform, "joker")).count("QuestionAsked") == 1
            await joker.open(joker.path)
            await expect(joker.page.get_by_label("Question", exact=True)).to_have_value("")

    chrome.run(story())


def test_a_mistake_is_told_where_it_is_and_the_reader_is_led_there(
    chrome: Chrome, tmp_path: Path
) -> None:
    async def story() -> None:
        async with (
            leaked(tmp_path) as (_, house),
            chrome.desk(house, "joker") as joker,
        ):
            joker.expected.add(422)
            await at_the_incident(joker)
            await joker.go("Since when you know")
            await joker.page.locator("form.verb").evaluate("form => form.noValidate = true")
            await joker.page.get_by_label("How you came to know").fill("the notice")
            await joker.go("Record", role="button")
            alert = joker.page.get_by_role("alert")
            await expect(alert).to_be_focused()
            await expect(joker.page.get_by_label("How you came to know")).to_have_value(
                "the notice"
            )
            await alert.get_by_role("link").first.click()
            assert joker.path.endswith("#stage")
            await expect(joker.page.locator("#stage")).to_have_attribute("aria-invalid", "true")

    chrome.run(story())


def test_without_scripts_a_notice_is_acknowledged_and_the_risk_assessed(
    chrome: Chrome, tmp_path: Path
) -> None:
    async def story() -> None:
        async with (
            leaked(tmp_path) as (platform, house),
            chrome.desk(house, "joker", java_script_enabled=False) as joker,
        ):
            await at_the_incident(joker)
            await take_step(joker, "Acknowledge the vendor's notice")
            await joker.go("Acknowledge", role="button")
            await recorded(joker, "Notice acknowledged")
            await take_step(joker, "Assess the risk to people")
            await joker.page.get_by_role("radio", name="a high risk").check()
            await joker.page.get_by_label("Why", exact=True).fill("phishing is likely")
            await joker.go("Record the assessment", role="button")
            await recorded(joker, "Risk assessed")
            assert {"NoticeAcknowledged", "RiskAssessed"} <= {*await kinds(platform, "joker")}
            await joker.go("Overview", within=joker.page.locator("nav"))
            await expect(joker.main()).to_contain_text(TITLE)

    chrome.run(story())
