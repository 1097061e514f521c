"""A platform that is up, with the operator's door open, and its figures as numbers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from adapters.ops.opening import open_ops
from adapters.ops.turns import NotedTurns
from adapters.settings import Settings
from domain.law.loader import load_packs
from tests.adapters.nats.lab import until
from tests.adapters.running import Up, up_with

COUNTED = "varsel_census_seconds"


@dataclass
class Watch:
    """The door as a monitor sees it; `broker` and `ailing` are what the door is told."""

    up: Up
    http: httpx2.AsyncClient
    stack: AsyncExitStack
    settings: Settings
    turns: NotedTurns | None
    url: str = ""
    broker: bool = True
    ailing: tuple[str, ...] = ()

    async def again(self, port: int = 0) -> None:
        """Open a door, beside those there are, and look through that one from here on."""
        self.url = await open_ops(
            self.settings,
            self.up.running.parts,
            self.up.running.platform,
            self.stack,
            rules=load_packs(),
            connected=lambda: self.broker,
            turns=self.turns,
            ailing=lambda: self.ailing,
            port=port,
        )

    async def get(self, path: str) -> httpx2.Response:
        return await self.http.get(self.url + path)

    async def figures(self) -> dict[str, float]:
        """Every sample, as `name{label="value"}`."""
        return samples((await self.get("/metrics")).text)

    async def counted(self) -> dict[str, float]:
        """The same, with the first census in it."""
        found: dict[str, float] = {}

        async def there() -> bool:
            found.update(await self.figures())
            return COUNTED in found

        await until(there)
        return found


def samples(page: str) -> dict[str, float]:
    return {
        _written(one.name, one.labels): one.value
        for family in text_string_to_metric_families(page)
        for one in family.samples
    }


def _written(name: str, labels: Mapping[str, str]) -> str:
    said = ",".join(f'{key}="{labels[key]}"' for key in sorted(labels))
    return f"{name}{{{said}}}" if said else name


@asynccontextmanager
async def watched(
    folder: Path, *, turns: NotedTurns | None = None, **settings: Any
) -> AsyncGenerator[Watch]:
    """The small world on a real platform, watched."""
    async with (
        up_with(folder) as up,
        AsyncExitStack() as stack,
        httpx2.AsyncClient(timeout=20) as http,
    ):
        seen = Watch(up, http, stack, Settings(data=folder, **settings), turns)
        await seen.again()
        yield seen
