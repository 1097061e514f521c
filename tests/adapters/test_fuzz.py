"""Thousands of inputs at every door: each is answered, and only what is accepted is stored.

Each run has a seed of its own. `VARSEL_FUZZ=100000 pytest tests/adapters/test_fuzz.py --timeout 0`
looks longer.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.decoding import decode
from adapters.nats.caller import ERROR_HEADER
from adapters.reading import read
from domain.access import ROWS
from domain.commands import VERBS
from domain.envelope import PLATFORM
from domain.errors import Invalid, VarselError
from tests.adapters.fuzzing import SCHEMAS, Fuzz
from tests.adapters.nats.lab import TOLERATED
from tests.adapters.running import Up, up_with
from tests.builders import a_concern, a_leak, a_notice, a_question

pytestmark = TOLERATED

INPUTS = int(os.environ.get("VARSEL_FUZZ", "3000"))
AT_ONCE = 50
WHO = {"vendor": "zoopit", "client": "joker", "operator": "operator"}
QUESTIONS: Mapping[str, list[Any]] = {
    "party": ["joker", "zoopit", "kiwi", "tilsyn"],
    "incident": ["leak", "nowhere"],
    "as_of": ["2023-02-28", "2024-01-01T00:00Z", "2999"],
    "after": [0, 1, "1"],
    "limit": [0, 1, 1000, "5"],
    "text": ["00000000-0000-0000-0000-000000000000/title", "x/y"],
    "worksheet": [{}, {"categories": [{"name": "simple"}]}, {"people": 100}],
    "with_draft": [[], ["omnibus-2025"], ["nowhere"]],
}


def speakers(operation: str) -> list[str]:
    """Who may use it, of those who are there."""
    return [party for role, party in WHO.items() if ROWS[operation].get(role)]


async def a_world(up: Up) -> None:
    await up.take(a_leak(title="A copy"), a_notice("joker", "kiwi"))
    await up.take(a_concern("joker"), a_question("joker"))
    await up.settled()


class Book:
    """What came of each input, held against what the ledger has."""

    def __init__(self, up: Up, fuzz: Fuzz) -> None:
        self._up = up
        self.fuzz = fuzz
        self._before = up.running.parts.ledger.position()
        self._accepted = set[str]()
        self.counts: dict[str, int] = {}

    def accept(self, answer: dict[str, Any]) -> None:
        if "receipt" in answer:
            self._accepted.add(answer["receipt"]["command"])
        self._count("accepted")

    def refuse(self, status: int, problem: dict[str, Any], what: object) -> None:
        assert 400 <= status < 500, (self.fuzz, problem, what)
        assert len(json.dumps(problem)) < 8_000, (self.fuzz, problem)
        assert all(part.isprintable() for part in problem.values() if isinstance(part, str))
        self._count(str(status))

    def close(self) -> None:
        """Nothing is stored that was not accepted."""
        for recorded in self._up.running.parts.ledger.since(self._before, 1_000_000):
            envelope = recorded.envelope
            assert envelope.party == PLATFORM or envelope.command in self._accepted, self.fuzz

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


async def handled(up: Up, book: Book, party: str, verb: str, body: Any) -> None:
    """As the intake does it: decoded, handled, answered."""
    data = json.dumps(body).encode()
    try:
        answer = await up.running.platform.handle(party, verb, decode(data))
    except VarselError as error:
        book.refuse(error.status, error.problem(), (party, verb, data[:2000]))
    except Exception as error:
        raise AssertionError(f"{book.fuzz}: {party} {verb} {data[:2000]!r}") from error
    else:
        assert json.dumps(answer)
        book.accept(answer)


def test_every_verb_answers_every_body_and_stores_only_what_it_accepts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", rate="off", log_level="ERROR") as up:
            await a_world(up)
            fuzz = Fuzz()
            book = Book(up, fuzz)
            verbs = [verb for verb in VERBS if speakers(verb)]
            for number in range(INPUTS):
                verb = verbs[number % len(verbs)]
                party = fuzz.pick(speakers(verb))
                await handled(up, book, party, verb, fuzz.command(verb))
            book.close()
            assert sum(book.counts.values()) == INPUTS
            assert book.counts["accepted"] > INPUTS // 100, "hardly anything was nearly right"
            assert book.counts["422"] > INPUTS // 4, "hardly anything was wrong"
            await up.settled()

    asyncio.run(scenario())
    assert capsys.readouterr().err == ""


def test_every_question_answers_every_body(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", rate="off", log_level="ERROR") as up:
            await a_world(up)
            fuzz = Fuzz()
            book = Book(up, fuzz)
            questions = [*up.running.parts.answers.questions, "messages"]
            for number in range(INPUTS // 4):
                party = fuzz.pick(["joker", "zoopit", "tilsyn", "operator"])
                body = fuzz.question(QUESTIONS)
                await handled(up, book, party, questions[number % len(questions)], body)
            book.close()
            assert book.counts["accepted"] > INPUTS // 100

    asyncio.run(scenario())
    assert capsys.readouterr().err == ""


def test_the_intake_answers_all_bytes_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data", rate="off", log_level="ERROR") as up:
            await a_world(up)
            fuzz = Fuzz()
            book = Book(up, fuzz)
            nc = up.callers["joker"]._nc
            verbs = [*VERBS, *up.running.parts.answers.questions, "messages", "party_add", "zzz"]

            async def send(numbers: range) -> None:
                for number in numbers:
                    verb = verbs[number % len(verbs)]
                    body = fuzz.command(verb) if verb in VERBS else fuzz.question(QUESTIONS)
                    data = fuzz.data(body)
                    reply = await nc.request(f"intake.{verb}", data, timeout=60)
                    answer = json.loads(reply.data)
                    if (reply.headers or {}).get(ERROR_HEADER) == "1":
                        error = answer["error"]
                        book.refuse(error["status"], error, (verb, data[:2000]))
                    else:
                        book.accept(answer)

            await asyncio.gather(*(send(range(one, INPUTS, AT_ONCE)) for one in range(AT_ONCE)))
            book.close()
            assert sum(book.counts.values()) == INPUTS
            assert (await up.ask("joker", "whoami"))["id"] == "joker"

    asyncio.run(scenario())
    assert capsys.readouterr().err == ""


def test_every_file_is_read_or_refused(tmp_path: Path) -> None:
    fuzz = Fuzz()
    verbs = [*VERBS]
    came = {"read": 0, "refused": 0}
    for number in range(INPUTS // 10):
        schema = SCHEMAS[verbs[number % len(verbs)]]
        body = fuzz.spoilt(fuzz.like(schema, schema))
        path = tmp_path / fuzz.pick(["a.yaml", "a.json"])
        path.write_bytes(fuzz.data(body))
        try:
            read(str(path))
        except Invalid as error:
            problem = str(error)
            came["refused"] += 1
        else:
            problem = ""
            came["read"] += 1
        assert problem == "" or problem.isprintable(), fuzz
    assert min(came.values()) > INPUTS // 100, came
