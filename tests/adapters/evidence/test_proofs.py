"""What parties are told of the log: proofs that hold, each for events that the asker may see."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from adapters.evidence import tree
from adapters.evidence.checkpoint import Checkpoint, Verifier, from_header
from adapters.evidence.leaf import leaf_hash
from adapters.evidence.opening import HEADER
from domain.errors import Forbidden, Invalid, NotFound
from projections import feed_index
from tests.adapters.http.lab import Door, open_door
from tests.adapters.nats.lab import TOLERATED
from tests.adapters.running import Up, raised, up_with
from tests.builders import a_leak, a_notice, a_question, told

pytestmark = TOLERATED
QUIET: dict[str, Any] = {"log_level": "ERROR"}


def play(folder: Path, story: Callable[[Up], Awaitable[None]]) -> None:
    async def scenario() -> None:
        async with up_with(folder / "data", **QUIET) as platform:
            await platform.take(*told("joker", "kiwi"))
            await platform.settled()
            await story(platform)

    asyncio.run(scenario())


def read(answer: dict[str, Any]) -> Checkpoint:
    return Verifier.parse(answer["key"]).read(answer["checkpoint"])


def hashes(said: list[str]) -> list[bytes]:
    return [base64.b64decode(one) for one in said]


def events_of(platform: Up, party: str) -> list[tuple[str, int]]:
    """The events in a party's feed, with their positions."""
    parts = platform.running.parts
    rows = feed_index.page(party, 0, 100, parts.views.rows)
    found = [parts.ledger.at(row["position"]) for row in rows]
    return [(str(one.id), one.position) for one in found if one is not None]


async def proved(platform: Up, by: str, event: str) -> dict[str, Any]:
    answer: dict[str, Any] = await platform.callers[by].call(
        "inclusion", {"with": {"event": event}}
    )
    return answer


def test_a_party_proves_each_event_of_its_feed(tmp_path: Path) -> None:
    async def story(platform: Up) -> None:
        found = events_of(platform, "joker")
        for event, position in found:
            answer = await proved(platform, "joker", event)
            [row] = platform.running.parts.ledger.rows_since(position - 1, 1)
            [leaf] = hashes([answer["leaf"]])
            head = read(answer)
            assert leaf == leaf_hash(row)
            assert answer["position"] == position
            assert tree.verify_inclusion(
                leaf, answer["index"], head.size, hashes(answer["proof"]), head.root
            )
        assert len(found) >= 4

    play(tmp_path, story)


def test_a_proof_tells_nothing_of_who_sent_the_event_by_which_command(tmp_path: Path) -> None:
    async def story(platform: Up) -> None:
        said = a_notice("joker", "kiwi", incident="second")
        await platform.take(a_leak("second"))
        body = {"with": said.fields, "command": "tell-joker-and-kiwi", "actor": {"user": "u-4711"}}
        await platform.callers["zoopit"].call(said.do, body)
        await platform.settled()
        rows = platform.running.parts.ledger.rows_since(0, 1000)
        kept = [row.envelope() for row in rows]
        named = [one for one in kept if one["command"] == "tell-joker-and-kiwi"]
        shown = [one for one in named if "joker" in one["visibility"]]
        assert shown
        for one in shown:
            answer = json.dumps(await proved(platform, "joker", one["id"]))
            for withheld in (one["command"], "u-4711", one["salt"]):
                assert withheld not in answer

    play(tmp_path, story)


def test_an_event_of_another_is_answered_as_one_that_is_not_there(tmp_path: Path) -> None:
    async def story(platform: Up) -> None:
        mine = {event for event, _ in events_of(platform, "joker")}
        others = [event for event, _ in events_of(platform, "kiwi") if event not in mine]
        nowhere = "11111111-2222-5333-8444-555555555555"
        refused = await raised(proved(platform, "joker", nowhere))
        assert isinstance(refused, NotFound)
        for event in others:
            same = await raised(proved(platform, "joker", event))
            assert isinstance(same, NotFound)
            assert str(same) == str(refused).replace(nowhere, event)
        assert len(others) >= 3

    play(tmp_path, story)


