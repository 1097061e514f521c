"""Imports a library without another one that it would use, where there is nothing in it for us."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import ModuleType
from typing import cast


@contextmanager
def absent(name: str) -> Generator[None]:
    """Within the block `name` is not to be found, as if it were not installed.

    Where it was imported before, it stays: then it costs nothing any more. For one thread, early.
    """
    modules = cast("dict[str, ModuleType | None]", sys.modules)
    known = name in modules
    modules.setdefault(name, None)  # `import` takes None for what is not there
    try:
        yield
    finally:
        if not known:
            del modules[name]
