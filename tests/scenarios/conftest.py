"""Each scenario is played once, and kept for the tests of its module."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from adapters.play.scenario import load
from tests.adapters.play.lab import TESTS, Staged
from tests.scenarios.reading import Played


@pytest.fixture(scope="module")
def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Staged, None, None]:
    """The scenario that a module names with `pytestmark`, played to its end."""
    path: Path = TESTS.parent / request.param
    with Staged(load(str(path)), tmp_path_factory.mktemp("played")) as staged:
        yield staged


@pytest.fixture(scope="module")
def found(played: Staged) -> Played:
    """What `varsel play --json` prints of it."""
    return played.outcome()
