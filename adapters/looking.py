"""A thread that looks whenever something moved, and whoever waits for what it finds.

It rests as long as it worked: under load, what comes meanwhile is looked at together, and those
who take commands have the processor to themselves for half of the time.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from typing import Final

IDLE: Final = 1.0  # seconds between two looks when nobody wakes
RETRY: Final = 1.0  # seconds after a look that failed
REST: Final = 0.05  # seconds at most


class Looking(ABC):
    """Looks whenever it is woken, and by itself, in a thread of its own."""

    def __init__(self, name: str) -> None:
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._stopping = threading.Event()
        self._moved = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    @abstractmethod
    def position(self) -> int:
        """The position of the log up to which it was last seen to have come."""

    @property
    @abstractmethod
    def trouble(self) -> str | None:
        """What is in its way; None where nothing is."""

    @abstractmethod
    def _look(self) -> bool:
        """See what is new; whether there may be more to be seen at once."""

    @abstractmethod
    def _stumble(self, trouble: Exception) -> None:
        """A look failed; never raises."""

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there is something new to be seen."""
        self._wake.set()

    def wait_for(self, position: int, seconds: float) -> bool:
        """Wait until it has come to a position of the log; nobody waits for its rest.

        False when it takes too long, and at once while there is trouble.
        """
        deadline = time.monotonic() + seconds
        with self._moved:
            if self.position < position:
                self._hurry.set()
                self._wake.set()
            while self.position < position:
                left = deadline - time.monotonic()
                if self.trouble or left <= 0:
                    return False
                self._moved.wait(left)
        return True

    def stop(self) -> None:
        """Stop after what is at hand."""
        self._stopping.set()
        self._hurry.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            self._hurry.clear()
            began = time.monotonic()
            try:
                more = self._look()
            except Exception as trouble:  # noqa: BLE001 - whoever dies here stays unseen
                self._stumble(trouble)
                self._stopping.wait(RETRY)
                continue
            if not more:
                self._hurry.wait(min(REST, time.monotonic() - began))
                self._wake.wait(IDLE)
