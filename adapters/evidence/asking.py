"""What can be asked of the transparency log: its newest word, and proofs."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

from adapters.asking import number_in, text_in
from adapters.evidence import timestamp
from adapters.evidence.log import TransparencyLog
from adapters.store.ledger import EventLedger
from domain.access import Grant
from domain.errors import NotFound, Unavailable
from projections import directory
from projections.rows import Rows

Body = dict[str, Any]


class Proofs:
    """Answers for parties; a proof is given as base64 hashes, in the order of RFC 9162."""

    def __init__(self, log: TransparencyLog, ledger: EventLedger, rows: Callable[[], Rows]) -> None:
        self._log, self._ledger, self._rows = log, ledger, rows

    def position(self) -> int:
        """The ledger's last position: what an answer is to cover."""
        return self._ledger.position()

    def checkpoint(self, _: Grant, __: Body) -> dict[str, Any]:
        """The newest signed checkpoint and the key to check it with; the newest time stamp."""
        return {**self._newest(), "timestamp": timestamp.newest(self._log)}

    def _newest(self) -> dict[str, Any]:
        newest = self._log.checkpoint()
        if newest is None:
            raise Unavailable("nothing is signed yet", next_step="ask again in a moment")
        return {
            "checkpoint": newest.note,
            "size": newest.size,
            "recorded_at": newest.recorded_at.isoformat() if newest.recorded_at else None,
            "key": self._log.verifier_key,
        }

    def consistency(self, _: Grant, body: Body) -> dict[str, Any]:
        """The proof that the newest checkpoint's log begins with the one of `size` leaves."""
        newest = self._newest()
        old = number_in(body, "size", 0)
        return {**newest, "old": old, "proof": _told(self._log.consistency(old, newest["size"]))}

    def inclusion(self, granted: Grant, body: Body) -> dict[str, Any]:
        """The proof that an event the asker may see stands under the newest checkpoint."""
        event = text_in(body, "event")
        position = directory.position(event, self._rows())
        recorded = self._ledger.at(position) if position else None
        if recorded is None or not any(map(granted.sees, recorded.envelope.visibility)):
            raise NotFound("there is no such event for you", field="event", got=event)
        newest = self._newest()
        index = self._log.index_of(recorded.position)
        return {
            **newest,
            "event": event,
            "position": recorded.position,
            "index": index,
            "leaf": _told([self._log.leaf(index).hash])[0],
            "proof": _told(self._log.inclusion(index, newest["size"])),
        }


def _told(hashes: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]
