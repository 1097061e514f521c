"""How large can one platform get, and how large one vendor's report?

Measures what letting parties in, fanning one report out, projecting, asking and publishing cost as
numbers grow, prints one JSON line for each figure, and with `--write` puts figures and all that
follows from them (`benchmarks/scaling/model.py`) into docs/scale.md. Seconds are those of one core,
as this process spent them: a busy machine does not lengthen them. `wall` is what a clock showed.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import chain
from pathlib import Path

from benchmarks.scaling import page
from benchmarks.scaling.broker import carried
from benchmarks.scaling.inputs import UNITS, measured
from benchmarks.scaling.stages import Plan, figures

FULL = Plan(clients=100_000, vendors=10_000, reports=(1_000, 5_000, 50_000))
SMALL = Plan(clients=300, vendors=30, reports=(30, 100, 200))  # to see that it runs
CARRIED, CARRIED_SMALL = 1_000, 100  # told through a real stream, before the first watch begins


def main() -> None:
    """Measure and print; write the page where that is asked for."""
    asked = _options()
    found: dict[str, float] = {}
    plan, carried_to = (SMALL, CARRIED_SMALL) if asked.small else (FULL, CARRIED)
    for figure in chain(carried(carried_to), figures(plan)):
        found[figure.name] = figure.value
        line = {"figure": figure.name, "unit": _unit(figure.name), "value": round(figure.value, 3)}
        if figure.wall is not None:
            line["wall"] = round(figure.wall, 3)
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    if asked.write is not None:
        page.write(asked.write, measured(found))


def _unit(name: str) -> str:
    return UNITS.get(name.rpartition("_")[2], "number")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="see that it runs, in seconds")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="docs/scale.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
