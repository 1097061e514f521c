"""Presence: what each process of the platform is at, so that any of them can tell of the whole."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from adapters.engines.turns import process_name
from adapters.sql.postgres import Database
from adapters.tasks import end
from domain.errors import Unavailable

_EVERY: Final = 1.0  # seconds between two reports
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS processes
    (name TEXT PRIMARY KEY, said TEXT NOT NULL, seen TIMESTAMPTZ NOT NULL)
"""
_SAY: Final = (
    "INSERT INTO processes VALUES (?, ?, clock_timestamp()) "
    "ON CONFLICT (name) DO UPDATE SET said=excluded.said, seen=excluded.seen"
)
_HEAR: Final = (
    "SELECT name, said FROM processes WHERE name<>? "
    "AND seen > clock_timestamp() - interval '10 seconds' ORDER BY name"  # else it is gone
)
_FORGET: Final = "DELETE FROM processes WHERE name=?"


@dataclass(frozen=True)
class Report:
    """One process: its role, the turns it holds, what is in its way.

    `published` is the stream number up to which it has published; None for one that does not.
    """

    role: str
    turns: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    published: int | None = None
    process: str = ""

    @classmethod
    def read(cls, process: str, said: str) -> Report:
        """A report as another process wrote it."""
        found: dict[str, Any] = json.loads(said)
        return cls(
            found["role"],
            tuple(found["turns"]),
            tuple(found["troubles"]),
            found["published"],
            process,
        )

    def written(self) -> str:
        """The same for the others to read."""
        told = {"role": self.role, "turns": self.turns, "troubles": self.troubles}
        return json.dumps({**told, "published": self.published})


class Presence(Protocol):
    """The processes of one platform."""

    def others(self) -> Sequence[Report]:
        """What the other processes said last; one that fell silent is not among them."""
        ...


class Alone:
    """The presence of a platform that is one process."""

    def others(self) -> Sequence[Report]:
        """See `Presence`."""
        return ()


class PostgresPresence:
    """Presence through a table; `report` tells of this process."""

    def __init__(self, database: Database, report: Callable[[], Report]) -> None:
        self._store = database.store()
        self._report = report
        self._me = process_name()
        self._others: tuple[Report, ...] = ()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to report."""
        self._store.declare(_TABLE)
        self._task = asyncio.create_task(self._run(), name="presence")

    async def stop(self) -> None:
        """Report no more."""
        if self._task is not None:
            await end(self._task)
        with contextlib.suppress(Unavailable):
            await asyncio.to_thread(self._store.rows, _FORGET, self._me)

    def others(self) -> Sequence[Report]:
        """See `Presence`; at most a few seconds old."""
        return self._others

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(Unavailable):
                self._others = await asyncio.to_thread(self._exchange, self._report())
            await asyncio.sleep(_EVERY)

    def _exchange(self, mine: Report) -> tuple[Report, ...]:
        self._store.rows(_SAY, self._me, mine.written())
        return tuple(Report.read(*row) for row in self._store.rows(_HEAR, self._me))
