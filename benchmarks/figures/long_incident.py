"""Figure 9: how long does a command take on an incident that has a thousand events?

In process, by the desk over a ledger in a file, as the writer asks it; beside it the same on an
incident that has a few, which is no floor but tells what the length alone costs.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.measuring import alone, no_more_than, tell
from benchmarks.scaling.lab import LEAK, Lab
from domain import streams
from domain.desk import Request
from domain.ports import Receipt

VENDOR: Final = "vendor-0"
EVENTS: Final = 1_000
ASKED: Final = 200  # commands in one round
TARGET: Final = no_more_than(0.3)
MEASURE: Final[dict[str, Any]] = {"kind": "access_closed", "status": "done"}


def main() -> None:
    """Measure, and print a line for each length."""
    with tempfile.TemporaryDirectory(prefix="varsel-bench-") as folder:
        stage = _Stage(Lab(Path(folder)))
        try:
            for name, events in (("command_on_5_events", 5), (f"command_on_{EVENTS}", EVENTS)):
                incident = stage.incident(events)
                tell(alone(name, "ms", partial(stage.round, incident), TARGET))
        finally:
            stage.lab.close()


class _Stage:
    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._commands = 0
        lab.register(VENDOR, "vendor")

    def incident(self, events: int) -> str:
        """One of so many events, of the kinds that a vendor adds day by day."""
        name = f"leak-{events}"
        self.lab.do(VENDOR, "report_leak", incident=name, **LEAK)
        stream = streams.incident_id(VENDOR, name)
        while len(self.lab.ledger.read(stream)) < events:
            self._do(name, events)
        return name

    def round(self, incident: str) -> float:
        """The median of many commands, in milliseconds."""
        took: list[float] = []
        for _ in range(ASKED):
            begin = time.perf_counter()
            self._do(incident, 1)
            took.append((time.perf_counter() - begin) * 1000)
        return median(took)

    def _do(self, incident: str, times: int) -> None:
        """So many commands, in one turn of the writer."""

        def one(number: int) -> Receipt:
            body = {"incident": incident, **MEASURE}
            request = Request(VENDOR, "take_measure", f"measure-{number}", body)
            return self.lab.desk.handle(request, self.lab.now)

        first = self._commands
        self._commands += times
        works = [partial(one, number) for number in range(first, self._commands)]
        for done in self.lab.ledger.share(works):
            if done.error is not None:
                raise done.error


if __name__ == "__main__":
    main()
