"""SECURITY.md promises nothing that no test proves."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "SECURITY.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _, name in NAMED])
def test_a_test_that_the_page_names_is_there(path: str, name: str) -> None:
    assert name in names_in(path)


def test_every_line_of_a_table_of_claims_names_its_proof() -> None:
    tables = re.findall(r"\| claim \| proved by \|\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE)
    claims = [line for table in tables for line in table.splitlines()]
    assert len(claims) > 30
    assert all("`tests/" in line for line in claims)


def test_every_page_it_leads_to_is_there() -> None:
    for link in re.findall(r"\]\(([\w/.-]+)\)", PAGE):
        assert (ROOT / link).exists(), link
