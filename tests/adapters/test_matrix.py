"""Role x tenant x operation: every cell, as the table says and in no other way.

The table is `domain/access.py`; who stands how to what is told in `tests/adapters/matrix`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from domain.access import ROWS
from domain.desk import Request
from domain.errors import Invalid, NotFound, VarselError
from tests.adapters.matrix.cast import ACTORS, EMPTYING, cast, world
from tests.adapters.matrix.cells import ABOUT_INCIDENTS, requests
from tests.adapters.matrix.playing import a_text, outcome, play
from tests.adapters.test_platform import Desk, desk
from tests.builders import step

WITH_A_BROKER = {
    *("party_add", "party_issue", "party_rotate", "party_revoke", "party_person", "set_scope"),
    *("console_link", "calendar_link", "calendar_unlink", "feeds"),
    *(operation for operation in ROWS if operation.startswith("webhook_")),
}
WITHOUT_A_BROKER = sorted(ROWS.keys() - WITH_A_BROKER)


class Stage:
    """A platform without a broker on which the matrix is played."""

    def __init__(self, runner: asyncio.Runner, made: Desk) -> None:
        self.runner = runner
        self.made = made
        self.text = a_text(made.parts.ledger)

    async def ask(self, actor: str, operation: str, fields: Any) -> Any:
        try:
            return await self.made.ask(actor, operation, **fields)
        except VarselError as refused:
            return refused

    def position(self) -> int:
        return self.made.parts.ledger.position()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    everybody = [step("platform", "register_party", **dict(fields)) for _, fields in cast()]
    acts = [*everybody, *world(ABOUT_INCIDENTS)]
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        root = tmp_path_factory.mktemp("matrix")
        made = runner.run(stack.enter_async_context(desk(root, *acts)))
        emptying = Request("platform", EMPTYING.do, "emptied", EMPTYING.fields)
        made.parts.desk.handle(emptying, made.now)
        yield Stage(runner, made)
        runner.run(stack.aclose())


@pytest.mark.parametrize("operation", WITHOUT_A_BROKER)
@pytest.mark.parametrize("actor", ACTORS)
def test_a_cell_is_as_the_table_says(stage: Stage, actor: str, operation: str) -> None:
    stage.runner.run(play(stage, actor, operation))


@pytest.mark.parametrize("operation", sorted(ROWS))
def test_no_operation_goes_without_its_cells(stage: Stage, operation: str) -> None:
    assert all(list(requests(operation, actor, stage.text)) for actor in ACTORS)


def test_a_new_operation_without_a_row_stops_the_start(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(ROWS, "board")
    with pytest.raises(Invalid, match="without a row: board"):
        type(stage.made.platform)(stage.made.parts)


@pytest.mark.parametrize("operation", WITHOUT_A_BROKER)
def test_an_operation_whose_row_was_taken_away_is_refused_to_everybody(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    monkeypatch.delitem(ROWS, operation)
    for actor in ACTORS:
        refused = stage.runner.run(stage.ask(actor, operation, {}))
        known = outcome(refused) == "unregistered" or "no such verb" in str(refused)
        assert isinstance(refused, Invalid | NotFound)
        assert known
