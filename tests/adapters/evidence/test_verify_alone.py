"""The verifier as somebody runs it who has Python and `cryptography`, and nothing of Varsel."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.adapters.evidence.forging import files_of, golden, key_of, written

ONLY = ("cryptography", "cffi", "_cffi_backend")
PROGRAM = """
import runpy, sys
sys.path[:] = [*(one for one in sys.path if "site-packages" not in one), {only!r}]
sys.argv = ["verify.py", *{arguments!r}]
runpy.run_path({program!r}, run_name="__main__")
"""


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """A folder in which Python finds `cryptography` and what that stands on."""
    folder = tmp_path / "packages"
    folder.mkdir()
    for name in ONLY:
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        found = origin.parent if origin.name == "__init__.py" else origin
        (folder / found.name).symlink_to(found)
    return folder


def run(alone: Path, bundle: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The bundle's own verify.py in a Python of its own, in an empty folder."""
    program = alone.parent / "verify.py"
    program.write_bytes(files_of(golden())["verify.py"])
    text = PROGRAM.format(
        only=str(alone), arguments=[str(bundle), *arguments], program=str(program)
    )
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", text],
        cwd=alone.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_bundle_holds_where_nothing_of_varsel_is_installed(alone: Path, tmp_path: Path) -> None:
    key = key_of(files_of(golden()))
    ran = run(alone, written(tmp_path, golden()), "--key", key)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.endswith("\nok\n")
    assert "17 events stand in the log" in ran.stdout


def test_a_bundle_with_one_byte_changed_does_not(alone: Path, tmp_path: Path) -> None:
    raw = bytearray(golden())
    raw[raw.index(b'"shown"') + 100] ^= 1
    ran = run(alone, written(tmp_path, bytes(raw)), "--json")
    said = json.loads(ran.stdout)
    assert (ran.returncode, said["ok"]) == (1, False)
    assert "events.jsonl, line 1" in {one["where"] for one in said["findings"]}


def test_what_is_no_bundle_is_said_to_be_none(alone: Path, tmp_path: Path) -> None:
    ran = run(alone, written(tmp_path, b"hello"))
    assert ran.returncode == 2
    assert "is not a bundle" in ran.stdout


def test_there_it_finds_nothing_else_indeed(alone: Path, tmp_path: Path) -> None:
    (alone.parent / "verify.py").unlink(missing_ok=True)
    text = PROGRAM.format(only=str(alone), arguments=[], program=str(tmp_path / "look.py"))
    (tmp_path / "look.py").write_text("import cryptography, pydantic\n")
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", text], capture_output=True, text=True, check=False
    )
    assert "No module named 'pydantic'" in ran.stderr
