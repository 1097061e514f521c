"""What the specifications of the adapters share."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.views.generations import Views
from adapters.wire import render
from projections.everything import projections
from tests.adapters.asking import THE_REST, Asked, Tell
from tests.projections.reading import Act, a_story


@pytest.fixture(autouse=True)
def swept(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a test with a real server leaves behind is swept up, so that it fails no later one.

    Garbage with finalizers, collected while CPython 3.11.7 parses, breaks the parser.
    "AST constructor recursion depth mismatch": github.com/python/cpython/issues/106905.
    """
    yield
    if request.node.get_closest_marker("filterwarnings"):  # see `TOLERATED`
        gc.collect()


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[Tell]:
    """Plays a story, and gives what answers questions about it."""
    opened: list[Views] = []

    def begin(*acts: Act) -> Asked:
        story = a_story(*THE_REST, *acts)
        opened.append(Views(tmp_path / "views", story.ledger.since, projections(render)))
        return Asked(story, opened[-1])

    yield begin
    for views in opened:
        views.close()
