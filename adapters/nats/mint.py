"""Mints NATS v2 JWTs (operator, account, user) and .creds texts with nothing but `nkeys`.

The PyPI package nats-jwt 0.2.2 calls itself "not well-tested" and pins five dependencies.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import nkeys

Kind = Literal["operator", "account", "user"]
Claims = dict[str, Any]

_PREFIX: Final[dict[Kind, int]] = {
    "operator": nkeys.PREFIX_BYTE_OPERATOR,
    "account": nkeys.PREFIX_BYTE_ACCOUNT,
    "user": nkeys.PREFIX_BYTE_USER,
}
_UNLIMITED: Final[Mapping[str, int | bool]] = {
    "subs": -1,
    "data": -1,
    "payload": -1,
    "imports": -1,
    "exports": -1,
    "wildcards": True,
    "conn": -1,
    "leaf": 0,  # nobody connects a leaf node
}
_JETSTREAM: Final = {"mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1}


def new_seed(kind: Kind) -> str:
    """A fresh private key; its first letters tell its kind (SO, SA, SU)."""
    return nkeys.encode_seed(os.urandom(32), _PREFIX[kind]).decode()


def public_key(seed: str) -> str:
    """The name by which everybody else knows the holder of this seed."""
    return nkeys.from_seed(bytearray(seed.encode())).public_key.decode().rstrip("=")


def operator_jwt(operator_seed: str, system_account: str, *, issued_at: datetime) -> str:
    """The operator, self-signed: what a server is configured to trust."""
    body: Claims = {"type": "operator", "system_account": system_account}
    return _sign(operator_seed, public_key(operator_seed), "operator", body, issued_at)


def account_jwt(  # noqa: PLR0913 - an account has these parts
    operator_seed: str,
    account: str,
    name: str,
    *,
    issued_at: datetime,
    exports: Sequence[Claims] = (),
    imports: Sequence[Claims] = (),
    limits: Mapping[str, int] | None = None,
    jetstream: bool = False,
    revocations: Mapping[str, datetime] | None = None,
) -> str:
    """An account; `revocations` shut out a user key's JWTs issued up to the given instant."""
    body: Claims = {
        "type": "account",
        "exports": list(exports),
        "imports": list(imports),
        "limits": {**_UNLIMITED, **(_JETSTREAM if jetstream else {}), **(limits or {})},
        "default_permissions": {"pub": {}, "sub": {}},
        "authorization": {},
    }
    if revocations:
        body["revocations"] = {key: _seconds(at) for key, at in revocations.items()}
    return _sign(operator_seed, account, name, body, issued_at)


def activation_jwt(exporter_seed: str, importer: str, subject: str, *, issued_at: datetime) -> str:
    """A permit: this account alone may import this subject, by a stream, from the one who signs."""
    body: Claims = {"type": "activation", "kind": "stream", "subject": subject}
    return _sign(exporter_seed, importer, subject, body, issued_at)


def user_jwt(  # noqa: PLR0913 - a user has these parts
    account_seed: str,
    user: str,
    name: str,
    *,
    pub: Sequence[str],
    sub: Sequence[str],
    issued_at: datetime,
    expires: datetime | None = None,
) -> str:
    """A user; both allow lists are required, since an absent one means "everything"."""
    body: Claims = {
        "type": "user",
        "pub": {"allow": _allow("pub", pub)},
        "sub": {"allow": _allow("sub", sub)},
        "subs": -1,
        "data": -1,
        "payload": -1,
    }
    return _sign(account_seed, user, name, body, issued_at, expires)


def creds_file(jwt: str, user_seed: str, comment: str) -> str:
    """The text of a .creds file, opened by a one-line comment for the person who finds it."""
    if "---" in comment:
        raise ValueError(f"a creds comment holds no '---', it would end the block: {comment!r}")
    return (
        f"# {' '.join(comment.split())}\n"
        f"-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{user_seed}\n------END USER NKEY SEED------\n"
    )


def words(jwt: str) -> dict[str, Any]:
    """What an account's JWT says, whenever it was issued."""
    body = jwt.split(".")[1]
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return {name: value for name, value in said.items() if name not in {"iat", "jti"}}


def _allow(which: str, subjects: Sequence[str]) -> list[str]:
    if isinstance(subjects, str) or not subjects or not all(subjects):
        raise ValueError(
            f"{which}: got {subjects!r}, expected a list of at least one subject; "
            "an empty allow list would let the user reach everything"
        )
    return list(subjects)


def _sign(  # noqa: PLR0913, PLR0917 - a JWT has these parts
    seed: str,
    subject: str,
    name: str,
    body: Claims,
    issued_at: datetime,
    expires: datetime | None = None,
) -> str:
    claims: Claims = {
        "iat": _seconds(issued_at),
        "iss": public_key(seed),
        "name": name,
        "sub": subject,
        "nats": {**body, "version": 2},
    }
    if expires is not None:
        claims["exp"] = _seconds(expires)
    digest = hashlib.sha256(json.dumps(claims, sort_keys=True).encode()).digest()
    claims["jti"] = base64.b32encode(digest).rstrip(b"=").decode()
    head = _b64(b'{"typ":"JWT","alg":"ed25519-nkey"}')
    signed = f"{head}.{_b64(json.dumps(claims, separators=(',', ':')).encode())}"
    signature = nkeys.from_seed(bytearray(seed.encode())).sign(signed.encode())
    return f"{signed}.{_b64(signature)}"


def _seconds(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError(f"got {at!r}, expected an aware datetime")
    return int(at.timestamp())


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
