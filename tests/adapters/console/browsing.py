"""A browser without a screen: logs in, opens pages, fills in forms as they stand on them."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx2

from adapters.http.house import House
from tests.adapters.running import Up, up_with
from tests.builders import a_leak, a_notice


@asynccontextmanager
async def told(
    folder: Path, title: str = "A copy of old data", **settings: Any
) -> AsyncGenerator[Up]:
    """A platform with its console, on which joker and kiwi were told of a leak."""
    async with up_with(folder, http_port=0, **settings) as platform:
        await platform.take(a_leak(title=title), a_notice("joker"))
        await platform.settled()
        yield platform


def house_of(platform: Up) -> House:
    house = platform.running.house
    assert house is not None
    return house


@dataclass
class Browser:
    """What one person has open; cookies are kept as a browser keeps them."""

    http: httpx2.AsyncClient
    url: str
    page: str = ""
    status: int = 0
    headers: Any = field(default_factory=dict[str, str])

    async def open(self, path: str, **headers: str) -> Browser:
        return self._shown(await self.http.get(path, headers=headers))

    async def post(self, path: str, said: dict[str, Any], **headers: str) -> Browser:
        return self._shown(await self.http.post(path, data=said, headers=headers))

    async def send(self, path: str, **said: Any) -> Browser:
        """Open a form and send it, with its hidden fields and these."""
        await self.open(path)
        hidden = inputs(self.page)
        named = {name.replace("__", "."): value for name, value in said.items()}
        own = {"csrf": hidden["csrf"], "command": hidden["command"]}
        return await self.post(path, {**own, **named})

    def _shown(self, response: httpx2.Response) -> Browser:
        self.page, self.status, self.headers = response.text, response.status_code, response.headers
        return self


@asynccontextmanager
async def browser(platform: Up, party: str | None = None, **more: Any) -> AsyncGenerator[Browser]:
    """A browser; logged in as a party, where one is named."""
    url = house_of(platform).url
    usual = {"accept": "text/html", **more}
    async with httpx2.AsyncClient(base_url=url, headers=usual) as http:
        found = Browser(http, url)
        if party is not None:
            await found.open(f"/login/link/{house_of(platform).sessions.link(party)}")
            assert found.status == 303
        yield found


async def incident(platform: Up, party: str = "joker") -> str:
    """The address of the party's only incident."""
    rows = await platform.ask(party, "timeline")
    return f"/incidents/{next(row['incident'] for row in rows if row['incident'])}"


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "input" and said.get("name"):
            self.found.setdefault(str(said["name"]), said.get("value") or "")


def inputs(page: str) -> dict[str, str]:
    """The inputs of a page, with what they hold."""
    reader = _Inputs()
    reader.feed(page)
    return reader.found


def main_of(page: str) -> str:
    """The content of a page, without its frame."""
    found = re.search(r"<main.*</main>", page, re.DOTALL)
    assert found is not None, page
    return found.group()
