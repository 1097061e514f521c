"""A whole platform in this process: parties let in without a command for each, and waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from adapters.compose import Running
from adapters.finding import ViewDirectory
from benchmarks.scaling.lab import fields, in_one
from domain import commands as c
from domain.ports import Receipt
from domain.use_cases.operator import register_party

LOOK: Final = 0.001  # seconds between looks


def let_in(here: Running, parties: Iterable[tuple[str, str]]) -> Receipt:
    """Parties, each with its role, in one transaction."""
    parts, now = here.parts, here.parts.clock()
    directory = ViewDirectory(parts.ledger, parts.views, parts.projector)
    waiting = [c.RegisterParty.model_validate(fields(party, role)) for party, role in parties]
    command = f"let in {now.isoformat()}"
    return in_one(parts.ledger, directory, register_party, waiting, command, now)


async def until(true: Callable[[], object], patience: float) -> None:
    """Look again and again, for so many seconds at most."""
    async with asyncio.timeout(patience):
        while not true():  # noqa: ASYNC110 - views, log and stream have no event in common
            await asyncio.sleep(LOOK)
