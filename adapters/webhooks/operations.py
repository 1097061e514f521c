"""What parties do with their webhooks, for every door alike."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from uuid import uuid5

from adapters.webhooks.addresses import checked_url
from adapters.webhooks.endpoints import Endpoint, Endpoints, new_secret
from adapters.webhooks.letters import ANSWER, Resolve, Unsafe, judge
from adapters.webhooks.outbox import a_test
from adapters.webhooks.progress import Cursors, Progress
from adapters.webhooks.sender import Sender
from domain import streams
from domain.commands import Command
from domain.commands import webhooks as c
from domain.desk import Desk, Request, UseCase
from domain.errors import Invalid, Refused, VarselError
from domain.parsing import parse
from domain.ports import Receipt
from domain.use_cases import webhooks as use_cases
from projections import feed_index
from projections.rows import Rows

if TYPE_CHECKING:
    from httpx2 import URL

T = TypeVar("T")
C = TypeVar("C", bound=Command)
Answer = dict[str, Any]


class Write(Protocol):
    """Runs something in the one thread that writes to the ledger."""

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]:
        """The result, when it is done."""
        ...


@dataclass(frozen=True)
class Ports:
    """What webhooks need of the platform; `private` is the operator's leave to send inside.

    `ring` tells the process that sends that endpoints were changed.
    """

    desk: Desk
    write: Write
    rows: Callable[[], Rows]
    clock: Callable[[], datetime]
    resolve: Resolve
    private: bool
    ring: Callable[[], None]


class Webhooks:
    """Adds, shows, tries, renews, opens again and removes endpoints, in any process.

    What was changed is in ledger, vault and cursors: the process that sends finds it there.
    """

    def __init__(
        self, ports: Ports, endpoints: Endpoints, cursors: Cursors, sender: Sender
    ) -> None:
        self._ports = ports
        self._endpoints = endpoints
        self._cursors = cursors
        self._sender = sender
        self._tried: set[str] = set()
        self.operations: dict[str, Callable[[Request], Awaitable[Answer]]] = {
            "webhook_add": self._add,
            "webhook_list": self._list,
            "webhook_test": self._test,
            "webhook_rotate": self._rotate,
            "webhook_enable": self._enable,
            "webhook_remove": self._remove,
        }

    async def handle(self, request: Request) -> Answer:
        """One of the operations, asked for by a party that may; raises a `VarselError`."""
        return await self.operations[request.verb](request)

    async def send(self, stack: AsyncExitStack) -> None:
        """Send what is to be sent until the stack is left: one process at a time."""
        self._sender.start()
        stack.push_async_callback(self._sender.stop)

    def health(self) -> dict[str, int]:
        """How many endpoints there are, how many of them fail or were given up."""
        return self._cursors.counts()._asdict()

    def disabled(self) -> list[str]:
        """Endpoints given up, a sentence each: their parties' trouble, not the platform's."""
        return [
            f"webhook {endpoint} of {party} is disabled: {why}"
            for endpoint, party, why in self._cursors.disabled()
        ]

    @property
    def trouble(self) -> str | None:
        """What of ours is in the way, where this process sends."""
        return self._sender.trouble

    # --- operations ---

    async def _add(self, request: Request) -> Answer:
        command = _read(c.AddWebhook, request)
        feed = command.feed or request.party
        granted = await asyncio.to_thread(self._ports.desk.granted, request.party, request.verb)
        granted.require_sight(feed)
        url = checked_url(command.url, private=self._ports.private)
        await self._require_fit(url)
        endpoint = await asyncio.to_thread(self._made, request, command, feed)
        place = use_cases.Place(endpoint.id, url.raw_host.decode("ascii"))
        work = partial(self._accept_new, request, partial(use_cases.add, place), endpoint)
        receipt, known = await self._changed(work)
        return await self._told(known, receipt, secret=known.secret)

    async def _list(self, request: Request) -> Answer:
        return {"webhooks": await asyncio.to_thread(self._listed, request.party)}

    async def _test(self, request: Request) -> Answer:
        """This process sends it itself: whoever asks waits for what the endpoint says."""
        command = _read(c.TestWebhook, request)
        endpoint = await asyncio.to_thread(self._endpoints.require, request.party, command.webhook)
        if endpoint.id in self._tried:
            raise Refused("a test of this webhook is under way", next_step="wait for its answer")
        self._tried.add(endpoint.id)
        try:
            reply = await self._sender.attempt(endpoint, a_test(endpoint, self._ports.clock()))
        finally:
            self._tried.discard(endpoint.id)
        said = {"taken": reply.taken, "status": reply.status, "error": reply.error}
        return {"webhook": endpoint.id, **said}

    async def _rotate(self, request: Request) -> Answer:
        command = _read(c.RotateWebhook, request)
        receipt, endpoint = await self._changed(partial(self._renew, request, command.webhook))
        return await self._told(endpoint, receipt, secret=endpoint.secret)

    async def _enable(self, request: Request) -> Answer:
        command = _read(c.EnableWebhook, request)
        found = await asyncio.to_thread(self._endpoints.require, request.party, command.webhook)
        await asyncio.to_thread(self._require_within, command.after, found.feed)

        def work() -> Receipt:
            self._cursors.hold(command.webhook)
            receipt = self._arrange(request, use_cases.enable)
            self._cursors.open(command.webhook, command.after)
            return receipt

        return await self._told(found, await self._changed(work))

    async def _remove(self, request: Request) -> Answer:
        command = _read(c.RemoveWebhook, request)

        def work() -> Receipt:
            self._cursors.hold(command.webhook)  # first, as all do: else two wait for each other
            receipt = self._arrange(request, use_cases.remove)
            self._endpoints.drop(request.party, command.webhook)
            self._cursors.drop(command.webhook)
            return receipt

        receipt = await self._changed(work)
        return {"receipt": receipt.model_dump(mode="json"), "webhook": command.webhook}

    # --- parts of them ---

    async def _require_fit(self, url: URL) -> None:
        """Refuse a host that nothing may be sent to, at once rather than after days."""
        try:
            async with asyncio.timeout(ANSWER):
                await judge(url, self._ports.resolve, private=self._ports.private)
        except (Unsafe, TimeoutError) as unfit:
            raise Invalid(
                f"nothing is sent there: {str(unfit) or 'its name is not resolved'}",
                field="url",
                got=url.host,
                expected="a host on the public internet",
                next_step="correct it; nothing was recorded",
            ) from None

    def _require_within(self, after: int | None, feed: str) -> None:
        head = feed_index.head(feed, self._ports.rows())
        if after is not None and after > head:
            raise Invalid(
                "the feed has not come so far",
                field="after",
                got=after,
                expected=f"a sequence from 0 to {head}",
            )

    def _made(self, request: Request, command: c.AddWebhook, feed: str) -> Endpoint:
        """The endpoint asked for; the same request, sent twice, asks for the same one."""
        self._require_within(command.after, feed)
        behind = feed_index.head(feed, self._ports.rows())
        name = uuid5(streams.party_stream(request.party), f"webhook/{request.command}").hex[:16]
        return Endpoint(
            id=f"wh-{name}",
            party=request.party,
            feed=feed,
            url=command.url,
            full=command.full,
            types=command.types,
            after=behind if command.after is None else command.after,
            description=command.description,
            created_at=self._ports.clock(),
            secret=new_secret(),
        )

    async def _changed(self, work: Callable[[], T]) -> T:
        """Do what changes endpoints, in one transaction where one database holds everything."""

        def whole() -> T:
            with self._cursors.transaction():
                return work()

        done = await self._ports.write(whole)
        await asyncio.to_thread(self._ports.ring)
        return done

    def _arrange(self, request: Request, use_case: UseCase) -> Receipt:
        return self._ports.desk.arrange(request, use_case, self._ports.clock())

    def _accept_new(
        self, request: Request, use_case: UseCase, asked: Endpoint
    ) -> tuple[Receipt, Endpoint]:
        """The vault first: what is accepted must be there; it forgets again what is refused."""
        kept = self._endpoints.store_new(asked)
        if kept != asked and asked.id not in self._endpoints.of_party(asked.party):
            self._endpoints.store(asked)  # what a crash left was never accepted
            kept = asked
        try:
            receipt = self._arrange(request, use_case)
        except VarselError:
            if kept == asked:
                self._endpoints.drop(asked.party, asked.id)
            raise
        if asked.id not in self._endpoints.of_party(asked.party):
            self._endpoints.drop(asked.party, asked.id)
            raise Refused(
                "this webhook was removed since it was asked for",
                field="command",
                got=request.command,
                expected="a command id of its own for a new one",
            )
        self._cursors.begin(kept.id, kept.party, kept.after)
        return receipt, kept

    def _renew(self, request: Request, name: str) -> tuple[Receipt, Endpoint]:
        """As for a new one; the cursor is held so that two processes do not both renew it."""
        self._cursors.hold(name)
        before = self._endpoints.require(request.party, name)
        if before.rotated_by == request.command:  # its answer was lost on the way
            return self._arrange(request, use_cases.rotate), before
        renewed = before.renewed(self._ports.clock(), request.command)
        self._endpoints.store(renewed)
        try:
            return self._arrange(request, use_cases.rotate), renewed
        except VarselError:
            self._endpoints.store(before)
            raise

    def _listed(self, party: str) -> list[Answer]:
        enabled = self._endpoints.of_party(party)
        return [
            self._shown(one, enabled=enabled.get(one.id, False))
            for one in self._endpoints.of(party)
        ]

    async def _told(self, endpoint: Endpoint, receipt: Receipt, **more: str) -> Answer:
        def shown() -> Answer:
            enabled = self._endpoints.of_party(endpoint.party).get(endpoint.id, False)
            return self._shown(endpoint, enabled=enabled)

        said = await asyncio.to_thread(shown)
        return {"receipt": receipt.model_dump(mode="json"), "webhook": said, **more}

    def _shown(self, endpoint: Endpoint, *, enabled: bool) -> Answer:
        """An endpoint and its state, for its own party; never its secrets."""
        hidden = {"secret", "old_secret", "rotated_by", "after", "party"}
        found = self._cursors.get(endpoint.id) or Progress(endpoint.id, endpoint.after)
        progress = asdict(found)
        del progress["endpoint"], progress["turn"]
        head = feed_index.head(endpoint.feed, self._ports.rows())
        state = {name: _plain(value) for name, value in progress.items()}
        state |= {"enabled": enabled, "behind": max(0, head - found.delivered)}
        return {**endpoint.model_dump(mode="json", exclude=hidden), "state": state}


def _read(model: type[C], request: Request) -> C:
    return cast("C", parse(model, request.body))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
