"""As its reader wants it: language, time zone, on paper."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.async_api import expect

from adapters.admission import OPERATOR
from adapters.console import i18n
from adapters.http.house import House
from tests.adapters.running import Up
from tests.browser.chrome import ARTEFACTS, Chrome, Desk
from tests.browser.crawling import kind, one_of_each, pages
from tests.browser.world import both_cases, clock, open_platform
from tests.builders import a_leak, a_notice, an_acknowledgement

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROLES = ("mailer", "tokmanni", "valtuutettu", "operator")
SPOKEN = {"h1", "h2", "h3", "th", "dt", "button", "label", "legend", "summary", "option"}


@asynccontextmanager
async def at(folder: Path, now: datetime) -> AsyncGenerator[tuple[Up, House]]:
    """A platform at whose clock no time passes."""
    async with open_platform(folder, clock=lambda: now) as opened:
        yield opened


@pytest.fixture(scope="module")
def house(chrome: Chrome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    yield from chrome.held(both_cases(tmp_path_factory.mktemp("cases")))


class Headings(HTMLParser):
    """The text of headings, labels, buttons and the navigation: the console's own words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._open: list[tuple[str, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag in SPOKEN or (tag == "a" and "data-key" in said):
            self._open.append((tag, "lang" not in said))  # languages go by their own names

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == self._open[-1][0]:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][1] and data.strip():
            self.found.add(" ".join(data.split()))


def english_only(language: str) -> set[str]:
    """Messages that are something else in this language."""
    said = [one for one in i18n.catalogue(language) if one.id and isinstance(one.id, str)]
    translated = {str(one.string) for one in said}
    return (
        {str(one.id) for one in said if one.string != one.id} - translated - {OPERATOR}
    )  # it is the id of a party as well


async def reads_in(desk: Desk, language: str) -> None:
    """Through the control at the foot of every page."""
    await desk.page.locator("footer select").select_option(language)
    await desk.page.locator("footer button").click()
    await expect(desk.page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize("party", ROLES)
@pytest.mark.parametrize("language", ["nb", "fi"])
def test_no_heading_label_or_button_stays_english(
    chrome: Chrome, house: House, party: str, language: str
) -> None:
    async def story() -> None:
        async with chrome.desk(house, party) as desk:
            await reads_in(desk, language)
            await desk.shot(f"{party}, overview in {language}")
            english, left, seen = english_only(language), set[tuple[str, str]](), 0
            async for page in pages(desk, one_of_each):
                if "<html" in page.html:
                    seen += 1
                    assert f'<html lang="{language}">' in page.html
                    left |= {(kind(page.path), one) for one in Headings(page.html).found & english}
            assert seen > 5
            assert left == set()

    chrome.run(story())


def test_each_reader_sees_the_same_instant_in_its_own_zone_and_the_zone_with_it(
    chrome: Chrome, tmp_path: Path
) -> None:
    async def story() -> None:
        async with at(tmp_path, NOON) as (platform, house):
            await platform.add("tokmanni", "client", country="FI", zone="Europe/Helsinki")
            await platform.take(a_leak(), a_notice("joker", "tokmanni"))
            await platform.settled()
            for party, shown in {"joker": "13:00 CET", "tokmanni": "14:00 EET"}.items():
                async with chrome.desk(house, party) as desk:
                    told = desk.main().locator("time").first
                    await expect(told).to_have_text(f"Mon 2 Mar 2026, {shown}")
                    await expect(told).to_have_attribute("datetime", "2026-03-02T12:00:00Z")

    chrome.run(story())


def test_a_deadline_beyond_the_change_to_summer_time_is_told_by_the_clock_on_the_wall(
    chrome: Chrome, tmp_path: Path
) -> None:
    """In Oslo clocks go forward on 29 March 2026: 72 hours after 12:00 it is 13:00."""
    before = datetime(2026, 3, 28, 11, tzinfo=UTC)

    async def story() -> None:
        async with at(tmp_path, before) as (platform, house):
            await platform.take(a_leak(title="Over the change"), a_notice("joker"))
            await platform.take(an_acknowledgement())
            await platform.settled()
            async with chrome.desk(house, "joker") as joker:
                await joker.go("Over the change")
                filing = clock(joker.page, "Notify the supervisory authority")
                await expect(filing).to_contain_text("until Tue 31 Mar 2026, 13:00 CEST")
                await expect(filing).to_contain_text("Runs since Sat 28 Mar 2026, 12:00 CET")
                await expect(filing.locator(".big")).to_have_text(re.compile("72:00:00|71:59:5"))

    chrome.run(story())


@pytest.mark.parametrize(
    ("party", "kept"),
    [("mailer", "#timeline"), ("tokmanni", "#timeline"), ("valtuutettu", ".picture")],
)
def test_on_paper_a_case_comes_without_navigation_and_buttons(
    chrome: Chrome, house: House, party: str, kept: str
) -> None:
    async def story() -> None:
        async with chrome.desk(house, party) as desk:
            found = [one.path async for one in pages(desk, one_of_each)]
            await desk.open(next(one for one in found if one.startswith("/incidents/")))
            await desk.page.emulate_media(media="print")
            for gone in ("nav", "button", "footer form", "#next"):
                for each in await desk.page.locator(gone).all():
                    await expect(each).to_be_hidden()
            await expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
            await expect(desk.page.locator(kept).first).to_be_visible()
            paper = await desk.page.pdf(path=ARTEFACTS / f"{party}, case.pdf", format="A4")
            assert paper.startswith(b"%PDF-")

    chrome.run(story())
