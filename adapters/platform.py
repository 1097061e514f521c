"""The running platform: what happens between a request's arrival and its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from adapters import erasure, feeds, foreign
from adapters.admission import Admission
from adapters.answers import Answers
from adapters.engines.presence import Alone, Presence
from adapters.evidence import operations as evidence
from adapters.evidence.bundle_parts import Bundles
from adapters.evidence.opening import Evidence
from adapters.feeds import FeedMessage
from adapters.foreign import Foreign
from adapters.health import health
from adapters.logs import Log
from adapters.nats.relay import Relay
from adapters.observing import Observe, Work, unobserved
from adapters.rates import Rates
from adapters.reminders import Reminders
from adapters.requests import fields_of, request_of
from adapters.store.ledger import EventLedger
from adapters.views.following import Following
from adapters.views.generations import Views
from adapters.wire import CONTENT_TYPE
from adapters.writing import Writer
from domain.access import require_rows
from domain.commands import Erase, SetScope
from domain.desk import VERBS, Desk, Request
from domain.errors import Invalid, NotFound, Unavailable
from domain.law.rules import Rules
from domain.ports import Receipt
from domain.use_cases.platform import Delivery, Escalation, LateWord, Reminder
from domain.words import near
from projections import awaiting, credentials, lag, parties

if TYPE_CHECKING:
    from adapters.http.calendars import Calendars
    from adapters.webhooks.operations import Webhooks

WEBHOOKS = tuple(
    f"webhook_{what}" for what in ("add", "list", "test", "rotate", "enable", "remove")
)
PATIENCE = 10.0  # seconds that an answer waits for the views to catch up


@dataclass
class Parts:
    """What a platform is made of."""

    ledger: EventLedger
    views: Views
    projector: Following
    desk: Desk
    answers: Answers
    write: Writer
    clock: Callable[[], datetime]
    log: Log
    rates: Rates
    evidence: Evidence
    bundles: Bundles
    rules: Rules
    foreign: Foreign
    presence: Presence = field(default_factory=Alone)


class Platform:
    """Answers requests of parties, and does what is left to the platform itself."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.observe: Observe = unobserved
        parts.ledger.observe = parts.views.observe = self.watched
        self.admission: Admission | None = None
        self.relay: Relay | None = None
        self.reminders: Reminders | None = None
        self.webhooks: Webhooks | None = None
        self.away: str | None = None  # why this process does not reach NATS, where it should
        self.opening = False  # whether there will be an HTTP door that is not open yet
        self.link: Callable[[str], str] | None = None
        self.calendars: Calendars | None = None
        self._operations: dict[str, Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]] = {
            "party_add": partial(self._party_give, "party_add"),
            "party_show": self._party_show,
            "party_issue": partial(self._party_give, "party_issue"),
            "party_person": self._party_person,
            "party_rotate": partial(self._party_give, "party_rotate"),
            "party_revoke": self._party_revoke,
            "rebuild": self._rebuild,
            "health": self._health,
            **evidence.operations(parts.evidence, parts.desk, self.settled),
            **foreign.operations(parts.foreign, parts.clock),
            "export": self._export,
            "feeds": self._feeds,
            "messages": self._messages,
            "console_link": self._console_link,
            "calendar_link": self._calendar_link,
            "calendar_unlink": self._calendar_unlink,
            **{verb: partial(self._webhook, verb) for verb in WEBHOOKS},
        }
        require_rows({*VERBS, *parts.answers.questions, *self._operations})

    async def handle(self, party: str, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        """One request of one party; raises a `VarselError` that its door will show."""
        with self.observe("accept", verb):
            return await self._handle(party, verb, body)

    async def _handle(self, party: str, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        self.parts.rates.ask(party)
        if verb in VERBS:
            return await self._command(party, verb, body)
        if verb in self.parts.answers.questions:
            fields = fields_of(body)
            if "as_of" not in fields or not await asyncio.to_thread(
                self.parts.answers.holds, party, fields
            ):
                await self.settled()
            return await asyncio.to_thread(self.parts.answers.ask, party, verb, fields)
        if verb in self._operations:
            await asyncio.to_thread(self.parts.desk.granted, party, verb)
            return await self._operations[verb](party, body)
        known = sorted({*VERBS, *self.parts.answers.questions, *self._operations})
        raise Invalid("there is no such verb", field="do", got=verb, expected=near(verb, known))

    def watched(self, work: Work, verb: str = "") -> AbstractContextManager[object]:
        """Whoever watches at this moment: for the parts, which may be there before the watcher."""
        return self.observe(work, verb)

    # --- commands and what the platform records itself ---

    async def _command(self, party: str, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        request = request_of(party, verb, body)
        admission = self._admission() if verb == SetScope.VERB else None
        receipt = await self._written(request)
        if admission is not None:
            await admission.admit(str(request.body["party"]))
        return {"receipt": receipt.model_dump(mode="json")}

    def _written(self, request: Request) -> Awaitable[Receipt]:
        """An erasure is a turn of its own: nothing is sealed before its key is destroyed."""
        parts, desk, clock = self.parts, self.parts.desk, self.parts.clock
        if request.verb == Erase.VERB:
            return parts.write(
                lambda: erasure.erase(parts.ledger, lambda: desk.handle(request, clock()))
            )
        return parts.write.join(lambda: desk.handle(request, clock()))

    async def record_delivery(self, seen: Delivery) -> None:
        """Record a notice that reached its client."""
        parts = self.parts
        await parts.write.join(partial(parts.desk.observe_delivery, seen, parts.clock()))

    async def speak(self, what: Reminder | Escalation) -> None:
        """Record a reminder to a debtor, or that a client is silent."""
        parts = self.parts
        if isinstance(what, Reminder):
            await parts.write.join(partial(parts.desk.remind, what, parts.clock()))
        else:
            await parts.write.join(partial(parts.desk.escalate, what, parts.clock()))

    async def reopen_cases(self) -> None:
        """Open closed cases on which a vendor has spoken since."""
        parts = self.parts
        for row in await asyncio.to_thread(lambda: awaiting.reopenings(parts.views.rows)):
            about = UUID(row["incident"])
            late = LateWord(about, row["vendor"], row["client"], UUID(row["notice"]))
            await parts.write.join(partial(parts.desk.reopen_case, late, parts.clock()))

    # --- operations ---

    async def _party_give(self, verb: str, party: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._admission().give(request_of(party, verb, body))
        await self.settled()  # an API key is looked up in the views: old ones are shut out now
        return answer

    async def _party_person(self, party: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._admission().admit_person(request_of(party, "party_person", body))
        await self.settled()
        return answer

    async def _party_revoke(self, party: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._admission().revoke(request_of(party, "party_revoke", body))
        await self.settled()
        return answer

    async def _party_show(self, _party: str, body: dict[str, Any]) -> dict[str, Any]:
        """A party and its credentials, without any secret: there is none left to show."""
        await self.settled()
        return await asyncio.to_thread(self._shown, fields_of(body).get("id"))

    def _shown(self, name: object) -> dict[str, Any]:
        rows = self.parts.views.rows
        profile = parties.profile(name, rows) if isinstance(name, str) else None
        if profile is None:
            raise NotFound("no such party", field="id", got=name, next_step="varsel party list")
        shown = profile.model_dump(mode="json")
        return {"party": shown, "credentials": credentials.of(profile.id, rows)}

    async def _console_link(self, party: str, _: dict[str, Any]) -> dict[str, Any]:
        """A link that logs a party's own people in at the console, once and soon."""
        if self.link is None:
            raise self._no_door()
        return {"link": await asyncio.to_thread(self.link, party)}

    async def _calendar_link(self, party: str, _: dict[str, Any]) -> dict[str, Any]:
        """A new secret address of the party's deadlines as a calendar; the old one is dead."""
        return {"url": await asyncio.to_thread(self._calendars().link, party)}

    async def _calendar_unlink(self, party: str, _: dict[str, Any]) -> dict[str, Any]:
        """The address leads nowhere any more."""
        return {"revoked": await asyncio.to_thread(self._calendars().unlink, party)}

    def _calendars(self) -> Calendars:
        if self.calendars is None:
            raise self._no_door()
        return self.calendars

    async def _rebuild(self, _party: str, _: dict[str, Any]) -> dict[str, Any]:
        views = self.parts.views
        name = await asyncio.to_thread(views.rebuild)
        self.parts.projector.wake()
        return {"generation": name, "position": await asyncio.to_thread(views.position)}

    async def _health(self, _party: str, _: dict[str, Any]) -> dict[str, Any]:
        return await asyncio.to_thread(self.health)

    async def _export(self, party: str, body: dict[str, Any]) -> dict[str, Any]:
        """An audit bundle, part by part."""
        await self.settled()
        bundles = self.parts.bundles
        return {"export": await asyncio.to_thread(bundles.answer, party, fields_of(body))}

    async def _feeds(self, _party: str, body: dict[str, Any]) -> dict[str, Any]:
        """How far each party has come with its feed, or one of them, as far as NATS knows."""
        await self.settled()
        views, floor = self.parts.views, self._admission().floor
        asked = fields_of(body).get("party")
        whose = None if asked is None else str(asked)
        return {"feeds": await asyncio.to_thread(lambda: lag.query(views.rows, floor, whose))}

    def health(self) -> dict[str, Any]:
        """How far everything has come, and what is in the way."""
        return health(self)

    async def _messages(self, party: str, body: dict[str, Any]) -> dict[str, Any]:
        """A page of a feed, byte for byte what was or will be published."""
        found = await self._page(party, fields_of(body))
        for one in found:
            if one.feed == party:
                await self.seen(party, str(one.event), "poll")
        pages = [{"sequence": one.sequence, "body": one.body} for one in found]
        return {"messages": pages, "content_type": CONTENT_TYPE}

    async def read_feed(self, party: str, asked: dict[str, Any]) -> list[FeedMessage]:
        """The same for a door that tells itself, by `seen`, what it has handed over."""
        await asyncio.to_thread(self.parts.desk.granted, party, "messages")
        return await self._page(party, asked)

    async def _page(self, party: str, asked: dict[str, Any]) -> list[FeedMessage]:
        await self.settled()
        parts = self.parts
        return await asyncio.to_thread(
            lambda: feeds.page(party, asked, parts.answers, parts.ledger, parts.views.rows)
        )

    async def seen(self, party: str, notice: str, door: str) -> None:
        """A notice read through this door has arrived as well as one read from the stream."""
        views = self.parts.views
        waiting = await asyncio.to_thread(lambda: awaiting.delivery(party, notice, views.rows))
        if waiting is not None:
            await self.record_delivery(feeds.delivery(waiting, self.parts.clock(), door, "seen"))

    async def _webhook(self, verb: str, party: str, body: dict[str, Any]) -> dict[str, Any]:
        """A party's own endpoints: added, shown, tried, renewed, opened again, removed."""
        if self.webhooks is None:
            raise _starting()
        await self.settled()
        return await self.webhooks.handle(request_of(party, verb, body))

    # --- parts ---

    async def settled(self) -> None:
        """Wait until the views hold everything accepted so far: what you wrote, you can read."""
        parts = self.parts
        position = await asyncio.to_thread(parts.ledger.position)
        if not await asyncio.to_thread(parts.projector.wait_for, position, PATIENCE):
            raise Unavailable(
                "the views are behind the ledger",
                got=f"position {parts.projector.position}",
                expected=f"position {position}",
                next_step="ask again in a moment; nothing that was accepted is lost",
            )

    def _admission(self) -> Admission:
        if self.admission is None:
            raise _starting()
        return self.admission

    def _no_door(self) -> Unavailable:
        if self.opening:
            return _starting()
        return Unavailable(
            "this platform has no HTTP door",
            next_step="start it with varsel serve --http 127.0.0.1:8080",
        )


def _starting() -> Unavailable:
    return Unavailable("the platform is still starting", next_step="try again in a moment")
