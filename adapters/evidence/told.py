"""The newest checkpoint that this process has told of: nothing it tells of later contradicts it.

A database that fails over to a stand-by may lose its last commits: checkpoints that somebody holds
already, and events that they were signed for.
"""

from __future__ import annotations

from collections.abc import Callable

from adapters.evidence.checkpoint import Checkpoint
from adapters.evidence.source import disagreement


class Told:
    """What was told of; every check raises `Unavailable` for a log that does not go on from it."""

    def __init__(self) -> None:
        self._newest: Checkpoint | None = None

    def lacking(self, size: int) -> int:
        """How many leaves a log of `size` leaves has less than it had."""
        return max(0, self._newest.size - size) if self._newest else 0

    def require_rows(self, size: int, more: int) -> None:
        """The ledger must still have a row for each leaf that the log lost."""
        if self.lacking(size + more):
            raise disagreement(f"{self._said()}, and there are rows for {size + more} now")

    def require(self, size: int, root: Callable[[], bytes]) -> None:
        """A tree of as many leaves as were told of must have the root that was told."""
        if self._newest and self._newest.size == size and self._newest.root != root():
            raise disagreement(f"{self._said()}, under another root")

    def go_on(self, newest: Checkpoint | None, root: Callable[[int], bytes]) -> None:
        """Tell of this one from now on; `root` gives that of the log's first so many leaves."""
        told = self._newest
        if told and told != newest:
            if newest is None or newest.size < told.size:
                raise disagreement(f"{self._said()}, and are not any more")
            self.require(told.size, lambda: root(told.size))
        self._newest = newest

    def grown(self, newest: Checkpoint) -> None:
        """This one was signed for a tree that was required to be the one told of, and more."""
        self._newest = newest

    def _said(self) -> str:
        return f"{self._newest.size if self._newest else 0} leaves were signed for"
