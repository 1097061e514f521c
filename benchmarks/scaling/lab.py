"""Ledger, desk and views as the platform has them, without broker and threads, for measuring."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from adapters.answers import Answers
from adapters.store.ledger import EventLedger
from adapters.store.vault import MemoryVault
from adapters.views.generations import Views
from adapters.wire import render
from domain import commands as c
from domain.desk import Desk, Request
from domain.envelope import PLATFORM
from domain.law.loader import load_packs
from domain.party import Party
from domain.ports import Directory, Receipt, Signature
from domain.use_cases.operator import agree_engagement, register_party
from domain.work import Work
from projections import directory, parties
from projections.everything import projections

START = datetime(2026, 1, 1, 8, tzinfo=UTC)
BATCH = 1000  # parties in one transaction where they are registered together
NAMED = 25_000  # clients named in one command: twice as many do not fit into one event
LEAK: Mapping[str, Any] = {
    "title": "A copy of old delivery data",
    "happened": {"before": "2025-12-27"},
    "nature": ["confidentiality"],
    "aware": {"stage": "aware", "when": "2025-12-31", "how": "told by an outsider"},
    "people": [
        {
            "group": "customers",
            "role": "exposed",
            "count": "unknown",
            "data": {
                "present": ["name", "phone", "email", "delivery_address"],
                "absent": ["payment_card"],
            },
        }
    ],
    "claims": [
        {
            "id": "live",
            "about": "live_systems_accessed",
            "holds": "no_sign",
            "source": "expert",
            "provisional": "yes",
        }
    ],
}


class Spent:
    """What a piece of work took: seconds of one core, and seconds on the wall's clock."""

    core = 0.0
    wall = 0.0


@contextmanager
def spending() -> Generator[Spent]:
    """Measures the block; the core's seconds are this process's alone, whoever else is busy."""
    spent, wall, core = Spent(), time.perf_counter(), time.process_time()
    yield spent
    spent.wall, spent.core = time.perf_counter() - wall, time.process_time() - core


class Finder:
    """`domain.ports.Directory` over views that hold everything."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def incidents(self, client: str, slug: str) -> Sequence[UUID]:
        """See `Directory`."""
        return directory.incidents(client, slug, self._views.rows)

    def named(self, words: Collection[str]) -> Mapping[str, frozenset[str]]:
        """See `Directory`."""
        return parties.named(words, self._views.rows)

    def concerns(self, vendor: str, slug: str) -> Sequence[UUID]:
        """See `Directory`."""
        return directory.concerns(vendor, slug, self._views.rows)

    def event(self, party: str, reference: str) -> UUID | None:
        """See `Directory`."""
        return directory.event(party, reference, self._views.rows)


class Lab:
    """One platform's desk over a ledger in a file; `follow` brings its views up to date."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = EventLedger(folder / "ledger.sqlite", MemoryVault())
        self.views = Views(folder / "views", self.ledger.since, projections(render))
        self.finder = Finder(self.views)
        self.desk = Desk(self.ledger, self.finder, os.urandom(32))
        self.rules = load_packs(None, ())
        self.now = START
        self.answers = Answers(self.ledger, self.views, lambda _: self.rules, lambda: self.now)
        self._commands = 0

    def close(self) -> None:
        """Close the files."""
        self.views.close()
        self.ledger.close()

    def do(self, party: str, verb: str, **body: Any) -> Receipt:
        """One command, accepted; a second later than the one before."""
        self._commands += 1
        self.now += timedelta(seconds=1)
        return self.desk.handle(Request(party, verb, f"command-{self._commands}", body), self.now)

    def register(self, party: str, role: str) -> None:
        """One party, by a command of its own."""
        self.do(PLATFORM, "register_party", **fields(party, role))

    def register_many(self, ids: Iterable[str], role: str) -> None:
        """Many parties in few transactions."""
        waiting = [c.RegisterParty.model_validate(fields(party, role)) for party in ids]
        self._many(register_party, waiting)

    def engage_many(self, vendor: str, clients: Iterable[str]) -> None:
        """The same for a vendor's engagements."""
        said = {"vendor": vendor, "role": "processor", "service": "delivery of web orders"}
        waiting = [c.AgreeEngagement.model_validate({**said, "client": one}) for one in clients]
        self._many(agree_engagement, waiting)

    def _many(self, use_case: Callable[[Any, Work], None], waiting: Sequence[Any]) -> None:
        for first in range(0, len(waiting), BATCH):
            self._commands += 1
            part, name = waiting[first : first + BATCH], f"batch-{self._commands}"
            in_one(self.ledger, self.finder, use_case, part, name, self.now)

    def follow(self) -> int:
        """Project all that the views do not hold yet; how many events that were."""
        events = 0
        while found := self.views.advance():
            events += found
        return events

    def bytes_on_disk(self) -> tuple[int, int]:
        """Ledger and views with their indexes, in bytes, write-ahead logs folded in."""
        views = (self.folder / "views").glob("*.sqlite")
        return settled(self.folder / "ledger.sqlite"), sum(map(settled, views))


@contextmanager
def lab() -> Generator[Lab]:
    """A lab in a folder of its own, which goes with it."""
    with tempfile.TemporaryDirectory(prefix="varsel-scale-") as folder:
        made = Lab(Path(folder))
        try:
            yield made
        finally:
            made.close()


def in_one(  # noqa: PLR0913, PLR0917 - each is a part of the transaction
    ledger: EventLedger,
    finder: Directory,
    use_case: Callable[[Any, Work], None],
    waiting: Iterable[Any],
    command: str,
    now: datetime,
) -> Receipt:
    """Many commands in one transaction: the use case as it is, as many times as it takes."""
    ourselves = Party(PLATFORM, frozenset({"operator"}), ZoneInfo("UTC"), frozenset())
    work = Work(ledger, finder, ourselves, now)
    for one in waiting:
        use_case(one, work)
    return ledger.append(work.changes(), Signature(PLATFORM, command, "", "batch"), now)


def client(number: int) -> str:
    """A client's id."""
    return f"client-{number}"


def fields(party: str, role: str) -> dict[str, Any]:
    """What a party is registered with."""
    name = f"{party.replace('-', ' ').title()} AS"
    return {"id": party, "roles": [role], "name": name, "country": "NO", "zone": "Europe/Oslo"}


def settled(path: Path) -> int:
    """A database's size when nothing is left in its write-ahead log."""
    connection = sqlite3.connect(path, timeout=30)
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    return path.stat().st_size
