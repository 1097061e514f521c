"""Time stamps: a stranger's word for when the log's newest checkpoint was there (RFC 3161).

Off unless `VARSEL_TSA_URL` is set. Nothing waits for a time stamp: what cannot be had now is asked
for again later, and until then the health says so.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Callable
from datetime import datetime
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

from adapters.evidence import stamp
from adapters.evidence.checkpoint import Checkpoint
from adapters.evidence.log import TransparencyLog
from adapters.logs import Log
from adapters.tasks import end
from domain.errors import Invalid, Unavailable, VarselError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

AGAIN: Final = 300.0  # seconds until an authority that gave nothing is asked again, at most
LOOK: Final = 5.0  # seconds between looks whether there is something new to be time-stamped


class Authority(Protocol):
    """Who gives time stamps."""

    async def stamp(self, text: bytes) -> bytes:
        """The token (DER) for a text, verified; raises `Unavailable` where none is to be had."""
        ...


class Timestamps:
    """Has the newest checkpoint time-stamped, once in `seconds` at most."""

    def __init__(
        self,
        authority: Authority,
        log: TransparencyLog,
        seconds: float,
        clock: Callable[[], datetime],
        report: Log,
    ) -> None:
        self._authority, self._log, self._seconds = authority, log, seconds
        self._clock, self._report = clock, report
        self._last = 0  # the size that was time-stamped last
        self._task: asyncio.Task[None] | None = None
        self.trouble: str | None = None

    def start(self) -> None:
        """Begin, in the background."""
        self._task = asyncio.create_task(self._run(), name="timestamps")

    async def stop(self) -> None:
        """Stop; an answer that is still out is not waited for."""
        if self._task is not None:
            await end(self._task)

    async def _run(self) -> None:
        wait: float | None = None
        while True:
            try:
                wait = await (asyncio.to_thread(self._rest) if wait is None else self._step())
                self.trouble = None
            except Exception as trouble:  # noqa: BLE001 - whoever dies here stays unseen
                self._stumble(trouble)
                wait = min(self._seconds, AGAIN)
            await asyncio.sleep(wait)

    async def _step(self) -> float:
        """Have what is new time-stamped; the seconds until the next look."""
        newest = self._log.checkpoint()
        if newest is None or newest.size == self._last:
            return min(self._seconds, LOOK)
        await self._stamp(newest)
        return self._seconds

    async def _stamp(self, newest: Checkpoint) -> None:
        token = await self._authority.stamp(newest.text().encode())
        await asyncio.to_thread(self._log.keep_token, newest.size, token)
        self._last = newest.size
        self._report.info("checkpoint.timestamped", size=newest.size)

    def _rest(self) -> float:
        """What is left of the pause when the platform starts: starting often asks no more often."""
        last = newest(self._log)
        if last is None:
            return 0.0
        self._last = last["size"]
        gone = (self._clock() - datetime.fromisoformat(last["at"])).total_seconds()
        return min(max(self._seconds - gone, 0.0), self._seconds)

    def _stumble(self, trouble: Exception) -> None:
        said = str(trouble) if isinstance(trouble, VarselError) else repr(trouble)
        if said != self.trouble:  # once, not at every try
            self._report.warning("timestamp.missing", error=said)
        self.trouble = said


def newest(log: TransparencyLog) -> dict[str, Any] | None:
    """The newest time stamp as answers show it; None where there is none, or none to be read.

    `size` and `checkpoint` are what was time-stamped, `at` is the authority's time (ISO 8601), and
    `token` the base64 of its word for it: over the SHA-256 of the checkpoint's signed text.
    """
    found = log.stamped()
    if found is None:
        return None
    checkpoint, token = found
    try:
        said = stamp.read(token)
    except Invalid:
        return None
    if said.imprint != hashlib.sha256(checkpoint.text().encode()).digest():
        return None
    return {
        "checkpoint": checkpoint.note,
        "size": checkpoint.size,
        "at": said.at.isoformat(),
        "token": base64.b64encode(token).decode(),
    }


def authority(url: str | None, roots: Path | None) -> Authority | None:
    """Who is to be asked, as the settings say; None for nobody.

    Raises `Invalid` where a setting cannot be used, `Unavailable` without the extra `tsa`.
    """
    if url is None:
        return None
    _require_safe(url)
    believed = _certificates(roots)
    if find_spec("rfc3161_client") is None:
        raise Unavailable(
            "VARSEL_TSA_URL is set, but what time stamps need is not installed",
            expected="the extra `tsa`",
            next_step="pip install varsel[tsa], or unset VARSEL_TSA_URL",
        )
    from adapters.evidence.tsa import Tsa  # noqa: PLC0415 - an extra

    return Tsa(url, believed)


def _require_safe(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and _loopback(host))):
        raise Invalid(
            "time stamps cannot be asked for at this address",
            field="VARSEL_TSA_URL",
            got=f"{parts.scheme}://{host}",  # without what may stand for a password
            expected="https://…; http only to this machine itself",
        )


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _certificates(roots: Path | None) -> list[Certificate]:
    """The roots that a time stamp's certificate must lead to."""
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415 - only where asked for

    try:
        return load_pem_x509_certificates(roots.read_bytes() if roots else b"")
    except (OSError, ValueError) as wrong:
        raise Invalid(
            "it is not known whose time stamps are to be believed",
            field="VARSEL_TSA_ROOTS",
            got=f"{roots}: {wrong}" if roots else "nothing",
            expected="a PEM file with the authority's root certificates",
        ) from None
