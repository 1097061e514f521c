"""The bell: tells whoever waits that something has moved, in this process and in the others.

A bell says when to look, never what there is; a ring may be missed. Whoever listens therefore also
looks by itself every second or two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Final, Literal, Protocol

Topic = Literal["ledger", "views", "evidence", "webhooks", "parties"]
TOPICS: Final[tuple[Topic, ...]] = ("ledger", "views", "evidence", "webhooks", "parties")
Told = Callable[[], None]


class Bell(Protocol):
    """Rings may come from any thread, and are told in any thread: `told` must be quick."""

    def ring(self, topic: Topic) -> None:
        """Say that a topic has moved; never raises."""
        ...

    def hear(self, topic: Topic, told: Told) -> Told:
        """Have `told` called whenever somebody rang, until what this gives is called."""
        ...


class LocalBell:
    """The bell of a platform that is one process."""

    def __init__(self) -> None:
        self._listeners: defaultdict[Topic, list[Told]] = defaultdict(list)

    def ring(self, topic: Topic) -> None:
        """See `Bell`."""
        for told in tuple(self._listeners[topic]):
            told()

    def hear(self, topic: Topic, told: Told) -> Told:
        """See `Bell`."""
        self._listeners[topic].append(told)
        return lambda: self._listeners[topic].remove(told)
