"""Composes the webhooks of a platform: one part of the composition root, loaded when it starts."""

from __future__ import annotations

import random
from contextlib import AsyncExitStack
from functools import cached_property, partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from adapters.engines.bell import Bell
from adapters.platform import Parts, Platform
from adapters.sql.store import Store
from adapters.store.vault import Vault
from adapters.webhooks import operations, sender
from adapters.webhooks.endpoints import Endpoint, Endpoints
from adapters.webhooks.letters import Letter, Reply, Resolve, Resolver
from adapters.webhooks.operations import Webhooks
from adapters.webhooks.outbox import Link, Outbox
from adapters.webhooks.progress import Cursors
from adapters.webhooks.sender import Sender
from adapters.wire import render
from domain import access
from domain.commands.webhooks import AddWebhook
from domain.use_cases.webhooks import Abandoned
from projections import parties

if TYPE_CHECKING:
    from adapters.webhooks.post import Post


def open_webhooks(  # noqa: PLR0913, PLR0917 - a part of the root: it names each
    store: Store,
    vault: Vault,
    bell: Bell,
    parts: Parts,
    platform: Platform,
    stack: AsyncExitStack,
    *,
    private: bool,
    base: str | None,
) -> Webhooks:
    """The webhooks of this process, which sends nothing until `send` is called.

    Progress is kept in `store`. `base` is the URL at which people reach the HTTP door; without
    one, events hold no link.
    """
    resolver = Resolver()
    stack.callback(resolver.close)
    post = _Posting(resolver, private=private)
    stack.push_async_callback(post.close)
    cursors, endpoints = Cursors(store), Endpoints(vault, parts.desk.webhooks)
    sending = Sender(endpoints, cursors, _ports(parts, platform, post, bell, base), parts.log)
    ports = operations.Ports(
        desk=parts.desk,
        write=parts.write,
        rows=lambda: parts.views.rows,
        clock=parts.clock,
        resolve=resolver,
        private=private,
        ring=partial(bell.ring, "webhooks"),
    )
    platform.webhooks = Webhooks(ports, endpoints, cursors, sending)
    return platform.webhooks


class _Posting:
    """Posts letters; what speaks HTTP is imported for the first of them."""

    def __init__(self, resolve: Resolve, *, private: bool) -> None:
        self._resolve, self._private = resolve, private

    @cached_property
    def _post(self) -> Post:
        from adapters.webhooks.post import Post  # noqa: PLC0415 - see above

        return Post(self._resolve, private=self._private)

    async def __call__(self, letter: Letter) -> Reply:
        """See `Post`."""
        return await self._post(letter)

    async def close(self) -> None:
        """See `Post`."""
        if "_post" in self.__dict__:
            await self._post.close()


def _ports(
    parts: Parts, platform: Platform, post: _Posting, bell: Bell, base: str | None
) -> sender.Ports:
    async def give_up(endpoint: Abandoned) -> None:
        await parts.write(lambda: parts.desk.give_up(endpoint, parts.clock()))

    async def arrived(party: str, event: str) -> None:
        await platform.seen(party, event, "webhook")

    def may(endpoint: Endpoint) -> bool:
        """Its own feed always; another's as long as it is in the scope that was given."""
        who = parties.profile(endpoint.party, parts.views.rows)
        own = endpoint.feed == endpoint.party
        return own or (who is not None and _grant(who).sees(endpoint.feed))

    return sender.Ports(
        outbox=Outbox(lambda: parts.views.rows, parts.ledger.at, render, _links(base)),
        post=post,
        arrived=arrived,
        give_up=give_up,
        may=may,
        clock=parts.clock,
        jitter=lambda: random.uniform(-1, 1),  # noqa: S311 - spreads load, guards nothing
        watch=parts.projector.watch,
        hear=partial(bell.hear, "webhooks"),
    )


def _grant(who: access.Who) -> access.Grant:
    return access.grant(who, AddWebhook.VERB)


def _links(base: str | None) -> Link:
    def link(endpoint: Endpoint, sequence: int) -> str | None:
        """Where a message can be fetched, as the polled feed gives it."""
        asked: dict[str, object] = {"after": sequence - 1, "limit": 1}
        if endpoint.feed != endpoint.party:
            asked["party"] = endpoint.feed
        return f"{base.rstrip('/')}/v1/feed?{urlencode(asked)}" if base else None

    return link
