"""Admission: parties let in at run time, their accounts, credentials and consumers kept in step."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from adapters.nats import mint
from adapters.nats.tenancy import Tenancy
from adapters.nats.trust import Trust, party_user_creds
from adapters.store.vault import Vault
from domain.desk import Desk, Request
from domain.errors import Invalid, NotFound, Refused
from domain.party import Party
from domain.use_cases.platform import Credential

T = TypeVar("T")


class Write(Protocol):
    """Runs something in the one thread that writes to the ledger."""

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]:
        """The result, when it is done."""
        ...


OPERATOR = "operator"
USER, API_KEY = "nats-user", "api-key"
AT_ONCE = 50


class Accounts:
    """Which NATS account each party has: its seed in the vault, its key in memory."""

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
        # By party: an older account that is pushed last would undo a newer one.
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def add(self, request: Request) -> dict[str, Any]:
        """Register a party and give it credentials, shown this once."""
        receipt = await self._write(lambda: self._desk.handle(request, self._clock()))
        party = str(request.body["id"])
        async with self._turns[party]:
            given = await self._give(party)
        return {"receipt": receipt.model_dump(mode="json"), **given}

    async def rotate(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """New credentials for a party; the old ones are cut off at once."""
        party = self._known(body)
        async with self._turns[party]:
            await self._write(partial(self._cut, party))
            return {"party": party, **await self._give(party)}

    async def revoke(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Cut a party's credentials off; live connections end at once."""
        party = self._known(body)
        async with self._turns[party]:
            revoked = await self._write(partial(self._cut, party))
            await self._push(party)
        return {"party": party, "revoked": revoked}

    async def admit(self, party: str) -> None:
        """Make the party's account and consumer known to NATS: at every start, and anew."""
        async with self._turns[party]:
            await self._push(party)

    async def admit_all(self) -> None:
        """Make every party known: several at a time, since each waits for NATS to write."""
        room = asyncio.Semaphore(AT_ONCE)

        async def admit(party: str) -> None:
            async with room:
                await self.admit(party)

        await asyncio.gather(*(admit(party) for party in self._accounts.all()))

    async def operator_creds(self) -> str:
        """New credentials for the operator of this data folder; earlier ones are cut off."""
        async with self._turns[OPERATOR]:
            await self._write(partial(self._cut, OPERATOR))
            creds = await self._write(partial(self._user, OPERATOR, self._clock()))
            await self._push(OPERATOR)
        return creds

    def floor(self, party: str) -> int:
        """The stream number up to which a party had acknowledged when last looked at."""
        kept = self._vault.get(f"floor/{party}")
        return int(kept) if kept else 0

    def remember_floor(self, party: str, number: int) -> None:
        """Keep a party's ack floor; a lower one never undoes a higher one."""
        if number > self.floor(party):
            self._vault.put(f"floor/{party}", str(number).encode())

    def lower_floors(self, number: int) -> None:
        """Forget what was acknowledged behind a number: other messages will stand there."""
        for name in self._vault.names("floor/"):
            if self.floor(name.removeprefix("floor/")) > number:
                self._vault.put(name, str(number).encode())

    async def _push(self, party: str) -> None:
        known = self._desk.party(party)
        if known is None:
            return
        key = self._accounts.key_of(party)
        if key is None:
            return
        jwt = self._trust.party_account_jwt(key, party, self._clock(), self._revocations(party))
        await self._tenancy.push_account(jwt)
        start = await asyncio.to_thread(self.floor, party)
        floor = await self._tenancy.ensure_consumer(key, _feeds(known), start_after=start)
        await asyncio.to_thread(self.remember_floor, party, floor)

    async def _give(self, party: str) -> dict[str, str]:
        now = self._clock()
        creds = await self._write(partial(self._user, party, now))
        api_key = await self._write(partial(self._api_key, party, now))
        await self._push(party)
        return {"creds": creds, "api_key": api_key}

    def _user(self, party: str, now: datetime) -> str:
        seed = self._accounts.seed_of(party)
        creds, user = party_user_creds(seed, party, self._comment(party), now)
        self._desk.issue_credential(Credential(party, user, USER), now)
        return creds

    def _api_key(self, party: str, now: datetime) -> str:
        """A new API key; the ledger keeps its SHA-256: 256 random bits need no slow hash."""
        api_key = f"varsel_{secrets.token_urlsafe(32)}"
        digest = hashlib.sha256(api_key.encode()).hexdigest()
        self._desk.issue_credential(Credential(party, digest, API_KEY), now)
        return api_key

    def _cut(self, party: str) -> int:
        """The vault, which accounts are made from, first: a crash must not leave a user in."""
        known, now = self._desk.party(party), self._clock()
        issued = known.credentials if known else {}
        for credential, kind in issued.items():
            if kind == USER:
                self._vault.put(f"revoked/{party}/{credential}", now.isoformat().encode())
            self._desk.revoke_credential(Credential(party, credential, kind), now)
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
        if party == OPERATOR:
            raise Refused(
                "the operator's own credentials are made by varsel serve",
                field="id",
                got=party,
                next_step="delete operator.creds in the data folder and start varsel serve anew",
            )
        if self._desk.party(party) is None:
            raise NotFound("no such party", field="id", got=party, next_step="varsel party list")
        self._accounts.seed_of(party)  # not there where a kill cut its admission short
        return party

    def _comment(self, party: str) -> str:
        return f"varsel party {party}; varsel-url: {self._url}"


def _feeds(party: Party) -> list[str]:
    """Whose feeds a party reads: those in its scope, and its own unless it only audits."""
    own = {party.id} if party.roles - {"auditor"} else set[str]()
    return sorted(party.scope | own)
