"""Other event stores, and Varsel's own, each behind the same few words."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

Append = Callable[[Sequence[bytes]], object]
"""Writes events with these bodies to a new stream, all or none, on disk when it returns."""


class Peer(Protocol):
    """A store that can be asked how long its appends take."""

    def seconds(self, appends: int, events: int) -> float:
        """What so many appends took, one after another, of so many events each."""
        ...


class Here:
    """A store that is appended to from this process."""

    def __init__(self, append: Append, body: bytes) -> None:
        self._append, self._body = append, body

    def seconds(self, appends: int, events: int) -> float:
        """See `Peer`."""
        bodies = [self._body] * events
        since = time.perf_counter()
        for _ in range(appends):
            self._append(bodies)
        return time.perf_counter() - since
