"""Admission: parties let in at run time, their accounts, credentials and consumers kept in step."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from adapters.nats import mint
from adapters.nats.tenancy import Tenancy
from adapters.nats.trust import Trust, party_user_creds
from adapters.store.vault import Vault
from domain.desk import Desk, Request
from domain.errors import Invalid, NotFound
from domain.use_cases.platform import Credential

T = TypeVar("T")


class Write(Protocol):
    """Runs something in the one thread that writes to the ledger."""

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]:
        """The result, when it is done."""
        ...


OPERATOR = "operator"
USER, API_KEY = "nats-user", "api-key"


class Accounts:
    """Which NATS account each party has: its seed in the vault, its key in memory."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._seeds: dict[str, str] = {}
        self._parties: dict[str, str] = {}
        for name in vault.names("account/"):
            seed = vault.get(name)
            if seed is not None:
                self._know(name.removeprefix("account/"), seed.decode())

    def key_of(self, party: str) -> str | None:
        """A party's account key."""
        seed = self._seeds.get(party)
        return mint.public_key(seed) if seed else None

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
        self._seeds[party] = seed
        self._parties[mint.public_key(seed)] = party


class Admission:
    """Lets parties in, gives out credentials, cuts them off."""

    def __init__(  # noqa: PLR0913, PLR0917 - the composition root names each
        self,
        desk: Desk,
        vault: Vault,
        accounts: Accounts,
        trust: Trust,
        tenancy: Tenancy,
        clock: Callable[[], datetime],
        write: Write,
        url: str,
    ) -> None:
        self._desk = desk
        self._write = write
        self._vault = vault
        self._accounts = accounts
        self._trust = trust
        self._tenancy = tenancy
        self._clock = clock
        self._url = url

    async def add(self, request: Request) -> dict[str, Any]:
        """Register a party and give it credentials, shown this once."""
        receipt = await self._write(lambda: self._desk.handle(request, self._clock()))
        party = str(request.body["id"])
        self._accounts.seed_of(party)
        await self.admit(party)
        return {"receipt": receipt.model_dump(mode="json"), **await self._credentials(party)}

    async def rotate(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """New credentials for a party; the old ones are cut off at once."""
        party = self._known(body)
        await self._revoke(party)
        return {"party": party, **await self._credentials(party)}

    async def revoke(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Cut a party's credentials off; live connections end at once."""
        party = self._known(body)
        return {"party": party, "revoked": await self._revoke(party)}

    async def admit(self, party: str) -> None:
        """Make the party's account and consumer known to NATS: at admission and at every start."""
        key = self._accounts.key_of(party)
        known = self._desk.party(party)
        if key is None or known is None:
            return
        jwt = self._trust.party_account_jwt(key, party, self._clock(), self._revocations(party))
        await self._tenancy.push_account(jwt)
        feeds = sorted(known.scope) if "auditor" in known.roles else [party]
        await self._tenancy.ensure_consumer(key, feeds, start_after=self.floor(party))

    def floor(self, party: str) -> int:
        """The stream number up to which a party had acknowledged when last looked at."""
        kept = self._vault.get(f"floor/{party}")
        return int(kept) if kept else 0

    def remember_floor(self, party: str, number: int) -> None:
        """Keep a party's ack floor; a lower one never undoes a higher one."""
        if number > self.floor(party):
            self._vault.put(f"floor/{party}", str(number).encode())

    def operator_creds(self) -> str:
        """New credentials for the operator of this data folder."""
        seed = self._accounts.seed_of(OPERATOR)
        return party_user_creds(seed, OPERATOR, self._comment(OPERATOR), self._clock())[0]

    async def _credentials(self, party: str) -> dict[str, str]:
        now = self._clock()
        seed = self._accounts.seed_of(party)
        creds, user = party_user_creds(seed, party, self._comment(party), now)
        api_key = f"varsel_{secrets.token_urlsafe(32)}"
        digest = hashlib.sha256(api_key.encode()).hexdigest()
        for credential, kind in ((user, USER), (digest, API_KEY)):
            issued = Credential(party, credential, kind)
            await self._write(partial(self._desk.issue_credential, issued, now))
        return {"creds": creds, "api_key": api_key}

    async def _revoke(self, party: str) -> int:
        known = self._desk.party(party)
        issued = known.credentials if known else {}
        now = self._clock()
        for credential, kind in issued.items():
            cut = Credential(party, credential, kind)
            await self._write(partial(self._desk.revoke_credential, cut, now))
            if kind == USER:
                self._vault.put(f"revoked/{party}/{credential}", now.isoformat().encode())
        await self.admit(party)
        return len(issued)

    def _revocations(self, party: str) -> dict[str, datetime]:
        """Users cut off, each with the second after which its JWTs count again: never."""
        prefix = f"revoked/{party}/"
        found = {name: self._vault.get(name) for name in self._vault.names(prefix)}
        return {
            name.removeprefix(prefix): datetime.fromisoformat(at.decode()) + timedelta(seconds=1)
            for name, at in found.items()
            if at
        }

    def _known(self, body: Mapping[str, Any]) -> str:
        party = body.get("id")
        if not isinstance(party, str):
            raise Invalid("is missing", field="id", got=party, expected="the id of a party")
        if self._desk.party(party) is None or self._accounts.key_of(party) is None:
            raise NotFound("no such party", field="id", got=party, next_step="varsel party list")
        return party

    def _comment(self, party: str) -> str:
        return f"varsel party {party}; varsel-url: {self._url}"
