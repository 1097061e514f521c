"""The projector: follows the ledger into the views, in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from adapters.logs import Log
from adapters.views.generations import Views

IDLE, RETRY = 1.0, 1.0  # seconds


class Projector:
    """Keeps the views up to date and lets others wait for them."""

    def __init__(self, views: Views, log: Log) -> None:
        self._views = views
        self._log = log
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._moved = threading.Condition()
        self._position = views.position()
        self._watchers: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._run, name="projector", daemon=True)
        self.trouble: str | None = None

    def start(self) -> None:
        """Begin to follow."""
        self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """Say that the ledger has grown, or that the views were built anew."""
        self._wake.set()

    def watch(self, moved: Callable[[], None]) -> None:
        """Call `moved` (from the projector's thread) whenever the views have moved on."""
        self._watchers.append(moved)

    def wait_for(self, position: int, seconds: float) -> bool:
        """Wait until the views hold the event at `position`.

        False when it takes too long, and at once while the projector is in trouble.
        """
        deadline = time.monotonic() + seconds
        with self._moved:
            while self._position < position:
                left = deadline - time.monotonic()
                if self.trouble or left <= 0:
                    return False
                self._moved.wait(left)
        return True

    def stop(self) -> None:
        """Stop after the batch at hand."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(IDLE)
            self._wake.clear()
            try:
                self._follow()
            except Exception as trouble:  # noqa: BLE001 - a projector that dies stays unseen
                self._log.error("projector.stuck", exc_info=True)
                self._announce(repr(trouble))
                self._stopping.wait(RETRY)
                self._wake.set()

    def _follow(self) -> None:
        while not self._stopping.is_set() and self._views.advance():
            self._announce()
        if self.trouble or self._views.position() != self._position:  # a rebuild ran ahead of us
            self._announce()

    def _announce(self, trouble: str | None = None) -> None:
        with self._moved:
            self.trouble = trouble
            self._position = self._views.position()
            self._moved.notify_all()
        for moved in self._watchers:
            moved()
