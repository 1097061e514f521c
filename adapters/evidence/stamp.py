"""What an RFC 3161 token says: the hash that it is over, and when. Read, not verified.

A token is CMS SignedData around a TSTInfo (RFC 3161, 2.4.2), in DER. Whether its signature and
certificates hold is judged where it comes in (`adapters.evidence.tsa`), and by whoever is shown it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from domain.errors import Invalid

_SIGNED_DATA: Final = bytes.fromhex("2a864886f70d010702")  # 1.2.840.113549.1.7.2
_TST_INFO: Final = bytes.fromhex("2a864886f70d0109100104")  # 1.2.840.113549.1.9.16.1.4
_SHA256: Final = bytes.fromhex("608648016503040201")  # 2.16.840.1.101.3.4.2.1
_INTEGER, _OCTETS, _OID, _TIME, _SEQUENCE, _SET, _WRAPPED = 2, 4, 6, 24, 0x30, 0x31, 0xA0
_WRITTEN: Final = re.compile(r"([0-9]{14})(?:\.([0-9]{1,6})[0-9]*)?Z")  # GeneralizedTime, UTC
_LONG: Final = 0x80  # from here on, a length's first byte says how many bytes of length follow


@dataclass(frozen=True, slots=True)
class Stamp:
    """`imprint` is the SHA-256 that was time-stamped; `at` has no finer parts than microseconds."""

    imprint: bytes
    at: datetime


def read(token: bytes) -> Stamp:
    """What a token says; raises `Invalid` where it is none, or not over a SHA-256."""
    [content] = _values(token, _SEQUENCE)
    kind, signed = _values(content, _OID, _WRAPPED)
    [data] = _values(signed, _SEQUENCE)
    _, _, encapsulated = _values(data, _INTEGER, _SET, _SEQUENCE)
    inner, wrapped = _values(encapsulated, _OID, _WRAPPED)
    [octets] = _values(wrapped, _OCTETS)
    [info] = _values(octets, _SEQUENCE)
    _, _, imprint, _, at = _values(info, _INTEGER, _OID, _SEQUENCE, _INTEGER, _TIME)
    algorithm, digest = _values(imprint, _SEQUENCE, _OCTETS)
    [hashed] = _values(algorithm, _OID)
    if (kind, inner, hashed) != (_SIGNED_DATA, _TST_INFO, _SHA256):
        raise _refusal("it is no signed TSTInfo over a SHA-256")
    return Stamp(digest, _time(at))


def _values(data: bytes, *tags: int) -> list[bytes]:
    """The contents of the first values in `data`, which must bear these tags; the rest is left."""
    found: list[bytes] = []
    for tag in tags:
        if data[:1] != bytes([tag]) or len(data) < len("tl"):
            raise _refusal("its structure is another")
        start, length = 2, data[1]
        if length >= _LONG:
            start += length - _LONG
            length = int.from_bytes(data[2:start], "big")
        if len(data) < start + length:
            raise _refusal("it is cut short")
        found.append(data[start : start + length])
        data = data[start + length :]
    return found


def _time(written: bytes) -> datetime:
    """A GeneralizedTime as RFC 3161 has it: UTC, whole seconds or a fraction of any length."""
    match = _WRITTEN.fullmatch(written.decode("latin-1"))
    try:
        second, fraction = match.groups("0") if match else ("", "")
        return datetime.strptime(f"{second}.{fraction}+0000", "%Y%m%d%H%M%S.%f%z").astimezone(UTC)
    except ValueError:
        raise _refusal("its time is none") from None


def _refusal(why: str) -> Invalid:
    return Invalid(f"this is no time stamp: {why}", expected="a TimeStampToken of RFC 3161, in DER")
