"""`make audit`: what is known is listed, and what could not be asked is never taken for sound."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

AUDIT = Path(__file__).parents[1] / ".ci" / "audit.py"
SOUND = {"name": "jinja2", "version": "3.1.6", "vulns": []}
FLAWED = {
    "name": "authlib",
    "version": "1.6.0",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.6.1"], "aliases": []}],
}
SKIPPED = {"name": "babel", "skip_reason": "Dependency not found and could not be audited: babel"}
UNHEARD = "ConnectionError: Max retries exceeded"
NPM_SOUND = {"vulnerabilities": {}, "metadata": {"dependencies": {"total": 4}}}
NPM_FLAWED = {
    "vulnerabilities": {
        "ajv": {"range": "<6.12.3", "via": [{"title": "Pollution", "url": "GHSA-1"}]},
        "parser": {"range": "*", "via": ["ajv"]},
    },
    "metadata": {"dependencies": {"total": 4}},
}
NPM_UNHEARD = {"message": "request failed, reason: connect ECONNREFUSED", "error": {"summary": ""}}


@dataclass
class Audit:
    """A folder with locks, and tools that say what they are told to say."""

    folder: Path

    def tool(self, name: str, says: str, status: int = 0, complains: str = "") -> None:
        (self.folder / f"{name}.out").write_text(says, encoding="utf-8")
        fake = self.folder / "bin" / name
        fake.parent.mkdir(exist_ok=True)
        out = self.folder / f"{name}.out"
        fake.write_text(
            f"#!/bin/sh\necho '{complains}' >&2\ncat '{out}'\nexit {status}\n", encoding="utf-8"
        )
        fake.chmod(0o755)

    def packages(self, *found: Mapping[str, Any], status: int = 0) -> None:
        self.tool("pip-audit", json.dumps({"dependencies": found, "fixes": []}), status)

    def node(self, answer: Mapping[str, Any], status: int = 0) -> None:
        lock = self.folder / "tests" / "node" / "package-lock.json"
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.write_text("{}", encoding="utf-8")
        self.tool("npm", json.dumps(answer), status)

    def run(self) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin"}
        return subprocess.run(
            [sys.executable, AUDIT],
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    return Audit(tmp_path)


def test_nothing_known_ends_with_0_and_says_how_many_were_asked_about(audit: Audit) -> None:
    audit.packages(SOUND)
    audit.node(NPM_SOUND)
    run = audit.run()
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines() == [
        "pip-audit: 1 packages asked about, 0 advisories",
        "npm audit: 4 packages asked about, 0 advisories",
    ]


def test_a_known_flaw_is_listed_with_its_fix_and_ends_with_1(audit: Audit) -> None:
    audit.packages(SOUND, FLAWED, status=1)
    run = audit.run()
    assert run.returncode == 1
    assert "vulnerable: authlib 1.6.0: PYSEC-2026-1, fixed in 1.6.1" in run.stdout


def test_a_flaw_in_what_runs_on_node_is_listed_once_and_ends_with_1(audit: Audit) -> None:
    audit.packages(SOUND)
    audit.node(NPM_FLAWED, status=1)
    run = audit.run()
    assert run.returncode == 1
    assert run.stdout.count("vulnerable:") == 1
    assert "npm audit: vulnerable: ajv <6.12.3: Pollution, GHSA-1" in run.stdout


def test_a_source_out_of_reach_is_told_and_ends_with_3(audit: Audit) -> None:
    audit.tool("pip-audit", "", 1, UNHEARD)
    run = audit.run()
    assert run.returncode == 3
    assert f"not audited: the advisory source cannot be reached: {UNHEARD}" in run.stderr


def test_a_source_of_node_out_of_reach_is_told_and_ends_with_3(audit: Audit) -> None:
    audit.packages(SOUND)
    audit.node(NPM_UNHEARD, status=1)
    run = audit.run()
    assert run.returncode == 3
    assert "npm audit: not audited: the advisory source cannot be reached: request" in run.stderr


def test_a_source_that_knows_no_package_at_all_is_no_source(audit: Audit) -> None:
    """So a mirror without advisories looks: pip-audit skips everything and ends with 0."""
    audit.packages(SKIPPED)
    run = audit.run()
    assert run.returncode == 3
    assert "the advisory source cannot be reached: it knows none of 1 packages" in run.stderr


def test_one_package_that_could_not_be_asked_about_is_named_and_ends_with_3(audit: Audit) -> None:
    audit.packages(SOUND, SKIPPED)
    run = audit.run()
    assert run.returncode == 3
    assert "not audited: Dependency not found and could not be audited: babel" in run.stderr


def test_a_known_flaw_outweighs_what_could_not_be_asked(audit: Audit) -> None:
    audit.packages(FLAWED, SKIPPED, status=1)
    assert audit.run().returncode == 1


def test_locks_in_which_nothing_was_found_are_not_sound(audit: Audit) -> None:
    audit.packages()
    assert audit.run().returncode == 3


def test_a_tool_that_is_not_there_is_told_and_ends_with_3(audit: Audit) -> None:
    run = audit.run()
    assert run.returncode == 3
    assert "No such file or directory: 'pip-audit'" in run.stderr
