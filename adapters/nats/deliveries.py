"""Deliveries: every notice seen to reach its client is recorded once, whoever saw it.

Two observers: the sampled ack (`sample_freq: 100`) says so at once; a periodic look at each
consumer's ack floor finds what was acknowledged while the platform was away.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from adapters.logs import Log
from adapters.nats import jetstream
from adapters.nats.connection import Connection, Message
from adapters.nats.subjects import STREAM
from adapters.nats.tenancy import Tenancy
from domain.errors import VarselError
from domain.use_cases.platform import Delivery
from projections import awaiting, feed_index
from projections.rows import Row, Rows

METRICS: Final = f"$JS.EVENT.METRIC.CONSUMER.ACK.{STREAM}.*"
RETRY: Final = 1.0


@dataclass(frozen=True)
class Ports:
    """What deliveries need: the read models, where to record, which account a client has."""

    rows: Callable[[], Rows]
    record: Callable[[Delivery], Awaitable[None]]
    account_of: Callable[[str], str | None]
    clock: Callable[[], datetime]
    remember_floor: Callable[[str, int], None]


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
        self._seen: asyncio.Queue[tuple[int, datetime]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to watch."""
        await self._nc.subscribe(METRICS, cb=self._metric)
        self._tasks = [
            asyncio.create_task(self._record_seen(), name="deliveries"),
            asyncio.create_task(self._look(), name="reconciliation"),
        ]

    async def stop(self) -> None:
        """Stop; what was not recorded yet is found by the next reconciliation."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def reconcile(self) -> None:
        """Record every notice at or below its client's ack floor that nobody has recorded."""
        rows = self._ports.rows()
        clients = {row["client"] for row in awaiting.deliveries(rows)}
        for client in sorted(clients):
            account = self._ports.account_of(client)
            progress = await self._tenancy.consumer_progress(account) if account else None
            if progress is None:
                continue
            self._ports.remember_floor(client, progress.ack_floor)
            for row in awaiting.deliveries(rows, client):
                if row["number"] is not None and row["number"] <= progress.ack_floor:
                    at = await self._stored_at(row["number"])
                    await self._ports.record(_delivery(row, at, "reconciled"))

    async def _metric(self, message: Message) -> None:
        number = int(json.loads(message.data)["stream_seq"])
        self._seen.put_nowait((number, self._ports.clock()))

    async def _record_seen(self) -> None:
        while True:
            number, at = await self._seen.get()
            try:
                row = self._awaited(number)
                if row is not None:
                    await self._ports.record(_delivery(row, at, "seen"))
            except VarselError as trouble:  # the reconciliation will find it
                self._log.warning("delivery.not-recorded", error=str(trouble))

    def _awaited(self, number: int) -> Row | None:
        rows = self._ports.rows()
        placed = feed_index.after(number - 1, 1, rows)
        if not placed:
            return None
        found = awaiting.deliveries(rows, placed[0]["feed"])
        return next((row for row in found if row["number"] == number), None)

    async def _look(self) -> None:
        while True:
            with contextlib.suppress(VarselError):
                await self.reconcile()
            await asyncio.sleep(self._seconds)

    async def _stored_at(self, number: int) -> datetime:
        """When the stream stored the message: the earliest it can have been delivered."""
        found = await jetstream.ask(self._nc, f"STREAM.MSG.GET.{STREAM}", {"seq": number})
        return datetime.fromisoformat(found["message"]["time"]).astimezone(UTC)


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
