"""Each cell of the matrix once more, over real NATS with each party's own credentials."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from domain.access import ROWS
from domain.envelope import PLATFORM
from domain.errors import VarselError
from tests.adapters.matrix.cast import ACTORS, EMPTYING, NOBODY, OPERATOR, SEEING, cast, world
from tests.adapters.matrix.cells import ABOUT_INCIDENTS
from tests.adapters.matrix.playing import a_text, play, play_briefly
from tests.adapters.nats.lab import TOLERATED
from tests.adapters.running import Up, up

pytestmark = TOLERATED


class Stage:
    """A running platform on which the matrix is played."""

    def __init__(self, platform: Up) -> None:
        self._platform = platform
        self._ledger = platform.running.parts.ledger
        self._read = self._said = 0
        self.text = a_text(self._ledger)

    async def ask(self, actor: str, operation: str, fields: Any) -> Any:
        try:
            return await self._platform.callers[actor].call(operation, {"with": dict(fields)})
        except VarselError as refused:
            return refused

    def position(self) -> int:
        """How far the parties' own words have come: the platform may speak at any moment."""
        for recorded in self._ledger.since(self._read, 10_000):
            self._read = recorded.position
            if recorded.envelope.party != PLATFORM:
                self._said = recorded.position
        return self._said


def test_every_cell_is_as_the_table_says_to_whoever_holds_the_credentials(tmp_path: Path) -> None:
    async def story() -> None:
        async with up(tmp_path, rate="off", http_port=0, log_level="ERROR") as platform:
            platform.callers[OPERATOR] = platform.callers["platform"] = platform.operator
            for party, fields in cast():
                more = {
                    name: value for name, value in fields.items() if name not in {"id", "roles"}
                }
                await platform.add(party, *fields["roles"], **more)
            await platform.take(*world(ABOUT_INCIDENTS), EMPTYING)
            await platform.settled()
            stage = Stage(platform)
            for operation in sorted(ROWS):
                for actor in ACTORS:
                    if actor == SEEING:
                        await play(stage, actor, operation)
                    elif actor != NOBODY:  # it has no credentials to come with
                        await play_briefly(stage, actor, operation)

    asyncio.run(story())
