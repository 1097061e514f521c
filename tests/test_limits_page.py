"""docs/limits.md says what the code says."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from domain.basics import COMMAND_ID

PAGE = (Path(__file__).parents[1] / "docs" / "limits.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\|[^|]+\| ([^|]+) \|[^|]+\| `([^`]+)` \|$", re.MULTILINE)
NAMED = re.compile(r'([a-z_.]+)\.([A-Z_a-z]+)(?:\.([a-z_]+))?(?:\["([a-z]+)"\])?')


def in_code(name: str) -> Any:
    """The value that a row's last cell names."""
    found = NAMED.fullmatch(name)
    assert found, name
    module, constant, field, key = found.groups()
    value = getattr(importlib.import_module(module), constant)
    if field:
        return value.model_fields[field].default
    return value[key] if key else value


@pytest.mark.parametrize(("said", "name"), ROW.findall(PAGE), ids=lambda each: each)
def test_a_number_on_the_page_is_the_one_in_the_code(said: str, name: str) -> None:
    value = in_code(name)
    assert said.replace(" ", "") == str(value)


def test_the_page_has_its_rows() -> None:
    assert len(ROW.findall(PAGE)) >= 25
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "set in" not in line]
    assert len(rows) == len(ROW.findall(PAGE)), "a row that this test does not read"


def test_every_bound_of_turns_basics_and_decoding_is_on_the_page() -> None:
    for module in ("adapters.turns", "domain.basics", "adapters.decoding"):
        for name, value in vars(importlib.import_module(module)).items():
            if name.isupper() and not name.startswith("_") and isinstance(value, int):
                assert f"`{module}.{name}`" in PAGE, f"{module}.{name}"


def test_a_command_s_id_is_as_long_as_the_page_says() -> None:
    assert re.fullmatch(COMMAND_ID, "x" * 200)
    assert not re.fullmatch(COMMAND_ID, "x" * 201)
