"""A platform kept up for many tests: a scenario played, its parties' creds at hand."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from adapters.compose import system_clock
from adapters.nats.caller import Caller
from adapters.play.outcome import outcome
from adapters.play.player import Player, stage
from adapters.play.scenario import Scenario
from domain.errors import VarselError

T = TypeVar("T")
PATIENCE = 60.0
TESTS = Path(__file__).resolve().parents[2]
SMALL = TESTS / "scenarios" / "small.yaml"


class Staged:
    """A scenario played on the real platform, in a thread of its own, until it is left."""

    def __init__(self, scenario: Scenario, folder: Path, *, until: datetime | None = None) -> None:
        self._scenario = scenario
        self._until = until
        self._folder = folder
        self._up = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="staged")

    def __enter__(self) -> Self:
        self._thread.start()
        self._up.wait(PATIENCE)
        if self._failed:
            self._thread.join()
            raise self._failed
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._leave.set)
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as failed:  # noqa: BLE001 - raised in the thread that waits for it
            self._failed = failed
        finally:
            self._up.set()

    async def _main(self) -> None:
        self._loop, self._leave = asyncio.get_running_loop(), asyncio.Event()
        async with stage(self._scenario, self._folder, system_clock) as (player, _):
            await player.play(until=self._until)
            self.player: Player = player
            self._up.set()
            await self._leave.wait()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the platform's thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    # --- what tests want of it ---

    @property
    def data(self) -> Path:
        """The data folder."""
        return self._folder

    def creds(self, party: str) -> Path:
        """Where a party's credentials are."""
        return self._folder / "creds" / f"{party}.creds"

    def position(self) -> int:
        """How many events the ledger holds."""
        return self.player.platform.parts.ledger.position()

    def say(self, party: str, verb: str, said: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """A party's command, through its own credentials."""
        return self.do(self._say(party, verb, {"with": said, **more}))

    async def _say(self, party: str, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        operator = self.player.platform.folder.operator_creds
        creds = operator if party == "operator" else self.creds(party)
        async with await Caller.connect(self.player.platform.url, creds) as caller:
            return await caller.call(verb, body)

    def refusal(self, party: str, verb: str, said: Mapping[str, Any], **more: Any) -> VarselError:
        """Why a command is refused; it must leave nothing in the ledger."""
        before = self.position()
        try:
            answer = self.say(party, verb, said, **more)
        except VarselError as refused:
            assert self.position() == before, "a refusal left something in the ledger"
            return refused
        raise AssertionError(f"was accepted: {answer}")

    def ask(self, party: str, question: str, **body: Any) -> Any:
        """A party's question, through its own credentials."""
        return self.do(self.player.ask(party, question, **body))

    def outcome(self, as_of: str | None = None) -> dict[str, Any]:
        """What `varsel play --json` prints."""
        return self.do(outcome(self.player, as_of))
