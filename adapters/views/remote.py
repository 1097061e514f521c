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

    def _look(self) -> bool:
        self._tell(self._views.standing())
        return False

    def _stumble(self, trouble: Exception) -> None:
        """A database that does not say how the views are is a trouble like any other."""
        known = isinstance(trouble, VarselError)
        if not known:
            self._log.error("views.unseen", exc_info=trouble)
        self._tell(Standing(self.position, str(trouble) if known else repr(trouble)))

    def _tell(self, found: Standing) -> None:
        if found != self.standing:
            self.announce(found)
