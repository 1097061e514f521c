"""Locks pin every package by what is in it, and say nothing of where somebody fetched it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NODE = ROOT / "tests" / "node"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_python_package_is_pinned_by_its_hashes(name: str) -> None:
    lock = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", lock.strip())
    assert len(entries) > 10
    assert [one for one in entries if "==" not in one or "--hash=sha256:" not in one] == []
    assert "://" not in lock


def test_every_node_package_is_pinned_by_its_hash() -> None:
    lock = json.loads((NODE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {path: one for path, one in lock["packages"].items() if path}
    assert packages
    assert [path for path, one in packages.items() if "integrity" not in one] == []
    assert [path for path, one in packages.items() if "resolved" in one] == []
