"""A delivery is proven by its client's ack: nobody else's counts, in either format."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.nats import server
from adapters.nats.conf import conf_text
from domain.events import NoticeDelivered
from tests.adapters.nats.attacks import ATTACKERS, VICTIM, Attack, Siege, siege
from tests.adapters.nats.lab import TOLERATED, bound, read, until

pytestmark = TOLERATED

SAID = (b"", b"+ACK", b"-NAK", b"+WPI", b"+TERM", b"+NXT", b'+NXT {"batch":5}')


@pytest.fixture(params=["v1", "v2"])
def ack_format(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The format in which the server asks for acks; 2.15 understands both in any case."""
    wanted: str = request.param
    if wanted == "v2":
        flagged = "\nfeature_flags { js_ack_fc_v2: true }\n"
        monkeypatch.setattr(server, "conf_text", lambda *parts: conf_text(*parts) + flagged)
    return wanted


def delivered(held: Siege) -> list[str]:
    """The clients whose delivery is recorded."""
    log = held.up.running.parts.ledger.since(0, 10_000)
    return [str(one.envelope.about.client) for one in log if isinstance(one.event, NoticeDelivered)]


def forgeries(me: str, its: str, asked: str) -> Iterator[str]:
    """Subjects that are an ack of the victim's, or that might be taken for one.

    An ack is `$JS.ACK.<stream>.<consumer>.<5 numbers>` or, in format v2,
    `$JS.ACK.<domain>.<account>.<stream>.<consumer>.<5 numbers or more>`: one subject may fit both.
    """
    yield asked  # the very subject that the server gave the victim
    numbers = asked.split(".")[-5:]
    for count in (3, 5, 6, 7):
        tail = ".".join((numbers * 2)[:count])
        for mine in (f"FEED.{me}", me, f"_.x.FEED.{me}"):
            yield f"$JS.ACK.FEED.{its}.{mine}.{tail}"
            yield f"$JS.ACK.{mine}.FEED.{its}.{tail}"
            yield f"$JS.ACK.{its}.{mine}.{tail}"
        yield f"$JS.ACK._.{its}.FEED.{me}.{tail}"
        yield f"$JS.ACK.FEED.{its}.{tail}"
        yield f"$JS.ACK._.x.FEED.{its}.{tail}"
        yield f"$JS.ACK.FEED.*.{tail}"


def is_own(held: Siege, name: str) -> bool:
    """Whether an attack, by whomever, was but an odd ack of its own consumer's."""
    who, _, subject = name.partition(": ")
    me = held.key(who.partition("'")[0])
    return subject.startswith((f"$JS.ACK.FEED.{me}.", f"$JS.ACK._.x.FEED.{me}."))


@pytest.mark.usefixtures("ack_format")
def test_acks_of_another_cannot_be_forged_nor_taken_for_its_pulls(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data", *ATTACKERS) as held:
            puller = await bound(await held.bot(VICTIM), held.key(VICTIM))
            [taken, *_] = await puller.fetch(1, timeout=20)
            before = await held.state()

            def tried(party: str) -> list[Attack]:
                subjects = forgeries(held.key(party), held.key(VICTIM), taken.reply)
                return [
                    Attack(f"{subject} {said.decode()}", subject, said)
                    for subject in dict.fromkeys(subjects)
                    for said in SAID
                ]

            answered = await held.storm(tried)
            assert [name for name in answered if not is_own(held, name)] == []
            assert f"feed.{VICTIM}." not in str(answered)
            assert await held.state() == before
            assert VICTIM not in delivered(held)

    asyncio.run(scenario())


def test_no_number_acknowledges_anothers_message_or_one_that_was_not_delivered(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data", "joker", "tilsyn") as held:
            before = await held.state()
            count = before["messages"]["last_seq"]

            def tried(party: str) -> list[Attack]:
                return [
                    Attack(f"number {n} as the {place}.", f"{prefix}.1.{n}.{place}.1.0", b"+ACK")
                    for prefix in (
                        f"$JS.ACK.FEED.{held.key(party)}",
                        f"$JS.ACK._.x.FEED.{held.key(party)}",
                    )
                    for n in range(1, count + 2)
                    for place in (1, n)
                ]

            await held.storm(tried)
            assert await held.state() == before
            assert delivered(held) == []

    asyncio.run(scenario())


def test_a_party_acknowledges_in_the_format_that_it_is_asked_for(
    tmp_path: Path, ack_format: str
) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data") as held:
            puller = await bound(await held.bot("joker"), held.key("joker"))
            [taken, *_] = await puller.fetch(1, timeout=20)
            assert taken.reply.startswith("$JS.ACK.FEED." if ack_format == "v1" else "$JS.ACK._.")
            await taken.ack_sync(timeout=20)
            follower = await held.up.follow("joker")
            await read(follower, 3)
            await until(lambda: delivered(held) == ["joker"])

    asyncio.run(scenario())


def test_a_consumer_that_its_owner_sets_back_or_ahead_is_its_owners_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with siege(tmp_path / "data", "joker") as held:
            before = await held.state()
            subject = f"FEED.API.CONSUMER.RESET.FEED.{held.key('joker')}"

            def tried(_: str) -> list[Attack]:
                return [Attack(f"to {seq}", subject, b'{"seq":%d}' % seq) for seq in (1, 9, 10**6)]

            assert len(await held.storm(tried)) == 6
            assert await held.state() == before
            assert VICTIM not in delivered(held)

    asyncio.run(scenario())
