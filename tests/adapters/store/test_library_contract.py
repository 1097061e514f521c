"""The eventsourcing library's own contract tests, on our recorders: it may build on them."""

from __future__ import annotations

import sys
import unittest
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
from eventsourcing import cryptography

from adapters.store.postgres import PostgresLedgerRecorder
from adapters.store.recorders import LedgerRecorder, MemoryLedgerRecorder
from adapters.store.sqlite import SqliteLedgerRecorder
from tests.adapters.store.conftest import EVERY

# Their module asks for the older of two ciphers, and for a library that we have no use for.
sys.modules.setdefault("eventsourcing.cipher", cryptography)
CASES = import_module("eventsourcing.tests.persistence")

# Those that measure are left out: they print, and find nothing.
APPLY = ("test_insert_select", "test_concurrent_no_conflicts", "test_concurrent_throughput")


@pytest.fixture(params=EVERY)
def recorder(request: pytest.FixtureRequest, tmp_path: Path) -> LedgerRecorder:
    if request.param == "memory":
        return MemoryLedgerRecorder()
    if request.param == "sqlite":
        return SqliteLedgerRecorder(tmp_path / "ledger.sqlite")
    return PostgresLedgerRecorder(request.getfixturevalue("database"))


def ran(base: type, name: str, recorder: LedgerRecorder) -> unittest.TestResult:
    """One of the library's tests, with this recorder in its hands."""
    hooks: dict[str, Callable[..., object]] = {
        "create_recorder": lambda _: recorder,
        "new_originator_id": lambda _: uuid4(),
    }
    case = cast("unittest.TestCase", type("Case", (base,), hooks)(name))
    result = unittest.TestResult()
    case.run(result)
    return result


@pytest.mark.parametrize("name", APPLY)
def test_it_is_an_application_recorder_of_the_library(recorder: LedgerRecorder, name: str) -> None:
    found = ran(CASES.ApplicationRecorderTestCase, name, recorder)
    recorder.close()
    assert (found.testsRun, found.errors, found.failures) == (1, [], [])


def test_positions_of_two_writers_do_not_interleave(recorder: LedgerRecorder) -> None:
    found = ran(CASES.NonInterleavingNotificationIDsBaseCase, "test", recorder)
    recorder.close()
    assert (found.testsRun, found.errors, found.failures) == (1, [], [])
