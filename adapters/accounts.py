"""Which NATS account each party has: its seed in the vault, its key in memory."""

from __future__ import annotations

from adapters.nats import mint
from adapters.store.vault import Vault


class Accounts:
    """The accounts of all parties, read at the start and kept in step."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._seeds: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._parties: dict[str, str] = {}
        for name in vault.names("account/"):
            seed = vault.get(name)
            if seed is not None:
                self._know(name.removeprefix("account/"), seed.decode())

    def key_of(self, party: str) -> str | None:
        """A party's account key."""
        return self._keys.get(party)

    def party_of(self, account_key: str) -> str | None:
        """The party an account key belongs to."""
        return self._parties.get(account_key)

    def seed_of(self, party: str) -> str:
        """A party's account seed, made and kept where there is none yet."""
        if party not in self._seeds:
            seed = mint.new_seed("account")
            self._vault.put(f"account/{party}", seed.encode())
            self._know(party, seed)
        return self._seeds[party]

    def all(self) -> list[str]:
        """Every party with an account."""
        return sorted(self._seeds)

    def _know(self, party: str, seed: str) -> None:
        self._seeds[party], self._keys[party] = seed, mint.public_key(seed)
        self._parties[self._keys[party]] = party
