"""Nobody hears another's feed live, speaks on it, or learns more from it than from its consumer."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from adapters.nats import mint, subjects
from adapters.nats.connection import Connection, Message, connect
from adapters.nats.errors import AccountRefused
from adapters.nats.publish import FeedPublisher
from tests.adapters.nats.attacks import ATTACKERS, VICTIM, siege
from tests.adapters.nats.lab import TOLERATED, Platform, a_batch, leaked, now, platform, until
from tests.adapters.nats.test_what_a_party_sees import HEADERS, of_others
from tests.builders import an_acknowledgement

pytestmark = TOLERATED

REPUBLISHED = {
    "Nats-Stream",
    "Nats-Subject",  # where it is stored: of the party's own feed
    "Nats-Sequence",  # platform-wide, as in the subject that a delivery is acknowledged at
    "Nats-Time-Stamp",  # when it was stored: there, too
    "Nats-Last-Sequence",  # of the message before it on the same subject
}


async def everything(nc: Connection) -> list[Message]:
    """All that this connection hears from here on."""
    heard = list[Message]()

    async def ear(message: Message) -> None:
        heard.append(message)

    for subject in ("live.>", "live.kiwi.>", "live.*.>", "feed.>", ">"):
        await nc.subscribe(subject, cb=ear)
    await nc.flush()
    return heard


def imported(desk: Platform, subject: str, permit: str | None) -> dict[str, Any]:
    return {
        "name": "live",
        "account": desk.trust.platform_key,
        "type": "stream",
        "subject": subject,
        **({"token": permit} if permit else {}),
    }


def permit(signer: str, account: str, subject: str) -> str:
    return mint.activation_jwt(signer, account, subject, issued_at=now())


@pytest.mark.parametrize("asked", ["live.kiwi.>", "live.*.>", "live.>"])
def test_an_account_hears_nothing_without_a_permit_in_its_own_name_for_that_very_feed(
    tmp_path: Path, asked: str
) -> None:
    """Even where the operator had signed an account that imports another's feed."""

    async def scenario() -> None:
        async with platform(tmp_path) as desk:
            kiwi, number = await desk.admit("kiwi"), 0
            platforms = desk.trust.platform_seed
            seed = mint.new_seed("account")
            key = mint.public_key(seed)
            permits = {
                "none": None,
                "in another's name": permit(platforms, kiwi.key, "live.kiwi.>"),
                "for another feed": permit(platforms, key, "live.mallory.>"),
                "signed by itself": permit(seed, key, asked),
                "signed by the operator": permit(desk.trust.operator_seed, key, asked),
                "not even one": "nonsense",
            }
            for name, given in permits.items():
                wrong = mint.account_jwt(
                    desk.trust.operator_seed,
                    key,
                    "mallory",
                    issued_at=now(),
                    imports=[imported(desk, asked, given)],
                )
                with suppress(AccountRefused):
                    await desk.tenancy.push_account(wrong)
                thief = await leaked(desk.url, seed)
                heard = await everything(thief)
                await FeedPublisher(desk.nc).publish(a_batch("kiwi", number + 1, number + 2))
                number += 2
                await desk.nc.flush()
                await thief.flush()
                assert heard == [], name
                await thief.close()

    asyncio.run(scenario())


def test_who_imports_its_feed_hears_it_until_the_import_is_taken_away(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with platform(tmp_path) as desk:
            joker = await desk.admit("joker")
            bot = await connect(desk.url, joker.creds, name="bot")
            heard: list[bytes] = []

            async def ear(message: Message) -> None:
                heard.append(message.data)

            await bot.subscribe(subjects.LIVE, cb=ear)
            await bot.flush()
            publisher = FeedPublisher(desk.nc)
            await publisher.publish([*a_batch("joker", 1, 1), *a_batch("kiwi", 2, 2)])
            await until(lambda: heard == [b"word 1"])
            account = desk.trust.party_account_jwt(joker.key, "joker", now(), live=False)
            await desk.tenancy.push_account(account)
            await publisher.publish(a_batch("joker", 3, 4))
            await bot.flush()
            assert heard == [b"word 1"]
            await bot.close()

    asyncio.run(scenario())


def test_nobody_speaks_on_anothers_live_feed_and_a_partys_user_not_on_its_own(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with platform(tmp_path) as desk:
            joker, kiwi = await desk.admit("joker"), await desk.admit("kiwi")
            ears = [await leaked(desk.url, kiwi.account_seed), desk.nc]
            heard = [await everything(each) for each in ears]
            bot = await connect(desk.url, joker.creds, name="bot")
            own = await connect(desk.url, kiwi.creds, name="own")
            thief = await leaked(desk.url, joker.account_seed)
            for nc in (bot, own, thief):
                for subject in ("live.leak.Told", "live.kiwi.leak.Told", "feed.kiwi.leak.Told"):
                    await nc.publish(subject, b"forged", headers={"Nats-Sequence": "1"})
                await nc.flush()
            for each in ears:
                await each.flush()
            assert [message for one in heard for message in one] == []
            for nc in (ears[0], bot, own, thief):
                await nc.close()

    asyncio.run(scenario())


def test_what_is_heard_live_tells_no_more_than_what_is_delivered(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data", *ATTACKERS) as held:
            up = held.up
            heard = {who: await everything(nc) for who, nc in held.attackers.items()}
            await up.take(an_acknowledgement(VICTIM), an_acknowledgement("joker"))
            await up.settled()
            await until(lambda: len(heard["joker's bot"]) > 0)
            others = of_others(held)
            for message in heard["joker's bot"]:
                assert set(message.headers or {}) == HEADERS | REPUBLISHED
                said = f"{message.subject} {message.headers} {message.data.decode()}"
                assert [word for word in others if word in said] == []
            for who, messages in heard.items():
                party = who.partition("'")[0]
                told = [each for each in messages if each.subject.startswith(("live.", "feed."))]
                feeds = {json.loads(each.data)["feed"] for each in told}
                assert feeds == ({party} & {"joker", "zoopit"}), who
            # An auditor follows others' feeds, by its consumer alone.
            assert heard["tilsyn's bot"] == []

    asyncio.run(scenario())
