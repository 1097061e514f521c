"""The secrets that credentials are made of, and whose an API key is.

Of a NATS user's seed the ledger keeps the public key, of an API key the SHA-256: 256 random bits
need no slow hash.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.nats import mint
from domain.desk import Request
from domain.party import API_KEY, NATS, PERSON
from domain.use_cases.credentials import Credential
from projections import credentials
from projections.rows import Rows

REMEMBERED = 600.0  # seconds that an answer with secrets can be asked for again


@dataclass(frozen=True)
class Secret:
    """A new secret, and what the ledger may know of it."""

    text: str = field(repr=False)
    public: Credential


def new_secret(kind: str) -> Secret:
    """A NATS user's seed or an API key, known to nobody yet."""
    if kind == NATS:
        seed = mint.new_seed("user")
        return Secret(seed, Credential(mint.public_key(seed), NATS))
    key = f"varsel_{secrets.token_urlsafe(32)}"
    return Secret(key, Credential(digest(key), API_KEY))


def person(issuer: str, subject: str) -> Credential:
    """Somebody as an identity provider knows them: of that the ledger keeps a hash."""
    return Credential(hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest(), PERSON)


def digest(key: str) -> str:
    """What the ledger keeps of an API key."""
    return hashlib.sha256(key.encode()).hexdigest()


class Keys:
    """Whose API keys are whose, for every door that takes them."""

    def __init__(self, rows: Callable[[], Rows]) -> None:
        self._rows = rows

    def party_of_api_key(self, key: str, now: datetime) -> str | None:
        """The party whose key this is; None for one that is unknown, cut off or expired."""
        return credentials.holder(digest(key), self._rows(), now)


class Remembered:
    """Answers that hold secrets, in memory, for a request sent again because its answer was lost.

    Only for a while, and never on disk: what is shown once cannot be asked for later.
    """

    def __init__(self, seconds: float = REMEMBERED) -> None:
        self._seconds = seconds
        self._answers: dict[str, tuple[Request, dict[str, Any]]] = {}

    def find(self, request: Request) -> dict[str, Any] | None:
        """The answer that the very same request got."""
        kept, answer = self._answers.get(request.command, (None, None))
        return answer if kept == request else None

    def keep(self, request: Request, answer: dict[str, Any]) -> None:
        """Remember an answer for a while."""
        self._answers[request.command] = request, answer
        loop = asyncio.get_running_loop()
        loop.call_later(self._seconds, self._answers.pop, request.command, None)
