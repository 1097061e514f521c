"""Which NATS account each party has: its seed in the vault, its key in memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from adapters.nats import mint
from adapters.store.vault import Vault

PREFIX: Final = "account/"
MISSED: Final = 1.0  # seconds that an unknown key stays unknown without another look


class Accounts:
    """The accounts of all parties. An account never changes, so what is known stays true.

    What is not known is looked for in the vault: another process may have let the party in.
    """

    def __init__(self, vault: Vault, clock: Callable[[], float] = time.monotonic) -> None:
        self._vault = vault
        self._clock = clock
        self._seeds: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._parties: dict[str, str] = {}
        self._missed: dict[str, float] = {}  # keys that are nobody's, until when that is believed
        self.all()

    def key_of(self, party: str) -> str | None:
        """A party's account key."""
        if party not in self._keys:
            seed = self._vault.get(PREFIX + party)
            if seed is not None:
                self._know(party, seed.decode())
        return self._keys.get(party)

    def party_of(self, account_key: str) -> str | None:
        """The party an account key belongs to."""
        if account_key not in self._parties:
            self._look_for(account_key)
        return self._parties.get(account_key)

    def seed_of(self, party: str) -> str:
        """A party's account seed, made where there is none: the same in whichever process."""
        known = self.key_of(party)
        seed = mint.new_seed("account") if known is None else self._seeds[party]
        # Also what is known: a database that failed over may have lost it, or have another by now.
        kept = self._vault.once(PREFIX + party, seed.encode()).decode()
        if kept != seed and known is not None:
            del self._parties[known]
        self._know(party, kept)
        return kept

    def all(self) -> list[str]:
        """Every party with an account."""
        names = [one.removeprefix(PREFIX) for one in self._vault.names(PREFIX)]
        return [name for name in names if self.key_of(name) is not None]

    def _look_for(self, account_key: str) -> None:
        now = self._clock()
        if now < self._missed.get(account_key, now):
            return
        self.all()
        if account_key not in self._parties:
            self._missed[account_key] = now + MISSED

    def _know(self, party: str, seed: str) -> None:
        self._seeds[party], self._keys[party] = seed, mint.public_key(seed)
        self._parties[self._keys[party]] = party
