"""Reads a .creds text or file: whose account it speaks for, before anything is connected."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, Field

from adapters.nats.errors import CredentialsRefused, CredentialsUnreadable

# nats-py 2.16 reads a text without a JWT block for ever (`_read_creds_user_jwt`), hence this.
_JWT = re.compile(r"-----BEGIN NATS USER JWT-----\s+([\w-]+)\.([\w-]+)\.([\w-]+)\s+-----")
_SEED = re.compile(r"-----BEGIN USER NKEY SEED-----\s+(SU[A-Z2-7]{56})\s+-----")


@dataclass(frozen=True)
class Credentials:
    """One user's creds: the text, the user's key and the key of its account."""

    text: str = field(repr=False)
    account_key: str
    user_key: str
    name: str
    expires_at: datetime | None = None
    hears: frozenset[str] = frozenset()  # the subjects it may subscribe to

    def expired(self, now: datetime) -> CredentialsRefused | None:
        """Why the server lets them in no more, where that is because their time is over."""
        if self.expires_at is None or now < self.expires_at:
            return None
        return CredentialsRefused(
            f"the creds of {self.name or self.user_key} expired",
            got=self.expires_at.isoformat(),
            expected="creds that are still good",
            next_step=f"ask the operator for others: varsel party issue {self.name}".rstrip(),
        )

    @classmethod
    def of(cls, source: Self | Path | str) -> Self:
        """From a path, or from the text itself."""
        if isinstance(source, cls):
            return source
        if isinstance(source, str) and "BEGIN NATS USER JWT" in source:
            return cls.parse(source)
        path = Path(str(source))
        try:
            return cls.parse(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise _unreadable(f"{path}: {error}") from error

    @classmethod
    def parse(cls, text: str) -> Self:
        jwt, seed = _JWT.search(text), _SEED.search(text)
        if jwt is None or seed is None:
            raise _unreadable("a text without a user JWT block and a user seed block")
        claims = _claims(jwt.group(2))
        account = claims.nats.issuer_account or claims.iss  # the former when a signing key signed
        if not account.startswith("A") or not claims.sub.startswith("U"):
            raise _unreadable(f"a JWT issued by {account} for {claims.sub}")
        expires = None if claims.exp is None else datetime.fromtimestamp(claims.exp, UTC)
        hears = frozenset(claims.nats.sub.allow)
        return cls(text, account, claims.sub, claims.name, expires, hears)


_LATEST = 253_402_300_799  # the last second that a datetime holds


class _Subjects(BaseModel):
    allow: list[str] = []


class _Nats(BaseModel):
    issuer_account: str | None = None
    sub: _Subjects = _Subjects()


class _Claims(BaseModel):
    iss: str
    sub: str
    name: str = ""
    exp: Annotated[int, Field(ge=0, le=_LATEST)] | None = None
    nats: _Nats = _Nats()


def _claims(payload: str) -> _Claims:
    try:
        raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return _Claims.model_validate_json(raw)
    except ValueError as error:  # also what base64 and pydantic raise
        raise _unreadable("a JWT that does not decode") from error


def _unreadable(got: str) -> CredentialsUnreadable:
    return CredentialsUnreadable(
        "these creds cannot be read",
        got=got,
        expected="the file that `varsel party add` wrote",
        next_step="give its path by --creds or VARSEL_CREDS, or ask the operator for a new one",
    )