def test_an_auditor_proves_what_is_in_its_scope_and_nothing_else(tmp_path: Path) -> None:
    async def story(platform: Up) -> None:
        for event, _ in events_of(platform, "joker"):
            assert (await proved(platform, "tilsyn", event))["event"] == event
        mine = {event for event, _ in events_of(platform, "joker")}
        others = [event for event, _ in events_of(platform, "kiwi") if event not in mine]
        for event in others:
            assert isinstance(await raised(proved(platform, "tilsyn", event)), NotFound)
        assert others

    play(tmp_path, story)


def test_whoever_kept_a_checkpoint_is_shown_that_nothing_was_changed(tmp_path: Path) -> None:
    async def story(platform: Up) -> None:
        old = read(await platform.callers["kiwi"].call("checkpoint", {}))
        await platform.take(a_question("joker"))
        answer = await platform.callers["kiwi"].call("consistency", {"with": {"size": old.size}})
        new = read(answer)
        assert new.size > old.size
        assert tree.verify_consistency(
            old.size, new.size, old.root, new.root, hashes(answer["proof"])
        )

    play(tmp_path, story)


def test_a_checkpoint_covers_everything_accepted_before_it_was_asked_for(tmp_path: Path) -> None:
    async def story(platform: Up) -> None:
        for number in range(5):
            await platform.take(a_question("joker", f"q-{number}"))
            size = (await platform.operator.call("checkpoint", {}))["size"]
            assert size == platform.running.parts.ledger.position()

    play(tmp_path, story)


def test_there_is_no_proof_from_a_size_that_was_never_reached(tmp_path: Path) -> None:
    async def story(platform: Up) -> None:
        asked = platform.callers["kiwi"].call("consistency", {"with": {"size": 10_000}})
        assert isinstance(await raised(asked), Invalid)

    play(tmp_path, story)


def test_only_the_operator_has_everything_examined(tmp_path: Path) -> None:
    async def story(platform: Up) -> None:
        for party in ("zoopit", "joker", "tilsyn"):
            refused = await raised(platform.callers[party].call("examine", {}))
            assert isinstance(refused, Forbidden)

    play(tmp_path, story)


def at_the_door(folder: Path, story: Callable[[Door], Awaitable[None]]) -> None:
    async def scenario() -> None:
        async with open_door(folder / "data") as door:
            await story(door)

    asyncio.run(scenario())


def test_every_answer_of_the_api_carries_the_newest_checkpoint(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        joker = await door.by("joker")
        key = Verifier.parse((await joker.get("/v1/checkpoint")).json()["key"])
        for path in ("/v1/timeline", "/v1/feed", "/v1/nothing", "/v1/health"):
            answer = await joker.get(path)
            newest = door.platform.running.parts.evidence.log.checkpoint()
            assert key.read(from_header(answer.headers[HEADER])) == newest

    at_the_door(tmp_path, story)


def test_whoever_has_no_key_is_not_told_how_much_goes_on(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        nobody = await door.client(None)
        for path in ("/v1/timeline", "/v1/openapi.json", "/healthz", "/"):
            assert HEADER not in (await nobody.get(path)).headers

    at_the_door(tmp_path, story)


def test_the_proofs_are_there_over_http(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        joker = await door.by("joker")
        old = read((await joker.get("/v1/checkpoint")).json())
        await door.platform.settled()
        [event, *_] = [event for event, _ in events_of(door.platform, "joker")]
        shown = (await joker.get(f"/v1/events/{event}/inclusion")).json()
        head = read(shown)
        assert tree.verify_inclusion(
            hashes([shown["leaf"]])[0], shown["index"], head.size, hashes(shown["proof"]), head.root
        )
        grown = (await joker.get("/v1/checkpoint/consistency", params={"size": old.size})).json()
        new = read(grown)
        assert tree.verify_consistency(
            old.size, new.size, old.root, new.root, hashes(grown["proof"])
        )

    at_the_door(tmp_path, story)
