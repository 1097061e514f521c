"""What the specifications of the console in a browser share."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from playwright.async_api import async_playwright, expect

from tests.browser.chrome import PATIENCE, Chrome, executable

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def chrome() -> Iterator[Chrome]:
    """One Chromium for a module; each desk has its own cookies."""
    with asyncio.Runner() as runner:
        playwright = runner.run(async_playwright().start())
        launched = playwright.chromium.launch(executable_path=executable())
        browser = runner.run(launched)
        yield Chrome(browser, runner)
        runner.run(browser.close())
        runner.run(playwright.stop())
