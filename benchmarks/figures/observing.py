"""Figure 12: what does watching cost? Commands a second with logs and metrics on, against neither.

Two platforms with the same vendors, as in figure 1, asked in turn.

Product: one that logs as it does by default and has its operator's door open, so that requests and
batches are timed. Floor: one that logs errors alone and has no such door.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.measuring import Measure, against, at_least, tell
from benchmarks.platforms import SERVE, served
from benchmarks.vendors import admit, vendors

VENDORS: Final = 16
SECONDS: Final = 1.5  # of one measurement
WATCHED: Final = {"VARSEL_OPS_PORT": "0"}
UNWATCHED: Final = {"VARSEL_LOG_LEVEL": "ERROR"}


def main() -> None:
    """Measure, and print the figure."""
    with (
        tempfile.TemporaryDirectory(prefix="varsel-bench-") as folder,
        _crowd(Path(folder) / "watched", WATCHED) as on,
        _crowd(Path(folder) / "unwatched", UNWATCHED) as off,
    ):
        _ = on(), off()  # the first of a process is not what the others are
        tell(against("observing", "commands/s", on, off, at_least(0.9), rounds=5))


@contextmanager
def _crowd(data: Path, environment: Mapping[str, str]) -> Generator[Measure]:
    """A platform and the vendors that report to it; gives commands a second."""
    with served(data, SERVE, environment) as at:
        creds = asyncio.run(admit(at.url, at.operator, VENDORS))
        with vendors(at.url, creds) as crowd:
            yield lambda: crowd.run(SECONDS).rate


if __name__ == "__main__":
    main()
