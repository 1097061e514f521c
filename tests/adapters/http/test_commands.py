"""Commands over HTTP: what the key of a command promises, and which bodies are read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from adapters.decoding import LIMIT
from tests.adapters.http.lab import Door, open_door, problem
from tests.adapters.nats.lab import TOLERATED

pytestmark = TOLERATED
Story = Callable[[Door], Awaitable[None]]
CONCERN = {"vendor": "zoopit", "concern": "odd"}


def play(folder: Path, story: Story) -> None:
    async def whole() -> None:
        async with open_door(folder) as door:
            await story(door)

    asyncio.run(whole())


def test_the_same_key_with_the_same_body_gets_the_first_receipt_again(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        joker = await door.by("joker")
        first = await door.say(joker, "raise_concern", "k", **CONCERN)
        position = door.position
        again = await door.say(joker, "raise_concern", "k", **CONCERN)
        assert first.status_code == again.status_code == 200
        assert first.content == again.content
        assert door.position == position

    play(tmp_path, story)


def test_the_same_key_with_another_body_is_refused(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        joker = await door.by("joker")
        await door.say(joker, "raise_concern", "k", **CONCERN)
        position = door.position
        other = await door.say(joker, "raise_concern", "k", vendor="zoopit", concern="other")
        said = problem(other)
        assert (said["status"], said["type"]) == (409, "urn:varsel:error:command-reused")
        assert door.position == position

    play(tmp_path, story)


def test_two_parties_may_use_the_same_key(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        for party in ("joker", "kiwi"):
            answer = await door.say(await door.by(party), "raise_concern", "k", **CONCERN)
            assert answer.status_code == 200

    play(tmp_path, story)


def test_twenty_at_the_same_moment_are_one(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        joker, before = await door.by("joker"), door.position
        sent = [door.say(joker, "raise_concern", "k", **CONCERN) for _ in range(20)]
        answers = await asyncio.gather(*sent)
        assert {one.status_code for one in answers} == {200}
        assert len({one.content for one in answers}) == 1
        assert door.position == before + 1

    play(tmp_path, story)


def test_without_a_key_nothing_is_recorded(tmp_path: Path) -> None:
    async def story(door: Door) -> None:
        joker, before = await door.by("joker"), door.position
        said = problem(await joker.post("/v1/commands/raise_concern", json={"with": CONCERN}))
        assert (said["status"], said["field"]) == (422, "Idempotency-Key")
        assert door.position == before

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("body", "kind", "status", "field"),
    [
        (b"a: b", "application/yaml", 415, "Content-Type"),
        (b"{}", "text/plain; charset=utf-8", 415, "Content-Type"),
        (b"{", "application/json", 422, None),
        (b"[]", "application/json", 422, None),
        (b'{"with": {}, "with": {}}', "application/json", 422, "with"),
        (b'{"with": {}, "wth": {}}', "application/json", 422, "wth"),
        (b'{"with": {}, "command": "mine"}', "application/json", 422, "command"),
        (b'{"with": []}', "application/json", 422, "with"),
    ],
)
def test_a_body_that_is_not_plain_json_is_refused(
    body: bytes, kind: str, status: int, field: str | None, tmp_path: Path
) -> None:
    async def story(door: Door) -> None:
        joker, before = await door.by("joker"), door.position
        headers = {"Content-Type": kind, "Idempotency-Key": "k"}
        answer = await joker.post("/v1/commands/acknowledge", content=body, headers=headers)
        said = problem(answer)
        assert (said["status"], said.get("field")) == (status, field)
        assert door.position == before

    play(tmp_path, story)


@pytest.mark.parametrize("told", [True, False], ids=["told", "chunked"])
def test_a_body_larger_than_a_nats_message_is_refused(told: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    large = json.dumps({"with": {"incident": "x" * LIMIT}}).encode()

    async def story(door: Door) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            for start in range(0, len(large), 65536):
                yield large[start : start + 65536]

        joker = await door.by("joker")
        headers = {"Content-Type": "application/json", "Idempotency-Key": "k"}
        content = large if told else pieces()
        answer = await joker.post("/v1/commands/acknowledge", content=content, headers=headers)
        assert problem(answer)["status"] == 413

    play(tmp_path, story)
