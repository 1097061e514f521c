"""Locks pin every package by what is in it, and say nothing of where somebody fetched it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NODE = ROOT / "tests" / "node"


LOCKS = ("requirements.lock", "requirements-production.lock", "requirements-dev.lock")


@pytest.mark.parametrize("name", LOCKS)
def test_every_python_package_is_pinned_by_its_hashes(name: str) -> None:
    lock = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", lock.strip())
    assert len(entries) > 10
    assert [one for one in entries if "==" not in one or "--hash=sha256:" not in one] == []
    assert "://" not in lock


def pinned(name: str) -> dict[str, str]:
    """Each package of a lock, and what is pinned of it: several versions where Pythons differ."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^(\S+)==(\S+)", text, re.MULTILINE))


def test_what_is_run_in_production_is_what_was_tested() -> None:
    production, tested = pinned("requirements-production.lock"), pinned("requirements-dev.lock")
    assert {name: tested.get(name) for name in production} == production


def test_production_has_what_every_extra_needs_and_nothing_to_test_with() -> None:
    production = pinned("requirements-production.lock")
    assert set(pinned("requirements.lock")) <= set(production)
    for needed in ("psycopg", "opentelemetry-sdk", "typst", "rfc3161-client"):
        assert needed in production
    assert not {"pytest", "ruff", "mypy", "hypothesis"} & set(production)


def test_every_node_package_is_pinned_by_its_hash() -> None:
    lock = json.loads((NODE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {path: one for path, one in lock["packages"].items() if path}
    assert packages
    assert [path for path, one in packages.items() if "integrity" not in one] == []
    assert [path for path, one in packages.items() if "resolved" in one] == []
