"""What is under way while another process of the platform starts arrives; news of an account too.

nats-server 2.15.1 forgets who waits for an answer when it is told of the answering account anew.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from adapters.nats import mint
from adapters.nats.caller import Caller
from adapters.nats.connection import Message
from tests.adapters.nats.lab import TOLERATED, now, platform

pytestmark = TOLERATED
LATER = timedelta(seconds=2)  # an account's age is told in whole seconds


def test_an_answer_under_way_arrives_though_another_process_starts(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            joker, asked = await desk.admit("joker"), asyncio.Queue[Message]()
            await desk.nc.subscribe("intake.*.*", queue="intake", cb=asked.put)
            async with await Caller.connect(desk.url, joker.creds) as caller:
                answered = asyncio.create_task(caller.call("health", {}, patience=20))
                question = await asked.get()
                again = desk.trust.platform_account_jwt(now() + LATER)
                await desk.tenancy.ensure_account(desk.trust.platform_key, again)
                await desk.nc.publish(question.reply, b'{"ok": true}')
                assert await answered == {"ok": True}

    asyncio.run(scenario())


def test_an_account_is_told_where_it_is_new_or_says_something_else(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with platform(tmp_path / "nats") as desk:
            seed, tenancy = mint.new_seed("account"), desk.tenancy
            key = mint.public_key(seed)
            assert await tenancy.nodes.known(key) is None
            for name in ("joker", "joker-of-oslo"):
                jwt = desk.trust.party_account_jwt(key, name, now())
                await tenancy.ensure_account(key, jwt)
                assert await tenancy.nodes.known(key) == jwt

    asyncio.run(scenario())
