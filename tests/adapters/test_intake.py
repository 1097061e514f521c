"""Whatever arrives is answered, with a reason where it is refused; and the platform goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from adapters import logs
from adapters.nats import intake as intakes
from adapters.nats.caller import ERROR_HEADER, Caller
from adapters.nats.connection import ask
from adapters.nats.intake import Intake
from adapters.nats.trust import MAX_PAYLOAD
from adapters.turns import Bounds
from domain.errors import Forbidden, Invalid, Refused, VarselError
from tests.adapters.nats.lab import TOLERATED, Platform, platform, until
from tests.adapters.running import raised, up_with

pytestmark = TOLERATED
Answer = dict[str, Any]


async def echo(party: str, verb: str, body: Answer) -> Answer:
    return {"party": party, "verb": verb, "body": body}


class Desk:
    """An intake on a real server, and a party that asks it."""

    def __init__(self, caller: Caller, intake: Intake) -> None:
        self.caller = caller
        self.intake = intake

    async def ask(
        self, verb: str = "whoami", payload: Any = b"{}", patience: float = 20.0
    ) -> Answer:
        return await self.caller.call(verb, payload, patience)


Play = Callable[[Desk], Awaitable[None]]


def play(
    folder: Path,
    story: Play,
    handle: intakes.Handle = echo,
    known: Callable[[Platform, str], str | None] = lambda _, __: "joker",
    bounds: Bounds | None = None,
) -> None:
    async def scenario() -> None:
        async with platform(folder) as server:
            joker = await server.admit("joker")
            intake = Intake(server.nc, lambda key: known(server, key), handle, logs.get(), bounds)
            await intake.start()
            async with await Caller.connect(server.url, joker.creds) as caller:
                await story(Desk(caller, intake))
            await intake.drain()

    logs.configure("ERROR")
    asyncio.run(scenario())


def test_a_request_is_handled_as_its_party(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        answer = await desk.ask("report_leak", {"with": {"ø": 1}})
        assert answer == {"party": "joker", "verb": "report_leak", "body": {"with": {"ø": 1}}}

    play(tmp_path, story)


def test_a_request_without_a_body_is_an_empty_one(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        assert (await desk.ask("whoami", b""))["body"] == {}

    play(tmp_path, story)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"not json", id="words"),
        pytest.param(b'{"with": ', id="cut short"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b'{"with": NaN}', id="no number"),
        pytest.param(b'{"with": "\\uD83C"}', id="half a letter"),
    ],
)
def test_what_is_no_json_is_refused(tmp_path: Path, payload: bytes) -> None:
    async def story(desk: Desk) -> None:
        error = await raised(desk.ask(payload=payload))
        assert isinstance(error, Invalid)
        assert "not JSON" in str(error)
        assert await desk.ask()

    play(tmp_path, story)


@pytest.mark.parametrize("payload", [b"[]", b"7", b"null", b'"with"'])
def test_json_that_is_no_object_is_refused(tmp_path: Path, payload: bytes) -> None:
    async def story(desk: Desk) -> None:
        error = await raised(desk.ask(payload=payload))
        assert isinstance(error, Invalid)
        assert error.expected == "an object"

    play(tmp_path, story)


def test_credentials_of_nobody_are_refused(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        assert isinstance(await raised(desk.ask()), Forbidden)

    play(tmp_path, story, known=lambda _, __: None)


def test_a_refusal_arrives_as_the_error_it_was(tmp_path: Path) -> None:
    async def refuse(*_: object) -> Answer:
        raise Refused("not now", field="incident", got="leak", expected="another", next_step="wait")

    async def story(desk: Desk) -> None:
        error = await raised(desk.ask())
        assert isinstance(error, Refused)
        expected = Refused(
            "not now", field="incident", got="leak", expected="another", next_step="wait"
        )
        assert error.problem() == expected.problem()

    play(tmp_path, story, refuse)


def test_an_unexpected_failure_is_answered_without_its_words_and_the_next_is_served(
    tmp_path: Path,
) -> None:
    async def fail(party: str, verb: str, body: Answer) -> Answer:
        if verb == "fail":
            raise KeyError("a secret")
        return await echo(party, verb, body)

    async def story(desk: Desk) -> None:
        error = await raised(desk.ask("fail"))
        assert type(error) is VarselError
        assert "KeyError" in str(error)
        assert "secret" not in str(error)
        assert await desk.ask()

    play(tmp_path, story, fail)


def test_an_answer_that_is_no_json_is_a_failure_too(tmp_path: Path) -> None:
    async def odd(*_: object) -> Answer:
        return {"when": object()}

    async def story(desk: Desk) -> None:
        assert type(await raised(desk.ask())) is VarselError

    play(tmp_path, story, odd)


def test_an_answer_too_large_to_send_is_refused_with_advice(tmp_path: Path) -> None:
    async def much(*_: object) -> Answer:
        return {"timeline": "x" * MAX_PAYLOAD}

    async def story(desk: Desk) -> None:
        error = await raised(desk.ask())
        assert isinstance(error, Refused)
        assert error.next_step is not None

    play(tmp_path, story, much)


def test_an_answer_that_barely_fits_is_sent(tmp_path: Path) -> None:
    room = MAX_PAYLOAD - len(json.dumps({"timeline": ""}))

    async def much(*_: object) -> Answer:
        return {"timeline": "x" * room}

    async def story(desk: Desk) -> None:
        assert len((await desk.ask())["timeline"]) == room

    play(tmp_path, story, much)


def test_a_slow_request_holds_up_no_other(tmp_path: Path) -> None:
    go_on = asyncio.Event()

    async def slow(party: str, verb: str, body: Answer) -> Answer:
        if verb == "slow":
            await go_on.wait()
        return await echo(party, verb, body)

    async def story(desk: Desk) -> None:
        waiting = asyncio.create_task(desk.ask("slow"))
        assert await desk.ask("quick")
        go_on.set()
        assert await waiting

    play(tmp_path, story, slow)


def test_no_more_requests_are_at_work_than_there_is_room_for(
    tmp_path: Path,
) -> None:
    go_on, at_work, most = asyncio.Event(), 0, 0

    async def slow(party: str, verb: str, body: Answer) -> Answer:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await go_on.wait()
        at_work -= 1
        return await echo(party, verb, body)

    async def story(desk: Desk) -> None:
        waiting = [asyncio.create_task(desk.ask()) for _ in range(10)]
        await until(lambda: at_work == 3)
        go_on.set()
        assert len(await asyncio.gather(*waiting)) == 10
        assert most == 3

    play(tmp_path, story, slow, bounds=Bounds(at_once=3))


def test_draining_answers_what_is_under_way_and_takes_no_more(tmp_path: Path) -> None:
    go_on, begun = asyncio.Event(), asyncio.Event()

    async def slow(party: str, verb: str, body: Answer) -> Answer:
        begun.set()
        await go_on.wait()
        return await echo(party, verb, body)

    async def story(desk: Desk) -> None:
        waiting = asyncio.create_task(desk.ask())
        await begun.wait()
        draining = asyncio.create_task(desk.intake.drain())

        async def nobody_takes_more() -> bool:
            return "nobody takes" in str(await raised(desk.ask(patience=0.2)))

        await until(nobody_takes_more)
        go_on.set()
        assert await waiting
        await draining

    play(tmp_path, story, slow)


def test_draining_answers_what_arrives_before_the_server_hears_of_it(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def first(party: str, verb: str, body: Answer) -> Answer:
        begun.set()
        return await echo(party, verb, body)

    async def story(desk: Desk) -> None:
        early = [asyncio.create_task(desk.ask()) for _ in range(300)]
        await begun.wait()  # the others are on their way
        await desk.intake.drain()
        answers = await asyncio.gather(*early, return_exceptions=True)
        assert not [one for one in answers if "no answer" in str(one)]

    play(tmp_path, story, first)


# --- the whole platform -------------------------------------------------------------------------


def test_the_platform_goes_on_after_anything_it_is_sent(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", log_level="ERROR") as up:
            joker = up.callers["joker"]
            before = up.running.parts.ledger.position()
            sent: list[tuple[str, Any, type[VarselError]]] = [
                ("acknowledge", b"not json", Invalid),
                ("acknowledge", b"[]", Invalid),
                ("akcnowledge", {}, Invalid),
                ("acknowledge", {"with": ["leak"]}, Invalid),
                ("timeline", {"with": "joker"}, Invalid),
                ("messages", {"with": 7}, Invalid),
                ("acknowledge", {"with": {}, "command": "x" * 201}, Invalid),
                ("acknowledge", {"with": {"incident": "leak"}, "actor": 7}, Invalid),
                ("acknowledge", {"with": {"incident": "leak"}, "happened": "soon"}, Invalid),
                ("party_add", {"with": {"id": "mine"}}, Forbidden),
                ("report_leak", {"with": {}}, Forbidden),
            ]
            for verb, payload, kind in sent:
                error = await raised(joker.call(verb, payload))
                assert type(error) is kind, (verb, payload, error)
            assert up.running.parts.ledger.position() == before
            assert (await up.ask("joker", "whoami"))["id"] == "joker"

    asyncio.run(scenario())


def test_an_unknown_verb_is_told_with_its_neighbours(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as up:
            error = await raised(up.callers["joker"].call("akcnowledge", {}))
            assert isinstance(error, Invalid)
            assert "acknowledge" in str(error.expected)

    asyncio.run(scenario())


def test_an_unexpected_failure_within_the_platform_is_answered(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", log_level="ERROR") as up:

            def fail(*_: object) -> None:
                raise ZeroDivisionError

            up.running.parts.answers.questions["register"] = fail
            joker = up.callers["joker"]
            reply = await ask(joker._nc, "intake.register", b"{}", 10.0)
            assert (reply.headers or {}).get(ERROR_HEADER) == "1"
            assert b"ZeroDivisionError" in reply.data
            assert (await up.ask("joker", "whoami"))["id"] == "joker"

    asyncio.run(scenario())
