"""Secret addresses of calendars: who has one reads a party's deadlines, and nothing else.

Calendar programs cannot send a bearer token; the address is the key. The vault knows its SHA-256
alone. A party has one at most, the one that is noted for it: a new one ends the old one, whichever
processes make them. It is dead too once the party holds no credential any more.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from adapters.store.vault import Vault
from projections import credentials
from projections.rows import Rows

_KEPT = "calendar/"  # by the hash of its secret: whose it is
_VALID = "calendar-of/"  # by party: the one that leads somewhere


class Calendars:
    """Makes, finds and ends secret addresses; `url` is where the platform is reached."""

    def __init__(self, vault: Vault, rows: Callable[[], Rows], url: str) -> None:
        self._vault = vault
        self._rows = rows
        self._url = url

    def link(self, party: str) -> str:
        """A new address; the party's old one leads nowhere from here on."""
        secret = secrets.token_urlsafe(32)
        older = self._vault.get(_VALID + party)
        self._vault.put(_name(secret), party.encode())
        self._vault.put(_VALID + party, _name(secret).encode())
        if older is not None:
            self._vault.destroy(older.decode())
        return f"{self._url}/calendar/{secret}.ics"

    def unlink(self, party: str) -> bool:
        """End a party's address; whether there was one."""
        valid = self._vault.get(_VALID + party)
        if valid is None:
            return False
        self._vault.destroy(valid.decode())
        return self._vault.destroy(_VALID + party)

    def party_of(self, secret: str) -> str | None:
        """Whose calendar it is; None where the address is unknown, or ended."""
        kept = self._vault.get(_name(secret))
        if kept is None:
            return None
        party = kept.decode()
        if self._vault.get(_VALID + party) != _name(secret).encode():
            return None
        held = credentials.of(party, self._rows())
        return party if any(one["revoked_at"] is None for one in held) else None


def _name(secret: str) -> str:
    return f"{_KEPT}{hashlib.sha256(secret.encode()).hexdigest()}"
