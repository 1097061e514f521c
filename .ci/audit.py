"""Asks the advisory databases about every locked package, Python's and node's: `make audit`.

Exit status: 0 nothing is known against any of them; 1 something is, as listed; 3 not audited,
wholly or in part, for the reason given. What could not be asked about never counts as sound:
pip-audit itself ends with 0 when its source knows none of the packages.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOCKS = ("requirements.lock", "requirements-dev.lock")
NODE = Path("tests/node")
PATIENCE = 900  # seconds: one request for each package
SOUND, VULNERABLE, NOT_AUDITED = 0, 1, 3
UNREACHABLE = "the advisory source cannot be reached"


@dataclass(frozen=True)
class Verdict:
    """What one tool found: of how many packages, what is known, and what could not be asked."""

    asked: int = 0
    known: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()


def python() -> Verdict:
    """The word of pip-audit on both locks, each package pinned by its hashes."""
    wanted = [part for lock in LOCKS for part in ("--requirement", lock)]
    options = ["--require-hashes", "--disable-pip", "--progress-spinner=off", "--format=json"]
    answer, said = _answer(["pip-audit", *wanted, *options], Path())
    if "dependencies" not in answer:
        return Verdict(missed=(f"{UNREACHABLE}: {said}",))
    found = {(one["name"], one.get("version")): one for one in answer["dependencies"]}.values()
    skipped = tuple(one["skip_reason"] for one in found if "skip_reason" in one)
    known = tuple(
        f"{one['name']} {one['version']}: {flaw['id']}{_fixed(flaw['fix_versions'])}"
        for one in found
        for flaw in one.get("vulns", ())
    )
    if len(skipped) == len(found):
        return Verdict(missed=(f"{UNREACHABLE}: it knows none of {len(found)} packages",))
    return Verdict(len(found) - len(skipped), known, skipped)


def node() -> Verdict:
    """The word of npm on what the tests run on node; nothing is asked where nothing is locked."""
    if not (NODE / "package-lock.json").exists():
        return Verdict()
    answer, said = _answer(["npm", "audit", "--json"], NODE)
    if "vulnerabilities" not in answer:
        return Verdict(missed=(f"{UNREACHABLE}: {answer.get('message') or said}",))
    known = tuple(
        f"{name} {flaw['range']}: {via['title']}, {via['url']}"
        for name, flaw in answer["vulnerabilities"].items()
        for via in flaw["via"]
        if isinstance(via, dict)  # a text names another package of this list
    )
    return Verdict(answer["metadata"]["dependencies"]["total"], known)


def main() -> int:
    """Ask both, print what they say, and judge it."""
    verdicts = {"pip-audit": python(), "npm audit": node()}
    for tool, verdict in verdicts.items():
        for line in verdict.known:
            print(f"{tool}: vulnerable: {line}")
        for line in verdict.missed:
            print(f"{tool}: not audited: {line}", file=sys.stderr)
        print(f"{tool}: {verdict.asked} packages asked about, {len(verdict.known)} advisories")
    if any(verdict.known for verdict in verdicts.values()):
        return VULNERABLE
    return NOT_AUDITED if any(verdict.missed for verdict in verdicts.values()) else SOUND


def _answer(command: Sequence[str], folder: Path) -> tuple[dict[str, Any], str]:
    """The JSON object a tool prints, whatever its exit status; and its last word otherwise."""
    try:
        run = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as failed:
        return {}, str(failed)
    try:
        answer = json.loads(run.stdout)
    except ValueError:
        answer = None
    last = (run.stderr.strip() or run.stdout.strip() or "it said nothing").splitlines()[-1]
    return (answer if isinstance(answer, dict) else {}), last


def _fixed(versions: Sequence[str]) -> str:
    return f", fixed in {' or '.join(versions)}" if versions else ", no fix yet"


if __name__ == "__main__":
    sys.exit(main())
