"""Sealing free text: AES-256-GCM under a key per party and incident, bound to its place.

The associated data names stream, version, topic and field, so that two sealed texts swapped in
the table do not open. Destroying the key erases the text everywhere at once.
"""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Iterator, Sequence
from typing import Any, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.store.vault import KEY_BYTES, Vault
from domain.envelope import Envelope, Recorded
from domain.errors import NotFound


class Sealer:
    """Seals and opens the free text of events."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._lock = threading.Lock()

    def seal(self, said: Any, envelope: Envelope, place: str) -> Any:
        """JSON-ready event data with every plain text in it replaced by its sealed form.

        `place` is `<stream>|<version>|<topic>`.
        """
        texts = list(_texts(said))
        if not texts:
            return said
        key = self._key(_name(envelope), make=True)
        for path, text in texts:
            plain = text.pop("plain")
            if plain is None:
                continue
            nonce = os.urandom(12)
            body = AESGCM(key).encrypt(nonce, plain.encode(), f"{place}|{path}".encode())
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
            key = self._key(_name(recorded.envelope), make=False)
            return AESGCM(key).decrypt(raw[:12], raw[12:], f"{place}|{path}".encode()).decode()
        except (InvalidTag, ValueError):
            raise NotFound(
                "this text does not open: it was erased, altered or moved", field=path
            ) from None

    def erase(self, party: str, about: str) -> bool:
        """Destroy the key of one party's text about one incident; False where there is none."""
        return self._vault.destroy(f"text/{party}/{about}")

    def _key(self, name: str, *, make: bool) -> bytes:
        with self._lock:
            key = self._vault.get(name)
            if key is None and make:
                key = os.urandom(KEY_BYTES)
                self._vault.put(name, key)
        if key is None:
            raise NotFound("this text was erased", next_step="its hash still stands in the ledger")
        return key


def place_of(stream: UUID, version: int, topic: str) -> str:
    """What sealed text is bound to."""
    return f"{stream.hex}|{version}|{topic}"


def _name(envelope: Envelope) -> str:
    return f"text/{envelope.party}/{envelope.about.incident or 'party'}"


def _texts(said: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every `{plain, sealed}` in the data, with the path to it."""
    if isinstance(said, dict):
        found = cast("dict[str, Any]", said)
        if found.keys() == {"plain", "sealed"}:
            yield path, found
            return
        for name, part in found.items():
            yield from _texts(part, f"{path}/{name}" if path else name)
    elif isinstance(said, list):
        for number, part in enumerate(cast("Sequence[Any]", said)):
            yield from _texts(part, f"{path}/{number}")
