"""The integrity watch: looks at ledger, log, views and feed again and again, slowly, and by asking.

Views and feed are copies and made anew where they differ. The ledger never is: what is wrong with
it is named, and stays named until somebody has looked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from adapters.evidence.copies import FeedPorts, examine_feed, examine_views
from adapters.evidence.findings import Finding
from adapters.evidence.log import TransparencyLog
from adapters.evidence.scan import scan
from adapters.logs import Log
from adapters.store.inspection import Inspection
from adapters.tasks import end
from adapters.views.generations import Views
from domain.errors import VarselError

REST: Final = 0.02  # seconds between two batches of a pass in the background
IDLE: Final = 3.0  # seconds it rests for each that it builds views: a quarter of a core at most
SOON: Final = 60.0  # seconds until the first pass: not while everything starts
SHOWN: Final = 100  # findings


class Watch:
    """Passes over everything; the last one's findings stand until the next."""

    def __init__(
        self,
        inspect: Callable[[], Inspection],
        log: TransparencyLog,
        views: Views,
        seconds: float,
        report: Log,
    ) -> None:
        self._inspect, self._log, self._views = inspect, log, views
        self._seconds, self._report = seconds, report
        self._one = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self.feed: FeedPorts | None = None
        self.found: tuple[Finding, ...] = ()

    def start(self) -> None:
        """Begin to look, in the background."""
        self._task = asyncio.create_task(self._run(), name="watch")

    async def stop(self) -> None:
        """Stop looking."""
        if self._task is not None:
            await end(self._task)

    def troubles(self) -> list[str]:
        """What the last pass found and could not make anew."""
        return [str(one) for one in self.found if not one.repaired]

    async def examine(self, rest: float = 0.0) -> dict[str, Any]:
        """One pass over everything; `rest` is how many seconds it pauses between batches.

        Where the ledger itself is not as it was, the copies are left alone: made anew they would
        say what was tampered with, and they may be the last that do not.
        """
        async with self._one:
            found = await asyncio.to_thread(self._examine_ledger, rest)
            if not found:
                idle = IDLE if rest else 0.0
                found = await asyncio.to_thread(examine_views, self._views, idle)
                found += await examine_feed(self.feed, rest) if self.feed else []
            self.found = tuple(found)
        for one in found[:SHOWN]:
            self._report.error("integrity", kind=one.kind, what=one.what, repaired=one.repaired)
        return {"examined": self._log.size(), "findings": shown(found)}

    def _examine_ledger(self, rest: float) -> list[Finding]:
        file = self._inspect()
        try:
            return list(scan(file, self._log, lambda: time.sleep(rest)))
        finally:
            file.close()

    async def _run(self) -> None:
        wait = min(self._seconds, SOON)
        while True:
            await asyncio.sleep(wait)
            wait = self._seconds
            try:
                await self.examine(REST)
            except VarselError as trouble:
                self._report.warning("integrity.interrupted", error=str(trouble))
            except Exception:  # noqa: BLE001 - a watch that dies stays unseen
                self._report.error("integrity.failed", exc_info=True)


def shown(found: list[Finding]) -> list[dict[str, Any]]:
    """Findings as an answer shows them: the first of them, and how many more there are."""
    said: list[dict[str, Any]] = [
        {"kind": one.kind, "what": one.what, "repaired": one.repaired} for one in found[:SHOWN]
    ]
    if len(found) > SHOWN:
        more = {"kind": "more", "what": f"{len(found) - SHOWN} more", "repaired": False}
        said.append(more)
    return said
