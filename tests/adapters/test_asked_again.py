"""Credentials asked for again under the same command id: given out once, lost never in silence."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from adapters.keys import digest
from domain.errors import CommandReused, Refused
from tests.adapters.nats.lab import TOLERATED
from tests.adapters.running import Up, raised, up, user_of

pytestmark = TOLERATED


def names(platform: Up) -> set[str]:
    """What the ledger calls the credentials that joker holds."""
    known = platform.running.parts.desk.party("joker")
    assert known is not None
    return {*known.credentials}


def names_of(given: dict[str, Any]) -> set[str]:
    """What the ledger calls the credentials that were given."""
    return {user_of(given), digest(given["api_key"])}


ADDING = {"command": "add-joker", "with": {"id": "joker", "roles": ["client"]}}


def test_admission_asked_for_again_gives_the_same_credentials_while_they_are_remembered(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with up(tmp_path / "data") as platform:
            first = await platform.operator.call("party_add", ADDING)
            again = await platform.operator.call("party_add", ADDING)
            assert again == first
            assert len(names(platform)) == 2
            await platform.speak("joker", again["creds"])
            assert (await platform.ask("joker", "whoami"))["id"] == "joker"

    asyncio.run(scenario())


def test_admission_asked_for_again_at_once_is_done_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up(tmp_path / "data") as platform:
            calls = (platform.operator.call("party_add", ADDING) for _ in range(3))
            first, *others = await asyncio.gather(*calls)
            assert others == [first, first]
            assert len(names(platform)) == 2

    asyncio.run(scenario())


def test_secrets_that_were_shown_are_not_shown_again_after_a_restart_and_there_is_a_way_out(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with up(tmp_path / "data") as platform:
            lost = await platform.operator.call("party_add", ADDING)
        async with up(tmp_path / "data") as platform:
            error = await raised(platform.operator.call("party_add", ADDING))
            assert isinstance(error, Refused)
            assert "shown once" in str(error)
            assert "varsel party issue joker" in str(error.next_step)
            assert names(platform) == names_of(lost)
            given = await platform.operator.call("party_issue", {"with": {"id": "joker"}})
            for one in lost["credentials"]:
                body = {"id": "joker", "credential": one["short"]}
                await platform.operator.call("party_revoke", {"with": body})
            assert names(platform) == names_of(given)
            await platform.speak("joker", given["creds"])

    asyncio.run(scenario())


def test_a_command_id_serves_one_request_about_credentials(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up(tmp_path / "data") as platform:
            await platform.operator.call("party_add", ADDING)
            other = {**ADDING, "with": {"id": "joker", "roles": ["vendor"]}}
            assert isinstance(
                await raised(platform.operator.call("party_add", other)), CommandReused
            )
            body = {"command": "add-joker", "with": {"id": "joker"}}
            assert isinstance(
                await raised(platform.operator.call("party_rotate", body)), CommandReused
            )
            assert len(names(platform)) == 2

    asyncio.run(scenario())
