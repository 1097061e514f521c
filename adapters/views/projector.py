"""The projector: follows the ledger into the views, in a thread of its own."""

from __future__ import annotations

import contextlib

from adapters.logs import Log
from adapters.views import generations
from adapters.views.following import Progress
from adapters.views.generations import Views
from adapters.views.shelf import Overtaken, Standing
from domain.errors import VarselError


class Projector(Progress):
    """Keeps the views up to date and lets others wait for them. See `Following`."""

    def __init__(self, views: Views, log: Log) -> None:
        super().__init__(views.position(), "projector")
        self._views = views
        self._log = log
        self._told: str | None = "what held up the one before us"

    def _look(self) -> bool:
        """Project a batch; behind a full one there may be more."""
        grown = self._advance()
        reached = Standing(self._views.position())  # a rebuild may have run ahead of us
        if reached != self.standing or self._told is not None:
            self._say(reached)
        return grown >= generations.BATCH

    def _stumble(self, trouble: Exception) -> None:
        self._log.error("projector.stuck", exc_info=trouble)
        known = isinstance(trouble, VarselError)
        self._say(Standing(self.position, str(trouble) if known else repr(trouble)))

    def _advance(self) -> int:
        try:
            return self._views.advance()
        except Overtaken:  # by a rebuild in another process: its views are the ones to go on with
            return self._views.advance()

    def _say(self, standing: Standing) -> None:
        if standing.trouble != self._told:
            with contextlib.suppress(VarselError):  # then it is told the next time
                self._views.tell(standing.trouble)
                self._told = standing.trouble
        self.announce(standing)
