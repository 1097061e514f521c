"""Hands a bundle over part by part: a request's answer has 4 MB, a bundle may have more.

A bundle is made by its first request and kept for a few minutes in a file without a name, for
whoever asked for it; a crash leaves nothing of it behind. Its parts may be asked for at any process
of the platform. Bundles hold free text, so they are in no database that they pass through: another
process is told by the vault what was asked for and when, and makes the same bundle once more.
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
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from pydantic import AwareDatetime

from adapters.asking import Body, number_in, text_in
from adapters.store.vault import Vault
from domain.errors import NotFound, TooMany
from domain.values import Value

PART: Final = 2 * 1024 * 1024  # bytes in one answer: in base64 well below a payload's 4 MB
AGAIN: Final = 5  # seconds after which it is worth asking again
KEPT: Final = 300.0  # seconds since it was asked for last
MADE_AGAIN: Final = timedelta(
    hours=1
)  # since it was made first; then there is a new one to ask for
PREFIX: Final = "bundle/"


class Moment(NamedTuple):
    """When a bundle is made, and at which checkpoint: the same moment gives the same bundle."""

    at: datetime
    size: int


Make = Callable[[str, Body, Moment], bytes]


class Recipe(Value):
    """What gives the same bundle again, and how to see that it is the same."""

    body: dict[str, Any]
    at: AwareDatetime
    size: int
    sha256: str


class _Kept(NamedTuple):
    file: IO[bytes]
    size: int
    digest: str
    until: float


class Bundles:
    """The bundles that are being fetched; `make` makes one as of a moment, `moment` says which.

    `clock` counts seconds, for what this process keeps.
    """

    def __init__(
        self,
        folder: Path,
        vault: Vault,
        make: Make,
        moment: Callable[[], Moment],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._vault = vault
        self._make = make
        self._moment = moment
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._making: set[str] = set()

    def answer(self, by: str, body: Body) -> dict[str, Any]:
        """The first part of a new bundle, or a later one of the bundle named in `bundle`."""
        if "bundle" in body:
            token, number = text_in(body, "bundle"), number_in(body, "part", 0)
            return self._part(by, token, number, self._found(by, token, number))
        with self._alone(by):
            then = self._moment()
            raw = self._make(by, body, then)
            digest = hashlib.sha256(raw).hexdigest()
            recipe = Recipe(body=dict(body), at=then.at, size=then.size, sha256=digest)
            token = self._remember(by, recipe)
            return self._part(by, token, 0, self._keep(_name(by, token), raw, digest))

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

    def _remember(self, by: str, recipe: Recipe) -> str:
        """Tell the other processes; one at a time for each party, and nobody's for long."""
        for name in self._vault.names(PREFIX):
            older = self._recipe(name)
            if name.startswith(_name(by, "")) or older is None or _is_over(older, recipe.at):
                self._vault.destroy(name)
        token = os.urandom(16).hex()
        self._vault.put(_name(by, token), recipe.model_dump_json().encode())
        return token

    def _found(self, by: str, token: str, number: int) -> _Kept:
        """The bundle of that name, made once more where another process made it."""
        name = _name(by, token)
        recipe = self._recipe(name)
        if recipe is None:
            raise _no_part(token, number)
        with self._fresh() as kept:
            if (found := kept.get(name)) is not None:
                return found
        with self._alone(by):
            if _is_over(recipe, self._moment().at):
                raise _no_part(token, number)
            raw = self._make(by, recipe.body, Moment(recipe.at, recipe.size))
            if hashlib.sha256(raw).hexdigest() != recipe.sha256:  # a text was erased meanwhile, say
                raise _no_part(token, number)
            return self._keep(name, raw, recipe.sha256)

    def _keep(self, name: str, raw: bytes, digest: str) -> _Kept:
        file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed when let go
        file.write(raw)
        made = _Kept(file, len(raw), digest, self._clock() + KEPT)
        by = name.rpartition("/")[0]
        with self._fresh() as kept:
            for older in [key for key in kept if key.rpartition("/")[0] == by]:
                kept.pop(older).file.close()  # one at a time for each party
            kept[name] = made
        return made

    def _part(self, by: str, token: str, number: int, found: _Kept) -> dict[str, Any]:
        if not 0 <= number * PART < found.size:
            raise _no_part(token, number)
        with self._fresh() as kept:
            if found.file.closed:
                raise _no_part(token, number)
            kept[_name(by, token)] = found._replace(until=self._clock() + KEPT)
            found.file.seek(number * PART)
            raw = found.file.read(PART)
        return {
            "bundle": token,
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

    def _recipe(self, name: str) -> Recipe | None:
        kept = self._vault.get(name)
        return Recipe.model_validate_json(kept) if kept else None


def _is_over(recipe: Recipe, now: datetime) -> bool:
    return recipe.at + MADE_AGAIN < now


def _name(by: str, token: str) -> str:
    return f"{PREFIX}{by}/{token}"


def _no_part(token: str, number: int) -> NotFound:
    return NotFound(
        "there is no such part of a bundle, or not any more",
        field="bundle",
        got=f"{token}, part {number}",
        next_step="ask for a new bundle",
    )
