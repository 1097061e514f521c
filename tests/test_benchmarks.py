"""Each benchmark runs and prints its figure in one line; how fast it is, no test says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LINE = {"figure", "unit", "value", "floor", "ratio", "target", "rounds"}


def test_letting_parties_in_prints_one_line() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.parties", "--rounds", "2", "--parties", "3"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    [line] = run.stdout.splitlines()
    said = json.loads(line)
    assert said.keys() == LINE
    assert said["figure"] == "party_add_1000th"
    assert len(said["rounds"]) == 2
    assert all(taken > 0 for each in said["rounds"] for taken in each)
