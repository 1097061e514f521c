"""How the HTTP server listens."""

from __future__ import annotations

import socket

from adapters.http.serving import listen


def test_an_answer_is_not_held_back_until_its_head_is_acknowledged() -> None:
    with listen("127.0.0.1", 0) as at, socket.create_connection(at.getsockname()):
        accepted, _ = at.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
