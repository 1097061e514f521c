"""One way to connect: refused creds are named at once, a lost server is looked for for ever.

nats-py stays behind this module's protocols, which also give it the types it leaves open.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol, cast

import nats.errors
from nats.aio.client import Client, RawCredentials

from adapters.nats.addresses import servers
from adapters.nats.credentials import Credentials
from adapters.nats.errors import CredentialsRefused, Disconnected, NobodyTakes, Unanswered
from adapters.nats.parting import LeavingClient
from adapters.tasks import end

Report = Callable[[str, Exception | None], None]
"""Told what happens behind the caller's back: an event's name, and the error if there is one."""

GLANCE: Final = 0.25
"""Seconds between looks at a connection while an answer is waited for."""

# What the server says when it means these creds (nats-server, server/errors.go).
_REFUSALS: Final = ("authorization violation", "authentication expired", "authentication revoked")
_KNOCKS: Final = 4
_SETTINGS: Final[Mapping[str, Any]] = {
    "max_reconnect_attempts": -1,  # nats-py's default of 60 closes the client after two minutes
    "reconnect_time_wait": 0.5,
    "connect_timeout": 5,
    # Two may stay unanswered: a host behind a cut cable is left after a quarter of a minute, not
    # after six. Ten thousand parties send two thousand pings a second: nothing, to three servers.
    "ping_interval": 5,
}


class Message(Protocol):
    """A message as it came: `headers` is None where there are none."""

    @property
    def subject(self) -> str: ...
    @property
    def reply(self) -> str: ...
    @property
    def data(self) -> bytes: ...
    @property
    def headers(self) -> Mapping[str, str] | None: ...


class Subscription(Protocol):
    """Interest in a subject."""

    async def unsubscribe(self) -> None: ...


class Sequences(Protocol):
    """A delivered message's places: in the stream and in its consumer."""

    @property
    def stream(self) -> int: ...

    @property
    def consumer(self) -> int: ...


class Metadata(Protocol):
    """What JetStream says of a delivered message."""

    @property
    def sequence(self) -> Sequences: ...


class Delivered(Message, Protocol):
    """A message handed out by a consumer."""

    @property
    def metadata(self) -> Metadata: ...
    async def nak(self) -> None: ...
    async def ack_sync(self, timeout: float = ...) -> Message: ...  # noqa: ASYNC109 - nats-py's name


class Connection(Protocol):
    """The part of a nats-py client that Varsel uses."""

    @property
    def is_connected(self) -> bool: ...
    @property
    def is_closed(self) -> bool: ...
    @property
    def stats(self) -> Mapping[str, int]: ...
    def new_inbox(self) -> str: ...
    async def publish(
        self,
        subject: str,
        payload: bytes = ...,
        reply: str = ...,
        headers: dict[str, str] | None = ...,
    ) -> None: ...
    async def request(
        self,
        subject: str,
        payload: bytes = ...,
        timeout: float = ...,  # noqa: ASYNC109 - nats-py's name
        *,
        headers: dict[str, str] | None = ...,
    ) -> Message: ...
    async def subscribe(
        self,
        subject: str,
        queue: str = ...,
        cb: Callable[[Message], Awaitable[None]] | None = ...,
    ) -> Subscription: ...
    async def leave(self, subscription: Subscription) -> None: ...
    async def send(self, publications: Sequence[bytes]) -> None: ...
    async def force_reconnect(self) -> None: ...
    async def flush(self, timeout: int = ...) -> None: ...  # noqa: ASYNC109
    async def drain(self) -> None: ...
    async def close(self) -> None: ...


def silent(_event: str, _error: Exception | None) -> None:
    """A `Report` for those who do not want to know."""


async def connect(  # noqa: PLR0913 - each is a setting of its own
    url: str,
    creds: Credentials,
    *,
    name: str,
    report: Report = silent,
    patience: float = 10.0,
    ca: Path | None = None,
) -> Connection:
    """Connects within `patience` seconds, then reconnects for ever.

    `ca` is a PEM file with the authority that signed the servers' certificates, where that is none
    of the system's.
    """
    urls, options = servers(url, ca)
    client = LeavingClient()
    news = _News(report, client.close)
    attempt = asyncio.create_task(
        client.connect(
            urls,
            name=name,
            user_credentials=RawCredentials(creds.text),
            error_cb=news.error,
            disconnected_cb=news.disconnected,
            reconnected_cb=news.reconnected,
            closed_cb=news.closed,
            **_SETTINGS,
            **options,
        )
    )
    try:
        await asyncio.wait(
            {attempt, news.refused}, timeout=patience, return_when=asyncio.FIRST_COMPLETED
        )
        if attempt.done():
            attempt.result()
            return cast("Connection", client)
        raise _failure(url, creds, news)
    finally:
        if not _came(attempt):  # one that came may be lost again by now: it is looked for
            await _abandon(client, attempt)


