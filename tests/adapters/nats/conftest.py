"""Every test sweeps up after itself, so that what it leaves behind fails it and no later one."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """Garbage with finalizers, collected while CPython 3.11.7 parses, breaks the parser.

    "AST constructor recursion depth mismatch": github.com/python/cpython/issues/106905.
    """
    yield
    gc.collect()
