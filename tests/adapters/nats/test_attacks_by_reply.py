"""No server checks a reply subject, so none may lead anywhere but back into the asker's account."""

from __future__ import annotations

import asyncio
from pathlib import Path

from adapters.nats.connection import Message
from tests.adapters.nats.attacks import ATTACKERS, VICTIM, Attack, Siege, json_of, siege
from tests.adapters.nats.lab import TOLERATED

pytestmark = TOLERATED


def allowed(me: str) -> dict[str, tuple[str, bytes]]:
    """Every kind of request that a party may make, by what it is."""
    v1, v2 = f"$JS.ACK.FEED.{me}", f"$JS.ACK._.x.FEED.{me}"
    return {
        "a question": ("intake.whoami", b"{}"),
        "no verb": ("intake.nothing", b"{}"),
        "no JSON": ("intake.acknowledge", b"{"),
        "INFO": (f"FEED.API.CONSUMER.INFO.FEED.{me}", b""),
        "RESET": (f"FEED.API.CONSUMER.RESET.FEED.{me}", b"{}"),
        "MSG.NEXT": (f"FEED.API.CONSUMER.MSG.NEXT.FEED.{me}", b"1"),
        "MSG.NEXT, open": (
            f"FEED.API.CONSUMER.MSG.NEXT.FEED.{me}",
            json_of(batch=3, expires=100_000_000, idle_heartbeat=40_000_000),
        ),
        "an ack": (f"{v1}.1.1.1.1.0", b"+ACK"),
        "an ack that asks for more": (f"{v1}.1.1.1.1.0", b'+NXT {"batch":2}'),
        "an ack v2": (f"{v2}.1.1.1.1.0", b"+ACK"),
        "an ack v2 that asks for more": (f"{v2}.1.1.1.1.0", b"+NXT"),
    }


def targets(held: Siege) -> list[str]:
    """Where an answer would do harm."""
    its = held.key(VICTIM)
    return [
        f"feed.{VICTIM}.x.Told",
        f"intake.{its}.acknowledge",
        f"intake.{held.key('zoopit')}.report_leak",
        f"$JS.ACK.FEED.{its}.1.1.1.1.0",
        f"$JS.API.CONSUMER.MSG.NEXT.FEED.{its}",
        f"$JS.API.CONSUMER.RESET.FEED.{its}",
        f"$JS.API.CONSUMER.DELETE.FEED.{its}",
        "$JS.API.STREAM.PURGE.FEED",
        "$JS.API.STREAM.DELETE.FEED",
        "$SYS.REQ.CLAIMS.UPDATE",
        "_R_.x.y",
    ]


def test_an_answer_cannot_be_led_into_anothers_feed_intake_or_consumer(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data", *ATTACKERS) as held:
            before, heard = await held.state(), list[str]()

            async def ear(message: Message) -> None:
                heard.append(message.subject)

            await (await held.thief(VICTIM)).subscribe(">", cb=ear)
            everywhere = targets(held)

            def tried(party: str) -> list[Attack]:
                return [
                    Attack(f"{name} answered to {reply}", subject, body, None, reply)
                    for name, (subject, body) in allowed(held.key(party)).items()
                    for reply in everywhere
                ]

            assert await held.storm(tried) == {}
            assert heard == []
            assert await held.state() == before

    asyncio.run(scenario())
