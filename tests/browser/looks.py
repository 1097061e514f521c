"""How pages look: pictures of them, and what axe-core finds that shuts people out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from tests.browser.chrome import DESK, PHONE, ROOT, Desk

AXE = ROOT / "tests" / "node" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}
RUN = "rules => axe.run({resultTypes: ['violations'], ...(rules && {runOnly: rules})})"


@dataclass(frozen=True)
class Look:
    """A screen and its colours; `rules` are those that may turn out otherwise there than before."""

    screen: Mapping[str, Any]
    scheme: Literal["light", "dark"]
    rules: tuple[str, ...] = ()


LOOKS = {
    "light": Look(DESK["viewport"], "light"),
    "dark": Look(DESK["viewport"], "dark", ("color-contrast", "link-in-text-block")),
    "phone": Look(PHONE["viewport"], "light", ("target-size", "scrollable-region-focusable")),
}


@cache
def _axe() -> str:
    assert AXE.exists(), "is tests/node installed? make test does it"
    return AXE.read_text(encoding="utf-8")


async def grave_findings(desk: Desk, name: str, *looks: str) -> list[str]:
    """What axe finds that is serious or critical, look by look; keeps a picture of each."""
    await desk.page.evaluate(_axe())  # by the debugger: the content policy lets no page do it
    found: list[str] = []
    for look in looks or LOOKS:
        chosen = LOOKS[look]
        await desk.page.set_viewport_size(dict(chosen.screen))  # type: ignore[arg-type]  # as made
        await desk.page.emulate_media(color_scheme=chosen.scheme)
        result = await desk.page.evaluate(RUN, list(chosen.rules) or None)
        assert result["testEngine"]["name"] == "axe-core"
        found += [
            f"{name} ({look}): {one['id']}: {one['nodes'][0]['html'][:160]}"
            for one in result["violations"]
            if one["impact"] in GRAVE
        ]
        if (by := await overflow(desk)) > 0:
            found.append(f"{name} ({look}): {by} pixels wider than the screen")
        await desk.shot(f"{name}, {look}")
    return found


async def overflow(desk: Desk) -> int:
    """By how many pixels the page is wider than the screen."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(await desk.page.evaluate(wide))
