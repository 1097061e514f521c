"""The running platform: what happens between a request's arrival and its answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from adapters.admission import Admission
from adapters.answers import Answers
from adapters.logs import Log
from adapters.nats.relay import Relay
from adapters.reminders import Reminders
from adapters.store.ledger import EventLedger
from adapters.views.generations import Views
from adapters.views.projector import Projector
from adapters.wire import CONTENT_TYPE, render
from domain.desk import VERBS, Desk, Request
from domain.envelope import PLATFORM, Recorded
from domain.errors import Forbidden, Invalid, Unavailable
from domain.use_cases.platform import Delivery, Escalation, LateWord, Reminder
from domain.words import near
from projections import awaiting, feed_index, parties
from projections.rows import Row

T = TypeVar("T")
PATIENCE = 10.0  # seconds that an answer waits for the views to catch up
PAGE_BYTES = 2 * 1024 * 1024  # of feed messages in one answer, unless a single one is larger


class Writer:
    """The one thread that writes to the ledger: the library is synchronous."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="writer")

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]:
        """Run `work` after everything that was asked for before."""
        return asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Finish what was begun."""
        self._thread.shutdown()


@dataclass
class Parts:
    """What a platform is made of."""

    ledger: EventLedger
    views: Views
    projector: Projector
    desk: Desk
    answers: Answers
    write: Writer
    clock: Callable[[], datetime]
    log: Log


class Platform:
    """Answers requests of parties, and does what is left to the platform itself."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.admission: Admission | None = None
        self.relay: Relay | None = None
        self.reminders: Reminders | None = None
        self._operations: dict[str, Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]] = {
            "party_add": self._party_add,
            "party_rotate": self._party_rotate,
            "party_revoke": self._party_revoke,
            "rebuild": self._rebuild,
            "health": self._health,
            "messages": self._messages,
        }

    async def handle(self, party: str, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        """One request of one party; raises a `VarselError` that its door will show."""
        if verb in VERBS:
            return await self._command(party, verb, body)
        if verb in self._parts.answers.questions:
            await self.settled()
            return await asyncio.to_thread(self._parts.answers.ask, party, verb, _with(body))
        if verb in self._operations:
            return await self._operations[verb](party, body)
        known = sorted({*VERBS, *self._parts.answers.questions, *self._operations})
        raise Invalid("there is no such verb", field="do", got=verb, expected=near(verb, known))

    # --- commands and what the platform records itself ---

    async def _command(self, party: str, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        request = Request(
            party=party if party != "operator" else PLATFORM,
            verb=verb,
            command=str(body.get("command") or uuid4()),
            body=_with(body),
            happened=body.get("happened"),
            actor=body.get("actor"),
        )
        parts = self._parts
        receipt = await parts.write(lambda: parts.desk.handle(request, parts.clock()))
        return {"receipt": receipt.model_dump(mode="json")}

    async def record_delivery(self, seen: Delivery) -> None:
        """Record a notice that reached its client."""
        parts = self._parts
        await parts.write(partial(parts.desk.observe_delivery, seen, parts.clock()))

    async def speak(self, what: Reminder | Escalation) -> None:
        """Record a reminder to a debtor, or that a client is silent."""
        parts = self._parts
        if isinstance(what, Reminder):
            await parts.write(partial(parts.desk.remind, what, parts.clock()))
        else:
            await parts.write(partial(parts.desk.escalate, what, parts.clock()))

    async def reopen_cases(self) -> None:
        """Open closed cases on which a vendor has spoken since."""
        parts = self._parts
        for row in awaiting.reopenings(parts.views.rows):
            about = UUID(row["incident"])
            late = LateWord(about, row["vendor"], row["client"], UUID(row["notice"]))
            await parts.write(partial(parts.desk.reopen_case, late, parts.clock()))

    # --- operations ---

    async def _party_add(self, party: str, body: dict[str, Any]) -> dict[str, Any]:
        request = Request(
            _operator(party), "register_party", str(body.get("command") or uuid4()), _with(body)
        )
        return await self._admission().add(request)

    async def _party_rotate(self, party: str, body: dict[str, Any]) -> dict[str, Any]:
        _operator(party)
        return await self._admission().rotate(_with(body))

    async def _party_revoke(self, party: str, body: dict[str, Any]) -> dict[str, Any]:
        _operator(party)
        return await self._admission().revoke(_with(body))

    async def _rebuild(self, party: str, _: dict[str, Any]) -> dict[str, Any]:
        _operator(party)
        name = await asyncio.to_thread(self._parts.views.rebuild)
        self._parts.projector.wake()
        return {"generation": name, "position": self._parts.views.position()}

    async def _health(self, party: str, _: dict[str, Any]) -> dict[str, Any]:
        _operator(party)
        return self.health()

    def health(self) -> dict[str, Any]:
        """How far everything has come, and what is in the way."""
        parts, relay, reminders = self._parts, self.relay, self.reminders
        ledger, views = parts.ledger.position(), parts.views.position()
        listed = feed_index.total(parts.views.rows)
        published = relay.published if relay else -1
        troubles = [parts.projector.trouble, relay.trouble if relay else "not connected"]
        troubles.append(reminders.trouble if reminders else None)
        return {
            "ledger": ledger,
            "views": views,
            "messages": listed,
            "published": published,
            "undelivered": len(awaiting.deliveries(parts.views.rows)),
            "parties": len(parties.everybody(parts.views.rows)),
            "generation": parts.views.generation,
            "troubles": [trouble for trouble in troubles if trouble],
            "ok": ledger == views and listed == published and not any(troubles),
        }

    async def _messages(self, party: str, body: dict[str, Any]) -> dict[str, Any]:
        """A page of a feed, byte for byte what was or will be published."""
        await self.settled()
        found = await asyncio.to_thread(self._page, party, _with(body))
        for row, recorded, _ in found:
            if row["feed"] == party:
                await self._seen_by_poll(party, str(recorded.id))
        pages = [{"sequence": row["sequence"], "body": text} for row, _, text in found]
        return {"messages": pages, "content_type": CONTENT_TYPE}

    def _page(self, party: str, body: dict[str, Any]) -> list[tuple[Row, Recorded, str]]:
        """What of the page asked for fits into one answer."""
        rows, room = self._parts.views.rows, PAGE_BYTES
        found: list[tuple[Row, Recorded, str]] = []
        for one in self._parts.answers.ask(party, "feed", body)["feed"]:
            [row] = feed_index.after(one["number"] - 1, 1, rows)
            recorded = self._parts.ledger.at(row["position"])
            if recorded is None:
                raise Unavailable("the ledger does not hold what the index lists")
            text = render(recorded, feed_index.place_of(row)).decode()
            room -= len(json.dumps(text))
            if room < 0 and found:
                break
            found.append((row, recorded, text))
        return found

    async def _seen_by_poll(self, party: str, notice: str) -> None:
        """A notice read through this door has arrived as well as one read from the stream."""
        waiting = awaiting.delivery(party, notice, self._parts.views.rows)
        if waiting is not None:
            await self.record_delivery(delivery(waiting, self._parts.clock(), "poll", "seen"))

    # --- parts ---

    async def settled(self) -> None:
        """Wait until the views hold everything accepted so far: what you wrote, you can read."""
        parts = self._parts
        position = await asyncio.to_thread(parts.ledger.position)
        if not await asyncio.to_thread(parts.projector.wait_for, position, PATIENCE):
            raise Unavailable(
                "the views are behind the ledger",
                got=f"position {parts.views.position()}",
                expected=f"position {position}",
                next_step="ask again in a moment; nothing that was accepted is lost",
            )

    def _admission(self) -> Admission:
        if self.admission is None:
            raise Unavailable("the platform is still starting", next_step="try again in a moment")
        return self.admission


def delivery(row: Mapping[str, Any], at: datetime, door: str, observed: str) -> Delivery:
    """The delivery of a notice that was awaited."""
    return Delivery(
        incident=UUID(row["incident"]),
        vendor=row["vendor"],
        client=row["client"],
        notice=UUID(row["notice"]),
        door=door,
        delivered_at=at,
        observed=observed,
    )


def _with(body: Mapping[str, Any]) -> dict[str, Any]:
    found = body.get("with", {})
    if not isinstance(found, dict):
        raise Invalid("is not a mapping", field="with", got=found, expected="field: value")
    return cast("dict[str, Any]", found)


def _operator(party: str) -> str:
    if party != "operator":
        raise Forbidden("this is for the operator", expected="the operator's creds")
    return PLATFORM
