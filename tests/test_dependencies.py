"""Every dependency has its reason on record, and every reason its dependency."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAME = re.compile(r"[a-z0-9-]+")


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ]
    return {found[0] for group in groups for one in group if (found := NAME.match(one))}


def explained() -> set[str]:
    page = (ROOT / "docs/decisions/0005-dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \|", page.partition("## Why not")[0], re.MULTILINE)
    names = {name.strip() for row in rows for name in re.sub(r"\[.*?\]", "", row).split(",")}
    return {name for name in names if NAME.fullmatch(name)} - {"package"}


def test_every_dependency_has_its_reason_and_every_reason_its_dependency() -> None:
    assert declared() == explained()
