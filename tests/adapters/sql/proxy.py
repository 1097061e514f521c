"""A wire to PostgreSQL that can be cut at the one moment that matters."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Literal, Self
from urllib.parse import urlsplit, urlunsplit

Moment = Literal["before", "after"]


class Wire:
    """Passes everything on, until it is told to break around the next COMMIT, or another word.

    "before": the server never hears it. "after": it has done it, and the client never hears so.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = (parts.hostname or "", parts.port or 0)
        self._door = socket.create_server(("127.0.0.1", 0))
        place = f"{parts.username}@127.0.0.1:{self._door.getsockname()[1]}"
        self.url = urlunsplit(parts._replace(netloc=place))
        self._ends: list[socket.socket] = [self._door]
        self._moment: Moment | None = None
        self._word = b""
        self._for_good = self._shut = False
        self._turn = threading.Lock()
        self.cuts = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        _close(*self._ends)

    def cut(self, moment: Moment, *, for_good: bool = False, at: bytes = b"COMMIT") -> None:
        """Break the connection that commits next; `for_good`: all of them, and nobody gets in."""
        self._word, self._for_good, self._moment = at, for_good, moment

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = socket.create_connection(self._server)
                with self._turn:  # who knocks while all is broken off does not get in
                    self._ends += [client, server]
                    if self._shut:
                        return _close(client, server)
                doomed = threading.Event()
                for way in (self._forth, self._back):
                    threading.Thread(target=way, args=(client, server, doomed), daemon=True).start()

    def _forth(self, client: socket.socket, server: socket.socket, doomed: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while said := client.recv(65536):
                if self._moment and self._word in said:
                    if self._moment == "before":
                        self._break(client, server)
                        return
                    doomed.set()
                server.sendall(said)
        _close(client, server)

    def _back(self, client: socket.socket, server: socket.socket, doomed: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while said := server.recv(65536):
                if doomed.is_set():
                    self._break(client, server)
                    return
                client.sendall(said)
        _close(client, server)

    def _break(self, *ends: socket.socket) -> None:
        self._moment, self.cuts = None, self.cuts + 1
        with self._turn:
            self._shut = self._for_good
            _close(*(self._ends if self._for_good else ends))


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
