"""A platform to talk to, and the console script to do it with."""

from __future__ import annotations

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from adapters.cli import main
from adapters.play.scenario import load
from tests.adapters.cli.lab import Ran, Varsel
from tests.adapters.play.lab import SMALL, Staged


@pytest.fixture
def varsel(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Varsel:
    """The console script, run in this process."""

    def run(*words: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["varsel", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        shown = capsys.readouterr()
        code = left.value.code
        return Ran(code if isinstance(code, int) else 0, shown.out, shown.err)

    return run


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Generator[Staged, None, None]:
    """The small world, up and running."""
    with Staged(load(str(SMALL)), tmp_path_factory.mktemp("small")) as staged:
        yield staged


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and the one that commands run in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
