"""Messages as they were made last: who indexes one makes it, and who publishes it may be near.

To make a message the relay would have to read its event and write it a second time. What is not
here any more, or was made by another process, is made again.
"""

from __future__ import annotations

import threading
from typing import Final

from domain.envelope import Recorded
from projections.feed_index import Place, Render

ROOM: Final = 16 * 1024**2  # bytes: about ten thousand notices


class Fresh:
    """Bodies by the id of their message, for any number of threads; the oldest make room."""

    def __init__(self, render: Render, room: int = ROOM) -> None:
        self._render = render
        self._room = room
        self._kept: dict[str, bytes] = {}
        self._held = 0
        self._lock = threading.Lock()

    def render(self, recorded: Recorded, place: Place) -> bytes:
        """See `Render`; what was made is kept for whoever takes it."""
        body = self._render(recorded, place)
        with self._lock:
            self._held += len(body) - len(self._kept.pop(place.message, b""))
            self._kept[place.message] = body
            while self._held > self._room:
                self._held -= len(self._kept.pop(next(iter(self._kept))))
        return body

    def take(self, message: str) -> bytes | None:
        """The body of the message of this id, once; None where it is not here."""
        with self._lock:
            body = self._kept.pop(message, None)
            self._held -= len(body or b"")
        return body
