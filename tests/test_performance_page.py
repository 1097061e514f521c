"""docs/performance.md says what the run beside it says, and leaves no figure out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks import page, picture
from benchmarks.running import modules
from benchmarks.scaling.page import block

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
RUNS = page.read(PAGE.with_suffix(".json"))
BLOCKS = page.blocks(RUNS)


@pytest.mark.parametrize("name", BLOCKS)
def test_what_the_page_tells_follows_from_the_run_beside_it(name: str) -> None:
    assert block(PAGE.read_text(encoding="utf-8"), name) == BLOCKS[name]


def test_the_picture_is_of_the_same_run() -> None:
    drawn = PAGE.with_suffix(".svg").read_text(encoding="utf-8")
    assert drawn == picture.drawn(RUNS["usual"].lines)


def test_every_module_has_a_figure_on_the_page() -> None:
    assert {line["module"] for line in RUNS["usual"].lines} == {*modules()}


@pytest.mark.parametrize("module", modules())
def test_every_module_says_what_its_floor_is(module: str) -> None:
    number, _ = page.place(module)
    assert number > 0
    assert re.search(r"\bfloor\b", page.docstring(module), re.IGNORECASE)
