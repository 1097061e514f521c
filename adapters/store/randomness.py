"""Random bytes for ids and salts, asked of the system many at a time.

Each question lets other threads run, and then waits for its turn again: that costs far more than
the bytes. Keys and nonces are asked for one by one.
"""

from __future__ import annotations

import os
import threading
from typing import Final

_AT_ONCE: Final = 4096


class _Store:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = b""
        os.register_at_fork(after_in_child=self._forget)  # two processes never hand out the same

    def take(self, count: int) -> bytes:
        with self._lock:
            if len(self._left) < count:
                self._left = os.urandom(max(count, _AT_ONCE))
            taken, self._left = self._left[:count], self._left[count:]
            return taken

    def _forget(self) -> None:
        self._lock, self._left = threading.Lock(), b""


random_bytes: Final = _Store().take
