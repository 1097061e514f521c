"""Sealing free text: AES-256-GCM under a key per party and incident, bound to its place.

The associated data names stream, version, topic and field, so that two sealed texts swapped in
the table do not open. Destroying the key erases the text everywhere at once; what is written
after that gets a new one.
"""

from __future__ import annotations

import base64
import hashlib
import os
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.store.vault import KEY_BYTES, Vault
from domain.envelope import Envelope, Recorded
from domain.errors import NotFound


class Sealer:
    """Seals and opens the free text of events.

    `apart` says that the vault's secrets are committed apart from the events: an erasure may then
    be recorded and its key still be there.
    """

    def __init__(self, vault: Vault, *, apart: bool = True) -> None:
        self._vault = vault
        self._apart = apart
        self._lock = threading.Lock()
        self._mine = threading.local()
        self._condemned: dict[str, str] = {}

    @contextmanager
    def batch(self) -> Generator[None]:
        """Ask the vault once for each key while this thread seals a whole batch, or many.

        Under the log's lock: no key can be destroyed in between. New keys are kept together, and
        are on disk when the outermost block is left: no text is committed before its key.
        """
        if self._batching():
            yield
            return
        new: dict[str, bytes] = {}
        self._mine.keys, self._mine.new = {}, new
        try:
            yield
            if new:
                self._vault.keep(new)
        finally:
            del self._mine.keys, self._mine.new

    def seal(self, said: Any, envelope: Envelope, place: str) -> Any:
        """JSON-ready event data with every plain text in it replaced by its sealed form.

        `place` is `<stream>|<version>|<topic>`.
        """
        texts = _texts(said)
        if not texts:
            return said
        with self.batch():
            key = self._sealing_key(_name(envelope))
        for path, text in texts:
            plain = text.pop("plain")
            if plain is None:
                continue
            nonce = os.urandom(12)
            body = key.encrypt(nonce, plain.encode(), f"{place}|{path}".encode())
            text["sealed"] = base64.b64encode(nonce + body).decode()
        return said

    def open(self, recorded: Recorded, path: str) -> str:
        """The plain text of a field (`text`, `claims/0/words`); NotFound where it is erased."""
        said = recorded.event.model_dump(mode="json")
        sealed = dict(_texts(said)).get(path, {}).get("sealed")
        if sealed is None:
            raise NotFound("there is no text here", field=path, got=str(recorded.id))
        place = place_of(recorded.stream, recorded.version, recorded.event.TOPIC)
        try:
            raw = base64.b64decode(sealed)
            key = self._key(_name(recorded.envelope))
            return AESGCM(key).decrypt(raw[:12], raw[12:], f"{place}|{path}".encode()).decode()
        except (InvalidTag, ValueError):
            raise NotFound(
                "this text does not open: it was erased, altered or moved", field=path
            ) from None

    def name_of_key(self, party: str, about: str) -> str | None:
        """The key of one party's text about one incident, by name; None where there is none.

        The first 16 bytes of its SHA-256: of a random key it tells nothing.
        """
        key = self._found(f"text/{party}/{about}")
        return None if key is None else _named(key)

    def erase(self, party: str, about: str, key: str) -> bool:
        """Destroy the key of this name; False where it is gone, or another is in its place.

        Raises `Unavailable` where the vault fails. Where that is apart, nothing more is sealed
        under that key or opened with it then, and it is destroyed before the next text is sealed.
        """
        name = f"text/{party}/{about}"
        with self._lock:
            if self._apart:
                self._condemned[name] = key
            return self._destroy(name, key)

    def _destroy(self, name: str, condemned: str) -> bool:
        key = self._vault.get(name)
        fits = key is None or _named(key) == condemned  # without one the vault may still hold rests
        gone = fits and self._vault.destroy(name)
        self._condemned.pop(name, None)
        return gone

    def _batching(self) -> bool:
        return getattr(self._mine, "keys", None) is not None

    def _sealing_key(self, name: str) -> AESGCM:
        known: dict[str, AESGCM] = self._mine.keys
        if name not in known:
            key = self._living(name)
            if key is None:
                key = self._mine.new[name] = os.urandom(KEY_BYTES)
            known[name] = AESGCM(key)
        return known[name]

    def _key(self, name: str) -> bytes:
        key = self._living(name)
        if key is None:
            raise NotFound("this text was erased", next_step="its hash still stands in the ledger")
        return key

    def _living(self, name: str) -> bytes | None:
        with self._lock:
            if name in self._condemned:
                self._destroy(name, self._condemned[name])
            return self._found(name)

    def _found(self, name: str) -> bytes | None:
        """One that this thread has just made is in no vault yet."""
        new: dict[str, bytes] = getattr(self._mine, "new", {})
        return new.get(name) or self._vault.get(name)


def _named(key: bytes) -> str:
    return hashlib.sha256(key).digest()[:16].hex()


def place_of(stream: UUID, version: int, topic: str) -> str:
    """What sealed text is bound to."""
    return f"{stream.hex}|{version}|{topic}"


def _name(envelope: Envelope) -> str:
    return f"text/{envelope.party}/{envelope.about.incident or 'party'}"


def _texts(said: Any) -> list[tuple[str, dict[str, Any]]]:
    """Every `{plain, sealed}` in the data, with the path to it."""
    found: list[tuple[str, dict[str, Any]]] = []
    _look(said, "", found)
    return found


def _look(said: Any, path: str, found: list[tuple[str, dict[str, Any]]]) -> None:
    """Into lists and mappings alone: most of what is said are words and numbers."""
    if isinstance(said, list):
        parts: Iterable[tuple[Any, Any]] = enumerate(cast("Sequence[Any]", said))
    elif len(said) == 2 and "plain" in said and "sealed" in said:  # noqa: PLR2004 - a text
        return found.append((path, said))
    else:
        parts = said.items()
    for name, part in parts:
        if isinstance(part, dict | list):
            _look(part, f"{path}/{name}" if path else str(name), found)
    return None
