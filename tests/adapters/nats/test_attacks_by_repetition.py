"""What was seen, foreseen or kept is of no use to whom it does not belong."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from adapters.nats.connection import Message, ask
from domain.errors import NotFound, VarselError
from projections import describe, feed_index
from tests.adapters.nats.attacks import ATTACKERS, VICTIM, Attack, Siege, json_of, siege
from tests.adapters.nats.lab import TOLERATED, bound, read
from tests.adapters.running import Up, raised
from tests.builders import a_question, an_update

pytestmark = TOLERATED


def rows(up: Up) -> list[dict[str, Any]]:
    return list(feed_index.after(0, 10_000, up.running.parts.views.rows))


def test_the_id_of_anothers_coming_message_keeps_it_from_nobody(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data", *ATTACKERS) as held:
            last = (await held.state())["messages"]["last_seq"]
            await held.up.relay.stop()  # what follows is listed, and not yet in the stream
            await held.up.take(an_update(VICTIM))
            await held.up.ask(VICTIM, "whoami")
            [coming] = [row for row in rows(held.up)[last:] if row["feed"] == VICTIM]
            headers = {"Nats-Msg-Id": coming["message"], "Nats-Expected-Stream": "FEED"}

            def tried(party: str) -> list[Attack]:
                me = held.key(party)
                subjects = (
                    "intake.whoami",
                    f"FEED.API.CONSUMER.INFO.FEED.{me}",
                    f"$JS.ACK.FEED.{me}.1.1.1.1.0",
                    coming["subject"],
                )
                return [Attack(subject, subject, b"{}", headers) for subject in subjects]

            await held.storm(tried)
            held.up.relay.start()
            await held.up.settled()
            follower = await held.up.follow(VICTIM)
            assert f'"id":"{coming["message"]}"'.encode() in (await read(follower, 5))[-1]

    asyncio.run(scenario())


def test_a_command_id_is_its_partys_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data") as held:
            body = {"with": {"incident": "leak"}, "command": "the-same"}
            joker = await held.up.callers["joker"].call("acknowledge", body)
            kiwi = await held.up.callers[VICTIM].call("acknowledge", body)
            [first], [second] = joker["receipt"]["events"], kiwi["receipt"]["events"]
            assert first["type"] == second["type"] == "NoticeAcknowledged"
            assert first["id"] != second["id"]

    asyncio.run(scenario())


def test_a_captured_request_answers_its_own_party_the_first_receipt_and_others_nothing_of_it(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data", "joker", "tilsyn", "operator") as held:
            captured = json_of(**{"with": {"incident": "leak"}, "command": "captured"})
            kiwi = held.up.callers[VICTIM]._nc
            first = await ask(kiwi, "intake.acknowledge", captured, 10)
            await held.up.settled()
            before = await held.state()
            again = await ask(kiwi, "intake.acknowledge", captured, 10)
            assert again.data == first.data

            def tried(_: str) -> list[Attack]:
                subjects = (f"intake.{held.key(VICTIM)}.acknowledge", "FEED.API.acknowledge")
                return [Attack(subject, subject, captured) for subject in subjects]

            assert await held.storm(tried) == {}
            assert await held.state() == before
            for party in ("tilsyn", "zoopit"):  # who may not acknowledge at all
                error = await raised(held.up.callers[party].call("acknowledge", captured))
                assert isinstance(error, VarselError)
            mine = await ask(held.attackers["joker's bot"], "intake.acknowledge", captured, 10)
            assert mine.data != first.data  # joker's word on joker's case, under joker's own id
            log = held.up.running.parts.ledger.since(before["ledger"], 100)
            assert [one.envelope.party for one in log] == ["joker"]

    asyncio.run(scenario())


def test_a_captured_feed_message_sent_again_reaches_nobody(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data", *ATTACKERS) as held:
            captured: list[Message] = []
            puller = await bound(await held.bot(VICTIM), held.key(VICTIM))
            captured += await puller.fetch(4, timeout=20)
            heard: list[str] = []

            async def ear(message: Message) -> None:
                heard.append(message.subject)

            await (await held.thief(VICTIM)).subscribe(">", cb=ear)
            before = await held.state()

            def tried(_: str) -> list[Attack]:
                return [
                    Attack(f"{n} {how}", one.subject, one.data, headers, reply)
                    for n, one in enumerate(captured)
                    for how, headers, reply in (
                        ("as it was", dict(one.headers or {}), None),
                        ("bare", None, None),
                        ("with its ack subject", dict(one.headers or {}), one.reply),
                    )
                ]

            assert await held.storm(tried) == {}
            assert heard == []
            assert await held.state() == before

    asyncio.run(scenario())


def test_anothers_reference_to_a_text_is_no_such_text(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data") as held:
            await held.up.take(a_question(VICTIM))
            [reference] = references(held)
            assert await held.up.ask(VICTIM, "text", text=reference) == "How many of ours?"
            for party in ("joker", "tilsyn"):
                error = await raised(held.up.ask(party, "text", text=reference))
                made_up = await raised(held.up.ask(party, "text", text=f"{reference}x"))
                assert isinstance(error, NotFound)
                assert str(error).startswith("text: no such text, or none that you may read")
                assert type(made_up) is type(error)

    asyncio.run(scenario())


def references(held: Siege) -> list[str]:
    """The texts that the victim wrote."""
    log = held.up.running.parts.ledger.since(0, 10_000)
    return [text for one in log if one.envelope.party == VICTIM for text in describe.texts(one)]
