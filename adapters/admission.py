"""Admission: parties let in at run time, their accounts, credentials and consumers kept in step."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar
from uuid import uuid4

from adapters.accounts import Accounts
from adapters.floors import Floors
from adapters.keys import Remembered, Secret, new_secret, person
from adapters.nats.errors import AccountRefused
from adapters.nats.tenancy import Tenancy
from adapters.nats.trust import Trust, party_user_creds
from adapters.store.vault import Vault
from domain import access
from domain.desk import Desk, Request
from domain.envelope import PLATFORM
from domain.errors import Refused
from domain.party import API_KEY, KINDS, NATS, Party
from domain.use_cases.credentials import SHORT

T = TypeVar("T")


class Write(Protocol):
    """Runs something in the one thread that writes to the ledger."""

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]:
        """The result, when it is done."""
        ...


OPERATOR = "operator"
AT_ONCE = 50


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
        self.floors = Floors(vault)
        self._accounts = accounts
        self._trust = trust
        self._tenancy = tenancy
        self._clock = clock
        self._url = url
        self._remembered = Remembered()
        self.refused: dict[str, str] = {}
        # By party: within this process nobody overtakes; between processes see `_push`.
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def give(self, request: Request) -> dict[str, Any]:
        """Let a party in, or give it more or new credentials: their secrets, shown this once.

        Sent again under its id, the same request gets the same answer from the same process for
        ten minutes; another one, or later, it is refused: the secrets are kept nowhere.
        """
        party = _party_in(request)
        async with self._turns[party]:
            answer = self._remembered.find(request)
            if answer is None:
                answer = await self._write(partial(self._record, request))
                self._remembered.keep(request, answer)
            await self._push(party)
        return answer

    async def admit_person(self, request: Request) -> dict[str, Any]:
        """Let somebody whom the identity provider vouches for log in for a party."""
        party = _party_in(request)
        one = person(str(request.body.get("issuer")), str(request.body.get("subject")))
        receipt = await self._write(lambda: self._desk.give(request, (one,), self._clock()))
        shown = receipt.model_dump(mode="json")
        return {"receipt": shown, "party": party, "short": one.name[:SHORT]}

    async def revoke(self, request: Request) -> dict[str, Any]:
        """Cut credentials off; live connections end at once."""
        party = _party_in(request)
        async with self._turns[party]:
            receipt = await self._write(lambda: self._desk.give(request, (), self._clock()))
            await self._push(party)
        shown = receipt.model_dump(mode="json")
        return {"receipt": shown, "party": party, "revoked": len(receipt.events)}

    async def admit(self, party: str) -> None:
        """Make the party's account and consumer known to NATS: at every start, and anew."""
        async with self._turns[party]:
            await self._push(party)

    async def admit_all(self) -> None:
        """Make every party known: several at a time, since each waits for NATS to write.

        One whose account NATS refuses is named in `refused`, and keeps nobody else waiting.
        """
        room = asyncio.Semaphore(AT_ONCE)
        self.refused.clear()

        async def admit(party: str) -> None:
            async with room:
                try:
                    await self.admit(party)
                except AccountRefused as refusal:
                    self.refused[party] = str(refusal)

        await asyncio.gather(*(admit(party) for party in self._accounts.all()))

    async def operator_creds(self) -> str:
        """New credentials for the operator of this data folder; earlier ones are cut off."""
        body = {"id": OPERATOR, "only": NATS}
        request = Request(PLATFORM, "party_rotate", f"operator-creds/{uuid4()}", body)
        async with self._turns[OPERATOR]:
            answer = await self._write(partial(self._record, request))
            await self._push(OPERATOR)
        return str(answer["creds"])

    def floor(self, party: str) -> int:
        """The stream number up to which a party had acknowledged when last looked at."""
        return self.floors.of(party)

    async def _push(self, party: str) -> None:
        """Tell NATS how the party stands now.

        The server keeps what it is told last, be it older: so whoever has pushed looks whether
        another process changed something meanwhile, which its own push may have undone.
        """
        known = await asyncio.to_thread(self._desk.party, party)
        while known is not None:
            await self._tell(known)
            before, known = known, await asyncio.to_thread(self._desk.party, party)
            if known == before:
                return

    async def _tell(self, party: Party) -> None:
        key = self._accounts.key_of(party.id)
        if key is None:
            return
        live = _feeds(party) == [party.id]  # what is heard live is one's own feed alone
        jwt = self._trust.party_account_jwt(
            key, party.id, self._clock(), _shut_out(party), live=live
        )
        await self._tenancy.push_account(jwt)
        while not await self._consume(key, party):
            await self._tenancy.drop_consumer(key)  # it may begin behind what was never seen

    async def _consume(self, key: str, party: Party) -> bool:
        """Have the party's consumer there; False where the stream was made anew meanwhile."""
        epoch = await asyncio.to_thread(self.floors.epoch)
        start = await asyncio.to_thread(self.floors.of, party.id, epoch)
        floor = await self._tenancy.ensure_consumer(key, _feeds(party), start_after=start)
        if "auditor" in party.roles:  # its scope may have become narrower
            await self._tenancy.forget_unread(key)
        await asyncio.to_thread(self.floors.remember, party.id, floor, epoch)
        return await asyncio.to_thread(self.floors.epoch) == epoch

    def _record(self, request: Request) -> dict[str, Any]:
        """In the ledger first: what is not there opens nothing, and is in nobody's hands."""
        now, only = self._clock(), request.body.get("only")
        made = [new_secret(kind) for kind in KINDS if only in {None, kind}]
        receipt = self._desk.give(request, [one.public for one in made], now)
        party = self._desk.party(str(request.body["id"]))
        if party is None or not all(one.public.name in party.credentials for one in made):
            raise _shown_before(request)
        held = [party.credentials[one.public.name] for one in made]
        ends = held[0].expires_at
        return {
            "receipt": receipt.model_dump(mode="json"),
            "party": party.id,
            "expires_at": ends.isoformat() if ends else None,
            "credentials": [_named(one) for one in made],
            **dict(self._shown(party, one, now) for one in made),
        }

    def _shown(self, party: Party, made: Secret, now: datetime) -> tuple[str, str]:
        """What its holder gets: the file for NATS, or the key as it is."""
        if made.public.kind == API_KEY:
            return "api_key", made.text
        creds, _ = party_user_creds(
            self._accounts.seed_of(party.id),
            party.id,
            f"varsel party {party.id}; varsel-url: {self._url}",
            now,
            expires=party.credentials[made.public.name].expires_at,
            user_seed=made.text,
        )
        return "creds", creds


def _party_in(request: Request) -> str:
    """Whose turn it is; the operator's own credentials are none of a request's business."""
    party = request.body.get("id")
    if party == OPERATOR and request.verb != "party_add":
        raise Refused(
            "the operator's own credentials are made by varsel serve",
            field="id",
            got=party,
            next_step="delete operator.creds in the data folder and start varsel serve anew",
        )
    return str(party)


def _named(made: Secret) -> dict[str, str]:
    return {"short": made.public.name[:SHORT], "kind": made.public.kind}


def _shown_before(request: Request) -> Refused:
    party = request.body["id"]
    return Refused(
        "this was done before: its credentials were shown once and are kept nowhere",
        field="command",
        got=request.command,
        expected="the id of a new command",
        next_step=f"if they are lost: varsel party issue {party} makes others, "
        f"varsel party show {party} names those to revoke",
    )


def _shut_out(party: Party) -> dict[str, datetime]:
    """Users cut off, each with the second after which its JWTs would count again: never."""
    return {user: at + timedelta(seconds=1) for user, at in party.revoked.items()}


def _feeds(party: Party) -> list[str]:
    """Whose feeds are handed to a party as they grow; any other that it sees, it asks for."""
    return sorted(access.grant(party, "messages").named)
