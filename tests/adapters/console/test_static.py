"""The console's own files: kept for ever under their hash, and what was taken from others."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

from adapters.console import assets
from tests.adapters.console.browsing import browser, told

HTMX = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"


def test_the_vendored_script_is_the_one_that_was_looked_at() -> None:
    assert hashlib.sha256(assets.content("htmx.min.js")).hexdigest() == HTMX


def test_a_file_is_kept_for_ever_under_its_own_hash_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with told(tmp_path) as platform, browser(platform) as reader:
            await reader.open(assets.address("varsel.css"))
            assert "immutable" in reader.headers["cache-control"]
            await reader.open("/static/0000000000000000/varsel.css")
            assert reader.headers["cache-control"] == "no-cache"
            assert (await reader.open("/static/0000000000000000/../visit.py")).status == 404

    asyncio.run(story())
