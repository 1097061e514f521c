"""Figure 6: how long do the views of a ledger take to be built anew, and how much memory?

Product: all projections over the whole ledger into a new generation on SQLite, as `Views` builds it
when it finds none. Floor: the same rows read in the order of the log, each decoded as JSON.

The issue names 300 000 events. A round takes a tenth of them, so that three rounds fit into the
time of one figure: both sides are in proportion to the events.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sqlite3
import tempfile
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from adapters.store.ledger import EventLedger
from adapters.store.vault import MemoryVault
from adapters.views.generations import Views
from adapters.wire import render
from benchmarks.ledgers import fill
from benchmarks.measuring import against, alone, at_most, no_more_than, tell
from projections.everything import projections

EVENTS: Final = 30_000
_SCAN: Final = "SELECT rowid, state FROM stored_events ORDER BY rowid"


def main() -> None:
    """Measure, and print a line for the time and one for the memory."""
    with tempfile.TemporaryDirectory(prefix="varsel-bench-") as folder:
        here = Path(folder)
        events = fill(here, EVENTS)
        peaks: list[float] = []

        def product() -> float:
            seconds, peak = _apart(here)
            peaks.append(peak)
            return seconds / events * 1_000_000

        def floor() -> float:
            return _scan(here / "ledger.sqlite") / events * 1_000_000

        tell(against("rebuild", "µs an event", product, floor, at_most(2.7)))
        tell(alone("rebuild_memory", "MB", partial(peaks.pop, 0), no_more_than(150)))


def _apart(here: Path) -> tuple[float, float]:
    """Seconds of a build, and the most memory (MB) that a process of its own needed for it."""
    with multiprocessing.get_context("spawn").Pool(1) as one:
        return one.apply(_build, (here,))


def _build(here: Path) -> tuple[float, float]:
    ledger = EventLedger(here / "ledger.sqlite", MemoryVault())
    with closing(ledger), tempfile.TemporaryDirectory(dir=here) as folder:
        begin = time.perf_counter()
        views = Views(Path(folder), ledger.seen, projections(render))
        seconds = time.perf_counter() - begin
        views.close()
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _scan(path: Path) -> float:
    begin = time.perf_counter()
    with closing(sqlite3.connect(path)) as db:
        for _, state in db.execute(_SCAN):
            json.loads(state)
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
