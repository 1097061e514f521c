"""docs/reliability.md, from the lines that the last runs told: python -m tests.faults.table."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from tests.faults.causes import ENGINES
from tests.faults.report import ROOT, Line, lines

COLUMNS: Final = (
    *("fault", "how it was caused", "times", "accepted", "lost", "doubled", "out of order"),
    *("recovery, median", "worst"),
)
PAGE: Final = ROOT / "docs" / "reliability.md"
HEAD = """\
# Reliability

Every fault that we can cause on real processes, and what came of it. This page is generated from \
a test run (`pytest -m fault`, then `python -m tests.faults.table`); no number in it was written \
by hand.

Each fault is caused while vendors and clients act through HTTP and read their feeds on NATS. \
Then everything is compared: each receipt with the ledger, the ledger with its feed index, the \
index with the stream, byte for byte, each reader's messages with both; views are built anew and \
compared with the live ones, and the transparency log with the ledger (`varsel doctor --deep`).

- **accepted**: commands that were answered with a receipt.
- **lost**: of those, commands whose events are not where the receipt says, or that are answered \
with another receipt when they come again.
- **doubled**: events or messages that are there once too often.
- **out of order**: messages missing, changed or at another place, in the stream or at a reader; \
times that go back.
- **recovery**: seconds from the end of the fault until a new command is accepted and its message \
is read on NATS: the median and the worst. A killed process is started again at once.
"""
FOOT = """\
## What was not tried

- **Power loss, and disks that lie.** A killed process leaves the kernel's cache intact: it cannot \
show whether data was flushed. That SQLite, PostgreSQL and the nodes of a cluster flush before \
they answer is set and checked at start, not proved here. The embedded broker flushes each second; \
what it would lose is taken away in `tests/adapters/test_power_cut.py`.
- **Real flushes on PostgreSQL + cluster.** Its data lies on small disks in memory, so that they can
  be filled: a flush costs nothing there.
- **Real disks that fail slowly**, file systems other than this machine's, network disks.
- **Damage to the ledger itself** is no fault that a platform can mend: it is named, and tested by \
itself (`tests/adapters/evidence`).
- **Machines.** All processes ran on one machine, over loopback; its load was that of a few parties.
- **Long times.** Each run took seconds. `tests/faults/soak` compresses a week into minutes, under \
a clock that is told the time; no platform ran for a week.
"""


def page(told: Sequence[Line]) -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_engine(one, told) for one in ENGINES), FOOT])


def _engine(engine: str, told: Sequence[Line]) -> str:
    found = [line for line in told if line.engine == engine]
    if not found:
        return f"## On {engine}\n\nNot tried yet.\n"
    days = sorted({line.at[:10] for line in found})
    run = f"{' to '.join(sorted({days[0], days[-1]}))}, at {_all(line.commit for line in found)}, "
    head = [
        f"## On {engine}\n",
        f"Run on {run}on {_all(line.machine for line in found)}.\n",
        f"| {' | '.join(COLUMNS)} |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    return "\n".join([*head, *(_row(line) for line in found), ""])


def _row(line: Line) -> str:
    cells = [
        line.fault,
        line.how,
        line.times,
        line.accepted,
        line.lost,
        line.doubled,
        line.disordered,
        f"{median(line.recovery):.2f} s",
        f"{max(line.recovery):.2f} s",
    ]
    return f"| {' | '.join(map(str, cells))} |"


def _all(said: Iterable[str]) -> str:
    return "; ".join(sorted(set(said)))


def main(place: Path = PAGE) -> None:
    """Write the page."""
    place.write_text(page(lines()), encoding="utf-8")
    sys.stdout.write(f"{place.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
