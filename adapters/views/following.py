"""Waiting for the views: alike where they are kept, and where only their rows are read."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from adapters.views.shelf import Standing

IDLE = 1.0  # seconds between two looks when nobody wakes
Moved = Callable[[], None]


class Following(Protocol):
    """Whoever knows how far the views have come."""

    @property
    def trouble(self) -> str | None:
        """What holds the views up; None where nothing does."""
        ...

    @property
    def position(self) -> int:
        """The position up to which the views were last seen to hold every event."""
        ...

    def start(self) -> None:
        """Begin to follow."""
        ...

    def wake(self) -> None:
        """Say that there is something to look at: the ledger has grown, or views were built."""
        ...

    def watch(self, moved: Moved) -> Moved:
        """Call `moved` (from a thread of its own) whenever the views have moved on.

        Until what this gives is called.
        """
        ...

    def wait_for(self, position: int, seconds: float) -> bool:
        """Wait until the views hold the event at `position`.

        False when it takes too long, and at once while they are in trouble.
        """
        ...

    def stop(self) -> None:
        """Stop after what is at hand."""
        ...


class Progress(ABC):
    """How far the views have come, for those who wait for it or watch it. See `Following`.

    Looks whenever it is woken, and by itself, in a thread of its own.
    """

    def __init__(self, position: int, name: str) -> None:
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._moved = threading.Condition()
        self.standing = Standing(position)
        self._watchers: list[Moved] = []

    def start(self) -> None:
        """See `Following`."""
        self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """See `Following`."""
        self._wake.set()

    def stop(self) -> None:
        """See `Following`: what is at hand is finished."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    @abstractmethod
    def _look(self) -> None:
        """See what is new; never raises."""

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(IDLE)
            self._wake.clear()
            self._look()

    @property
    def trouble(self) -> str | None:
        """See `Following`."""
        return self.standing.trouble

    @property
    def position(self) -> int:
        """See `Following`."""
        return self.standing.position

    def watch(self, moved: Moved) -> Moved:
        """See `Following`."""
        self._watchers.append(moved)
        return lambda: self._watchers.remove(moved)

    def wait_for(self, position: int, seconds: float) -> bool:
        """See `Following`."""
        deadline = time.monotonic() + seconds
        with self._moved:
            while self.position < position:
                left = deadline - time.monotonic()
                if self.trouble or left <= 0:
                    return False
                self._moved.wait(left)
        return True

    def announce(self, standing: Standing) -> None:
        """Say how the views are now."""
        with self._moved:
            self.standing = standing
            self._moved.notify_all()
        for moved in tuple(self._watchers):
            moved()
