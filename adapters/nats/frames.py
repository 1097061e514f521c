"""Publications as bytes of the NATS protocol, for many of them in one write."""

from __future__ import annotations

import re
from collections.abc import Mapping

_WORD = re.compile(r"[!-~]+")


def head(headers: Mapping[str, str]) -> str:
    """Header lines that many messages have in common, with the line that they begin with."""
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if wrong := [line for line in lines if not line.isprintable()]:
        raise ValueError(f"{wrong[0]!r} would be no header of one line")
    return "\r\n".join(["NATS/1.0", *lines, ""])


def publication(subject: str, reply: str, headers: str, body: bytes) -> bytes:
    """One `HPUB`; `headers` are all its lines, each with its end. See `head`."""
    if not _WORD.fullmatch(subject):
        raise ValueError(f"{subject!r} is no subject")
    lines = f"{headers}\r\n".encode()
    size = len(lines)
    return b"".join(
        (f"HPUB {subject} {reply} {size} {size + len(body)}\r\n".encode(), lines, body, b"\r\n")
    )
