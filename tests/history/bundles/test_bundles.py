"""Golden bundles of every format that was released: they verify, for ever."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from adapters.evidence import verify
from tests.history.bundles.make import BUNDLES, HERE, NEWEST, add

GOLDEN = sorted(HERE.glob("v*/*.zip"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_it_verifies(path: Path) -> None:
    verdict = verify.verify(path.read_bytes())
    assert verdict.findings == []
    assert verdict.holds


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_verifier_in_it_still_runs_and_says_the_same(path: Path, tmp_path: Path) -> None:
    program = tmp_path / "verify.py"
    program.write_bytes(verify.unpack(path.read_bytes())[0]["verify.py"])
    ran = subprocess.run([sys.executable, "-I", program, path], capture_output=True, check=False)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_it_is_written_as_zips_are_written_today(path: Path) -> None:
    files, findings = verify.unpack(path.read_bytes())
    assert findings == []
    assert verify.pack(files) == path.read_bytes()


def test_the_format_of_today_has_one_of_every_kind() -> None:
    assert {path.stem for path in NEWEST.glob("*.zip")} == set(BUNDLES)


def test_none_is_made_anew_by_anything_but_a_hand_that_removed_it() -> None:
    assert add() == []
