"""The recorder: one line for each fault and engine, in a file of its own; the last run counts."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.faults.causes import Fault

ROOT: Final = Path(__file__).parents[2]
LINES: Final = ROOT / "artefacts" / "reliability"


@dataclass(frozen=True)
class Line:
    """What came of a fault.

    `accepted` counts commands with a receipt, `lost` those whose events are not where the receipt
    says, `doubled` events and messages that are there once too often, `disordered` messages that
    are missing, changed or at another place. `recovery` has, for each time that it was caused, the
    seconds from its end until a new command was accepted and its message was in the feed.
    """

    fault: str
    how: str
    engine: str
    times: int
    accepted: int
    lost: int
    doubled: int
    disordered: int
    recovery: tuple[float, ...]
    at: str
    commit: str
    machine: str


@dataclass(frozen=True)
class Outcome:
    """What was found when all was over."""

    accepted: int
    lost: int
    doubled: int
    disordered: int

    def harmless(self) -> bool:
        """Whether nothing was lost, doubled or out of order."""
        return not (self.lost or self.doubled or self.disordered)


def tell(
    fault: Fault, engine: str, outcome: Outcome, recovery: Sequence[float], times: int = 0
) -> None:
    """Write the line of a fault, then insist that it did no harm.

    `times` is how often it was caused, where that is not once for each recovery.
    """
    seconds = tuple(round(one, 2) for one in recovery)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    line = Line(
        fault=fault.name,
        how=fault.how,
        engine=engine,
        times=times or len(seconds),
        **asdict(outcome),
        recovery=seconds,
        at=now,
        commit=_commit(),
        machine=_machine(),
    )
    LINES.mkdir(parents=True, exist_ok=True)
    place = LINES / f"{engine.replace(' ', '-')}.{fault.slug}.json"
    new = place.with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps(asdict(line), indent=1) + "\n", encoding="utf-8")
    new.replace(place)
    assert seconds, "a fault that was never caused shows nothing"
    assert outcome.accepted, "nothing was accepted: nothing could be lost"
    assert outcome.harmless(), outcome


def lines() -> list[Line]:
    """Every line that was told, by engine and fault."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in LINES.glob("*.json")]
    told = [Line(**{**one, "recovery": tuple(one["recovery"])}) for one in found]
    return sorted(told, key=lambda line: (line.engine, line.fault))


def _commit() -> str:
    words = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    cores = os.cpu_count()
    return f"{system}, {cores} cores, {memory:.0f} GiB, Python {platform.python_version()}"
