"""Everything that speaks with parties over NATS: what answers them, and what goes out to them."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial

from adapters import folder as folders
from adapters.accounts import Accounts
from adapters.admission import OPERATOR, Admission
from adapters.composition.broker import Broker, open_broker
from adapters.composition.ground import Ground
from adapters.composition.relaying import Shift
from adapters.composition.shifts import Shifts
from adapters.evidence.copies import FeedPorts
from adapters.evidence.timestamp import authority
from adapters.health import RELAYING
from adapters.nats.insisting import passes
from adapters.nats.intake import Intake
from adapters.nats.mending import tell_of_spoilt
from adapters.nats.server import EmbeddedServer
from adapters.platform import Parts, Platform
from adapters.roles import Role
from adapters.tasks import end
from domain.errors import Unavailable

RETRY = 2.0  # seconds before an outside broker that was away is looked for again


class Speaking:
    """Joins the broker; one that others run may be away, and is then joined when it is back.

    Meanwhile the HTTP door takes what the ledger can hold: the feed is a copy, and comes later.
    """

    def __init__(
        self,
        ground: Ground,
        parts: Parts,
        platform: Platform,
        shifts: Shifts,
        server: EmbeddedServer | None,
    ) -> None:
        self._ground, self._parts, self._platform = ground, parts, platform
        self._shifts, self._server = shifts, server
        self._accounts = Accounts(ground.vault)
        self._accounts.seed_of(OPERATOR)
        self._broker: Broker | None = None

    @property
    def url(self) -> str:
        """Where parties reach the broker."""
        return self._broker.url if self._broker else self._ground.settings.nats_url or ""

    def connected(self) -> bool:
        """Whether this process reaches it now."""
        return self._broker is not None and self._broker.core.is_connected

    async def begin(self) -> None:
        """Join; raises where the broker is ours, or is there and does not do."""
        try:
            await self._join()
        except Unavailable as away:
            if self._ground.settings.nats_url is None or not passes(away):
                raise
            self._tell(away)
            self._ground.stack.push_async_callback(end, asyncio.create_task(self._again()))

    async def _again(self) -> None:
        while True:
            await asyncio.sleep(RETRY)
            try:
                return await self._join()
            except Exception as trouble:  # noqa: BLE001 - whoever dies here stays unseen
                self._tell(trouble)

    def _tell(self, trouble: Exception) -> None:
        self._platform.away = str(trouble) or repr(trouble)
        self._ground.log.warning("nats.away", error=self._platform.away)

    async def _join(self) -> None:
        async with AsyncExitStack() as stack:
            await self._speak(replace(self._ground, stack=stack))
            self._ground.stack.push_async_exit(stack.pop_all())
        self._platform.away = None

    async def _speak(self, ground: Ground) -> None:
        parts, platform, accounts = self._parts, self._platform, self._accounts
        settings, folder = ground.settings, ground.folder
        broker = await open_broker(ground, self._server, lambda: len(accounts.all()))
        admission = Admission(
            parts.desk,
            ground.vault,
            accounts,
            ground.trust,
            broker.tenancy,
            parts.clock,
            parts.write,
            settings.nats_public_url or broker.url,
        )
        await admission.admit(OPERATOR)
        platform.admission = admission
        parts.evidence.watch.feed = FeedPorts(
            broker.core, lambda: parts.views.rows, partial(tell_of_spoilt, broker.core)
        )
        if Role.RELAY in settings.plays:
            tsa = authority(settings.tsa_url, settings.tsa_roots)
            give_up = partial(self._shifts.give_up, RELAYING)
            shift = Shift(ground, parts, platform, broker, accounts, admission, tsa, give_up)
            alone = ground.database is None
            await self._shifts.take(RELAYING, shift, ground.stack, wait=alone, fit=shift.fit)
        if Role.API in settings.plays:
            intake = Intake(broker.core, accounts.party_of, platform.handle, parts.log)
            await intake.start()
            ground.stack.push_async_callback(intake.drain)
        folders.write_private(folder.url, broker.url + "\n")
        # Beside servers that others run, `varsel setup` makes them: here earlier ones would end.
        if settings.nats_url is None and not folder.operator_creds.exists():
            folders.write_private(folder.operator_creds, await admission.operator_creds())
        self._broker = broker