def is_refusal(error: Exception) -> bool:
    """Whether the server means the creds, not the moment."""
    return any(words in str(error).lower() for words in _REFUSALS)


class Session:
    """A connection up to its next loss: what was sent and not yet answered is lost with it."""

    def __init__(self, nc: Connection) -> None:
        self._nc = nc
        self._reconnects = nc.stats["reconnects"]

    @property
    def lost(self) -> bool:
        return not self._nc.is_connected or self._nc.stats["reconnects"] != self._reconnects


async def ask(nc: Connection, subject: str, payload: bytes, patience: float) -> Message:
    """A request whose failures are told in our own words, and soon after the connection is lost.

    Nothing is sent while there is no connection: nats-py would keep the request and send it
    later, when its sender has long been told that it failed.
    """
    session = Session(nc)
    if session.lost:
        raise Disconnected(f"{subject} was not sent: the connection to NATS is lost")
    request = asyncio.create_task(_request(nc, subject, payload, patience))
    try:
        while not session.lost:
            if (await asyncio.wait({request}, timeout=GLANCE))[0]:
                return request.result()
    finally:
        await end(request)
    raise Disconnected(f"the connection to NATS was lost before {subject} was answered")


async def _request(nc: Connection, subject: str, payload: bytes, patience: float) -> Message:
    try:
        return await nc.request(subject, payload, timeout=patience)
    except nats.errors.NoRespondersError as error:
        raise NobodyTakes(f"nobody takes {subject}") from error
    except TimeoutError as error:
        raise Unanswered(f"no answer to {subject} within {patience:g} s") from error
    except nats.errors.Error as error:
        raise Disconnected(f"{subject} could not be sent: {error}") from error


class _News:
    """nats-py's callbacks (it insists on coroutine functions), told on to one plain callable."""

    def __init__(self, report: Report, close: Callable[[], Awaitable[None]]) -> None:
        self._report = report
        self._close = close
        self._closing: asyncio.Future[None] | None = None
        self._refusals = 0
        self.last: Exception | None = None
        self.refused: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def error(self, error: Exception) -> None:
        if str(error) != str(self.last):  # a server that is down fails every attempt alike
            self._report("nats.error", error)
        self.last = error
        if is_refusal(error):
            self._refusals += 1
            if not self.refused.done():
                self.refused.set_result(None)
            # Revoked while away: nats-py would knock for ever. One refusal may be a cluster's
            # node that has not heard of the account yet.
            if self._refusals >= _KNOCKS and self._closing is None:
                self._closing = asyncio.ensure_future(self._close())

    async def disconnected(self) -> None:
        self._report("nats.disconnected", None)

    async def reconnected(self) -> None:
        self.last, self._refusals = None, 0
        self._report("nats.reconnected", None)

    async def closed(self) -> None:
        self._report("nats.closed", None)


def _failure(url: str, creds: Credentials, news: _News) -> Exception:
    if news.refused.done():
        return creds.expired(datetime.now(UTC)) or CredentialsRefused(
            f"the server at {url} refuses the creds of {creds.name or creds.user_key}",
            got=str(news.last),
            next_step="ask the operator whether they were revoked",
        )
    if isinstance(news.last, ssl.SSLCertVerificationError):
        return Disconnected(
            f"the server at {url} shows a certificate that is not trusted here",
            got=str(news.last),
            expected="one that a known authority signed",
            next_step="name the authority's certificate with --ca FILE or in VARSEL_NATS_CA: ask "
            "the operator for its ca.pem (for other programs SSL_CERT_FILE)",
        )
    return Disconnected(
        f"no NATS server reached at {url}",
        got=str(news.last) if news.last else "no answer",
        next_step="is `varsel serve` running there, and is --url right?",
    )


def _came(attempt: asyncio.Task[None]) -> bool:
    return attempt.done() and not attempt.cancelled() and attempt.exception() is None


async def _abandon(client: Client, attempt: asyncio.Task[None]) -> None:
    await end(attempt)  # the caller is told by `_failure`
    with contextlib.suppress(Exception):  # a half-open client may fail in any way while closing
        await client.close()
