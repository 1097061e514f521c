"""Checkpoints: the signed word for how many leaves the log has and what their root is.

The text is C2SP's tlog-checkpoint (https://c2sp.org/tlog-checkpoint), the signature C2SP's
signed-note (https://c2sp.org/signed-note) with Ed25519. Under the root stands one extension line,
`recorded-at` and the time of the log's last event, so that time is signed, too:

    varsel/<platform id>
    <size, decimal>
    <root, base64>
    recorded-at 2026-11-22T17:03:33.000000+00:00

    — varsel/<platform id> <key id and signature, base64>
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from adapters.evidence.tree import HASH_BYTES
from domain.errors import Invalid

RECORDED_AT: Final = "recorded-at "
LARGEST: Final = 10_000  # characters: ours have 300; witnesses may add signatures
_ED25519: Final = b"\x01"
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_KEY_NAME: Final = re.compile(r"[^\s+]+")
_DASH: Final = "\u2014 "


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint as read: `note` is its whole text, `recorded_at` the last event's time."""

    note: str
    origin: str
    size: int
    root: bytes
    recorded_at: datetime | None

    def text(self) -> str:
        """What is signed: the lines above the empty one."""
        return self.note.rpartition("\n\n")[0] + "\n"

    def header(self) -> str:
        """The checkpoint on one line, for a message's header: base64 of the note."""
        return base64.b64encode(self.note.encode()).decode()


class Verifier:
    """A log's public key under the log's name; its text form (`vkey`) is what others are given."""

    def __init__(self, name: str, key: Ed25519PublicKey) -> None:
        self.name = name
        self._key = key

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """From `<name>+<key id, 8 hex digits>+<base64>`; raises `Invalid`."""
        name, _, rest = vkey.strip().partition("+")
        key_id, _, material = rest.partition("+")
        raw = _unbase64(material)
        if raw[:1] == _ED25519 and len(raw) == 1 + HASH_BYTES and _KEY_NAME.fullmatch(name):
            found = cls(name, Ed25519PublicKey.from_public_bytes(raw[1:]))
            if found.key_id.hex() == key_id:
                return found
        raise Invalid(
            "this is no verifier key",
            got=vkey[:100],
            expected="<name>+<key id>+<key>, as varsel checkpoint --key prints it",
        )

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._material()).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as text."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self._material()).decode()}"

    def read(self, note: str) -> Checkpoint:
        """A checkpoint that this key has signed; raises `Invalid` for everything else."""
        text, signatures = _parts(note)
        signed = [raw for name, raw in signatures if (name, raw[:4]) == (self.name, self.key_id)]
        if len(signed) != 1:
            raise _refusal("it is not signed by this key", self.name)
        try:
            self._key.verify(signed[0][4:], text.encode())
        except InvalidSignature:
            raise _refusal("the signature is not of this text", self.name) from None
        found = _read(text, note)
        if found.origin != self.name:
            raise _refusal("it is another log's", self.name)
        return found

    def _material(self) -> bytes:
        return _ED25519 + self._key.public_bytes_raw()


class Signer:
    """Signs checkpoints; `seed` is the private key's 32 bytes, the name the log's origin."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, self._key.public_key())

    def sign(self, size: int, root: bytes, recorded_at: datetime | None) -> Checkpoint:
        """The checkpoint for a tree; the same tree and time always give the same text."""
        lines = [self.verifier.name, str(size), base64.b64encode(root).decode()]
        if recorded_at is not None:
            lines.append(RECORDED_AT + recorded_at.isoformat(timespec="microseconds"))
        return self.verifier.read(self.note("".join(f"{line}\n" for line in lines)))

    def note(self, text: str) -> str:
        """A text, whole lines, with this key's signature below it (C2SP signed-note)."""
        raw = self.verifier.key_id + self._key.sign(text.encode())
        return f"{text}\n{_DASH}{self.verifier.name} {base64.b64encode(raw).decode()}\n"


def from_header(value: str) -> str:
    """The note in a header's value; raises `Invalid`."""
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        raise Invalid(
            "this header holds no checkpoint", got=value[:100], expected="base64 of a signed note"
        ) from None


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """A note's text, and its signatures: each the key's name, then key id and signature."""
    text, between, below = note.rpartition("\n\n")
    if not between or not below.endswith("\n") or len(note) > LARGEST or not _printable(note):
        raise _refusal("it is no signed note", "text, an empty line, signatures")
    return text + "\n", [_signature(line) for line in below[:-1].split("\n")]


def _signature(line: str) -> tuple[str, bytes]:
    name, _, material = line.removeprefix(_DASH).partition(" ")
    raw = _unbase64(material)
    if not line.startswith(_DASH) or not _KEY_NAME.fullmatch(name) or len(raw) <= len(b"key "):
        raise _refusal("a signature line is malformed", f"{_DASH}<name> <base64>")
    return name, raw


def _read(text: str, note: str) -> Checkpoint:
    lines = text[:-1].split("\n")
    origin, size, root, *more = [*lines, "", "", ""][: max(3, len(lines))]
    if not origin or not _NUMBER.fullmatch(size) or not all(more):
        raise _refusal("its lines are not a checkpoint's", "origin, size, root, extensions")
    raw = _unbase64(root)
    if len(raw) != HASH_BYTES:
        raise _refusal("its third line is no hash", f"{HASH_BYTES} bytes in base64")
    return Checkpoint(note, origin, int(size), raw, _time(more))


def _time(extensions: list[str]) -> datetime | None:
    said = [one.removeprefix(RECORDED_AT) for one in extensions if one.startswith(RECORDED_AT)]
    if not said:
        return None
    try:
        at = datetime.fromisoformat(said[0])
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or len(said) > 1:
        raise _refusal("its time is none", f"one line {RECORDED_AT}<time with its zone>")
    return at


def _printable(note: str) -> bool:
    """No control characters but the newline, as signed-note asks."""
    return all(one == "\n" or one >= " " for one in note)


def _unbase64(material: str) -> bytes:
    """The bytes; none for text that is not base64 in its one canonical spelling."""
    try:
        raw = base64.b64decode(material, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if base64.b64encode(raw).decode() == material else b""


def _refusal(why: str, expected: str) -> Invalid:
    return Invalid(f"this is no checkpoint of this log: {why}", expected=expected)
