"""Redis streams with an append-only file that is flushed before each answer (`appendfsync always`).

Its protocol is spoken over a bare socket: no client library stands in the way.
"""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import uuid4

from adapters.nats.server import free_port

PATIENCE: Final = 10.0  # seconds
DURABLE: Final = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")


class Redis:
    """A client of one server."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")

    def close(self) -> None:
        """Leave the server."""
        self._answers.close()
        self._socket.close()

    def append(self, bodies: Sequence[bytes]) -> None:
        """A stream of its own; the entries' ids are their versions, which Redis checks."""
        key = f"incident-{uuid4()}".encode()
        added = [
            (b"XADD", key, b"0-%d" % version, b"body", body)
            for version, body in enumerate(bodies, start=1)
        ]
        if len(added) == 1:
            self.ask(*added)
        else:
            self.ask((b"MULTI",), *added, (b"EXEC",))

    def ask(self, *commands: Sequence[bytes]) -> list[Any]:
        """The answers to commands that are sent together; raises for one that is refused."""
        self._socket.sendall(b"".join(map(_encoded, commands)))
        return [self._answer() for _ in commands]

    def _answer(self) -> Any:
        kind, said = (line := self._answers.readline())[:1], line[1:-2]
        match kind:
            case b"$":
                size = int(said)
                return None if size < 0 else self._answers.read(size + 2)[:-2]
            case b"*":
                return [self._answer() for _ in range(int(said))]
            case b"+" | b":":
                return said
            case _:
                raise RuntimeError(f"Redis refuses: {line!r}")


def _encoded(command: Sequence[bytes]) -> bytes:
    parts = [b"$%d\r\n%s\r\n" % (len(part), part) for part in command]
    return b"*%d\r\n" % len(command) + b"".join(parts)


@contextmanager
def served(program: str) -> Generator[Redis]:
    """A client of a server of its own, both gone afterwards."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="varsel-bench-") as folder:
        place = ("--bind", "127.0.0.1", "--port", str(port), "--dir", folder)
        with subprocess.Popen([program, *place, *DURABLE], stdout=subprocess.DEVNULL) as server:
            try:
                client = _connected(port, server)
                try:
                    yield client
                finally:
                    client.close()
            finally:
                server.terminate()


def _connected(port: int, server: subprocess.Popen[bytes]) -> Redis:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return Redis(port)
        except OSError:
            if time.monotonic() > deadline or server.poll() is not None:
                raise
            time.sleep(0.01)
