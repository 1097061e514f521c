"""`python -m adapters.schemas DIR` writes what is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.schemas import rendered
from adapters.schemas.__main__ import main


def test_what_is_written_is_what_is_served(tmp_path: Path) -> None:
    main([str(tmp_path)])
    written = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert written == rendered()


@pytest.mark.parametrize("arguments", [[], ["one", "two"], ["--help"]])
def test_without_one_folder_it_says_how_it_is_used(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match=r"python -m adapters\.schemas DIR"):
        main(arguments)
