"""The desk's directory over the views; it waits for them where they lag behind the ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from adapters.store.ledger import EventLedger
from adapters.views.following import Following
from adapters.views.generations import Views
from domain.errors import Unavailable
from projections import directory, parties
from projections.rows import MemoryRows, Rows

Found = TypeVar("Found")
PATIENCE = 10.0  # seconds


class ViewDirectory:
    """`domain.ports.Directory` over the read models; `Unavailable` where it cannot know."""

    def __init__(self, ledger: EventLedger, views: Views, following: Following) -> None:
        self._ledger = ledger
        self._views = views
        self._following = following

    def incidents(self, client: str, slug: str) -> Sequence[UUID]:
        """See `Directory`."""
        return self._find(lambda rows: directory.incidents(client, slug, rows))

    def named(self, words: Collection[str]) -> Mapping[str, frozenset[str]]:
        """See `Directory`: what the views do not know yet is read from the ledger itself.

        Nothing waits for the views here: a vendor can warn its clients while they stand still.
        """
        behind = self._parties_behind(self._views.position()) if words else MemoryRows()
        known = parties.named(words, self._views.rows)
        fresh = parties.named(words, behind)
        none = frozenset[str]()
        both = known.keys() | fresh.keys()
        return {word: known.get(word, none) | fresh.get(word, none) for word in both}

    def concerns(self, vendor: str, slug: str) -> Sequence[UUID]:
        """See `Directory`."""
        return self._find(lambda rows: directory.concerns(vendor, slug, rows))

    def event(self, party: str, reference: str) -> UUID | None:
        """See `Directory`."""
        return self._find(lambda rows: directory.event(party, reference, rows))

    def _find(self, look: Callable[[Rows], Found]) -> Found:
        if found := look(self._views.rows):
            return found
        self._ledger.require_alone()
        if not self._following.wait_for(self._ledger.position(), PATIENCE):
            raise Unavailable(
                "the views are behind the ledger, so it is not known what this names",
                next_step="send the same command, with the same id, again in a moment",
            )
        return look(self._views.rows)

    def _parties_behind(self, position: int) -> Rows:
        rows = MemoryRows()
        for recorded in self._ledger.telling(parties.HANDLED, position):
            parties.project(recorded, rows)
        return rows
