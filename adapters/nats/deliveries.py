"""Deliveries: every notice seen to reach its client is recorded once, whoever saw it.

Two observers: the sampled ack (`sample_freq: 100`) says so at once; a periodic look at each
consumer's ack floor finds what was acknowledged while the platform was away. That floor is also
kept, so that a party goes on where it was when the stream has to be made anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple
from uuid import UUID

import nats.errors

from adapters.logs import Log
from adapters.nats import jetstream
from adapters.nats.connection import Connection, Message, Subscription
from adapters.nats.subjects import STREAM
from adapters.nats.tenancy import Tenancy
from adapters.tasks import end
from domain.envelope import Recorded
from domain.use_cases.platform import Delivery
from projections import awaiting, feed_index
from projections.rows import Row, Rows

METRICS: Final = f"$JS.EVENT.METRIC.CONSUMER.ACK.{STREAM}.*"
HELD: Final = 100_000  # acks that wait to be recorded; what exceeds them, the next look finds


@dataclass(frozen=True)
class Ports:
    """What deliveries need: read models, events by position, accounts, and where to record.

    `remember_floor` keeps a party's floor of the stream of an `epoch` (see `adapters.floors`).
    `admit` gives a party its consumer, where one that awaits notices has none.
    """

    rows: Callable[[], Rows]
    read: Callable[[int], Recorded | None]
    record: Callable[[Delivery], Awaitable[None]]
    parties: Callable[[], Sequence[str]]
    account_of: Callable[[str], str | None]
    clock: Callable[[], datetime]
    epoch: Callable[[], str]
    remember_floor: Callable[[str, int, str], None]
    admit: Callable[[str], Awaitable[None]]


class _Ack(NamedTuple):
    """A sampled ack: which message, by whose consumer, seen when."""

    number: int
    account: str
    at: datetime


class Deliveries:
    """Watches acknowledgements on the stream."""

    def __init__(
        self, nc: Connection, tenancy: Tenancy, ports: Ports, seconds: float, log: Log
    ) -> None:
        self._nc = nc
        self._tenancy = tenancy
        self._ports = ports
        self._seconds = seconds
        self._log = log
        self._seen: asyncio.Queue[_Ack] = asyncio.Queue(HELD)
        self._moved: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._heard: Subscription | None = None
        self.looks = 0  # how many looks at the ack floors are over

    async def start(self) -> None:
        """Begin to watch."""
        self._heard = await self._nc.subscribe(METRICS, cb=self._metric)
        await self._nc.flush()  # else an ack that comes now may be sampled before we listen
        self._tasks = [
            asyncio.create_task(self._record_seen(), name="deliveries"),
            asyncio.create_task(self._look(), name="reconciliation"),
        ]

    async def stop(self) -> None:
        """Look once more, then stop; what was not recorded yet is found at the next start."""
        await end(*self._tasks)
        await self._try_to_reconcile()
        if self._heard is not None:
            with contextlib.suppress(nats.errors.Error):
                await self._heard.unsubscribe()

    async def reconcile(self) -> None:
        """Record each notice below its client's ack floor that nobody has; remember the floors.

        Whoever has neither acknowledged since the last look nor has a notice to acknowledge is
        not asked about: with many parties, most of them.
        """
        waiting = await asyncio.to_thread(self._waiting)
        for party, account in await asyncio.to_thread(self._accounts):
            if account is None or (party not in waiting and account not in self._moved):
                continue
            self._moved.discard(account)
            floor = await self._floor(party, account, awaits=party in waiting)
            for row in waiting.get(party, []):
                if row["number"] is not None and row["number"] <= floor:
                    at = await self._stored_at(row["number"])
                    await self._ports.record(_delivery(row, at, "reconciled"))

    def _accounts(self) -> list[tuple[str, str | None]]:
        return [(party, self._ports.account_of(party)) for party in self._ports.parties()]

    def _waiting(self) -> dict[str, list[Row]]:
        waiting: dict[str, list[Row]] = {}
        for row in awaiting.deliveries(self._ports.rows()):
            waiting.setdefault(row["client"], []).append(row)
        return waiting

    async def _floor(self, party: str, account: str, *, awaits: bool) -> int:
        epoch = await asyncio.to_thread(self._ports.epoch)
        progress = await self._tenancy.consumer_progress(account)
        if progress is None:
            if awaits:
                self._log.warning("consumer.missing", party=party)
                await self._ports.admit(party)
            return 0
        await asyncio.to_thread(self._ports.remember_floor, party, progress.ack_floor, epoch)
        return progress.ack_floor

    async def _metric(self, message: Message) -> None:
        told = json.loads(message.data)
        self._moved.add(told["consumer"])
        if not self._seen.full():
            ack = _Ack(int(told["stream_seq"]), told["consumer"], self._ports.clock())
            self._seen.put_nowait(ack)

    async def _record_seen(self) -> None:
        while True:
            ack = await self._seen.get()
            try:
                row = await asyncio.to_thread(self._awaited, ack)
                if row is not None:
                    await self._ports.record(_delivery(row, ack.at, "seen"))
            except Exception:  # noqa: BLE001 - the next look will find it
                self._log.warning("delivery.not-recorded", number=ack.number, exc_info=True)

    def _awaited(self, ack: _Ack) -> Row | None:
        """The notice that awaited this ack: one of its client's, not one of an auditor's."""
        rows = self._ports.rows()
        for placed in feed_index.after(ack.number - 1, 1, rows):
            recorded = self._ports.read(placed["position"])
            if recorded is not None and self._ports.account_of(placed["feed"]) == ack.account:
                return awaiting.delivery(placed["feed"], str(recorded.id), rows)
        return None

    async def _look(self) -> None:
        while True:
            await self._try_to_reconcile()
            await asyncio.sleep(self._seconds)

    async def _try_to_reconcile(self) -> None:
        try:
            await self.reconcile()
        except Exception:  # noqa: BLE001 - the next look tries again
            self._log.warning("reconciliation.interrupted", exc_info=True)
        self.looks += 1

    async def _stored_at(self, number: int) -> datetime:
        """When the stream stored the message: the earliest it can have been delivered.

        A scenario's clock may be years behind the stream's: nothing arrives in its future.
        """
        found = await jetstream.ask(self._nc, f"STREAM.MSG.GET.{STREAM}", {"seq": number})
        stored = datetime.fromisoformat(found["message"]["time"]).astimezone(UTC)
        return min(stored, self._ports.clock())


def _delivery(row: Row, at: datetime, observed: str) -> Delivery:
    return Delivery(
        incident=UUID(row["incident"]),
        vendor=row["vendor"],
        client=row["client"],
        notice=UUID(row["notice"]),
        door="nats",
        delivered_at=at,
        observed=observed,
    )
