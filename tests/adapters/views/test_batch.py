"""A batch laid over rows shows what those rows would be, had every change been made at once."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from adapters.views.batch import Batch
from adapters.views.sqlite import SqliteRows
from projections.rows import MemoryRows
from tests.adapters.views.lab import contents, in_memory

few = st.sampled_from(["", "a", "b", "ab", "ø"])
bodies = st.dictionaries(few, st.integers(0, 3), max_size=2)


class Overlay(RuleBasedStateMachine):
    """Changes go into a batch, and directly into a twin in memory."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.below = SqliteRows(Path(self._folder.name) / "rows.sqlite")
        self.batch = Batch(self.below)
        self.twin = MemoryRows()

    @rule(view=few, scope=few, key=few, body=bodies)
    def put(self, view: str, scope: str, key: str, body: dict[str, Any]) -> None:
        self.batch.put(view, scope, key, body)
        self.twin.put(view, scope, key, body)

    @rule(view=few, scope=few, key=few)
    def drop(self, view: str, scope: str, key: str) -> None:
        self.batch.drop(view, scope, key)
        self.twin.drop(view, scope, key)

    @rule()
    def commit(self) -> None:
        self.below._write(self.batch)
        self.batch = Batch(self.below)
        assert contents(self.below) == in_memory(self.twin)

    @rule(view=few, scope=few, after=few, limit=st.none() | st.integers(0, 3))
    def look(self, view: str, scope: str, after: str, limit: int | None) -> None:
        expected = self.twin.all(view, scope, after=after, limit=limit)
        assert self.batch.all(view, scope, after=after, limit=limit) == expected

    @invariant()
    def each_row_is_the_same(self) -> None:
        for view, scope, key in self.batch.changed:
            assert self.batch.get(view, scope, key) == self.twin.get(view, scope, key)

    def teardown(self) -> None:
        self.below.close()
        self._folder.cleanup()


Overlay.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestABatchEqualsApplyingDirectly = Overlay.TestCase
