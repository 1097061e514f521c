"""A time-stamping authority (RFC 3161), asked over HTTP; needs the extra `tsa`.

It is sent a hash and a random number, nothing else. What it answers counts only when it is over
this very hash and number, and signed by a certificate for time stamps that leads to given roots.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Final

import httpx2
from cryptography.x509 import Certificate
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from adapters.evidence import stamp
from domain.errors import Invalid, Unavailable

ANSWER: Final = 15.0  # seconds for all of an attempt
LARGEST: Final = 65_536  # bytes of an answer; one with its certificates has 1,000 to 8,000
_HEADERS: Final = {
    "content-type": "application/timestamp-query",
    "accept": "application/timestamp-reply",
    "accept-encoding": "identity",
}


class Tsa:
    """An authority at a URL, and whose certificates are believed; `patience` in seconds."""

    def __init__(self, url: str, roots: list[Certificate], patience: float = ANSWER) -> None:
        self._url, self._roots, self._patience = url, roots, patience

    async def stamp(self, text: bytes) -> bytes:
        """The token (DER) for a text, verified; raises `Unavailable` where none is to be had."""
        request = TimestampRequestBuilder(data=text, hash_algorithm=HashAlgorithm.SHA256).build()
        try:
            async with asyncio.timeout(self._patience):
                answer = await self._ask(request.as_bytes())
        except (TimeoutError, httpx2.TimeoutException):
            raise _unavailable(f"no answer within {self._patience:g} s") from None
        except httpx2.RequestError as failed:
            raise _unavailable(f"no answer: {type(failed).__name__}") from failed
        return self._token(answer, request, text)

    async def _ask(self, body: bytes) -> bytes:
        client = httpx2.AsyncClient(trust_env=False, timeout=self._patience)
        post = client.stream("POST", self._url, content=body, headers=_HEADERS)
        async with client, post as response:
            if response.status_code != HTTPStatus.OK:
                raise _unavailable(f"HTTP status {response.status_code}")
            answer = b""
            async for part in response.aiter_raw():
                answer += part
                if len(answer) > LARGEST:
                    raise _unavailable(f"more than {LARGEST} bytes")
            return answer

    def _token(self, answer: bytes, request: TimeStampRequest, text: bytes) -> bytes:
        """The token in an answer, if everything about it holds."""
        verifier = VerifierBuilder.from_request(request)
        for root in self._roots:
            verifier = verifier.add_root_certificate(root)
        try:
            reply = decode_timestamp_response(answer)
            verifier.build().verify_message(reply, text)
            token = reply.time_stamp_token()
            stamp.read(token)  # the library takes a SHA-512, too: nobody else here would
        except (ValueError, VerificationError, Invalid) as wrong:
            raise _unavailable(str(wrong)[:200]) from wrong
        return token


def _unavailable(got: str) -> Unavailable:
    return Unavailable(
        "the time-stamping authority gave no time stamp that holds",
        got=got,
        expected="a token over what was sent, signed under VARSEL_TSA_ROOTS",
        next_step="see VARSEL_TSA_URL and VARSEL_TSA_ROOTS; it is asked again by itself",
    )
