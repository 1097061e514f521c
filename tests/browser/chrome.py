"""A real Chromium: people at their desks, each with a browser, and nothing goes wrong unseen."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
)

from adapters.http.house import House

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
ARTEFACTS = ROOT / "artefacts" / "browser"
PATIENCE = 20_000  # milliseconds for what is to appear on a page
DESK: dict[str, Any] = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
LEFT = "net::ERR_ABORTED"  # a page was left while something of it was still under way


def executable() -> str:
    """Where Chromium is; `make test` looks for it, and installs it where it is missing."""
    noted = ROOT / ".venv" / ".chromium"
    found = os.environ.get("CHROMIUM") or (noted.read_text().strip() if noted.exists() else "")
    assert found, "no Chromium: make test finds or installs it, CHROMIUM=/path/to/it names it"
    return found


@dataclass
class Desk:
    """One person's browser. Whatever it complains of is a fault, but the statuses expected."""

    name: str
    page: Page
    expected: set[int] = field(default_factory=set[int])
    faults: list[str] = field(default_factory=list[str])

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    @property
    def path(self) -> str:
        """The address of the page, without the host."""
        return "/" + self.page.url.split("/", 3)[3]

    async def open(self, path: str) -> None:
        await self.page.goto(path)

    async def go(self, name: str, *, role: Any = "link", within: Locator | None = None) -> None:
        """Follow a link (press a button) to another page."""
        await (within or self.page).get_by_role(role, name=name, exact=True).click()

    def main(self) -> Locator:
        return self.page.locator("main")

    async def shot(self, name: str, **how: Any) -> None:
        """Keep a picture of the page as it stands."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        path = ARTEFACTS / f"{name}.png"
        await self.page.screenshot(path=path, full_page=True, animations="disabled", **how)

    def watch(self) -> None:
        """Take down every complaint from here on, policy violations among them."""
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _said(self, said: ConsoleMessage) -> None:
        ours = not said.text.startswith("Failed to load resource")  # a response; see `_answered`
        if said.type in {"error", "warning"} and ours:
            self.faults.append(f"console: {said.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self.faults.append(f"failed: {request.method} {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(f"{response.status}: {response.request.method} {response.url}")


@dataclass
class Chrome:
    """One Chromium for the tests of a module, and the loop that it and the platforms run in."""

    browser: Browser
    runner: asyncio.Runner

    def run(self, story: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(story)

    @asynccontextmanager
    async def desk(
        self, house: House, party: str | None = None, **how: Any
    ) -> AsyncGenerator[Desk]:
        """A browser of its own; logged in as a party, where one is named."""
        context = await self.browser.new_context(base_url=house.url, **{**DESK, **how})
        context.set_default_timeout(PATIENCE)
        desk = Desk(party or "nobody", await context.new_page())
        desk.watch()
        try:
            if party is not None:
                await desk.open(house.link(party))
            yield desk
        except BaseException:
            await desk.shot(f"failed {os.environ['PYTEST_CURRENT_TEST'].split('::')[-1][:99]}")
            raise
        finally:
            await context.close()
        assert desk.faults == []

    def held(self, context: AbstractAsyncContextManager[T]) -> Iterator[T]:
        """What stays up between stories; one task enters and leaves it, as contexts want it."""
        loop = self.runner.get_loop()
        entered: asyncio.Future[T] = loop.create_future()
        over = asyncio.Event()

        async def hold() -> None:
            try:
                async with context as found:
                    entered.set_result(found)
                    await over.wait()
            except BaseException as error:
                if entered.done():
                    raise
                entered.set_exception(error)

        async def last() -> None:
            over.set()
            await task

        task = loop.create_task(hold())
        yield loop.run_until_complete(entered)
        self.run(last())
