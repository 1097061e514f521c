"""Who is at the desks: a platform on which joker was told of a leak, and what people do there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page, expect

from adapters.compose import system_clock
from adapters.http.house import House
from adapters.play.player import stage
from adapters.play.scenario import load, merged
from tests.adapters.running import Up, up_with
from tests.browser.chrome import ROOT, Desk
from tests.builders import a_leak, a_notice, people

TITLE = "A copy of old data"
DATA = {"present": ["name", "email"], "absent": ["payment_card"], "complete": "no"}


@asynccontextmanager
async def open_platform(folder: Path, **more: Any) -> AsyncGenerator[tuple[Up, House]]:
    """A vendor, two clients, an auditor of one of them; nothing has happened."""
    async with up_with(folder, http_port=0, log_level="ERROR", **more) as platform:
        house = platform.running.house
        assert house is not None
        yield platform, house


@asynccontextmanager
async def leaked(folder: Path) -> AsyncGenerator[tuple[Up, House]]:
    """The same, and one of the clients was told of a leak."""
    async with open_platform(folder) as (platform, house):
        leak = a_leak(title=TITLE, people=[people(data=DATA)])
        await platform.take(leak, a_notice("joker"))
        await platform.settled()
        yield platform, house


async def kinds(platform: Up, party: str) -> list[str]:
    """The events of a party's timeline."""
    return [row["type"] for row in await platform.ask(party, "timeline")]


async def at_the_incident(desk: Desk) -> str:
    """From the overview to the incident's page; its address."""
    await desk.go(TITLE)
    await expect(desk.page.get_by_role("heading", level=1)).to_have_text(TITLE)
    return desk.path


async def take_step(desk: Desk, step: str) -> None:
    """Follow one of the suggestions."""
    await desk.go("Go on", within=desk.page.locator("#next li").filter(has_text=step))


async def recorded(desk: Desk, what: str) -> None:
    """The page says what was just recorded."""
    await expect(desk.page.get_by_role("status")).to_contain_text(f"Recorded: {what}")


def clock(page: Page, duty: str) -> Locator:
    """A duty's clock."""
    return page.locator("li.clock").filter(has=page.get_by_role("heading", name=duty, exact=True))


@asynccontextmanager
async def both_cases(folder: Path) -> AsyncGenerator[House]:
    """The platform after both seed cases were played, as the demo shows it."""
    seeds = merged(
        load(str(ROOT / "scenarios" / f"{name}.yaml")) for name in ("zoopit", "tokmanni")
    )
    async with stage(seeds, folder, system_clock, log_level="ERROR", http_port=0) as (player, _):
        await player.play()
        house = player.platform.house
        assert house is not None
        yield house
