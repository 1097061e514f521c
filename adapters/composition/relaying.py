"""What goes out, done by one process at a time: feeds, webhooks, reminders, and looking after all.

Whoever takes this turn finds everything again from the ledger and the stream itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from adapters import erasure
from adapters.accounts import Accounts
from adapters.admission import Admission
from adapters.composition.broker import Broker
from adapters.composition.ground import Ground
from adapters.confirming import Confirming
from adapters.evidence.timestamp import Authority, Timestamps
from adapters.health import RELAYING
from adapters.nats import feed_log
from adapters.nats.deliveries import Deliveries
from adapters.nats.deliveries import Ports as DeliveryPorts
from adapters.nats.levelling import Levelling, consumer_replicas
from adapters.nats.mending import hear_of_spoilt
from adapters.nats.relay import Ports as RelayPorts
from adapters.nats.relay import Relay
from adapters.platform import Parts, Platform
from adapters.reminders import Ports as ReminderPorts
from adapters.reminders import Reminders
from adapters.tasks import ease, end, woken
from adapters.wire import render
from domain.errors import Unavailable

REST = 0.25  # seconds at most, between two looks at what is to be reopened
LOOK = 5.0  # seconds between looks at what is to be done when the views do not move
CUT_OFF = 30.0  # seconds without NATS after which another process may have the turn
GLANCE = 0.25  # seconds between looks at the connection


@dataclass(frozen=True)
class Shift:
    """Everything that the work of this turn needs."""

    ground: Ground
    parts: Parts
    platform: Platform
    broker: Broker
    accounts: Accounts
    admission: Admission
    tsa: Authority | None
    give_up: Callable[[], None]

    async def fit(self) -> None:
        """Wait until NATS is reached: without it this is another process's work."""
        while not self.broker.core.is_connected:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(GLANCE)

    async def __call__(self, stack: AsyncExitStack) -> None:
        """Begin; everything is ended by the stack, the last begun first."""
        if self.ground.database is not None:
            stack.push_async_callback(end, asyncio.create_task(self._cut_off(), name="cut off"))
            # A back-up may be put back.
            await asyncio.to_thread(erasure.sweep, self.parts.ledger, self.ground.vault)
        confirming = Confirming(lambda: self.parts.views.rows, self.admission.admit, self.parts.log)
        await confirming.start()
        stack.push_async_callback(confirming.stop)
        of = await feed_log.created(self.broker.core)  # before anybody has a consumer on it
        await self.admission.admit_all()
        relay = self._relay(of)
        relay.observe = self.platform.watched
        relay.start()
        stack.push_async_callback(relay.stop)
        self.platform.relay = relay
        stack.callback(setattr, self.platform, "relay", None)
        await hear_of_spoilt(self.broker.core, relay.mend, stack)
        self._watch(stack)
        await self._deliveries(stack)
        await self._follow_views(relay, stack)
        keep_time(self.parts, self.platform, stack)
        self._time_stamp(stack)
        self._level(stack)
        if self.platform.webhooks is not None:
            await self.platform.webhooks.send(stack)

    async def _cut_off(self) -> None:
        """Leave the turn to a process that reaches NATS, where this one does not for long."""
        now = asyncio.get_running_loop().time
        seen = now()
        while now() - seen < CUT_OFF:
            await asyncio.sleep(GLANCE)
            seen = now() if self.broker.core.is_connected else seen
        self.parts.log.warning("relay.cut-off", seconds=CUT_OFF)
        self.give_up()

    def _relay(self, of: str) -> Relay:
        """The relay, and how a feed that is lost or foreign is made anew."""
        parts, admission = self.parts, self.admission

        async def restore(common: int, of: str | None) -> None:
            await asyncio.to_thread(admission.floors.begin_anew, common)
            await self._require_ours(of)
            await self.broker.tenancy.recreate_stream()

        async def adopt(common: int) -> None:
            # Once more: somebody may have looked at the stream that is gone.
            await asyncio.to_thread(admission.floors.begin_anew, common)
            await admission.admit_all()

        ports = RelayPorts(
            rows=lambda: parts.views.rows,
            caught_up=lambda: parts.views.position() == parts.ledger.position(),
            read=parts.ledger.seen,
            render=render,
            restore=restore,
            adopt=adopt,
            keep=lambda found: parts.foreign.keep(found, parts.clock()),
            fresh=self.ground.fresh.take,
            headers=parts.evidence.headers_for,
            **({"revive": self.broker.revive} if self.broker.revive else {}),
        )
        return Relay(self.broker.core, ports, parts.log, of)

    async def _require_ours(self, of: str | None) -> None:
        """Raise `Unavailable` where another process has taken over: what FEED is now is its own.

        Whoever was stopped for long may learn it only here. What comes between this look and the
        deletion, the next look of that other process makes good.
        """
        found = await feed_log.created(self.broker.core)
        if found not in {"", of} or not self.ground.turns.holds(RELAYING):
            raise Unavailable("another process has taken over: FEED is not ours to make anew")

    def _watch(self, stack: AsyncExitStack) -> None:
        watch = self.parts.evidence.watch
        stack.callback(setattr, watch, "found", ())  # the next one looks for itself, and tells
        watch.start()
        stack.push_async_callback(watch.stop)

    async def _deliveries(self, stack: AsyncExitStack) -> None:
        parts = self.parts
        ports = DeliveryPorts(
            rows=lambda: parts.views.rows,
            read=parts.ledger.at,
            record=self.platform.record_delivery,
            parties=self.accounts.all,
            account_of=self.accounts.key_of,
            clock=parts.clock,
            epoch=self.admission.floors.epoch,
            remember_floor=self.admission.floors.remember,
            admit=self.admission.admit,
        )
        seconds = self.ground.settings.reconcile_seconds
        deliveries = Deliveries(self.broker.core, self.broker.tenancy, ports, seconds, parts.log)
        await deliveries.start()
        stack.push_async_callback(deliveries.stop)

    async def _follow_views(self, relay: Relay, stack: AsyncExitStack) -> None:
        """Whenever the views move on, the relay has work, and perhaps a case must be reopened."""
        parts, platform = self.parts, self.platform
        loop, moved = asyncio.get_running_loop(), asyncio.Event()

        def tell() -> None:
            relay.wake()
            moved.set()

        def announce() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closing
                loop.call_soon_threadsafe(tell)

        async def reopen() -> None:
            while True:
                moved.clear()
                began = time.monotonic()
                try:
                    await platform.reopen_cases()
                except Exception:
                    parts.log.warning("case.not-reopened", exc_info=True)
                await ease(time.monotonic() - began, REST)
                await woken(moved, LOOK)

        stack.callback(parts.projector.watch(announce))
        stack.push_async_callback(end, asyncio.create_task(reopen(), name="reopening"))

    def _time_stamp(self, stack: AsyncExitStack) -> None:
        """Have checkpoints time-stamped, beside everything else: nothing waits for it."""
        if self.tsa is None:
            return
        parts, seconds = self.parts, self.ground.settings.tsa_seconds
        made = Timestamps(self.tsa, parts.evidence.log, seconds, parts.clock, parts.log)
        parts.evidence.timestamps = made
        stack.callback(setattr, parts.evidence, "timestamps", None)
        made.start()
        stack.push_async_callback(made.stop)

    def _level(self, stack: AsyncExitStack) -> None:
        """Consumers are kept by as many nodes as there are parties few or many."""
        settings, accounts = self.ground.settings, self.accounts
        if settings.nats_url is None:
            return
        levelling = Levelling(
            self.broker.tenancy,
            lambda: [key for key in (accounts.key_of(one) for one in accounts.all()) if key],
            lambda: consumer_replicas(len(accounts.all()), settings.nats_replicas),
            self.parts.log,
        )
        levelling.start()
        stack.push_async_callback(levelling.stop)


def keep_time(parts: Parts, platform: Platform, stack: AsyncExitStack) -> None:
    """The timer of reminders: among the last to start, so that what arrived is known first."""

    def watch(told: Callable[[], None]) -> None:
        stack.callback(parts.projector.watch(told))

    ports = ReminderPorts(
        rows=lambda: parts.views.rows,
        position=parts.views.position,
        since=parts.ledger.seen,
        settled=platform.settled,
        speak=platform.speak,
        clock=parts.clock,
        watch=watch,
        rules=parts.rules,
    )
    timer = Reminders(ports, parts.log)
    platform.reminders = timer
    stack.callback(setattr, platform, "reminders", None)
    timer.start()
    stack.push_async_callback(timer.stop)
