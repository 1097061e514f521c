"""Parties are let in and cut off while the platform runs; no secret is kept in the clear."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from adapters.accounts import Accounts
from adapters.keys import digest
from adapters.nats import mint
from adapters.nats.errors import CredentialsRefused, Disconnected, Unanswered
from adapters.store.vault import MemoryVault
from domain.errors import Forbidden, Invalid, NotFound, Refused
from domain.events import CredentialIssued, CredentialRevoked
from domain.party import API_KEY, NATS, Held
from tests.adapters.nats.lab import TOLERATED, read, until
from tests.adapters.running import Up, files_in, raised, seed_in, up, up_with, user_of
from tests.builders import told

pytestmark = TOLERATED
OPERATIONS = (
    "party_add",
    "party_show",
    "party_issue",
    "party_rotate",
    "party_revoke",
    "set_scope",
    "rebuild",
    "health",
    "feeds",
    "foreign",
    "foreign_settle",
)
GONE = (CredentialsRefused, Disconnected, Unanswered)


def credentials(platform: Up, party: str) -> dict[str, Held]:
    known = platform.running.parts.desk.party(party)
    assert known is not None
    return known.credentials


def names_of(given: dict[str, Any]) -> set[str]:
    """What the ledger calls the credentials that were given."""
    return {user_of(given), digest(given["api_key"])}


def test_a_party_is_of_use_at_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up(tmp_path / "data") as platform:
            await platform.add("zoopit", "vendor")
            await platform.add("joker", "client")
            await platform.take(*told("joker"))
            follower = await platform.follow("joker")
            assert len(await read(follower, 2)) == 2

    asyncio.run(scenario())


def test_a_party_that_is_refused_gets_no_account(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up(tmp_path / "data") as platform:
            body = {"id": "joker", "roles": ["client"], "scope": ["kiwi"]}
            error = await raised(platform.operator.call("party_add", {"with": body}))
            assert isinstance(error, NotFound)
            assert platform.admission._accounts.key_of("joker") is None

    asyncio.run(scenario())


def test_only_the_operator_lets_in_rotates_revokes_and_rebuilds(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            for verb in OPERATIONS:
                for party in ("zoopit", "joker", "tilsyn"):
                    call = platform.callers[party].call(verb, {"with": {"id": "kiwi"}})
                    assert isinstance(await raised(call), Forbidden), (party, verb)

    asyncio.run(scenario())


def test_rotation_cuts_the_old_connection_and_lets_the_new_creds_in(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            old = platform.callers["joker"]
            given = await platform.operator.call("party_rotate", {"with": {"id": "joker"}})
            await until(lambda: not old._nc.is_connected)
            with pytest.raises(GONE):
                await platform.speak("joker", platform.given["joker"]["creds"])
            await platform.speak("joker", given["creds"])
            assert (await platform.ask("joker", "whoami"))["id"] == "joker"
            assert given["api_key"] != platform.given["joker"]["api_key"]
            assert credentials(platform, "joker").keys() == names_of(given)

    asyncio.run(scenario())


def test_rotation_leaves_everybody_else_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            await platform.operator.call("party_rotate", {"with": {"id": "joker"}})
            assert (await platform.ask("kiwi", "whoami"))["id"] == "kiwi"

    asyncio.run(scenario())


def test_a_revoked_party_is_cut_off_for_good_until_it_is_given_new_creds(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            old = platform.callers["joker"]
            answer = await platform.operator.call("party_revoke", {"with": {"id": "joker"}})
            assert (answer["party"], answer["revoked"]) == ("joker", 2)
            await until(lambda: not old._nc.is_connected)
            assert credentials(platform, "joker") == {}
            given = platform.given["joker"]
        async with up(tmp_path / "data") as platform:
            with pytest.raises(GONE):
                await platform.speak("joker", given["creds"])
            new = await platform.operator.call("party_rotate", {"with": {"id": "joker"}})
            await platform.speak("joker", new["creds"])

    asyncio.run(scenario())


def test_revoking_twice_finds_nothing_more_to_revoke(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            await platform.operator.call("party_revoke", {"with": {"id": "joker"}})
            again = await platform.operator.call("party_revoke", {"with": {"id": "joker"}})
            assert again["revoked"] == 0

    asyncio.run(scenario())


def test_what_was_given_out_and_cut_off_is_in_the_ledger(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            given = platform.given["joker"]
            await platform.operator.call("party_revoke", {"with": {"id": "joker"}})
            log = platform.running.parts.ledger.since(0, 1000)
            mine = [x.event for x in log if "joker" in x.envelope.visibility]
            user, key = user_of(given), digest(given["api_key"])
            assert mine[1:] == [
                CredentialIssued(party="joker", credential=user, kind=NATS),
                CredentialIssued(party="joker", credential=key, kind=API_KEY),
                CredentialRevoked(party="joker", credential=user),
                CredentialRevoked(party="joker", credential=key),
            ]

    asyncio.run(scenario())


@pytest.mark.parametrize("verb", ["party_issue", "party_rotate", "party_revoke"])
def test_a_party_that_is_not_there_is_not_found(tmp_path: Path, verb: str) -> None:
    async def scenario() -> None:
        async with up(tmp_path / "data") as platform:
            nobody = await raised(platform.operator.call(verb, {"with": {"id": "nobody"}}))
            assert isinstance(nobody, NotFound)
            unnamed = await raised(platform.operator.call(verb, {"with": {}}))
            assert isinstance(unnamed, Invalid)
            itself = await raised(platform.operator.call(verb, {"with": {"id": "operator"}}))
            assert isinstance(itself, Refused)

    asyncio.run(scenario())


def test_no_secret_lies_in_the_folder_in_the_clear(tmp_path: Path) -> None:
    async def scenario() -> list[str]:
        async with up_with(tmp_path / "data") as platform:
            await platform.take(*told("joker"))
            accounts = platform.admission._accounts
            trust = platform.admission._trust
            secrets = [accounts.seed_of(party) for party in accounts.all()]
            secrets += [trust.operator_seed, trust.system_seed, trust.platform_seed]
            for given in platform.given.values():
                secrets += [given["api_key"], seed_in(given["creds"])]
            return secrets

    secrets = asyncio.run(scenario())
    assert len(secrets) == 5 + 3 + 8
    for path, held in files_in(tmp_path / "data").items():
        for secret in secrets:
            assert secret.encode() not in held, path


def test_the_data_folder_and_the_operators_creds_are_for_their_owner_alone(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            await platform.take(*told("joker"))
            assert platform.running.folder.operator_creds.stat().st_mode & 0o777 == 0o600
            assert platform.running.folder.root.stat().st_mode & 0o777 == 0o700

    asyncio.run(scenario())


def test_the_operators_creds_that_are_made_anew_cut_the_old_ones_off(tmp_path: Path) -> None:
    data = tmp_path / "data"

    async def first() -> str:
        async with up(data) as platform:
            return platform.running.folder.operator_creds.read_text()

    async def second(old: str) -> None:
        async with up(data) as platform:
            with pytest.raises(GONE):
                await platform.speak("operator", old)
            assert (await platform.operator.call("health", {}))["ok"] in {True, False}

    old = asyncio.run(first())
    (data / "operator.creds").unlink()
    asyncio.run(second(old))


def test_a_client_that_audits_others_reads_its_own_feed_too(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            await platform.add("group", "client", "auditor", scope=["joker"])
            await platform.take(*told("group"))
            follower = await platform.follow("group")
            bodies = await read(follower, 5)
            assert {b'"feed":"group"' in body for body in bodies} == {True, False}

    asyncio.run(scenario())


def test_an_auditor_alone_reads_the_feeds_in_its_scope_and_no_other(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with up_with(tmp_path / "data") as platform:
            await platform.take(*told("joker", "kiwi"))
            follower = await platform.follow("tilsyn")
            bodies = await read(follower, 4)
            assert all(b'"feed":"joker"' in body for body in bodies)

    asyncio.run(scenario())


def test_accounts_are_found_again_in_the_vault() -> None:
    vault = MemoryVault()
    seed = Accounts(vault).seed_of("joker")
    again = Accounts(vault)
    assert again.seed_of("joker") == seed
    assert again.key_of("joker") == mint.public_key(seed)
    assert again.party_of(mint.public_key(seed)) == "joker"
    assert (again.key_of("kiwi"), again.party_of("nobody's")) == (None, None)
