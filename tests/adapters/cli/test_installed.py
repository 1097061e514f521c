"""What users install is what the locks for running name: no module may need more."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

# Imported where their extras are asked for, and only there: the others are imported without them.
OF_EXTRAS = (
    "adapters.engines.postgres",
    "adapters.evidence.tsa",
    "adapters.ops.tracing",
    "adapters.sql.postgres",
    "adapters.store.inspecting_postgres",
    "adapters.store.postgres",
    "adapters.store.safety",
    "adapters.store.writing_postgres",
    "adapters.views.building",
    "adapters.views.postgres",
    "adapters.views.tables",
)
IMPORT_ALL = f"""
import importlib, pkgutil, sys
sys.modules.update(dict.fromkeys(sys.argv[1:]))  # an import of these fails from here on
for root in ("domain", "projections", "adapters"):
    for found in pkgutil.walk_packages(importlib.import_module(root).__path__, root + "."):
        try:
            importlib.import_module(found.name)
        except ModuleNotFoundError:
            if found.name not in {OF_EXTRAS}:
                raise
"""


def locked(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)(?:\[.*\])?==", (ROOT / name).read_text(), re.MULTILINE))


def test_every_module_can_be_imported_from_what_the_lock_for_running_installs() -> None:
    for_developers = locked("requirements-dev.lock") - locked("requirements.lock")
    absent = [
        module
        for module, names in packages_distributions().items()
        if all(re.sub(r"[-_.]+", "-", name).lower() in for_developers for name in names)
    ]
    assert "pytest" in absent
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *absent],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
