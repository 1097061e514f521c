"""The views that a projector elsewhere keeps: how far they are, and waiting for them."""

from __future__ import annotations

from adapters.engines.bell import Bell
from adapters.logs import Log
from adapters.views.following import Progress
from adapters.views.generations import Views
from adapters.views.shelf import Standing
from domain.errors import VarselError


class RemoteViews(Progress):
    """Looks how the views are whenever the bell rings, and by itself. See `Following`."""

    def __init__(self, views: Views, bell: Bell, log: Log) -> None:
        super().__init__(0, "views")
        self._views = views
        self._log = log
        bell.hear("views", self.wake)

    def _look(self) -> None:
        found = self._found()
        if found != self.standing:
            self.announce(found)

    def _found(self) -> Standing:
        """How the views are; a database that does not say so is a trouble like any other."""
        try:
            return self._views.standing()
        except VarselError as silent:
            return Standing(self.position, str(silent))
        except Exception as broken:  # noqa: BLE001 - a look that dies would leave all waiting
            self._log.error("views.unseen", exc_info=True)
            return Standing(self.position, repr(broken))
