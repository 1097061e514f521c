"""What a library need not bring along is absent for it, and there again for everybody else."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from adapters.absent import absent


def test_what_is_absent_cannot_be_imported_until_the_block_is_left() -> None:
    sys.modules.pop("calendar", None)
    with absent("calendar"), pytest.raises(ImportError):
        import_module("calendar")
    assert import_module("calendar").SUNDAY


def test_what_was_imported_before_stays() -> None:
    known = import_module("json")
    with absent("json"):
        assert import_module("json") is known
    assert sys.modules["json"] is known


def test_a_block_that_fails_leaves_nothing_absent() -> None:
    sys.modules.pop("calendar", None)
    with pytest.raises(RuntimeError), absent("calendar"):
        raise RuntimeError
    assert import_module("calendar").SUNDAY


def test_logs_do_without_what_draws_tracebacks() -> None:
    look = "import sys, adapters.logs; sys.exit('rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], check=False, timeout=60)
    assert done.returncode == 0
