"""Secret addresses of calendars: who has one reads a party's deadlines, and nothing else.

Calendar programs cannot send a bearer token; the address is the key. The vault knows its SHA-256
alone. A party has one at most: a new one ends the old one. It is dead too once the party holds no
credential any more.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from adapters.store.vault import Vault
from projections import credentials
from projections.rows import Rows

_KEPT = "calendar/"


class Calendars:
    """Makes, finds and ends secret addresses; `url` is where the platform is reached."""

    def __init__(self, vault: Vault, rows: Callable[[], Rows], url: str) -> None:
        self._vault = vault
        self._rows = rows
        self._url = url

    def link(self, party: str) -> str:
        """A new address; the party's old one leads nowhere from here on."""
        secret = secrets.token_urlsafe(32)
        self.unlink(party)
        self._vault.put(_name(secret), party.encode())
        return f"{self._url}/calendar/{secret}.ics"

    def unlink(self, party: str) -> bool:
        """End a party's address; whether there was one."""
        names = [one for one in self._vault.names(_KEPT) if self._holder(one) == party]
        return sum(self._vault.destroy(name) for name in names) > 0

    def party_of(self, secret: str) -> str | None:
        """Whose calendar it is; None where the address is unknown, or ended."""
        party = self._holder(_name(secret))
        if party is None:
            return None
        held = credentials.of(party, self._rows())
        return party if any(one["revoked_at"] is None for one in held) else None

    def _holder(self, name: str) -> str | None:
        kept = self._vault.get(name)
        return kept.decode() if kept is not None else None


def _name(secret: str) -> str:
    return f"{_KEPT}{hashlib.sha256(secret.encode()).hexdigest()}"
