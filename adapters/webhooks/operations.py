"""What parties do with their webhooks, for every door alike."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol, TypeVar, cast
from uuid import uuid5

from httpx2 import URL

from adapters.webhooks.addresses import checked_url
from adapters.webhooks.endpoints import Endpoint, Endpoints, new_secret
from adapters.webhooks.outbox import a_test
from adapters.webhooks.post import ANSWER, Resolve, Unsafe, judge
from adapters.webhooks.progress import ProgressFile
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
    """What webhooks need of the platform; `private` is the operator's leave to send inside."""

    desk: Desk
    write: Write
    rows: Callable[[], Rows]
    clock: Callable[[], datetime]
    resolve: Resolve
    private: bool


class Webhooks:
    """Adds, shows, tries, renews, opens again and removes endpoints; watches over their sender."""

    def __init__(
        self, ports: Ports, endpoints: Endpoints, progress: ProgressFile, sender: Sender
    ) -> None:
        self._ports = ports
        self._endpoints = endpoints
        self._progress = progress
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

    def health(self) -> dict[str, int]:
        """How many endpoints there are, how many of them fail or were given up."""
        found = [self._sender.progress(one) for one in self._endpoints]
        return {
            "endpoints": len(found),
            "failing": sum(one.failures > 0 and one.disabled_at is None for one in found),
            "disabled": sum(not self._endpoints.enabled(one.endpoint) for one in found),
        }

    def disabled(self) -> list[str]:
        """Endpoints given up, a sentence each: their parties' trouble, not the platform's."""
        return [
            f"webhook {one.id} of {one.party} is disabled: "
            f"{self._sender.progress(one).disabled_why}"
            for one in self._endpoints
            if not self._endpoints.enabled(one.id)
        ]

    @property
    def trouble(self) -> str | None:
        """What of ours is in the way."""
        return self._sender.trouble

    # --- operations ---

    async def _add(self, request: Request) -> Answer:
        command = _read(c.AddWebhook, request)
        feed = command.feed or request.party
        self._ports.desk.granted(request.party, request.verb).require_sight(feed)
        url = checked_url(command.url, private=self._ports.private)
        await self._require_fit(url)
        endpoint = self._made(request, command, feed)
        place = use_cases.Place(endpoint.id, url.raw_host.decode("ascii"))
        use_case = partial(use_cases.add, place)
        receipt = await self._ports.write(partial(self._accept, request, use_case, endpoint))
        known = self._endpoints.require(request.party, endpoint.id)
        self._sender.look_at(known.id)
        return self._told(known, receipt, secret=known.secret)

    async def _list(self, request: Request) -> Answer:
        found = self._endpoints.of(request.party)
        return {"webhooks": [self._shown(one) for one in found]}

    async def _test(self, request: Request) -> Answer:
        command = _read(c.TestWebhook, request)
        endpoint = self._endpoints.require(request.party, command.webhook)
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
        endpoint = self._endpoints.require(request.party, command.webhook)
        if endpoint.rotated_by != request.command:  # else its answer was lost on the way
            endpoint = endpoint.renewed(self._ports.clock(), request.command)
        receipt = await self._ports.write(
            partial(self._accept, request, use_cases.rotate, endpoint)
        )
        return self._told(endpoint, receipt, secret=endpoint.secret)

    async def _enable(self, request: Request) -> Answer:
        command = _read(c.EnableWebhook, request)
        endpoint = self._endpoints.require(request.party, command.webhook)
        self._require_within(command.after, endpoint.feed)
        receipt = await self._arrange(request, use_cases.enable)
        async with self._sender.held(endpoint.id):
            self._progress.put(self._sender.progress(endpoint).opened(command.after))
            self._endpoints.enable(endpoint.id, enabled=True)
        return self._told(endpoint, receipt)

    async def _remove(self, request: Request) -> Answer:
        command = _read(c.RemoveWebhook, request)
        receipt = await self._arrange(request, use_cases.remove)
        endpoint = self._endpoints.get(command.webhook)
        if endpoint is not None:
            await self._ports.write(partial(self._endpoints.drop, endpoint))
            async with self._sender.held(endpoint.id):
                self._progress.drop(endpoint.id)
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

    async def _arrange(self, request: Request, use_case: UseCase) -> Receipt:
        ports = self._ports
        return await ports.write(lambda: ports.desk.arrange(request, use_case, ports.clock()))

    def _accept(self, request: Request, use_case: UseCase, endpoint: Endpoint) -> Receipt:
        """The vault first: what is accepted must be there; it forgets again what is refused."""
        kept = self._endpoints.get(endpoint.id)
        if kept is None or endpoint.rotated_by != kept.rotated_by:
            self._endpoints.store(endpoint)
        try:
            receipt = self._ports.desk.arrange(request, use_case, self._ports.clock())
        except VarselError:
            self._endpoints.restore(endpoint, kept)
            raise
        if endpoint.id not in self._ports.desk.webhooks(request.party):
            self._endpoints.drop(endpoint)
            raise Refused(
                "this webhook was removed since it was asked for",
                field="command",
                got=request.command,
                expected="a command id of its own for a new one",
            )
        if kept is None or endpoint.rotated_by != kept.rotated_by:
            self._endpoints.know(endpoint)
        return receipt

    def _told(self, endpoint: Endpoint, receipt: Receipt, **more: str) -> Answer:
        said = {"receipt": receipt.model_dump(mode="json"), "webhook": self._shown(endpoint)}
        return {**said, **more}

    def _shown(self, endpoint: Endpoint) -> Answer:
        """An endpoint and its state, for its own party; never its secrets."""
        hidden = {"secret", "old_secret", "rotated_by", "after", "party"}
        progress = asdict(self._sender.progress(endpoint))
        del progress["endpoint"]
        head = feed_index.head(endpoint.feed, self._ports.rows())
        state = {name: _plain(value) for name, value in progress.items()}
        state |= {"enabled": self._endpoints.enabled(endpoint.id)}
        state |= {"behind": max(0, head - progress["delivered"])}
        return {**endpoint.model_dump(mode="json", exclude=hidden), "state": state}


def _read(model: type[C], request: Request) -> C:
    return cast("C", parse(model, request.body))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
