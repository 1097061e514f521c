"""Every page that a person can come to by following links, as its source has it."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

from tests.browser.chrome import Desk

_LINK = re.compile(r'<(?:a|link|script|use)\s[^>]*?(?:href|src)="([^"]+)"')
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|=[^&]+")
MOST_OF_A_KIND = 2  # pages that differ in nothing but the ids and values in their address
MOST_EVENTS = 60
MOST = 400


@dataclass(frozen=True)
class Source:
    """A page as it was sent."""

    path: str
    status: int
    html: str


def links(path: str, html: str) -> list[str]:
    """Where a page leads within the console, in its order."""
    found = (urldefrag(urljoin(path, unescape(each))).url for each in _LINK.findall(html))
    return list(dict.fromkeys(each for each in found if not urlsplit(each).netloc))


def kind(path: str) -> str:
    """An address without what tells pages of one kind apart."""
    return _ID.sub("*", path)


def most_of(path: str) -> int:
    """How many pages of this one's kind are looked at: every event, the first few of others."""
    return MOST_EVENTS if path.startswith("/events/") else MOST_OF_A_KIND


def one_of_each(_: str) -> int:
    """One page of each kind."""
    return 1


async def pages(desk: Desk, most: Callable[[str], int] = most_of) -> AsyncGenerator[Source]:
    """Page after page from the overview, the nearest first."""
    waiting, seen, counted = deque(["/"]), set[str](), Counter[str]()
    while waiting and len(seen) < MOST:
        path = waiting.popleft()
        if path in seen or counted[kind(path)] >= most(path):
            continue
        seen.add(path)
        counted[kind(path)] += 1
        answer = await desk.context.request.get(path, headers={"accept": "text/html"})
        source = Source(path, answer.status, await answer.text())
        yield source
        if "text/html" in answer.headers.get("content-type", ""):
            waiting.extend(links(path, source.html))
