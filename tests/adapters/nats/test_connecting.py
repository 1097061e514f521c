"""A connection is looked for for ever, from the moment that it was there once."""

from __future__ import annotations

import asyncio
import json

from adapters.nats import mint
from adapters.nats.connection import connect
from adapters.nats.credentials import Credentials
from adapters.nats.trust import party_user_creds
from tests.adapters.nats.lab import TOLERATED, now, until

pytestmark = TOLERATED

INFO = {"server_id": "host", "version": "2.15.1", "max_payload": 1_000_000, "nonce": "once"}


class Host:
    """A server that answers its first guest otherwise than those after."""

    def __init__(self, first: bytes, *, hangs_up: bool) -> None:
        self.first = first
        self.hangs_up = hangs_up
        self.visits = 0

    async def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        first = self.visits == 1
        writer.write(b"INFO " + json.dumps(INFO).encode() + b"\r\n")
        while line := await reader.readline():
            if line == b"PING\r\n":
                writer.write(self.first if first else b"PONG\r\n")
                if first and self.hangs_up:
                    break
        writer.close()


def test_what_is_lost_as_soon_as_it_is_there_is_looked_for_as_well() -> None:
    """It came back closed for good, so that whoever had just connected could not follow."""
    asyncio.run(comes_in_the_second_time(Host(b"PONG\r\n", hangs_up=True)))


def test_a_server_that_is_slow_to_let_in_and_pings_first_is_asked_again() -> None:
    asyncio.run(comes_in_the_second_time(Host(b"PING\r\nPONG\r\n", hangs_up=False)))


async def comes_in_the_second_time(host: Host) -> None:
    creds = Credentials.parse(party_user_creds(mint.new_seed("account"), "joker", "bot", now())[0])
    async with await asyncio.start_server(host.receive, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        nc = await connect(f"nats://127.0.0.1:{port}", creds, name="guest", patience=60)
        await until(lambda: host.visits == 2 and nc.is_connected)
        await nc.close()
