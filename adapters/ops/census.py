"""The census: what can only be counted by looking at every party; slowly, beside all other work.

One process counts, and only for a tenth of the time: on a large platform the figures are older,
never the platform slower. How old they are is a figure itself.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.logs import Log
from adapters.tasks import end
from domain.errors import VarselError
from domain.law.rules import Rules
from projections import awaiting, board, lag, matters, obligations, parties
from projections.rows import Row, Rows

REST: Final = 9  # times as long as the last count took
LOOK: Final = 5.0  # seconds between looks whether this process is the one that counts
REST_OF: Final = "(others)"  # no party's id has brackets


@dataclass(frozen=True)
class Ports:
    """What is counted from. `mine` says whether this process is the one that counts.

    `floor` gives the stream number up to which a party has acknowledged.
    """

    rows: Callable[[], Rows]
    rules: Rules
    floor: Callable[[str], int]
    clock: Callable[[], datetime]
    mine: Callable[[], bool]


@dataclass(frozen=True)
class Count:
    """What was counted, when (monotonic seconds), and how long it took.

    `oldest` is the age in seconds of the first notice that has not been seen to arrive.
    """

    behind: dict[str, int]
    undelivered: int
    oldest: float
    unacknowledged: int
    overdue: dict[str, int]
    at: float
    took: float


class Census:
    """Counts again and again; `last` is None where this process does not count."""

    def __init__(self, ports: Ports, seconds: float, shown: int, log: Log) -> None:
        self._ports, self._seconds, self._shown, self._log = ports, seconds, shown, log
        self._task: asyncio.Task[None] | None = None
        self.last: Count | None = None

    def start(self) -> None:
        """Begin to count, in the background."""
        self._task = asyncio.create_task(self._run(), name="census")

    async def stop(self) -> None:
        """Count no more."""
        if self._task is not None:
            await end(self._task)

    def count(self) -> Count:
        """One count of everything."""
        began, ports = time.monotonic(), self._ports
        rows, now = ports.rows(), ports.clock()
        overdue = Counter[str](dict.fromkeys(sorted(ports.rules.packs), 0))
        incidents = set[str]()
        for party in parties.everybody(rows):
            for one in obligations.query(party.id, rows, ports.rules, now):
                overdue[str(one["duty"]).partition(".")[0]] += one["status"] == "overdue"
            if "vendor" in party.roles:
                incidents |= {incident for incident, _ in rows.all(matters.VIEW, party.id)}
            time.sleep(0)  # others take turns at the interpreter
        took = time.monotonic() - began
        waiting = awaiting.deliveries(rows)
        return Count(
            behind=self._behind(rows),
            undelivered=len(waiting),
            oldest=_age(waiting, now),
            unacknowledged=sum(_unacknowledged(one, rows) for one in incidents),
            overdue=dict(overdue),
            at=began,
            took=took,
        )

    def _behind(self, rows: Rows) -> dict[str, int]:
        """How far each feed's reader is behind: the furthest one by one, the others together."""
        found = [(row["behind"], row["party"]) for row in lag.query(rows, self._ports.floor)]
        found.sort(reverse=True)
        named = {party: behind for behind, party in found[: self._shown]}
        return {**named, REST_OF: sum(behind for behind, _ in found[self._shown :])}

    async def _run(self) -> None:
        while True:
            rest = self._seconds
            if not self._ports.mine():
                self.last, rest = None, min(rest, LOOK)
            else:
                try:
                    self.last = await asyncio.to_thread(self.count)
                    rest = max(rest, REST * self.last.took)
                except VarselError as trouble:
                    self._log.warning("census.interrupted", error=str(trouble))
                except Exception:  # noqa: BLE001 - a census that dies stays unseen
                    self._log.error("census.failed", exc_info=True)
            await asyncio.sleep(rest)


def _age(waiting: Sequence[Row], now: datetime) -> float:
    """Seconds since the first of these notices was given; 0 where there is none."""
    since = min((datetime.fromisoformat(row["since"]) for row in waiting), default=now)
    return max(0.0, (now - since).total_seconds())


def _unacknowledged(incident: str, rows: Rows) -> int:
    """Notices in force that their client has not acknowledged."""
    return sum(
        bool(row["notified_at"] and not row["acknowledged_at"] and not row["cleared_at"])
        for _, row in rows.all(board.VIEW, incident)
    )
