"""An auditor at the console: its scope, and the way from its overview to an incident."""

from __future__ import annotations

import re

from tests.adapters.console.browsing import Browser, main_of
from tests.adapters.running import Up


async def scoped(platform: Up, *scope: str) -> None:
    """Say anew whom the auditor may look at."""
    await platform.operator.call(
        "set_scope", {"with": {"party": "tilsyn", "scope": list(scope)}, "command": "-".join(scope)}
    )
    await platform.settled()


def links(page: str, start: str) -> list[str]:
    """The addresses on a page that begin so."""
    found = re.findall(r'href="([^"]+)"', main_of(page))
    return [one.replace("&amp;", "&") for one in found if one.startswith(start)]


async def across(reader: Browser) -> str:
    """Open the first incident of the overview."""
    await reader.open("/")
    [at] = dict.fromkeys(links(reader.page, "/scope/incidents/"))
    await reader.open(at)
    assert reader.status == 200
    return at
