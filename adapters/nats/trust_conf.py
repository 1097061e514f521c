"""What the nodes of an outside cluster must know to trust this platform: public, all of it."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from adapters.nats.files import write_whole
from adapters.nats.trust import Trust
from domain.errors import Refused

_JWT: Final = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]+")
_OF_THE_MOMENT: Final = {"iat", "jti"}


def trust_conf(trust: Trust, issued_at: datetime) -> str:
    """`trust.conf`, which docker/nats/nats.conf includes: JWTs and public keys, no seed.

    A node takes the preloaded accounts when it starts, unless it knows newer ones.
    """
    return f"""\
# Written by `varsel setup`. Nothing in here is secret.
operator: {trust.operator_jwt(issued_at)}
system_account: {trust.system_key}
resolver_preload: {{
  {trust.system_key}: {trust.system_account_jwt(issued_at)}
  {trust.platform_key}: {trust.platform_account_jwt(issued_at)}
}}
"""


def write_trust_conf(path: Path, trust: Trust, now: datetime) -> bool:
    """Write it where it is missing or says something else; whether it was written.

    Raises `Refused` where the one that is there is another platform's: nodes that run with it would
    not let this one in, and hold the accounts of the other.
    """
    wanted = trust_conf(trust, now)
    found = _claims(path.read_text(encoding="utf-8")) if path.exists() else []
    if found == _claims(wanted):
        return False
    if found and found[0]["sub"] != _claims(wanted)[0]["sub"]:
        raise Refused(
            "the trust that is written there is another platform's",
            got=str(path),
            expected="an empty folder, or the one of this platform's earlier setup",
            next_step="is this the right database and master key? if so, take the folder away, "
            "and what the NATS nodes have stored",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, wanted.encode(), 0o644)
    return True


def _claims(text: str) -> list[dict[str, Any]]:
    """What each JWT says, whenever it was issued; the operator's is the first."""
    found: list[dict[str, Any]] = []
    for payload in _JWT.findall(text):
        told = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        found.append({name: part for name, part in told.items() if name not in _OF_THE_MOMENT})
    return found
