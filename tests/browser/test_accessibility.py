"""Nobody is shut out: axe-core finds nothing serious on any kind of page, light, dark, narrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.async_api import expect

from adapters.http.house import House
from tests.browser.chrome import Chrome, Desk
from tests.browser.crawling import kind, one_of_each, pages
from tests.browser.looks import grave_findings
from tests.browser.world import at_the_incident, both_cases, leaked

# Kinds of pages as their addresses begin; `*` is an incident. "event" is the first one linked.
KINDS = {
    "tokmanni": (
        "/",
        "/incidents/*",
        "/incidents/*/assess_risk",
        "/incidents/*/notify_customers",
        "/incidents/*/state_awareness",
        "/events/*",
        "/register",
        "/mandates",
        "/concern",
    ),
    "mailer": (
        "/",
        "/incidents/*",
        "/report",
        "/incidents/*/revise_facts",
        "/incidents/*/notify_clients",
        "/incidents/*/notify_regulator",
        "/events/*",
    ),
    "valtuutettu": (
        "/",
        "/scope/duties",
        "/scope/collisions",
        "/scope/registers",
        "/scope/incidents/*",
        "/incidents/*?as_of*",
        "/events/*?party*",
    ),
    "operator": (
        "/",
        "/admin/parties/add",
        "/admin/parties/tokmanni",
        "/admin/parties/tokmanni/revoke",
        "/admin/engage",
        "/admin/rebuild",
    ),
}


@pytest.fixture(scope="module")
def house(chrome: Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    yield from chrome.held(both_cases(tmp_path_factory.mktemp("cases")))


async def addresses(desk: Desk, wanted: Sequence[str]) -> dict[str, str]:
    """For each kind of page one address, found by following links."""
    found: dict[str, str] = {}
    async for page in pages(desk, one_of_each):
        if page.status == 200 and kind(page.path) in wanted:
            found.setdefault(kind(page.path), page.path)
        if len(found) == len(wanted):
            break
    assert set(found) == set(wanted)
    return found


def named(party: str, kind_of_page: str) -> str:
    """A page's name among the pictures."""
    words = kind_of_page.replace("/*", "").strip("/").replace("/", " ").replace("?", " ")
    return f"{party}, {words.replace('*', '') or 'overview'}"


@pytest.mark.parametrize("party", KINDS)
def test_axe_finds_nothing_serious_and_no_page_is_wider_than_its_screen(
    chrome: Chrome, house: House, party: str
) -> None:
    async def story() -> None:
        async with chrome.desk(house, party) as desk:
            found: list[str] = []
            for each, path in (await addresses(desk, KINDS[party])).items():
                await desk.open(path)
                found += await grave_findings(desk, named(party, each))
            assert found == []

    chrome.run(story())


def test_axe_finds_nothing_serious_before_one_is_in_and_where_nothing_is(
    chrome: Chrome, house: House
) -> None:
    async def story() -> None:
        async with chrome.desk(house) as anybody, chrome.desk(house, "tokmanni") as tokmanni:
            await anybody.open("/login")
            found = await grave_findings(anybody, "login")
            tokmanni.expected.add(404)
            await tokmanni.open("/incidents/00000000-0000-4000-8000-000000000000")
            found += await grave_findings(tokmanni, "not here", "light", "dark")
            assert found == []

    chrome.run(story())


def test_axe_finds_nothing_serious_on_a_form_with_mistakes_and_a_list_of_keys(
    chrome: Chrome, tmp_path: Path
) -> None:
    async def story() -> None:
        async with leaked(tmp_path) as (_, house), chrome.desk(house, "joker") as joker:
            await at_the_incident(joker)
            await joker.page.keyboard.press("?")
            await expect(joker.page.get_by_role("dialog")).to_be_visible()
            found = await grave_findings(joker, "shortcuts", "light", "dark")
            await joker.page.keyboard.press("Escape")
            joker.expected.add(422)
            await joker.go("Record a public statement")
            await joker.page.get_by_label("The text, word for word").fill("Your data are safe.")
            await joker.page.locator("form.verb").evaluate("form => form.noValidate = true")
            await joker.go("Check it", role="button")
            await expect(joker.page.get_by_role("alert")).to_be_focused()
            found += await grave_findings(joker, "form with mistakes")
            assert found == []

    chrome.run(story())


def test_axe_would_find_a_button_without_a_name(chrome: Chrome, house: House) -> None:
    async def story() -> None:
        async with chrome.desk(house) as anybody:
            await anybody.open("/login")
            await anybody.page.evaluate("document.querySelector('button.send').textContent = ''")
            [finding] = await grave_findings(anybody, "spoilt", "light")
            assert "button-name" in finding

    chrome.run(story())
