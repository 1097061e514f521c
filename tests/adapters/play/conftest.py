"""One platform for all tests of a module."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from adapters.play.scenario import load
from tests.adapters.play.lab import SMALL, Staged


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Generator[Staged, None, None]:
    """The small world, up and running."""
    folder: Path = tmp_path_factory.mktemp("small")
    with Staged(load(str(SMALL)), folder) as staged:
        yield staged
