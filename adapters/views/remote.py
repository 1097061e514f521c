"""The views that a projector elsewhere keeps: how far they are, and waiting for them."""

from __future__ import annotations

import threading

from adapters.engines.bell import Bell
from adapters.logs import Log
from adapters.views.following import Progress
from adapters.views.generations import Views
from adapters.views.shelf import Standing
from domain.errors import VarselError

IDLE = 1.0  # seconds between two looks when nobody rings


class RemoteViews(Progress):
    """Looks how the views are whenever the bell rings, and by itself. See `Following`."""

    def __init__(self, views: Views, bell: Bell, log: Log) -> None:
        super().__init__(0)
        self._views = views
        self._log = log
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="views", daemon=True)
        bell.hear("views", self.wake)

    def start(self) -> None:
        """See `Following`."""
        self._wake.set()
        self._thread.start()

    def wake(self) -> None:
        """See `Following`."""
        self._wake.set()

    def stop(self) -> None:
        """See `Following`."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(IDLE)
            self._wake.clear()
            found = self._look()
            if found != self.standing:
                self.announce(found)

    def _look(self) -> Standing:
        """How the views are; a database that does not say so is a trouble like any other."""
        try:
            return self._views.standing()
        except VarselError as silent:
            return Standing(self.position, str(silent))
        except Exception as broken:  # noqa: BLE001 - a look that dies would leave all waiting
            self._log.error("views.unseen", exc_info=True)
            return Standing(self.position, repr(broken))
