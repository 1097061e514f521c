"""A publication as nats-py would write it, and nothing that could be taken for two of them."""

from __future__ import annotations

import asyncio

import pytest
from nats.aio.client import Client

from adapters.nats import frames


class Writing(Client):
    """A client that keeps what it would send."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    async def _send_command(self, cmd: bytes, priority: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - nats-py's
        self.written += cmd


@pytest.mark.parametrize("body", [b"", b"a body\r\nof two lines", "Økokrim".encode()])
def test_a_publication_is_written_as_nats_py_does(body: bytes) -> None:
    headers = {"Varsel-Checkpoint": "c2lnbmVk", "Nats-Msg-Id": "id-1"}

    async def written() -> bytes:
        client = Writing()
        client._status = Client.CONNECTED
        await client.publish("feed.joker.x.Told", body, "_INBOX.a.1", dict(headers))
        return client.written

    ours = frames.publication("feed.joker.x.Told", "_INBOX.a.1", frames.head(headers), body)
    assert ours == asyncio.run(written())


@pytest.mark.parametrize("subject", ["", "feed.joker x", "feed.joker\r\nPUB a 0", "fæd"])
def test_what_is_no_subject_is_refused(subject: str) -> None:
    with pytest.raises(ValueError, match="is no subject"):
        frames.publication(subject, "_INBOX.a.1", frames.head({}), b"")


@pytest.mark.parametrize("value", ["two\r\nlines", "two\nlines", "a\x00b"])
def test_a_header_of_more_than_a_line_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="no header of one line"):
        frames.head({"Varsel-Checkpoint": value})
