"""Whether the ledger takes what comes: asked by probes, beside everything else that waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from domain.errors import VarselError

PATIENCE: Final = 3.0  # seconds that a part has to answer: less than a probe waits


class Pulse:
    """Asks on a thread of its own: those of the loop may all be waiting for views that stand still.

    Whoever asks while an answer is awaited gets that one: any number of probes is one question.
    """

    def __init__(self, question: Callable[[], object]) -> None:
        self._question = question
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pulse")
        self._asked: asyncio.Future[str | None] | None = None

    async def trouble(self) -> str | None:
        """Why it takes nothing, as a sentence; None where it does."""
        if self._asked is None or self._asked.done():
            loop = asyncio.get_running_loop()
            self._asked = loop.run_in_executor(self._thread, self._ask)
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(self._asked)
        except TimeoutError:
            return f"no answer within {PATIENCE:g} s"

    def close(self) -> None:
        """Ask no more; an answer that is awaited may still come."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _ask(self) -> str | None:
        try:
            self._question()
        except VarselError as trouble:
            return str(trouble)
        return None
