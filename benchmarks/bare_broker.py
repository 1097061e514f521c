"""A bare nats-server with a stream, written to over one socket: what publishing costs at least."""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from adapters.nats.processes import server_binary
from adapters.nats.server import free_port

PATIENCE: Final = 10.0  # seconds
_HELLO: Final = (
    b'CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true}\r\n'
)

Out = tuple[str, bytes]  # subject, body


class BareBroker:
    """A client of the broker that speaks the protocol itself, and waits where it must."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.recv(1 << 16)
        self._socket.sendall(_HELLO + b"SUB _R.* 1\r\nPING\r\n")
        self._count(b"PONG", 1)

    def make_stream(self, name: str, subjects: str, settings: dict[str, Any]) -> None:
        """A stream in a file; raises where it is refused."""
        said = {**settings, "name": name, "subjects": [subjects], "storage": "file"}
        answer = self._ask(f"$JS.API.STREAM.CREATE.{name}", json.dumps(said).encode())
        if b'"error"' in answer:
            raise RuntimeError(answer)

    def publish(self, messages: Sequence[Out]) -> float:
        """Seconds until all are acknowledged; what is sent was encoded before the clock starts."""
        blob = b"".join(_encoded(messages))
        start = time.perf_counter()
        sending = threading.Thread(target=self._socket.sendall, args=(blob,))
        sending.start()
        self._count(b"MSG _R.", len(messages))
        sending.join()
        return time.perf_counter() - start

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _ask(self, subject: str, body: bytes) -> bytes:
        self._socket.sendall(b"".join(_encoded([(subject, body)])))
        return self._count(b"MSG _R.", 1)

    def _count(self, token: bytes, wanted: int) -> bytes:
        """Read until the token was seen so often; what was read last."""
        seen = b""
        while wanted > 0:
            got = self._socket.recv(1 << 20)
            if not got:
                raise ConnectionError("the bare broker hung up")
            seen = seen[1 - len(token) :] + got  # a token may come in two pieces
            wanted -= seen.count(token)
        return seen


def _encoded(messages: Iterable[Out]) -> Iterable[bytes]:
    for number, (subject, body) in enumerate(messages):
        yield b"PUB %b _R.%d %d\r\n%b\r\n" % (subject.encode(), number, len(body), body)


@contextmanager
def bare_broker(sync: str) -> Generator[BareBroker]:
    """A server of its own in a folder of its own; `sync` is its `sync_interval`."""
    with tempfile.TemporaryDirectory(prefix="varsel-bare-") as folder:
        conf = Path(folder) / "nats.conf"
        port = free_port()
        conf.write_text(
            f"listen: 127.0.0.1:{port}\nmax_payload: {4 << 20}\n"
            f"jetstream {{ store_dir: {json.dumps(folder)}, sync_interval: {sync} }}\n",
            encoding="utf-8",
        )
        with subprocess.Popen(
            [server_binary(None), "-c", conf], stderr=subprocess.DEVNULL
        ) as child:
            try:
                broker = _connected(port)
                try:
                    yield broker
                finally:
                    broker.close()
            finally:
                child.terminate()


def _connected(port: int) -> BareBroker:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return BareBroker(port)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
