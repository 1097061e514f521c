"""The life of a credential on a platform that runs: it ends, is cut off, stands beside others."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.keys import Keys, Remembered
from adapters.nats.errors import CredentialsRefused, Disconnected, Unanswered
from adapters.nats.follower import Follower
from domain.desk import Request
from domain.errors import NotFound
from tests.adapters.nats.lab import TOLERATED, read, until
from tests.adapters.running import Up, claims_in, raised, up, up_with
from tests.builders import told

pytestmark = TOLERATED
GONE = (CredentialsRefused, Disconnected, Unanswered)


def in_two_seconds() -> str:
    return (datetime.now(UTC) + timedelta(seconds=2.5)).isoformat()


async def operate(platform: Up, verb: str, **body: Any) -> dict[str, Any]:
    return await platform.operator.call(verb, {"with": {"id": "joker", **body}})


def opens(platform: Up, key: str, now: datetime | None = None) -> str | None:
    keys = Keys(lambda: platform.running.parts.views.rows)
    return keys.party_of_api_key(key, now or datetime.now(UTC))


# --- they end by themselves --------------------------------------------------------------------


def test_a_follower_and_a_caller_are_told_that_their_creds_have_expired(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            given = await operate(platform, "party_issue", expires=in_two_seconds())
            caller = await platform.speak("joker", given["creds"])
            assert (await platform.ask("joker", "whoami"))["id"] == "joker"
            async with await Follower.connect(platform.running.url, given["creds"]) as follower:
                with pytest.raises(CredentialsRefused, match="creds of joker expired"):
                    await read(follower, 1_000)
            error = await raised(caller.call("whoami", {}))
            assert isinstance(error, CredentialsRefused)
            assert "varsel party issue joker" in str(error.next_step)

            async def is_shut_out() -> bool:  # a JWT ends with its whole second
                try:
                    await (await Follower.connect(platform.running.url, given["creds"])).close()
                except CredentialsRefused as refused:
                    return "expired" in str(refused)
                return False

            await until(is_shut_out)

    asyncio.run(scenario())


def test_the_creds_and_the_ledger_name_the_same_end(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            given = await operate(platform, "party_rotate", expires="2080-12-31")
            assert given["expires_at"] == "2080-12-31T22:59:59+00:00"  # its zone is Oslo's
            end = datetime.fromtimestamp(claims_in(given["creds"])["exp"], UTC)
            assert end.isoformat() == given["expires_at"]
            assert "exp" not in claims_in(platform.given["kiwi"]["creds"])
            assert platform.given["kiwi"]["expires_at"] is None

    asyncio.run(scenario())


def test_an_api_key_opens_until_it_ends_or_is_cut_off(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            given = await operate(platform, "party_issue", only="api-key", expires="2080-12-31")
            assert "creds" not in given
            key, end = given["api_key"], datetime.fromisoformat(given["expires_at"])
            assert opens(platform, key, end - timedelta(seconds=1)) == "joker"
            assert opens(platform, key, end) is None
            assert opens(platform, f"{key}x") is None
            first = platform.given["joker"]["api_key"]
            assert opens(platform, first) == "joker"
            await operate(platform, "party_revoke", credential=given["credentials"][0]["short"])
            assert opens(platform, key) is None
            assert opens(platform, first) == "joker"
            await operate(platform, "party_rotate", only="nats")
            assert opens(platform, first) == "joker"
            await operate(platform, "party_rotate", only="api-key")
            assert opens(platform, first) is None

    asyncio.run(scenario())


def test_the_operator_is_told_what_ends_within_two_weeks(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            soon = await operate(platform, "party_issue", only="nats", expires="P13D")
            await operate(platform, "party_issue", expires="P30D")
            (expiring,) = (await platform.operator.call("health", {}))["expiring"]
            assert expiring == {
                "party": "joker",
                **soon["credentials"][0],
                "expires_at": soon["expires_at"],
            }

    asyncio.run(scenario())


# --- several, and one cut off ------------------------------------------------------------------


def test_of_two_credentials_one_is_cut_off_while_the_other_goes_on(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            old = platform.callers["joker"]
            given = await operate(platform, "party_issue")
            new = await platform.speak("joker", given["creds"])
            assert (await old.call("whoami", {}))["whoami"]["id"] == "joker"
            short = platform.given["joker"]["credentials"][0]["short"]
            assert (await operate(platform, "party_revoke", credential=short))["revoked"] == 1
            await until(lambda: not old._nc.is_connected)
            assert (await new.call("whoami", {}))["whoami"]["id"] == "joker"
            assert new._nc.stats["reconnects"] == 0
            cut = platform.given["joker"]["creds"]
        async with up(tmp_path / "data") as platform:
            with pytest.raises(GONE):
                await platform.speak("joker", cut)
            await platform.speak("joker", given["creds"])
            assert (await platform.ask("joker", "whoami"))["id"] == "joker"

    asyncio.run(scenario())


def test_what_was_cut_off_just_before_a_crash_is_shut_out_from_the_next_start_on(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            cut, parts = platform.given["joker"]["creds"], platform.running.parts
            request = Request("platform", "party_revoke", "crashed", {"id": "joker"})
            await parts.write(lambda: parts.desk.give(request, (), parts.clock()))
            assert (await platform.ask("joker", "whoami"))["id"] == "joker"  # NATS was not told
        async with up(tmp_path / "data") as platform:
            with pytest.raises(GONE):
                await platform.speak("joker", cut)

    asyncio.run(scenario())


def test_it_is_shown_which_credentials_there_are_and_who_gave_or_took_them(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            body = {"with": {"id": "joker"}, "command": "cut-1", "actor": {"user": "u-17"}}
            await platform.operator.call("party_revoke", body)
            given = await operate(platform, "party_issue", only="nats")
            shown = await operate(platform, "party_show")
            assert shown["party"]["id"] == "joker"
            *cut, living = shown["credentials"]
            assert {one["kind"] for one in cut} == {"nats", "api-key"}
            assert all(one["revoked_by"]["command"] == "cut-1" for one in cut)
            assert all(one["revoked_by"]["user"] == "u-17" for one in cut)
            assert living["revoked_at"] is None
            assert living["short"] == given["credentials"][0]["short"]
            text = str(shown)
            assert platform.given["joker"]["api_key"] not in text
            assert "SEED" not in text

    asyncio.run(scenario())


def test_a_party_that_is_not_there_is_not_shown(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up(tmp_path / "data") as platform:
            for body in ({"id": "nobody"}, {"id": 7}, {}):
                error = await raised(platform.operator.call("party_show", {"with": body}))
                assert isinstance(error, NotFound)

    asyncio.run(scenario())


def test_more_credentials_read_the_same_feed(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            await platform.take(*told("joker"))
            given = await operate(platform, "party_issue", only="nats")
            assert "api_key" not in given
            async with await Follower.connect(platform.running.url, given["creds"]) as follower:
                bodies = await read(follower, 4)
            assert all(b'"feed":"joker"' in body for body in bodies)

    asyncio.run(scenario())


# --- answers with secrets ----------------------------------------------------------------------


def test_an_answer_with_secrets_is_remembered_for_the_same_request_and_a_while() -> None:
    async def scenario() -> None:
        request = Request("platform", "party_issue", "c-1", {"id": "joker"})
        kept = Remembered(0.01)
        kept.keep(request, {"creds": "…"})
        assert kept.find(request) == {"creds": "…"}
        assert kept.find(Request("platform", "party_issue", "c-1", {"id": "kiwi"})) is None
        assert kept.find(Request("platform", "party_issue", "c-2", {"id": "joker"})) is None
        await until(lambda: kept.find(request) is None)

    asyncio.run(scenario())
