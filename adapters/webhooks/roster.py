"""Which endpoints are sent to: those with a cursor that the ledger accepted and the vault holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from adapters.webhooks.endpoints import Endpoints
from adapters.webhooks.progress import Cursors, Entry


class Known(NamedTuple):
    """What the sender keeps in mind of an endpoint; all else is read anew for every message."""

    party: str
    feed: str
    turn: int
    enabled: bool


class Roster:
    """Finds what has changed since the last look, by any process; for one sender's start."""

    def __init__(self, endpoints: Endpoints, cursors: Cursors) -> None:
        self._endpoints, self._cursors = endpoints, cursors
        self._enlisted = False

    def look(self, before: Mapping[str, Known], now: datetime) -> dict[str, Known]:
        """Every endpoint by its id; whoever begins no new turn is as it was before."""
        if not self._enlisted:
            for one in self._endpoints.every(now):
                self._cursors.begin(one.id, one.party, one.after)
            self._enlisted = True
        found: dict[str, Known] = {}
        for entry in self._cursors.every():
            known = before.get(entry.endpoint)
            if known is None or known.turn != entry.turn:
                known = self._learned(entry)
            if known is None:
                self._cursors.drop(entry.endpoint)  # what a crash left
            else:
                found[entry.endpoint] = known
        return found

    def _learned(self, entry: Entry) -> Known | None:
        kept = self._endpoints.find(entry.party, entry.endpoint)
        enabled = self._endpoints.of_party(entry.party).get(entry.endpoint)
        if kept is None or enabled is None:
            return None
        return Known(entry.party, kept.feed, entry.turn, enabled)
