"""All speed figures, or those of the modules that are named; `make bench` runs this.

Prints one JSON line for each figure as it comes, and at the end, on stderr, which targets are met.
Ends with 0 when every figure was measured, a missed target included, and with 1 where a module
failed. With `--write` it also puts what was measured beside docs/performance.md, and into it; a
module that failed keeps there what it had.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine, page
from benchmarks.running import Failed, Line, modules, run

SLOW = bool(os.environ.get("VARSEL_BENCH_SLOW"))


def main() -> None:
    """Run, say how it went, and write the page where that is asked for."""
    every = modules()
    asked = _options(every)
    chosen = asked.modules or every
    if asked.render is not None:
        page.render(asked.render, page.read(asked.render.with_suffix(".json")))
        return
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    here = machine.described()
    lines, seconds, failed = _run(chosen)
    _note(summary(lines, failed, sum(seconds.values())))
    whole = [name for name in chosen if name not in {one.module for one in failed}]
    if asked.write is not None and whole:
        found = page.Run(here, dict.fromkeys(seconds, today), seconds, lines).of(whole)
        page.write(asked.write, found, "slow" if SLOW else "usual")
    if failed:
        sys.exit(1)


def summary(lines: Sequence[Line], failed: Sequence[Failed], took: float) -> str:
    """Which targets are met, in sentences; `took` in seconds."""
    judged = [line for line in lines if line["met"] is not None]
    missed = [line for line in judged if not line["met"]]
    said = [f"{len(judged) - len(missed)} of {len(judged)} targets met, in {took:.0f} s."]
    unjudged = [line for line in lines if line["met"] is None]
    said += [f"{page.figure(one)}: {page.verdict(one)}" for one in (*missed, *unjudged)]
    said += [f"failed: {one.module} {one.why}" for one in failed]
    return "\n".join(said)


def _run(chosen: Sequence[str]) -> tuple[list[Line], dict[str, int], list[Failed]]:
    """The lines, how many seconds each module took, and what failed."""
    lines: list[Line] = []
    seconds: dict[str, int] = {}
    failed: list[Failed] = []
    for module in chosen:
        since = time.monotonic()
        for found in run(module):
            if isinstance(found, Failed):
                failed.append(found)
            else:
                lines.append(found)
                sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
                sys.stdout.flush()
        seconds[module] = round(time.monotonic() - since)
        _note(f"{module}: {seconds[module]} s")
    return lines, seconds, failed


def _note(text: str) -> None:
    sys.stderr.write(text + "\n")


def _options(every: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(every))
    parser.add_argument("--write", type=Path, metavar="PAGE", help="docs/performance.md")
    parser.add_argument("--render", type=Path, metavar="PAGE", help="make it anew, measure nothing")
    asked = parser.parse_args()
    if unknown := set(asked.modules) - set(every):
        parser.error(f"no such module: {', '.join(sorted(unknown))}; there are {', '.join(every)}")
    return asked


if __name__ == "__main__":
    main()
