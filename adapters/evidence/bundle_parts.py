"""Hands a bundle over part by part: a request's answer has 4 MB, a bundle may have more.

A bundle is made once, by its first request, and kept for a few minutes in a file without a name
for whoever asked for it; a crash leaves nothing of it behind.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from adapters.asking import Body, number_in, text_in
from domain.errors import NotFound, TooMany

PART: Final = 2 * 1024 * 1024  # bytes in one answer: in base64 well below a payload's 4 MB
AGAIN: Final = 5  # seconds after which it is worth asking again
KEPT: Final = 300.0  # seconds since it was asked for last
Make = Callable[[str, Body], bytes]


class _Kept(NamedTuple):
    by: str
    file: IO[bytes]
    size: int
    digest: str
    until: float


class Bundles:
    """The bundles that are being fetched; `make` makes one, `clock` counts seconds."""

    def __init__(
        self, folder: Path, make: Make, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder = folder
        self._make = make
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._making: set[str] = set()

    def answer(self, by: str, body: Body) -> dict[str, Any]:
        """The first part of a new bundle, or a later one of the bundle named in `bundle`."""
        if "bundle" in body:
            return self._part(by, text_in(body, "bundle"), number_in(body, "part", 0))
        with self._alone(by):
            name = self._keep(by, self._make(by, body))
        return self._part(by, name, 0)

    def close(self) -> None:
        """Let go of all of them."""
        with self._lock:
            for kept in self._kept.values():
                kept.file.close()
            self._kept.clear()

    @contextmanager
    def _alone(self, by: str) -> Generator[None]:
        """One at a time for each party: making a bundle is work."""
        with self._lock:
            if by in self._making:
                raise TooMany(
                    "a bundle is being made for you",
                    expected="one at a time",
                    next_step="ask again when it is done",
                    retry_after=AGAIN,
                )
            self._making.add(by)
        try:
            yield
        finally:
            with self._lock:
                self._making.discard(by)

    def _keep(self, by: str, raw: bytes) -> str:
        file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed when let go
        file.write(raw)
        digest = hashlib.sha256(raw).hexdigest()
        name = os.urandom(16).hex()
        with self._fresh() as kept:
            for older in [key for key, one in kept.items() if one.by == by]:
                kept.pop(older).file.close()  # one at a time for each party
            kept[name] = _Kept(by, file, len(raw), digest, self._clock() + KEPT)
        return name

    def _part(self, by: str, name: str, number: int) -> dict[str, Any]:
        with self._fresh() as kept:
            found = kept.get(name)
            if found is None or found.by != by or number * PART >= found.size:
                raise NotFound(
                    "there is no such part of a bundle, or not any more",
                    field="bundle",
                    got=f"{name}, part {number}",
                    next_step="ask for a new bundle",
                )
            kept[name] = found._replace(until=self._clock() + KEPT)
            found.file.seek(number * PART)
            raw = found.file.read(PART)
        return {
            "bundle": name,
            "bytes": found.size,
            "sha256": found.digest,
            "part": number,
            "parts": -(-found.size // PART),
            "data": base64.b64encode(raw).decode(),
        }

    @contextmanager
    def _fresh(self) -> Generator[dict[str, _Kept]]:
        """The kept ones, for one thread at a time; what is too old is gone."""
        with self._lock:
            now = self._clock()
            for name in [key for key, one in self._kept.items() if one.until < now]:
                self._kept.pop(name).file.close()
            yield self._kept
